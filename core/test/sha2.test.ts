/** SHA-2 of the page's engine against the library that all other programs use, which is the oracle. */
import { sha256 as oracle256, sha512 as oracle512 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { encodeHex } from '../src/base.ts';
import { sha256, sha512 } from '../src/sha2.ts';

/** Octets in the middle of a larger array, as most are that core hashes. */
function octets(length: number, seed: number): Uint8Array {
  const whole = Uint8Array.from({ length: length + 3 }, (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24);
  return whole.subarray(3);
}

describe('SHA-2', () => {
  test('of the examples of FIPS 180-4', () => {
    const abc = new TextEncoder().encode('abc');
    expect(encodeHex(sha256(abc))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(encodeHex(sha512(abc))).toBe(
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    );
  });

  test('of every length up to four blocks of either', () => {
    for (let length = 0; length <= 512; length++) {
      for (const bytes of [octets(length, length), new Uint8Array(length).fill(0xff)]) {
        expect(encodeHex(sha256(bytes))).toBe(encodeHex(oracle256(bytes)));
        expect(encodeHex(sha512(bytes))).toBe(encodeHex(oracle512(bytes)));
      }
    }
  });

  test('of a longer message, which it leaves as it is', () => {
    const bytes = octets(300_001, 7);
    const before = bytes.slice();
    expect(encodeHex(sha256(bytes))).toBe(encodeHex(oracle256(bytes)));
    expect(encodeHex(sha512(bytes))).toBe(encodeHex(oracle512(bytes)));
    expect(bytes).toEqual(before);
  });
});
