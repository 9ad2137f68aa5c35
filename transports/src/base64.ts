/**
 * Base64 with padding (RFC 4648 §4) through the platform's own `atob` and `btoa`, which a file of 20 MB needs.
 * Canonical only: each text has one value, each value one text.
 */
import { Refused } from '@pappus/core';

const SLICE_BYTES = 0x6000; // a multiple of 3, and few enough for one call's arguments
const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;

/** The one text of these octets. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + SLICE_BYTES)));
  }
  return text;
}

/** Octets that a canonical text stands for, known before it is decoded. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor(text.length / 4) * 3 - padding;
}

/** @throws Refused `encoding` unless `encodeBase64` would give exactly this text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0 || !ALPHABET.test(text)) throw new Refused('encoding', 'not base64');
  const binary = atob(text);
  const last = text.slice(-4);
  if (btoa(atob(last)) !== last) throw new Refused('encoding', 'spare bits of base64 are set');
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
