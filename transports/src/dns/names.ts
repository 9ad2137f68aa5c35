/** The names of a zone (spec §17): one label below its cut, so that no resolver asks more often than it must. */
import { concatBytes, decodeBase32, encodeBase32, encodeUtf8, sha256 } from '@pappus/core';

/** A block has at most this many octets, so that its answer fits one UDP datagram under a zone of `ZONE_CHARS_SHORT`. */
export const BLOCK_BYTES_MAX = 1_100;
/** A piece has at most this many, so that its answer fits 512 octets, the limit without EDNS. */
export const PIECE_BYTES = 400;
/** Under longer zones blocks are shorter. */
export const ZONE_CHARS_SHORT = 20;
/** Octets of a block's digest that its label shows. */
export const LABEL_DIGEST_BYTES = 16;

const ZONE_CHARS_MAX = 120;
const PIECE_SUFFIXES = 'abc';
const CONTEXT = encodeUtf8('pappus/v1/dns\n');

/** One rung of the ladder. `whole` names the block itself, `pointer` a name and a length for it. */
export interface Rung {
  whole: string;
  pointer: string;
  ttl: number;
}

/** From the freshest to the one that a resolver keeps longest; seconds. */
export const RUNGS: readonly Rung[] = [300, 3_600, 86_400, 604_800].map((ttl, i) => ({
  whole: `h${i}`,
  pointer: `s${i}`,
  ttl,
}));

/** Blocks never change; resolvers shorten this to a day or a week. Seconds. */
export const BLOCK_TTL = 2_592_000;

/** The label of a block: 26 characters that certify its octets and its channel. `channel` is the decoded channel id. */
export function blockLabel(channel: Uint8Array, block: Uint8Array): string {
  return encodeBase32(sha256(concatBytes(CONTEXT, channel, block)).subarray(0, LABEL_DIGEST_BYTES));
}

/** The label whose digest this is, and back. */
export const labelOf = (digest: Uint8Array): string => encodeBase32(digest);
export const digestOf = (label: string): Uint8Array => decodeBase32(label);

/** The pieces of a block of `blockBytes`: their labels and lengths, in order. */
export function piecesOf(label: string, blockBytes: number): { label: string; from: number; bytes: number }[] {
  return Array.from({ length: Math.max(1, Math.ceil(blockBytes / PIECE_BYTES)) }, (_, i) => {
    const from = i * PIECE_BYTES;
    return { label: label + PIECE_SUFFIXES[i], from, bytes: Math.min(PIECE_BYTES, blockBytes - from) };
  });
}

/** What the name of a rung without room for a block holds. */
export interface Pointer {
  label: string;
  bytes: number;
  /** SHA-256 of the channel's first root. */
  channel: Uint8Array;
}

export const POINTER_BYTES = LABEL_DIGEST_BYTES + 2 + 32;

export function encodePointer({ label, bytes, channel }: Pointer): Uint8Array {
  return concatBytes(digestOf(label), Uint8Array.of(bytes >> 8, bytes & 0xff), channel);
}

/** Null for one that names no block. */
export function decodePointer(pointer: Uint8Array): Pointer | null {
  const bytes = (pointer[16]! << 8) | pointer[17]!;
  if (pointer.length !== POINTER_BYTES || bytes === 0 || bytes > BLOCK_BYTES_MAX) return null;
  return { label: labelOf(pointer.subarray(0, 16)), bytes, channel: pointer.slice(18) };
}

/** Octets of a block under a zone: what fits an answer of 1,232 octets with room for what resolvers add. */
export function blockBytesFor(zone: string): number {
  return zone.length <= ZONE_CHARS_SHORT ? BLOCK_BYTES_MAX : BLOCK_BYTES_MAX - (zone.length - ZONE_CHARS_SHORT);
}

/** A zone in lower case, without a dot at the end; null when it is no name of a host or too long. */
export function zoneName(text: string): string | null {
  const name = text.toLowerCase().replace(/\.$/, '');
  const isName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
  return isName && name.length <= ZONE_CHARS_MAX ? name : null;
}
