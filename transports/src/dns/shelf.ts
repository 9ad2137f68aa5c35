/**
 * A zone of DNS as a shelf (spec §17-§20). Any number of resolvers answer for it, none of them trusted. What it cannot
 * judge, which ladder is the newsroom's, its caller tells by `report`.
 */
import { Refused, concatBytes, decodeBase32, type TreePath } from '@pappus/core';
import { systemClock, type Clock } from '../clock.ts';
import { admit, requireWithin } from '../limit.ts';
import type { ReadLimit, Shelf } from '../transport.ts';
import { BlockFetcher, type WantedBlock } from './fetching.ts';
import { Ladders, type KnownLadder } from './ladder.ts';
import { decodeNodeBlock, decodeParts, type Stream, type StreamPart, type TreeNode } from './manifest.ts';
import { zoneName } from './names.ts';
import type { Resolver } from './resolver.ts';

export interface DnsOptions {
  zone: string;
  /** The channel that is wanted, 52 characters; null: whichever the zone carries. */
  channelId: string | null;
  /** At most `RESOLVERS_MAX`. */
  resolvers: readonly Resolver[];
  clock?: Clock;
  /** Evenly from 0 to below 1; `Math.random` unless given. */
  random?: () => number;
  /** Whether a file is still wanted: with `head` the newest edition is fetched at once, where any of it is. */
  isWanted?: (path: TreePath) => boolean;
}

/** More than these would be a sweep. */
export const RESOLVERS_MAX = 200;
/** The blocks of a tree that are kept for one ladder. */
const NODES_KEPT = 2_048;
/** Ladders that are tried for one file. */
const LADDERS_TRIED = 3;

interface Place {
  stream: Stream;
  blockBytes: number;
  from: number;
  bytes: number;
}

/** Throws Error for a zone or resolvers that are none. Has no `checkpoint`: `head` holds all of it. */
export class DnsShelf implements Shelf {
  readonly #resolvers: readonly Resolver[];
  readonly #fetcher: BlockFetcher;
  readonly #ladders: Ladders;
  readonly #trees = new WeakMap<KnownLadder, TreeOfStreams>();
  readonly #gave = new WeakMap<Uint8Array, KnownLadder>();
  readonly #isWanted: (path: TreePath) => boolean;
  readonly #lastGave = new Map<TreePath, KnownLadder>();

  constructor({
    zone: text,
    channelId,
    resolvers,
    clock = systemClock,
    random = Math.random,
    isWanted = () => false,
  }: DnsOptions) {
    const zone = zoneName(text);
    if (zone === null) throw new Error(`${text} is no zone`);
    if (resolvers.length === 0 || resolvers.length > RESOLVERS_MAX) throw new Error('1 to 200 resolvers are asked');
    const channel = channelId === null ? null : decodeBase32(channelId);
    this.#isWanted = isWanted;
    this.#resolvers = resolvers;
    this.#fetcher = new BlockFetcher(zone, resolvers, clock);
    this.#ladders = new Ladders({ zone, channel, resolvers, fetcher: this.#fetcher, clock, random });
  }

  /** What has been asked so far, as `Resolver.cost` counts. */
  get cost(): { queries: number; bytes: number } {
    const sum = { queries: 0, bytes: 0 };
    for (const { cost } of this.#resolvers) {
      sum.queries += cost.queries;
      sum.bytes += cost.bytes;
    }
    return sum;
  }

  /** Frees what still listens. */
  close(): void {
    this.#ladders.close();
    this.#fetcher.close();
  }

  /**
   * From the newest ladder that names the path. Throws when no resolver knows the zone, or none gives the blocks that
   * a ladder names.
   */
  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    admit(path, limit);
    await this.#ladders.refresh(limit.signal);
    let failure: unknown = null;
    for (const known of [...this.#ladders.known].slice(0, LADDERS_TRIED)) {
      try {
        const bytes = await this.#readFrom(known, path, limit);
        if (bytes) return this.#remember(path, known, bytes);
      } catch (error) {
        if (limit.signal.aborted) throw error;
        if (error instanceof Refused && error.code !== 'too-large') this.#ladders.refute(known);
        failure ??= error;
      }
    }
    if (failure !== null) throw failure;
    return null;
  }

  /** The verdict on what was given for `path`: a false file makes the ladder false that led to it. */
  report(path: TreePath, good: boolean, bytes?: Uint8Array): boolean {
    const known = (bytes && this.#gave.get(bytes)) ?? this.#lastGave.get(path);
    if (known && !good) this.#ladders.refute(known);
    return known !== undefined && !good;
  }

  #remember(path: TreePath, known: KnownLadder, bytes: Uint8Array): Uint8Array {
    this.#gave.set(bytes, known);
    this.#lastGave.delete(path);
    this.#lastGave.set(path, known);
    if (this.#lastGave.size > NODES_KEPT) this.#lastGave.delete(this.#lastGave.keys().next().value!);
    return bytes;
  }

  async #readFrom(known: KnownLadder, path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    const place = await this.#locate(known, path, limit.signal);
    if (!place) return null;
    requireWithin(place.bytes, limit);
    const { stream, blockBytes, from, bytes } = place;
    const first = Math.floor(from / blockBytes);
    const last = Math.max(first, Math.ceil((from + bytes) / blockBytes) - 1);
    const wanted = blocksOf(stream, blockBytes).slice(first, last + 1);
    const blocks = wanted.map((block) => this.#fetcher.block(known.ladder.channel, block, limit.signal));
    if (path === 'head') this.#fetchAhead(known, limit.signal);
    const octets = concatBytes(...(await Promise.all(blocks)));
    return octets.slice(from - first * blockBytes, from - first * blockBytes + bytes);
  }

  /** What is asked for next is under way while the head's last blocks are asked for again. */
  #fetchAhead({ ladder }: KnownLadder, signal: AbortSignal): void {
    for (const stream of ladder.streams) {
      if (stream.edition !== ladder.edition || !stream.files.some(({ path }) => this.#isWanted(path))) continue;
      for (const wanted of blocksOf(stream, ladder.blockBytes)) {
        this.#fetcher.block(ladder.channel, wanted, signal).catch(() => {}); // whoever reads the file hears of it
      }
    }
  }

  async #locate(known: KnownLadder, path: TreePath, signal: AbortSignal): Promise<Place | null> {
    const { ladder } = known;
    const inline = placeIn(ladder.streams, path, ladder.blockBytes);
    if (inline || path === 'head' || path === 'checkpoint') return inline;
    const [kind, number] = path.split('/');
    if ((kind === 'root' && Number(number) > ladder.roots) || (kind === 'edition' && Number(number) > ladder.edition))
      return null;
    let tree = this.#trees.get(known);
    if (!tree) this.#trees.set(known, (tree = new TreeOfStreams(known, this.#fetcher)));
    const stream = await tree.find(path, signal);
    return stream && placeIn([stream], path, ladder.blockBytes);
  }
}

/** Null too for a stream whose labels are not as many as its files need. */
function placeIn(streams: readonly Stream[], path: TreePath, blockBytes: number): Place | null {
  for (const stream of streams) {
    let from = 0;
    for (const file of stream.files) {
      if (file.path === path && isWhole(stream, blockBytes)) return { stream, blockBytes, from, bytes: file.bytes };
      from += file.bytes;
    }
  }
  return null;
}

function blocksOf(stream: Stream, blockBytes: number): WantedBlock[] {
  const total = totalBytes(stream);
  return stream.labels.map((label, i) => ({ label, bytes: Math.min(blockBytes, total - i * blockBytes) }));
}

function totalBytes(stream: Stream): number {
  return stream.files.reduce((sum, file) => sum + file.bytes, 0);
}

function isWhole(stream: Stream, blockBytes: number): boolean {
  return stream.labels.length === Math.ceil(totalBytes(stream) / blockBytes);
}

/** The tree below one ladder, as far as it has been walked. */
class TreeOfStreams {
  readonly #known: KnownLadder;
  readonly #fetcher: BlockFetcher;
  /** What each of `#leaves` names, by its label; and the part that names a file. */
  readonly #parts = new Map<string, StreamPart[]>();
  readonly #byPath = new Map<TreePath, StreamPart>();
  readonly #streams = new Map<string, Stream>();
  /** Blocks that name streams, in order; null until the levels above have been read. */
  #leaves: TreeNode[] | null = null;

  constructor(known: KnownLadder, fetcher: BlockFetcher) {
    this.#known = known;
    this.#fetcher = fetcher;
  }

  /** The stream that holds the path, whole: editions by their number, anything else from the newest to the oldest. */
  async find(path: TreePath, signal: AbortSignal): Promise<Stream | null> {
    const [kind, number] = path.split('/');
    this.#leaves ??= await this.#readLevels(signal);
    if (kind === 'edition') await this.#load(this.#leavesOf(Number(number)), signal);
    else if (kind === 'root' || kind === 'dict') await this.#load(this.#leavesOf(0), signal);
    else
      for (let at = this.#leaves.length - 1; at >= 0 && !this.#byPath.has(path); at--)
        await this.#load([this.#leaves[at]!], signal);
    const part = this.#byPath.get(path);
    if (!part) return null;
    const leaves = this.#leavesOf(part.edition);
    await this.#load(leaves, signal);
    return this.#joined(leaves, part);
  }

  /** Parts come in any order; files lie in the stream in that of the leaves. */
  #joined(leaves: readonly TreeNode[], { edition, layer }: StreamPart): Stream {
    const key = `${edition}/${layer}`;
    const known = this.#streams.get(key);
    if (known) return known;
    const stream: Stream = { edition, layer, files: [], labels: [] };
    for (const part of leaves.flatMap(({ label }) => this.#parts.get(label)!)) {
      if (part.edition !== edition || part.layer !== layer) continue;
      stream.files.push(...part.files);
      part.labels.forEach((label, i) => (stream.labels[part.from + i] = label));
    }
    this.#streams.set(key, stream);
    return stream;
  }

  /** An edition may begin at the end of one block and go on in those after it. */
  #leavesOf(edition: number): TreeNode[] {
    return this.#leaves!.filter((leaf, i) => {
      const next = this.#leaves![i + 1]?.edition ?? Infinity;
      return leaf.edition <= edition && edition <= next;
    });
  }

  async #readLevels(signal: AbortSignal): Promise<TreeNode[]> {
    let { nodes } = this.#known.ladder;
    for (let { level } = this.#known.ladder; level > 0; level--) {
      const below = await Promise.all(nodes.map((node) => this.#block(node, signal)));
      nodes = below.flatMap(decodeNodeBlock);
      if (nodes.length > NODES_KEPT) throw new Error('the zone names more than it may');
    }
    return nodes;
  }

  async #load(leaves: readonly TreeNode[], signal: AbortSignal): Promise<void> {
    const missing = leaves.filter(({ label }) => !this.#parts.has(label));
    const blocks = await Promise.all(missing.map((leaf) => this.#block(leaf, signal)));
    for (const [i, block] of blocks.entries()) {
      const parts = decodeParts(block);
      this.#parts.set(missing[i]!.label, parts);
      for (const part of parts) for (const { path } of part.files) this.#byPath.set(path, part);
    }
  }

  #block(node: TreeNode, signal: AbortSignal): Promise<Uint8Array> {
    return this.#fetcher.block(this.#known.ladder.channel, node, signal);
  }
}
