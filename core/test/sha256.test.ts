import { sha256 as oracle } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeHex, encodeUtf8 } from '../src/base.ts';
import { wasmSha256 } from '../src/wasm-sha256.ts';

const sha256 = wasmSha256()!;
/** A page of memory less the state and a block of padding. */
const CHUNK_BYTES = 65_536 - 128;

const octets = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 8)) & 255);

describe('SHA-256 in WebAssembly', () => {
  // FIPS 180-2, appendix B.
  const cases: [string, string][] = [
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ];
  test.each(cases)('of %.9s', (text, digest) => {
    expect(encodeHex(sha256(encodeUtf8(text)))).toBe(digest);
  });

  test('of every length around blocks and chunks', () => {
    const lengths = [0, CHUNK_BYTES, 2 * CHUNK_BYTES].flatMap((from) =>
      Array.from({ length: 200 }, (_, i) => from + i),
    );
    for (const length of lengths.flatMap((n) => [n, Math.max(0, n - 130)])) {
      const bytes = octets(length);
      expect(encodeHex(sha256(bytes)), `${length}`).toBe(encodeHex(oracle(bytes)));
    }
  });

  test('of anything, one after the other, each digest in an array of its own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const first = sha256(a);
        sha256(b);
        expect(first).toEqual(oracle(a));
      }),
    );
  });
});
