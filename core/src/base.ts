/** Octets as text (RFC 4648), canonical forms only: each value has one spelling, each spelling one value. */
import { Refused } from './refused.ts';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const HEX = '0123456789abcdef';

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 of a string. A lone surrogate is our own bug: it has no UTF-8. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (/\p{Surrogate}/u.test(text)) throw new Error('a lone surrogate has no UTF-8');
  return utf8Encoder.encode(text);
}

/** Strict UTF-8; a byte order mark is kept as a character. @throws Refused `text`. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw new Refused('text', 'not UTF-8', { cause });
  }
}

/** Base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  const text = encodeDigits(bytes, BASE64, 6);
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

/** @throws Refused `encoding` unless `encodeBase64` would give exactly this text. */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new Refused('encoding', 'base64 length');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decodeDigits(text.slice(0, text.length - padding), BASE64_VALUES, 6);
}

/** Base32 in lower case without padding (RFC 4648 §6). */
export function encodeBase32(bytes: Uint8Array): string {
  return encodeDigits(bytes, BASE32, 5);
}

/** @throws Refused `encoding` unless `encodeBase32` would give exactly this text. */
export function decodeBase32(text: string): Uint8Array {
  return decodeDigits(text, BASE32_VALUES, 5);
}

/** Base16 in lower case. */
export function encodeHex(bytes: Uint8Array): string {
  return encodeDigits(bytes, HEX, 4);
}

/** @throws Refused `encoding` unless `encodeHex` would give exactly this text. */
export function decodeHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new Refused('encoding', 'hex length');
  return decodeDigits(text, HEX_VALUES, 4);
}

const BASE64_VALUES = values(BASE64);
const BASE32_VALUES = values(BASE32);
const HEX_VALUES = values(HEX);

function values(alphabet: string): Int8Array {
  const table = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
}

function encodeDigits(bytes: Uint8Array, alphabet: string, bitsPerDigit: number): string {
  let text = '';
  let digits: number[] = [];
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    heldBits += 8;
    while (heldBits >= bitsPerDigit) {
      heldBits -= bitsPerDigit;
      digits.push(alphabet.charCodeAt((held >> heldBits) & ((1 << bitsPerDigit) - 1)));
    }
    held &= (1 << heldBits) - 1;
    if (digits.length > DIGITS_AT_ONCE) {
      text += String.fromCharCode(...digits);
      digits = [];
    }
  }
  if (heldBits > 0) digits.push(alphabet.charCodeAt(held << (bitsPerDigit - heldBits)));
  return text + String.fromCharCode(...digits);
}

/** One call for many characters is faster than a longer string for each; engines cap the arguments of a call. */
const DIGITS_AT_ONCE = 4_096;

function decodeDigits(text: string, table: Int8Array, bitsPerDigit: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * bitsPerDigit) / 8));
  let held = 0;
  let heldBits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = table[text.charCodeAt(i)] ?? -1;
    if (digit < 0) throw new Refused('encoding', 'a character outside the alphabet');
    held = (held << bitsPerDigit) | digit;
    heldBits += bitsPerDigit;
    if (heldBits >= 8) {
      heldBits -= 8;
      bytes[at++] = held >> heldBits;
      held &= (1 << heldBits) - 1;
    }
  }
  if (heldBits >= bitsPerDigit || held !== 0) throw new Refused('encoding', 'spare bits are set');
  return bytes;
}

/** Whether both have the same length and octets. Not for secrets: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A new array of all parts, one after the other. */
export function concatBytes(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
