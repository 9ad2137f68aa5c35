/**
 * SHA-256 (FIPS 180-4) and the one rule of Ed25519 verification (RFC 8032; spec §3).
 * Synchronous everywhere; a platform may lend a faster SHA-256.
 */
import * as ed25519 from '@noble/ed25519';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';
import { Refused } from './refused.ts';

// The library leaves SHA-512 to its user when it is to be synchronous.
ed25519.hashes.sha512 = sha512;

let hash: (bytes: Uint8Array) => Uint8Array = nobleSha256;

/** SHA-256 of `bytes`, 32 octets. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash(bytes);
}

/** Lends a faster SHA-256, for instance Node's. It must be synchronous and give the same 32 octets. */
export function useSha256(faster: (bytes: Uint8Array) => Uint8Array): void {
  hash = faster;
}

/** Whether a public key obeys the rule: canonical encoding, not the identity, no torsion. */
export function isPublicKey(key: Uint8Array): boolean {
  return key.length === 32 && isSoundPoint(key);
}

/**
 * Verifies as spec §3 says: A and R canonical, non-identity and torsion-free, S < L, then the equation
 * of RFC 8032 §5.1.7. Verifiers that differ on everything else agree on what is left.
 */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  if (signature.length !== 64 || key.length !== 32) return false;
  if (!isSoundPoint(key) || !isSoundPoint(signature.subarray(0, 32))) return false;
  return ed25519.verify(signature, message, key, { zip215: false });
}

/** RFC 8032 signature, 64 octets. `secret` is the 32-octet seed. */
export function signEd25519(message: Uint8Array, secret: Uint8Array): Uint8Array {
  return ed25519.sign(message, secret);
}

/** The public key of a 32-octet seed. */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(secret);
}

/** `key` where it obeys the rule. @throws Refused `key`. */
export function requirePublicKey(key: Uint8Array): Uint8Array {
  if (!isPublicKey(key)) throw new Refused('key', 'not a sound Ed25519 public key');
  return key;
}

function isSoundPoint(encoded: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(encoded, false);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}
