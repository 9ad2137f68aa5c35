/**
 * What a library has learnt of each entry: only proven things come here, so everything in it may be shown.
 * A withdrawn post loses its words at once and for good, in whatever order post and tombstone arrive.
 */
import type { Mark } from './edition.ts';
import { ENTRY, ENTRY_BYTES, type EntryType, type PostRecord, type Tombstone } from './post.ts';
import type { TreePath } from './tree.ts';

export interface HeldPost {
  record: PostRecord;
  /** The pack that holds layer n + 1, at n. */
  layers: (TreePath | undefined)[];
}

export interface HeldMark {
  mark: Mark;
  /** Index of the mark itself; the edition's entries end with it. */
  index: number;
}

/** `at`: index of the tombstone. */
export type HeldTombstone = Tombstone & { at: number };

/** Everything proven of entries, by index. */
export class Contents {
  /** Entry types as far as known: records, entry bundles and bare entries in packs tell them. */
  readonly types = new Map<number, EntryType>();
  readonly posts = new Map<number, HeldPost>();
  readonly withdrawn = new Map<number, HeldTombstone>();
  /** Posts that correct a post; those withdrawn since among them. */
  readonly #correctors = new Map<number, Set<number>>();
  readonly marks = new Map<number, HeldMark>();
  /** Proven entries, 33 octets each, of records met. */
  readonly entries = new Entries();
  /** For each run of 256 indexes the packs that hold words of one of its posts, so that withdrawal finds them. */
  readonly #packs = new Map<number, Set<TreePath>>();

  #newestMark: HeldMark | null = null;

  clear(): void {
    for (const map of [
      this.types,
      this.posts,
      this.withdrawn,
      this.#correctors,
      this.marks,
      this.entries,
      this.#packs,
    ]) {
      map.clear();
    }
    this.#newestMark = null;
  }

  get newestMark(): HeldMark | null {
    return this.#newestMark;
  }

  addPost(index: number, record: PostRecord): void {
    if (this.withdrawn.has(index) || this.posts.has(index)) return;
    this.posts.set(index, { record, layers: [] });
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
    const type = this.types.get(index);
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

  /** Remembers that a pack holds words of these posts. */
  foundIn(path: TreePath, items: readonly { index: number }[]): void {
    let last = -1;
    for (const { index } of items) {
      const run = Math.floor(index / RUN);
      if (run === last) continue;
      const paths = this.#packs.get(run) ?? new Set<TreePath>();
      this.#packs.set(run, paths.add(path));
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

/** Indexes that share an array: one for each would cost five times the entry. */
const RUN = 256;

/** Entries by index, side by side in few arrays. */
class Entries {
  readonly #runs = new Map<number, Uint8Array>();

  /** A view of the entry at `index`; null when none is held. */
  get(index: number): Uint8Array | null {
    const start = (index % RUN) * ENTRY_BYTES;
    const entry = this.#runs.get(Math.floor(index / RUN))?.subarray(start, start + ENTRY_BYTES);
    return entry && entry[0] !== 0 ? entry : null;
  }

  set(index: number, entry: Uint8Array): void {
    const run = Math.floor(index / RUN);
    let entries = this.#runs.get(run);
    if (!entries) this.#runs.set(run, (entries = new Uint8Array(RUN * ENTRY_BYTES)));
    entries.set(entry, (index % RUN) * ENTRY_BYTES);
  }

  clear(): void {
    this.#runs.clear();
  }
}
