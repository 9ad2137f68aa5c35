/**
 * The posts of a library: which packs hold the record and the layers of each, and which layer is its text. Records
 * themselves are in a Map, or in something that has fewer of them at a time.
 */
import { textLayerOf, type PostRecord } from './post.ts';
import type { FileStore, TreePath } from './tree.ts';

/** Records by index. It gives whatever was set, unless the pack is lost that held it. */
export interface Records {
  get(index: number): PostRecord | undefined;
  has(index: number): boolean;
  set(index: number, record: PostRecord): unknown;
  delete(index: number): unknown;
  clear(): void;
}

/** Indexes that share an array: an object for each post would cost many times the octets. */
export const RUN = 256;
/** Where the pack of a record stands among those of layers, which count from 1. */
export const RECORD = 0;

/** Posts that are proven and not withdrawn, by index. */
export class Posts {
  readonly #files: Pick<FileStore, 'has'>;
  readonly #records: Records;
  /** By layer, run, and place in the run. */
  #packs: (TreePath | null)[][][] = [[]];
  /** Numbers of text layers, 0 for none, where it is not the first. */
  readonly #texts = new Map<number, number>();

  constructor(files: Pick<FileStore, 'has'>, records: Records) {
    this.#files = files;
    this.#records = records;
  }

  has(index: number): boolean {
    return this.#records.has(index);
  }

  record(index: number): PostRecord | null {
    return this.#records.get(index) ?? null;
  }

  /** In ascending order. */
  *keys(): Generator<number> {
    for (let index = 0; index < RUN * this.#packs[RECORD]!.length; index++) if (this.has(index)) yield index;
  }

  /** The number of its text layer; null when it has none. */
  textLayer(index: number): number | null {
    return (this.#texts.get(index) ?? 1) || null;
  }

  /** The held pack with this layer, numbered from 1; of the record where `layer` is 0. */
  pack(index: number, layer: number): TreePath | null {
    const path = this.#packs[layer]?.[Math.floor(index / RUN)]?.[index % RUN];
    return path && this.#files.has(path) ? path : null;
  }

  /** Held packs of layers, those of the newest posts first. */
  layerPacks(): Set<TreePath> {
    const packs = new Set<TreePath>();
    for (const index of [...this.keys()].reverse()) {
      for (let layer = 1; layer < this.#packs.length; layer++) {
        const path = this.pack(index, layer);
        if (path) packs.add(path);
      }
    }
    return packs;
  }

  add(index: number, record: PostRecord): void {
    const text = textLayerOf(record) ?? 0;
    if (text !== 1) this.#texts.set(index, text);
    this.foundIn(null, index, RECORD);
    this.#records.set(index, record);
  }

  /** Takes note of the pack with a layer, or with the record where `layer` is 0; null: none. */
  foundIn(path: TreePath | null, index: number, layer: number): void {
    const row = ((this.#packs[layer] ??= [])[Math.floor(index / RUN)] ??= []);
    row[index % RUN] = path;
  }

  /** Takes the words of a post out of memory. */
  delete(index: number): void {
    this.foundIn(null, index, RECORD);
    this.#records.delete(index);
  }

  clear(): void {
    this.#packs = [[]];
    this.#texts.clear();
    this.#records.clear();
  }
}
