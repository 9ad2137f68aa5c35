/**
 * Sealing by a passphrase: Argon2id (RFC 9106) of 64 MiB makes the key, XChaCha20-Poly1305 seals, and names become
 * keyed BLAKE2b digests (RFC 7693). All in JavaScript, for plain http has no WebCrypto. Loaded when it is used.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { concatBytes, decodeUtf8, encodeBase32, encodeUtf8 } from '@pappus/core';

/** 64 MiB once over: decision 013. */
const COST = { m: 65_536, t: 1, p: 1 };
const KEY_BYTES = 32;
const TAG_BYTES = 20;
const NONCE_BYTES = 24;
const SIZE_BYTES = 2;

/** What a passphrase makes of names and octets. */
export interface Sealing {
  /** The same for the same text under the same passphrase; tells nothing of the text to others. */
  tag(text: string): string;
  /** `place` must be said again to open it. */
  seal(place: string, name: string, bytes: Uint8Array): Uint8Array;
  /** Null: sealed under another passphrase, for another place, or damaged. */
  open(place: string, sealed: Uint8Array): { name: string; bytes: Uint8Array } | null;
}

/** Takes a second or more, a little at a time. `salt`: 16 octets of chance. */
export async function sealingOf(passphrase: string, salt: Uint8Array): Promise<Sealing> {
  const secret = await argon2idAsync(encodeUtf8(passphrase.normalize('NFKC')), salt, { ...COST, dkLen: 2 * KEY_BYTES });
  const [key, nameKey] = [secret.subarray(0, KEY_BYTES), secret.subarray(KEY_BYTES)];
  return {
    tag: (text) => encodeBase32(blake2b(encodeUtf8(text), { key: nameKey, dkLen: TAG_BYTES })),
    seal(place, name, bytes) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const title = encodeUtf8(name);
      const size = Uint8Array.of(title.length >> 8, title.length & 255);
      const cipher = xchacha20poly1305(key, nonce, encodeUtf8(place));
      return concatBytes(nonce, cipher.encrypt(concatBytes(size, title, bytes)));
    },
    open(place, sealed) {
      const plain = decrypted(key, place, sealed);
      if (!plain) return null;
      const end = SIZE_BYTES + plain[0]! * 256 + plain[1]!;
      return { name: decodeUtf8(plain.subarray(SIZE_BYTES, end)), bytes: plain.slice(end) };
    },
  };
}

function decrypted(key: Uint8Array, place: string, sealed: Uint8Array): Uint8Array | null {
  try {
    const cipher = xchacha20poly1305(key, sealed.subarray(0, NONCE_BYTES), encodeUtf8(place));
    return cipher.decrypt(sealed.subarray(NONCE_BYTES));
  } catch {
    return null;
  }
}
