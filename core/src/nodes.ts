/**
 * What a library knows of the log: hashes of complete nodes, each proven under a signed root.
 * A complete node is the same in every size of an honest log, so two different hashes for one node
 * are a fork, whatever heads they came with.
 */
import { equalBytes } from './base.ts';
import { HASH_BYTES, TILE_WIDTH, nodeHash, peaks, rootOfPeaks } from './log.ts';

const TILE_LEVELS = 8;
const INDEX_SPAN = 2 ** 41;

interface Row {
  hashes: Uint8Array;
  known: Uint8Array;
}

/** Proven hashes of complete nodes. */
export class Nodes {
  /** Levels 0, 8, 16, …: rows of 256, as in tiles. Other levels: one by one. */
  #rows = new Map<number, Row>();
  #between = new Map<number, Uint8Array>();

  /** The hash of a node that is known or follows from known ones; else null. */
  get(level: number, index: number): Uint8Array | null {
    const held = this.#held(level, index);
    if (held || level === 0) return held;
    const left = this.get(level - 1, 2 * index);
    const right = left && this.get(level - 1, 2 * index + 1);
    if (!left || !right) return null;
    const hash = nodeHash(left, right);
    if (level >= TILE_LEVELS) this.#hold(level, index, hash);
    return hash;
  }

  hasLeaf(index: number): boolean {
    return this.#rows.get(Math.floor(index / TILE_WIDTH))?.known[index % TILE_WIDTH] === 1;
  }

  /** Whether this is the hash of a leaf; null when the leaf is not known. */
  isLeaf(index: number, hash: Uint8Array): boolean | null {
    const row = this.#rows.get(Math.floor(index / TILE_WIDTH));
    const slot = index % TILE_WIDTH;
    if (row?.known[slot] !== 1) return null;
    const { hashes } = row;
    const start = slot * HASH_BYTES;
    for (let i = 0; i < HASH_BYTES; i++) if (hashes[start + i] !== hash[i]) return false;
    return true;
  }

  /** Whether this hash contradicts what is known. */
  contradicts(level: number, index: number, hash: Uint8Array): boolean {
    const known = this.get(level, index);
    return known !== null && !equalBytes(known, hash);
  }

  /** Holds a proven hash. False, and nothing changes, when another is held in its place. */
  put(level: number, index: number, hash: Uint8Array): boolean {
    const held = level === 0 ? this.isLeaf(index, hash) : this.#isHeld(level, index, hash);
    if (held !== null) return held;
    this.#hold(level, index, hash);
    return true;
  }

  /**
   * The root hash at `size` that the log with `root` at `above` entries had, by going down from its peaks.
   * Null when too little is known; `contradiction` when what is known does not fit together.
   */
  rootBelow(above: number, root: Uint8Array, size: number): Uint8Array | null | 'contradiction' {
    const whole = this.rootAt(above);
    if (whole === null) return null;
    if (!equalBytes(whole, root)) return 'contradiction';
    const hashes: Uint8Array[] = [];
    for (const { level, index } of peaks(size)) {
      const top = peaks(above).find((p) => p.level >= level && Math.floor(index / 2 ** (p.level - level)) === p.index)!;
      const hash = this.#descend(top.level, top.index, level, index);
      if (hash === null || hash === 'contradiction') return hash;
      hashes.push(hash);
    }
    return rootOfPeaks(hashes);
  }

  /** The hash of a node as its ancestor commits to it. */
  #descend(topLevel: number, topIndex: number, level: number, index: number): Uint8Array | null | 'contradiction' {
    let hash = this.get(topLevel, topIndex);
    let at = topIndex;
    for (let l = topLevel - 1; l >= level && hash; l--) {
      const left: Uint8Array | null = this.get(l, 2 * at);
      const right = this.get(l, 2 * at + 1);
      if (!left || !right) return null;
      if (!equalBytes(nodeHash(left, right), hash)) return 'contradiction';
      at = Math.floor(index / 2 ** (l - level));
      hash = at % 2 === 0 ? left : right;
    }
    return hash;
  }

  /** The root hash at a size, when all its peaks are known. */
  rootAt(size: number): Uint8Array | null {
    const hashes: Uint8Array[] = [];
    for (const { level, index } of peaks(size)) {
      const hash = this.get(level, index);
      if (hash === null) return null;
      hashes.push(hash);
    }
    return rootOfPeaks(hashes);
  }

  #isHeld(level: number, index: number, hash: Uint8Array): boolean | null {
    const held = this.#held(level, index);
    return held && equalBytes(held, hash);
  }

  #held(level: number, index: number): Uint8Array | null {
    if (level % TILE_LEVELS !== 0) return this.#between.get(level * INDEX_SPAN + index) ?? null;
    const row = this.#rows.get(level * INDEX_SPAN + Math.floor(index / TILE_WIDTH));
    const slot = index % TILE_WIDTH;
    return row?.known[slot] === 1 ? row.hashes.subarray(slot * HASH_BYTES, (slot + 1) * HASH_BYTES) : null;
  }

  #hold(level: number, index: number, hash: Uint8Array): void {
    if (level % TILE_LEVELS !== 0) {
      this.#between.set(level * INDEX_SPAN + index, hash);
      return;
    }
    const key = level * INDEX_SPAN + Math.floor(index / TILE_WIDTH);
    let row = this.#rows.get(key);
    if (!row) {
      row = { hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), known: new Uint8Array(TILE_WIDTH) };
      this.#rows.set(key, row);
    }
    const slot = index % TILE_WIDTH;
    row.hashes.set(hash, slot * HASH_BYTES);
    row.known[slot] = 1;
  }
}
