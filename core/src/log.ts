/**
 * The Merkle tree of RFC 6962 §2.1 and its tiles (C2SP tlog-tiles): pure functions over hashes of 32 octets.
 *
 *     leaf hash = SHA-256(0x00 ‖ entry)         node hash = SHA-256(0x01 ‖ left ‖ right)
 *
 * Node (level, index) covers the leaves from index·2^level up to (index+1)·2^level. Once all of these exist
 * it never changes, whatever the size of the log: all functions here rest on that.
 * The peaks of a size are its largest complete nodes from left to right, one for each bit that is set:
 * size 11 = 8 + 2 + 1 has the peaks (3,0) (1,4) (0,10).
 */
import { concatBytes, equalBytes } from './base.ts';
import { sha256, sha256Of } from './crypto.ts';
import { Refused } from './refused.ts';

export const HASH_BYTES = 32;
export const TILE_WIDTH = 256;
const TILE_LEVELS = 8;

export interface NodePosition {
  level: number;
  index: number;
}

const LEAF = Uint8Array.of(0);
const nodeInput = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1);

/** SHA-256(0x00 ‖ entry), RFC 6962 §2.1. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256Of(LEAF, entry);
}

/** SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1. Both of 32 octets. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256(nodeInput);
}

/** Positions of the peaks of a log of `size` entries, left to right. */
export function peaks(size: number): NodePosition[] {
  const positions: NodePosition[] = [];
  for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) positions.unshift({ level, index: rest - 1 });
  }
  return positions;
}

/** How many leading peaks `from` and `to` have in common; `from` is at most `to`. */
export function commonPeaks(from: number, to: number): number {
  const a = peaks(from);
  const b = peaks(to);
  let count = 0;
  while (count < a.length && a[count]!.level === b[count]!.level && a[count]!.index === b[count]!.index) count++;
  return count;
}

/** The root over hashes of peaks, left to right; of no peaks, SHA-256 of nothing. */
export function rootOfPeaks(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256(new Uint8Array(0));
  let root = hashes[hashes.length - 1]!;
  for (let i = hashes.length - 2; i >= 0; i--) root = nodeHash(hashes[i]!, root);
  return root;
}

/** A log that knows only its peaks: enough to append and to give the root. */
export class Frontier {
  #size: number;
  #hashes: Uint8Array[];

  /** @throws Refused `proof` when the number of hashes is not that of the peaks of `size`. */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    if (hashes.length !== peaks(size).length) throw new Refused('proof', 'wrong number of hashes');
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  /** Hashes of the peaks, left to right. */
  get hashes(): readonly Uint8Array[] {
    return this.#hashes;
  }

  root(): Uint8Array {
    return rootOfPeaks(this.#hashes);
  }

  /** Appends a leaf; `onNode` hears of it and of every node that it completes. */
  append(leaf: Uint8Array, onNode?: (level: number, index: number, hash: Uint8Array) => void): void {
    let node = leaf;
    let index = this.#size;
    onNode?.(0, index, node);
    for (let level = 1; index % 2 === 1; level++) {
      index = (index - 1) / 2;
      node = nodeHash(this.#hashes.pop()!, node);
      onNode?.(level, index, node);
    }
    this.#hashes.push(node);
    this.#size++;
  }

  copy(): Frontier {
    return new Frontier(this.#size, this.#hashes);
  }
}

/** Reads the hash of a node; null when it is not known. */
export type NodeReader = (level: number, index: number) => Uint8Array | null;

/** The frontier of the first `size` entries. An unknown peak is our own bug. */
export function frontierAt(size: number, read: NodeReader): Frontier {
  return new Frontier(
    size,
    peaks(size).map((p) => need(read, p)),
  );
}

function need(read: NodeReader, { level, index }: NodePosition): Uint8Array {
  const hash = read(level, index);
  if (hash === null) throw new Error(`node ${level}/${index} is not known`);
  return hash;
}

/** Audit path of entry `index` in a log of `size`, leaf to root (RFC 6962 §2.1.1). */
export function proveInclusion(index: number, size: number, read: NodeReader): Uint8Array[] {
  if (index < 0 || index >= size) throw new Error('index outside the log');
  const path: Uint8Array[] = [];
  const tops = peaks(size);
  const own = tops.findIndex((p) => index < (p.index + 1) * 2 ** p.level);
  for (let level = 0, at = index; level < tops[own]!.level; level++, at = Math.floor(at / 2)) {
    path.push(need(read, { level, index: at % 2 === 0 ? at + 1 : at - 1 }));
  }
  const right = tops.slice(own + 1);
  if (right.length > 0) path.push(rootOfPeaks(right.map((p) => need(read, p))));
  for (let i = own - 1; i >= 0; i--) path.push(need(read, tops[i]!));
  return path;
}

/** The root that an audit path leads to (RFC 9162 §2.1.3.2). @throws Refused `proof`. */
export function rootOfInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  path: readonly Uint8Array[],
): Uint8Array {
  if (index < 0 || index >= size) throw new Refused('proof', 'index outside the log');
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) throw new Refused('proof', 'too many hashes');
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw new Refused('proof', 'too few hashes');
  return hash;
}

/** @throws Refused `proof` unless `leaf` is entry `index` of the log of `size` with this root. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  path: readonly Uint8Array[],
  root: Uint8Array,
): void {
  requireHashes(leaf, root, ...path);
  if (!equalBytes(rootOfInclusion(index, size, leaf, path), root)) throw new Refused('proof', 'inclusion');
}

/** Consistency proof from `from` to `to` entries, `from` ≥ 1 (RFC 6962 §2.1.2). */
export function proveConsistency(from: number, to: number, read: NodeReader): Uint8Array[] {
  if (from < 1 || from > to) throw new Error('sizes out of order');
  if (from === to) return [];
  const last = peaks(from).at(-1)!;
  const inner = proveNode(last, to, read);
  const whole = from === 2 ** last.level;
  return whole ? inner : [need(read, last), ...inner];
}

/** Audit path of a complete node in a log of `size`. */
function proveNode(node: NodePosition, size: number, read: NodeReader): Uint8Array[] {
  const path: Uint8Array[] = [];
  let { index } = node;
  for (let level = node.level; ; level++) {
    const siblingIndex = index % 2 === 0 ? index + 1 : index - 1;
    const start = siblingIndex * 2 ** level;
    if (index === 0 && start >= size) return path;
    if (index % 2 === 1) path.push(need(read, { level, index: siblingIndex }));
    else if (start < size) path.push(rangeRoot(level, siblingIndex, size, read));
    index = Math.floor(index / 2);
  }
}

/** Root over the leaves of a node that a log of `size` may have only in part. */
function rangeRoot(level: number, index: number, size: number, read: NodeReader): Uint8Array {
  const start = index * 2 ** level;
  if (start + 2 ** level <= size) return need(read, { level, index });
  const inside = peaks(size).filter((p) => p.index * 2 ** p.level >= start);
  return rootOfPeaks(inside.map((p) => need(read, p)));
}

/**
 * Verifies that the log with `root2` extends the one with `root1` (RFC 9162 §2.1.4.2).
 * An empty first log proves nothing and is refused. @throws Refused `proof`.
 */
export function verifyConsistency(
  from: number,
  to: number,
  root1: Uint8Array,
  root2: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  if (from < 1 || from > to) throw new Refused('proof', 'sizes out of order');
  if (from === to) {
    if (proof.length > 0 || !equalBytes(root1, root2)) throw new Refused('proof', 'consistency of equal sizes');
    return;
  }
  requireHashes(root1, root2, ...proof);
  const roots = rootsOfConsistency(from, to, root1, proof);
  if (!equalBytes(roots[0], root1) || !equalBytes(roots[1], root2)) throw new Refused('proof', 'consistency');
}

function requireHashes(...hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw new Refused('proof', 'a hash is not 32 octets');
}

function rootsOfConsistency(
  from: number,
  to: number,
  root1: Uint8Array,
  proof: readonly Uint8Array[],
): [Uint8Array, Uint8Array] {
  let at = from - 1;
  let last = to - 1;
  while (at % 2 === 1) [at, last] = [(at - 1) / 2, Math.floor(last / 2)];
  const rest = [...proof];
  const seed = at === 0 ? root1 : rest.shift();
  if (seed === undefined) throw new Refused('proof', 'too few hashes');
  let first = seed;
  let second = seed;
  for (const hash of rest) {
    if (last === 0) throw new Refused('proof', 'too many hashes');
    if (at % 2 === 1 || at === last) {
      first = nodeHash(hash, first);
      second = nodeHash(hash, second);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      second = nodeHash(second, hash);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw new Refused('proof', 'too few hashes');
  return [first, second];
}

/** One tile of a log: `width` hashes of level 8·`level`, from hash 256·`index` on. */
export interface TilePosition {
  level: number;
  index: number;
  width: number;
}

/** The last tile of each level for a log of `size`: these hold all its peaks. Widths are 1 to 256. */
export function lastTiles(size: number): TilePosition[] {
  const tiles: TilePosition[] = [];
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const index = Math.floor((count - 1) / TILE_WIDTH);
    tiles.push({ level, index, width: count - index * TILE_WIDTH });
  }
  return tiles;
}

/** Every tile of a log of `size`, bottom level first. */
export function* allTiles(size: number): Generator<TilePosition> {
  for (const last of lastTiles(size)) {
    for (let index = 0; index < last.index; index++) yield { level: last.level, index, width: TILE_WIDTH };
    yield last;
  }
}

/** The hash over 2^n adjacent hashes, given as one run of octets. */
export function subtreeRoot(hashes: Uint8Array): Uint8Array {
  let row = hashes;
  while (row.length > HASH_BYTES) {
    const above = new Uint8Array(row.length / 2);
    for (let at = 0; at < above.length; at += HASH_BYTES) {
      above.set(
        nodeHash(row.subarray(2 * at, 2 * at + HASH_BYTES), row.subarray(2 * at + HASH_BYTES, 2 * at + 2 * HASH_BYTES)),
        at,
      );
    }
    row = above;
  }
  return row;
}

/** Reads nodes out of tiles; `readTile` gives all hashes that it has of a tile, or null. */
export function tileNodes(readTile: (level: number, index: number) => Uint8Array | null): NodeReader {
  return (level, index) => {
    const tileLevel = Math.floor(level / TILE_LEVELS);
    const span = 2 ** (level % TILE_LEVELS);
    const first = index * span;
    const tile = readTile(tileLevel, Math.floor(first / TILE_WIDTH));
    const start = (first % TILE_WIDTH) * HASH_BYTES;
    if (tile === null || tile.length < start + span * HASH_BYTES) return null;
    return subtreeRoot(tile.subarray(start, start + span * HASH_BYTES));
  };
}

/** Entries of a bundle, each with its length as 16-bit big-endian before it (C2SP tlog-tiles). */
export function formatEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...entries.flatMap((e) => [Uint8Array.of(e.length >> 8, e.length & 255), e]));
}

/** @throws Refused `encoding` when lengths do not add up or the number of entries is not `count`. */
export function parseEntryBundle(bytes: Uint8Array, count: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
    if (at + 2 + length > bytes.length) throw new Refused('encoding', 'entry bundle ends too early');
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (entries.length !== count) throw new Refused('encoding', 'entry bundle of another width');
  return entries;
}
