/**
 * What a library has learnt of each entry: only proven things come here, so everything in it may be shown.
 * A withdrawn post loses its words at once and for good, in whatever order post and tombstone arrive.
 */
import type { Mark } from './edition.ts';
import type { LayerItem } from './pack.ts';
import type { EntryType, PostRecord, Tombstone } from './post.ts';
import type { TreePath } from './tree.ts';

/** A layer that is held: where, and how to decode it. */
export interface HeldLayer {
  path: TreePath;
  item: LayerItem;
}

export interface HeldPost {
  record: PostRecord;
  layers: Map<number, HeldLayer>;
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
  readonly corrections = new Map<number, number>();
  readonly marks = new Map<number, HeldMark>();
  /** Proven entries, 33 octets each, of records met. */
  readonly entries = new Map<number, Uint8Array>();
  /** Packs that hold words of a post, so that withdrawal finds them. */
  readonly packsOf = new Map<number, Set<TreePath>>();

  #newestMark: HeldMark | null = null;

  clear(): void {
    for (const map of [this.types, this.posts, this.withdrawn, this.corrections, this.marks, this.entries, this.packsOf]) {
      map.clear();
    }
    this.#newestMark = null;
  }

  get newestMark(): HeldMark | null {
    return this.#newestMark;
  }

  addPost(index: number, record: PostRecord): void {
    if (this.withdrawn.has(index) || this.posts.has(index)) return;
    this.posts.set(index, { record, layers: new Map() });
    const { replaces } = record;
    if (replaces !== null && replaces < index && (this.corrections.get(replaces) ?? -1) < index) {
      this.corrections.set(replaces, index);
    }
  }

  /** A tombstone counts for an earlier post only, and the first one decides. */
  addTombstone(at: number, tombstone: Tombstone): boolean {
    const type = this.types.get(tombstone.index);
    if (tombstone.index >= at || this.withdrawn.has(tombstone.index) || (type !== undefined && type !== 1)) return false;
    this.withdrawn.set(tombstone.index, { ...tombstone, at });
    this.posts.delete(tombstone.index);
    return true;
  }

  addMark(index: number, mark: Mark): void {
    const held = { mark, index };
    this.marks.set(mark.number, held);
    if (this.#newestMark === null || index > this.#newestMark.index) this.#newestMark = held;
  }

  foundIn(index: number, path: TreePath): void {
    const paths = this.packsOf.get(index) ?? new Set<TreePath>();
    this.packsOf.set(index, paths.add(path));
  }
}
