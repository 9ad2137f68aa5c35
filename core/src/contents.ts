/**
 * What a library has learnt of each entry: only proven things come here, so everything in it may be shown.
 * A withdrawn post loses its words at once and for good, in whatever order post and tombstone arrive.
 */
import type { Mark } from './edition.ts';
import { ENTRY, ENTRY_BYTES, type EntryType, type PostRecord, type Tombstone } from './post.ts';
import { RUN, type Posts } from './posts.ts';
import type { TreePath } from './tree.ts';

export interface HeldMark {
  mark: Mark;
  /** Index of the mark itself; the edition's entries end with it. */
  index: number;
}

/** `at`: index of the tombstone. */
export type HeldTombstone = Tombstone & { at: number };

/** Everything proven of entries, by index. */
export class Contents {
  readonly posts: Posts;
  readonly withdrawn = new Map<number, HeldTombstone>();
  /** Posts that correct a post; those withdrawn since among them. */
  readonly #correctors = new Map<number, Set<number>>();
  readonly marks = new Map<number, HeldMark>();
  /** Proven entries, 33 octets each: of records met, and those that stand alone in packs and bundles. */
  readonly entries = new Entries();
  /** For each run of 256 indexes the packs that hold words of one of its posts, so that withdrawal finds them. */
  readonly #packs = new Map<number, Set<TreePath>>();

  #newestMark: HeldMark | null = null;

  constructor(posts: Posts) {
    this.posts = posts;
  }

  clear(): void {
    for (const map of [this.posts, this.withdrawn, this.#correctors, this.marks, this.entries, this.#packs])
      map.clear();
    this.#newestMark = null;
  }

  /** What an entry is of, where it is known. */
  typeOf(index: number): EntryType | undefined {
    return this.entries.get(index)?.[0] as EntryType | undefined;
  }

  get newestMark(): HeldMark | null {
    return this.#newestMark;
  }

  addPost(index: number, record: PostRecord): void {
    if (this.withdrawn.has(index) || this.posts.has(index)) return;
    this.posts.add(index, record);
    const { replaces } = record;
    if (replaces === null || replaces >= index) return;
    const correctors = this.#correctors.get(replaces) ?? new Set<number>();
    this.#correctors.set(replaces, correctors.add(index));
  }

  /** The newest post that corrects this one and is not withdrawn; null when there is none. */
  correctionOf(index: number): number | null {
    const standing = [...(this.#correctors.get(index) ?? [])].filter((at) => !this.withdrawn.has(at));
    return standing.length === 0 ? null : Math.max(...standing);
  }

  /**
   * A tombstone counts for an earlier post only. Of several the first in the log decides, whichever came first.
   * True when words are to be forgotten.
   */
  addTombstone(at: number, tombstone: Tombstone): boolean {
    const { index } = tombstone;
    const type = this.typeOf(index);
    const held = this.withdrawn.get(index);
    if (index >= at || (type !== undefined && type !== ENTRY.post) || (held && held.at <= at)) return false;
    this.withdrawn.set(index, { ...tombstone, at });
    this.posts.delete(index);
    return held === undefined;
  }

  addMark(index: number, mark: Mark): void {
    const held = { mark, index };
    this.marks.set(mark.number, held);
    if (this.#newestMark === null || index > this.#newestMark.index) this.#newestMark = held;
  }

  /** Remembers that a pack holds words of these posts: a layer of each, or its record. */
  foundIn(path: TreePath, items: readonly { index: number; layer?: number }[]): void {
    let last = -1;
    for (const { index, layer = 0 } of items) {
      if (!this.withdrawn.has(index)) this.posts.foundIn(path, index, layer);
      const run = Math.floor(index / RUN);
      if (run !== last) this.#packs.set(run, (this.#packs.get(run) ?? new Set<TreePath>()).add(path));
      last = run;
    }
  }

  /** Packs among which are all that hold words of this post. */
  packsNear(index: number): TreePath[] {
    return [...(this.#packs.get(Math.floor(index / RUN)) ?? [])];
  }

  /** Forgets a pack as far as this post goes: it is not held any more. */
  notNear(index: number, path: TreePath): void {
    this.#packs.get(Math.floor(index / RUN))?.delete(path);
  }
}

/** Entries by index, side by side in few arrays. */
class Entries {
  #runs: Uint8Array[] = [];

  /** A view of the entry at `index`; null when none is held. */
  get(index: number): Uint8Array | null {
    const start = (index % RUN) * ENTRY_BYTES;
    const entry = this.#runs[Math.floor(index / RUN)]?.subarray(start, start + ENTRY_BYTES);
    return entry && entry[0] !== 0 ? entry : null;
  }

  set(index: number, entry: Uint8Array): void {
    const run = (this.#runs[Math.floor(index / RUN)] ??= new Uint8Array(RUN * ENTRY_BYTES));
    run.set(entry, (index % RUN) * ENTRY_BYTES);
  }

  clear(): void {
    this.#runs = [];
  }
}
