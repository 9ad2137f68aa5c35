/**
 * SHA-256 (FIPS 180-4) and the one rule of Ed25519 verification (RFC 8032; spec §3).
 * Synchronous everywhere; a platform may lend a faster SHA-256.
 */
import { Point, getPublicKey, hashes, sign } from '@noble/ed25519';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, encodeBase32, encodeHex, equalBytes } from './base.ts';
import { Refused } from './refused.ts';

// The library leaves SHA-512 to its user when it is to be synchronous.
hashes.sha512 = sha512;

let hash: (bytes: Uint8Array) => Uint8Array = nobleSha256;

/** Where parts are joined before they are hashed: an array for each digest would cost more than the digest. */
const joined = new Uint8Array(1 << 16);

/** SHA-256 of `bytes`, 32 octets. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash(bytes);
}

/** SHA-256 of `parts`, one after the other. */
export function sha256Of(...parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = length <= joined.length ? joined : new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return hash(whole.subarray(0, length));
}

/** The name of content-addressed octets: base32 of the first 16 octets of SHA-256. */
export function contentId(bytes: Uint8Array): string {
  return encodeBase32(sha256(bytes).subarray(0, 16));
}

/**
 * Lends a faster SHA-256, for instance Node's. It must be synchronous, give the same 32 octets in an array of
 * their own, and keep nothing of its input.
 */
export function useSha256(faster: (bytes: Uint8Array) => Uint8Array): void {
  hash = faster;
}

/** Keys found sound, in hex: a key is met in its root and again with each signature. */
const soundKeys = new Set<string>();
const SOUND_KEYS_MAX = 256;

/** Whether a public key obeys the rule: canonical encoding, not the identity, no torsion. */
export function isPublicKey(key: Uint8Array): boolean {
  if (key.length !== 32) return false;
  const name = encodeHex(key);
  if (soundKeys.has(name)) return true;
  if (!isSoundPoint(key)) return false;
  if (soundKeys.size >= SOUND_KEYS_MAX) soundKeys.clear();
  soundKeys.add(name);
  return true;
}

/**
 * Verifies as spec §3 says: A and R canonical, non-identity and torsion-free, S < L, then the equation
 * of RFC 8032 §5.1.7. Verifiers that differ on everything else agree on what is left.
 *
 * With A so, [S]B - [k]A has no torsion either, and R satisfies all of this exactly if it is its encoding.
 */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  if (signature.length !== 64 || !isPublicKey(key)) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= GROUP_ORDER) return false;
  const k = littleEndian(sha512(concatBytes(r, key, message))) % GROUP_ORDER;
  const point = sumOf(s, k, Point.fromBytes(key, false).negate());
  return !point.is0() && equalBytes(point.toBytes(), r);
}

/**
 * [s]B + [k]P, both at once, a doubling a bit (Straus). All of it is public, so it may take the time that it takes.
 * The additions are complete: they hold for every two points, with torsion or without.
 */
function sumOf(s: bigint, k: bigint, point: Point): Point {
  const both = Point.BASE.add(point);
  let sum = Point.ZERO;
  for (let bit = 252n; bit >= 0n; bit--) {
    sum = sum.double();
    const [ofB, ofP] = [(s >> bit) & 1n, (k >> bit) & 1n];
    if (ofB || ofP) sum = sum.add(ofB && ofP ? both : ofB ? Point.BASE : point);
  }
  return sum;
}

const GROUP_ORDER = Point.CURVE().n;

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(bytes.slice().reverse())}`);
}

/** RFC 8032 signature, 64 octets. `secret` is the 32-octet seed. */
export function signEd25519(message: Uint8Array, secret: Uint8Array): Uint8Array {
  return sign(message, secret);
}

/** The public key of a 32-octet seed. */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  return getPublicKey(secret);
}

/** `key` where it obeys the rule. @throws Refused `key`. */
export function requirePublicKey(key: Uint8Array): Uint8Array {
  if (!isPublicKey(key)) throw new Refused('key', 'not a sound Ed25519 public key');
  return key;
}

function isSoundPoint(encoded: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(encoded, false);
    return !point.is0() && sumOf(0n, GROUP_ORDER, point).is0();
  } catch {
    return false;
  }
}
