/**
 * What a zone holds (spec §18). The ladder names the first screen and the newest edition; below it a tree of blocks
 * names every edition that the zone carries, so that one edition more changes only the last block of each level.
 */
import {
  Refused,
  decode,
  decodeBase32,
  encode,
  encodeBase32,
  formatPath,
  parsePath,
  type Cbor,
  type TreePath,
} from '@pappus/core';
import { BLOCK_BYTES_MAX, LABEL_DIGEST_BYTES, digestOf, labelOf } from './names.ts';

/** The layers of an edition, each a row of blocks of its own: what is withdrawn from one leaves the others alone. */
export const LAYER_OF = { first: 0, headlines: 1, texts: 2 } as const;
export type StreamLayer = (typeof LAYER_OF)[keyof typeof LAYER_OF];

/** Files one after another, cut into blocks. */
export interface Stream {
  /** Number of the edition; 0 for dictionaries, which belong to none. */
  edition: number;
  layer: StreamLayer;
  files: { path: TreePath; bytes: number }[];
  /** Labels of its blocks, of which all but the last have the ladder's `blockBytes`. */
  labels: string[];
}

/** A part of a stream, as much as one block can name: its first label is that of block `from`. */
export interface StreamPart extends Stream {
  from: number;
}

/** A block of the tree, and the first edition that it or a block below it names. */
export interface TreeNode {
  edition: number;
  label: string;
  bytes: number;
}

export interface Ladder {
  /** SHA-256 of the channel's first root. */
  channel: Uint8Array;
  /** The newest edition, and the time of the head; claims, which order ladders and prove nothing. */
  edition: number;
  time: number;
  blockBytes: number;
  /** Versions of the identity that the zone carries: nobody need ask for a later one. */
  roots: number;
  /** What a reader needs first, the first screen before all. */
  streams: Stream[];
  /** Blocks of the tree at `level`: 0 names streams, each other level the blocks of the level below. */
  level: number;
  nodes: TreeNode[];
}

const VERSION = 1;
const LEVEL_MAX = 4;
const STREAM_FILES_MAX = 1_024;
const STREAM_LABELS_MAX = 16_384;

/** A ladder as octets; they may be more than a block holds. */
export function encodeLadder(ladder: Ladder): Uint8Array {
  const map = new Map<number, Cbor>([
    [0, VERSION],
    [1, ladder.channel],
    [2, ladder.edition],
    [3, ladder.time],
    [4, ladder.blockBytes],
    [5, ladder.roots],
    [6, ladder.streams.map((stream) => encodePart({ ...stream, from: 0 }))],
  ]);
  if (ladder.nodes.length > 0) map.set(7, ladder.level).set(8, encodeNodes(ladder.nodes));
  return encode(map);
}

/** @throws Refused `encoding`, `path` or `too-large` for what is no ladder. */
export function decodeLadder(bytes: Uint8Array): Ladder {
  const map = decode(bytes);
  if (!(map instanceof Map) || map.get(0) !== VERSION) throw malformed('no ladder');
  const channel = map.get(1);
  if (!(channel instanceof Uint8Array) || channel.length !== 32) throw malformed('channel');
  return {
    channel,
    edition: count(map.get(2), 999_999_999),
    time: count(map.get(3), 2 ** 40),
    blockBytes: atLeast(1, count(map.get(4), BLOCK_BYTES_MAX)),
    roots: count(map.get(5), 999_999_999),
    streams: list(map.get(6)).map((part) => whole(decodePart(part))),
    level: count(map.get(7) ?? 0, LEVEL_MAX),
    nodes: decodeNodes(map.get(8) ?? []),
  };
}

/** A block of the tree that names streams. */
export function encodeParts(parts: readonly StreamPart[]): Uint8Array {
  return encode(parts.map(encodePart));
}

/** @throws Refused `encoding`, `path` or `too-large`. */
export function decodeParts(bytes: Uint8Array): StreamPart[] {
  return list(decode(bytes)).map(decodePart);
}

/** A block of the tree that names blocks below it. */
export function encodeNodeBlock(nodes: readonly TreeNode[]): Uint8Array {
  return encode(encodeNodes(nodes));
}

/** @throws Refused `encoding` or `too-large`. */
export function decodeNodeBlock(bytes: Uint8Array): TreeNode[] {
  return decodeNodes(decode(bytes));
}

function encodePart({ edition, layer, files, from, labels }: StreamPart): Cbor {
  const digests = new Uint8Array(labels.length * LABEL_DIGEST_BYTES);
  labels.forEach((label, i) => digests.set(digestOf(label), i * LABEL_DIGEST_BYTES));
  const named = files.flatMap(({ path, bytes }): Cbor[] => [encodePath(path), bytes]);
  return [edition, layer, from, named, digests];
}

function decodePart(value: Cbor): StreamPart {
  const [edition, layer, from, named, digests, ...rest] = list(value);
  if (rest.length > 0 || !(digests instanceof Uint8Array) || digests.length % LABEL_DIGEST_BYTES !== 0)
    throw malformed('stream');
  const flat = list(named);
  if (flat.length % 2 !== 0 || flat.length > 2 * STREAM_FILES_MAX) throw malformed('files of a stream');
  const files = Array.from({ length: flat.length / 2 }, (_, i) => ({
    path: decodePath(flat[2 * i]),
    bytes: count(flat[2 * i + 1], 2 ** 24),
  }));
  const labels = Array.from({ length: digests.length / LABEL_DIGEST_BYTES }, (_, i) =>
    labelOf(digests.subarray(i * LABEL_DIGEST_BYTES, (i + 1) * LABEL_DIGEST_BYTES)),
  );
  return {
    edition: count(edition, 999_999_999),
    layer: count(layer, LAYER_OF.texts) as StreamLayer,
    from: count(from, STREAM_LABELS_MAX),
    files,
    labels,
  };
}

function whole(part: StreamPart): Stream {
  if (part.from !== 0) throw malformed('a ladder with half a stream');
  return part;
}

/** A pack is its digest, an edition its number; other paths are written out. */
function encodePath(path: TreePath): Cbor {
  const parts = parsePath(path);
  if (parts.kind === 'pack') return decodeBase32(parts.id);
  return parts.kind === 'edition' ? parts.number : path;
}

function decodePath(value: Cbor | undefined): TreePath {
  if (value instanceof Uint8Array && value.length === 16) return formatPath({ kind: 'pack', id: encodeBase32(value) });
  if (typeof value === 'number') return formatPath({ kind: 'edition', number: atLeast(1, count(value, 999_999_999)) });
  if (typeof value !== 'string') throw malformed('path');
  return formatPath(parsePath(value));
}

function encodeNodes(nodes: readonly TreeNode[]): Cbor[] {
  return nodes.flatMap(({ edition, label, bytes }): Cbor[] => [edition, digestOf(label), bytes]);
}

function decodeNodes(value: Cbor): TreeNode[] {
  const flat = list(value);
  if (flat.length % 3 !== 0) throw malformed('tree');
  return Array.from({ length: flat.length / 3 }, (_, i) => {
    const [edition, digest, bytes] = flat.slice(3 * i);
    if (!(digest instanceof Uint8Array) || digest.length !== LABEL_DIGEST_BYTES) throw malformed('tree');
    return { edition: count(edition, 999_999_999), label: labelOf(digest), bytes: count(bytes, BLOCK_BYTES_MAX) };
  });
}

function list(value: Cbor | undefined): Cbor[] {
  if (!Array.isArray(value)) throw malformed('no list');
  return value;
}

function count(value: Cbor | undefined, max: number): number {
  if (typeof value !== 'number' || value < 0) throw malformed('no number');
  if (value > max) throw new Refused('too-large', 'a number of a manifest');
  return value;
}

function atLeast(min: number, value: number): number {
  if (value < min) throw malformed('number');
  return value;
}

function malformed(what: string): Refused {
  return new Refused('encoding', `manifest: ${what}`);
}
