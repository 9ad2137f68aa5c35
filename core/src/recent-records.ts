/** Records for libraries whose files lie on a disk: the newest that were read, and all others by reading them again. */
import type { Library } from './library.ts';
import type { PostRecord } from './post.ts';
import { RECORD, type Records } from './posts.ts';
import type { TreePath } from './tree.ts';

/** Beside records that no held pack has at most some so many. */
export class RecentRecords implements Records {
  readonly #library: Library;
  readonly #recordsMax: number;
  readonly #recent = new Map<number, PostRecord>();
  /** Their packs have not come yet, or have not been looked for since. */
  readonly #alone = new Map<number, PostRecord>();
  #aloneMax: number;

  constructor(library: Library, recordsMax: number) {
    this.#library = library;
    this.#recordsMax = recordsMax;
    this.#aloneMax = recordsMax;
  }

  has(index: number): boolean {
    return this.#packOf(index) !== null || this.#alone.has(index);
  }

  get(index: number): PostRecord | undefined {
    const alone = this.#alone.get(index);
    if (alone) this.#settle(index, alone);
    return alone ?? this.#recent.get(index) ?? this.#readAgain(index);
  }

  set(index: number, record: PostRecord): void {
    this.#alone.set(index, record);
    if (this.#alone.size <= this.#aloneMax) return;
    for (const [other, its] of this.#alone) this.#settle(other, its);
    this.#aloneMax = this.#alone.size + this.#recordsMax;
  }

  delete(index: number): void {
    this.#recent.delete(index);
    this.#alone.delete(index);
  }

  clear(): void {
    this.#recent.clear();
    this.#alone.clear();
  }

  /** Moves a record to those that can be read again, once it can. */
  #settle(index: number, record: PostRecord): void {
    if (this.#packOf(index) === null) return;
    this.#alone.delete(index);
    this.#keep(index, record);
  }

  #keep(index: number, record: PostRecord): void {
    this.#recent.set(index, record);
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= this.#recordsMax) return;
      this.#recent.delete(oldest);
    }
  }

  /** The pack that holds the record. */
  #packOf(index: number): TreePath | null {
    return this.#library.contents.posts.pack(index, RECORD);
  }

  /** Whoever asks for one record mostly asks for its neighbours next: all that its pack holds are kept for a while. */
  #readAgain(index: number): PostRecord | undefined {
    const path = this.#packOf(index);
    let found: PostRecord | undefined;
    for (const [at, record] of path ? this.#library.recordsIn(path) : []) {
      if (at === index) found = record;
      if (this.#packOf(at) === path) this.#keep(at, record);
    }
    return found;
  }
}
