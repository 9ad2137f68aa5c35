/** A tree as blocks (spec §17-§18): the same files give the same blocks, whoever makes them. */
import { concatBytes, type TreeFile } from '@pappus/core';
import {
  LAYER_OF,
  encodeLadder,
  encodeNodeBlock,
  encodeParts,
  type Ladder,
  type Stream,
  type StreamLayer,
  type StreamPart,
  type TreeNode,
} from './manifest.ts';
import { blockLabel } from './names.ts';

/** The files of one edition, by layer. */
export interface EditionFiles {
  number: number;
  /** The edition file and its packs of headlines. */
  headlines: readonly TreeFile[];
  texts: readonly TreeFile[];
}

/** A tree, sorted for a zone. */
export interface ZoneFiles {
  /** SHA-256 of the channel's first root. */
  channel: Uint8Array;
  /** Of the head, in seconds. */
  time: number;
  /** `head` before all, then roots. */
  first: readonly TreeFile[];
  /** Roots that have no room there, and dictionaries. */
  standing: readonly TreeFile[];
  /** From the oldest that the zone carries. */
  editions: readonly EditionFiles[];
}

/** What a zone answers with. */
export interface ZoneBlocks {
  ladder: Uint8Array;
  ladderLabel: string;
  /** By label, the ladder among them. */
  blocks: Map<string, Uint8Array>;
  /** What the next edition changes: the first screen, the ladder, and the tree above the streams. */
  passing: Uint8Array[];
}

/** Adds blocks of earlier states, which resolvers may still name. */
export function owe(content: ZoneBlocks, channel: Uint8Array, earlier: readonly Uint8Array[]): void {
  for (const block of earlier) content.blocks.set(blockLabel(channel, block), block);
}

/** Room for what CBOR puts around the labels of a part. */
const PART_BYTES = 64;

/** Cuts a tree into blocks of at most `blockBytes`. */
export function blocksOf(files: ZoneFiles, blockBytes: number): ZoneBlocks {
  const cutter = new Cutter(files.channel, blockBytes);
  const first = cutter.stream(files.editions.at(-1)?.number ?? 0, LAYER_OF.first, files.first);
  const passing = new Set(first.labels);
  const streams = [
    ...(files.standing.length > 0 ? [cutter.stream(0, LAYER_OF.first, files.standing)] : []),
    ...files.editions.flatMap(({ number, headlines, texts }) =>
      [cutter.stream(number, LAYER_OF.headlines, headlines), cutter.stream(number, LAYER_OF.texts, texts)].filter(
        (stream) => stream.files.length > 0,
      ),
    ),
  ];
  const tree = treeOf(streams, cutter);
  for (const { label } of tree.blocks) passing.add(label);
  const ladder = ladderOf(files, blockBytes, first, streams, tree);
  const ladderLabel = cutter.add(ladder);
  passing.add(ladderLabel);
  const { blocks } = cutter;
  return { ladder, ladderLabel, blocks, passing: [...passing].map((label) => blocks.get(label)!) };
}

class Cutter {
  readonly blocks = new Map<string, Uint8Array>();
  readonly blockBytes: number;
  readonly #channel: Uint8Array;

  constructor(channel: Uint8Array, blockBytes: number) {
    this.#channel = channel;
    this.blockBytes = blockBytes;
  }

  add(block: Uint8Array): string {
    const label = blockLabel(this.#channel, block);
    this.blocks.set(label, block);
    return label;
  }

  stream(edition: number, layer: StreamLayer, files: readonly TreeFile[]): Stream {
    const octets = concatBytes(...files.map((file) => file.bytes));
    const labels: string[] = [];
    for (let at = 0; at < octets.length; at += this.blockBytes)
      labels.push(this.add(octets.slice(at, at + this.blockBytes)));
    return { edition, layer, files: files.map(({ path, bytes }) => ({ path, bytes: bytes.length })), labels };
  }
}

interface Tree {
  level: number;
  nodes: TreeNode[];
  blocks: TreeNode[];
}

/** Levels of nodes, until few enough are left for the ladder. */
function treeOf(streams: readonly Stream[], cutter: Cutter): Tree {
  const { blockBytes } = cutter;
  const parts = streams.flatMap((stream) => partsOf(stream, blockBytes));
  const put = (edition: number, bytes: Uint8Array): TreeNode => ({
    edition,
    label: cutter.add(bytes),
    bytes: bytes.length,
  });
  let nodes = fill(parts, encodeParts, blockBytes).map((some) => put(some[0]!.edition, encodeParts(some)));
  const blocks = [...nodes];
  let level = 0;
  for (; nodes.length > LADDER_NODES; level++) {
    nodes = fill(nodes, encodeNodeBlock, blockBytes).map((some) => put(some[0]!.edition, encodeNodeBlock(some)));
    blocks.push(...nodes);
  }
  return { level, nodes, blocks };
}

const LADDER_NODES = 8;

/** A stream in parts that fit a block each: the names of its files come with the first labels. */
function partsOf(stream: Stream, blockBytes: number): StreamPart[] {
  const parts: StreamPart[] = [];
  const files = [...stream.files];
  let from = 0;
  do {
    const part: StreamPart = { ...stream, from, files: [], labels: [] };
    let room = blockBytes - PART_BYTES;
    while (files.length > 0 && room >= FILE_NAME_BYTES_MAX) {
      part.files.push(files.shift()!);
      room -= FILE_NAME_BYTES_MAX;
    }
    if (files.length === 0) part.labels = stream.labels.slice(from, from + Math.floor(room / 16));
    from += part.labels.length;
    parts.push(part);
  } while (files.length > 0 || from < stream.labels.length);
  return parts;
}

const FILE_NAME_BYTES_MAX = 40;

/** Goes on filling a block until the next does not fit: what is appended later leaves all full blocks as they are. */
function fill<T>(items: readonly T[], encodeAll: (items: T[]) => Uint8Array, blockBytes: number): T[][] {
  const filled: T[][] = [];
  let some: T[] = [];
  for (const item of items) {
    if (some.length > 0 && encodeAll([...some, item]).length > blockBytes) {
      filled.push(some);
      some = [];
    }
    some.push(item);
  }
  if (some.length > 0) filled.push(some);
  return filled;
}

/** As many streams as the ladder's block holds: the first screen, the newest edition, then those before it. */
function ladderOf(
  files: ZoneFiles,
  blockBytes: number,
  first: Stream,
  streams: readonly Stream[],
  tree: Tree,
): Uint8Array {
  const { channel, time } = files;
  const edition = files.editions.at(-1)?.number ?? 0;
  const roots = [...files.first, ...files.standing]
    .filter(({ path }) => path.startsWith('root/'))
    .map(({ path }) => Number(path.slice(5)));
  const newest = { edition, time, blockBytes, roots: Math.max(0, ...roots) };
  const bare: Ladder = { channel, ...newest, streams: [first], level: tree.level, nodes: tree.nodes };
  let best = encodeLadder(bare);
  if (best.length > blockBytes) throw new Error('the names of the first screen do not fit a block');
  for (const stream of newestFirst(streams)) {
    const more = encodeLadder({ ...bare, streams: [...bare.streams, stream] });
    if (more.length > blockBytes) break;
    bare.streams.push(stream);
    best = more;
  }
  return best;
}

/** Dictionaries, which most readers have, are named by the tree alone. */
function newestFirst(streams: readonly Stream[]): Stream[] {
  return streams.filter(({ edition }) => edition > 0).sort((a, b) => b.edition - a.edition || a.layer - b.layer);
}
