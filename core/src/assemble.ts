/**
 * Makes editions (spec §9): posts and withdrawals in, files of the tree out. Pure: the caller brings time,
 * chance, keys and compression, and decides when the result is durable.
 */
import { concatBytes } from './base.ts';
import {
  baseFor,
  encodeMark,
  encodeSuffix,
  type Compress,
  type HeadSignature,
  type PackRef,
  type RecordInput,
  type SuffixInput,
} from './edition.ts';
import { contentId } from './crypto.ts';
import { LIMITS } from './limits.ts';
import {
  Frontier,
  HASH_BYTES,
  TILE_WIDTH,
  formatEntryBundle,
  frontierAt,
  lastTiles,
  leafHash,
  tileNodes,
} from './log.ts';
import { encodePack, type EntryItem, type HeadlineItem, type LayerItem, type Pack } from './pack.ts';
import {
  ENTRY,
  LAYER,
  SALT_BYTES,
  encodeRecord,
  encodeRootPointer,
  encodeTombstone,
  entryOf,
  layerDigest,
  type EntryType,
  type PostRecord,
  type RootPointer,
  type Tombstone,
} from './post.ts';
import { formatPath, type TreeFile, type TreePath } from './tree.ts';

/** The log as it stands. Tiles may be the whole of what exists at their place, or null when nothing does. */
export interface LogStore {
  size: number;
  tile(level: number, index: number): Uint8Array | null;
  /** Entries from `from` to `to`, the second not included. */
  entries(from: number, to: number): Uint8Array[];
}

/** A post to be published. The record's layers are made from `layers`, in order. */
export interface NewPost {
  record: Omit<PostRecord, 'layers'>;
  layers: { kind: number; mediaType: string; bytes: Uint8Array }[];
}

export interface EditionInput {
  number: number;
  time: number;
  nextBy: number | null;
  posts: readonly NewPost[];
  tombstones: readonly Tombstone[];
  rootPointers: readonly RootPointer[];
  /** Packs of earlier editions without what the tombstones withdraw, and the ids that they replace. */
  rewritten: readonly Pack[];
  retired: readonly string[];
}

/** How an edition is coded: fresh random octets, and the codec of a language. */
export interface Means {
  random(octets: number): Uint8Array;
  compress: Compress;
}

export interface Edition {
  /** Packs and `edition/<n>`. */
  files: TreeFile[];
  /** What each new index holds, for later heads. */
  records: { index: number; input: RecordInput; entry: Uint8Array }[];
}

/** Appends editions to a log and then gives what belongs to its new size. */
export class Press {
  readonly #store: LogStore;
  readonly #means: Means;
  readonly #frontier: Frontier;
  readonly #tiles = new Map<string, Uint8Array[]>();
  readonly #entries: Uint8Array[] = [];

  constructor(store: LogStore, means: Means) {
    this.#store = store;
    this.#means = means;
    this.#frontier = frontierAt(
      store.size,
      tileNodes((level, index) => store.tile(level, index)),
    );
  }

  get size(): number {
    return this.#frontier.size;
  }

  root(): Uint8Array {
    return this.#frontier.root();
  }

  /** Appends one edition: posts first, then root pointers, tombstones, and the mark. */
  print(input: EditionInput): Edition {
    const start = this.#frontier.copy();
    const records: Edition['records'] = [];
    const add = (record: RecordInput): void => {
      const entry = entryOf(record.type, record.salt, concatBytes(record.head, record.tail));
      records.push({ index: this.size, input: record, entry });
      this.#append(entry);
    };
    const packs = this.#printPosts(input.posts, add);
    const frontier = this.#frontier.copy();
    for (const pointer of input.rootPointers) add(this.#plain(ENTRY.rootPointer, encodeRootPointer(pointer)));
    for (const tombstone of input.tombstones) add(this.#plain(ENTRY.tombstone, encodeTombstone(tombstone)));
    const files = [...packs, ...input.rewritten].map(packFile);
    const refs = files.map(({ bytes }, i) => refOf([...packs, ...input.rewritten][i]!, bytes));
    const { number, time, nextBy, retired } = input;
    const mark = encodeMark({
      number,
      time,
      nextBy,
      from: start.size,
      rootBefore: start.root(),
      packs: refs,
      retired: [...retired],
    });
    add(this.#plain(ENTRY.mark, mark));
    const suffix = {
      size: this.size,
      first: frontier.size,
      frontier: [...frontier.hashes],
      base: baseFor(start, frontier.size),
      signature: null,
    };
    const own = records.slice(frontier.size - start.size).map((r) => r.input);
    const bytes = encodeSuffix(suffix, own, this.#means.compress);
    return { files: [...files, { path: formatPath({ kind: 'edition', number }), bytes }], records };
  }

  #plain(type: EntryType, head: Uint8Array): RecordInput {
    return { type, salt: this.#means.random(SALT_BYTES), head, tail: new Uint8Array(0), lang: '' };
  }

  #printPosts(posts: readonly NewPost[], add: (record: RecordInput) => void): Pack[] {
    const headlines: HeadlineItem[] = [];
    const layers = new Map<string, LayerItem[]>();
    for (const { record, layers: parts } of posts) {
      const index = this.size;
      const { lang } = record;
      const salted = parts.map((part) => ({ ...part, salt: this.#means.random(SALT_BYTES) }));
      const named = salted.map(({ kind, mediaType, bytes, salt }) => {
        return { kind, mediaType, size: bytes.length, digest: layerDigest(salt, bytes) };
      });
      const { head, tail } = encodeRecord({ ...record, layers: named });
      const salt = this.#means.random(SALT_BYTES);
      add({ type: ENTRY.post, salt, head, tail, lang });
      headlines.push({ index, salt, tail, ...this.#means.compress([head], lang, null) });
      const ofLang = layers.get(lang) ?? [];
      layers.set(lang, ofLang);
      salted.forEach((part, i) => {
        const before = part.kind === LAYER.text ? [record.title, record.summary] : null;
        ofLang.push({ index, layer: i + 1, salt: part.salt, ...this.#means.compress([part.bytes], lang, before) });
      });
    }
    const texts = [...layers.values()].flatMap((items) => fill('layers', items));
    return [...fill('headlines', headlines), ...texts];
  }

  #append(entry: Uint8Array): void {
    this.#entries.push(entry);
    this.#frontier.append(leafHash(entry), (level, index, hash) => {
      if (level % 8 === 0) this.#tile(level / 8, Math.floor(index / TILE_WIDTH)).push(hash);
    });
  }

  #tile(level: number, index: number): Uint8Array[] {
    const key = `${level}/${index}`;
    let hashes = this.#tiles.get(key);
    if (!hashes) {
      hashes = index * TILE_WIDTH * TILE_WIDTH ** level < this.#store.size ? split(this.#store.tile(level, index)) : [];
      this.#tiles.set(key, hashes);
    }
    return hashes;
  }

  /** Tiles and entry bundles that changed since the store's size. */
  logFiles(): TreeFile[] {
    const files: TreeFile[] = [];
    for (const [key, hashes] of this.#tiles) {
      const [level, index] = key.split('/').map(Number) as [number, number];
      files.push({
        path: formatPath({ kind: 'tile', level, index, width: hashes.length }),
        bytes: concatBytes(...hashes),
      });
    }
    const from = this.#store.size - (this.#store.size % TILE_WIDTH);
    const all = [...this.#store.entries(from, this.#store.size), ...this.#entries];
    for (let at = 0; at < all.length; at += TILE_WIDTH) {
      const entries = all.slice(at, at + TILE_WIDTH);
      const path = formatPath({ kind: 'entries', index: (from + at) / TILE_WIDTH, width: entries.length });
      files.push({ path, bytes: formatEntryBundle(entries) });
    }
    return files;
  }

  /** Entries appended since the store's size. */
  get newEntries(): readonly Uint8Array[] {
    return this.#entries;
  }

  /**
   * The file `head`: as many of the newest records as fit. `recent` gives what an index holds: a bare entry
   * for what was withdrawn; null ends the search.
   */
  head(signature: HeadSignature, recent: (index: number) => SuffixInput | null): TreeFile {
    const { size } = this;
    const inputs: SuffixInput[] = [];
    for (let index = size - 1; index >= 0 && inputs.length < HEAD_RECORDS_MAX; index--) {
      const input = recent(index);
      if (!input) break;
      inputs.unshift(input);
    }
    const encodeLast = (count: number): Uint8Array => {
      const frontier = this.#frontierAt(size - count);
      const suffix = { size, first: size - count, frontier: [...frontier.hashes], base: [], signature };
      return encodeSuffix(suffix, inputs.slice(inputs.length - count), this.#means.compress);
    };
    return { path: 'head' as TreePath, bytes: fillHead(inputs.length, encodeLast) };
  }

  #frontierAt(size: number): Frontier {
    const tiles = tileNodes((level, index) => {
      const changed = this.#tiles.get(`${level}/${index}`);
      return changed ? concatBytes(...changed) : this.#store.tile(level, index);
    });
    return frontierAt(size, tiles);
  }
}

const HEAD_RECORDS_MAX = 256;
const HEAD_RECORDS_FIRST = 32;
/** A head of so many octets is as good as full: each try codes all its headlines anew. */
const HEAD_FULL_BYTES = 0.95 * LIMITS.headBytes;

/** The newest records, nearly as many as fit: their octets grow about as their number does. One always fits. */
function fillHead(countMax: number, encodeLast: (count: number) => Uint8Array): Uint8Array {
  let best: Uint8Array = new Uint8Array(0);
  let [fits, tooMany] = [0, countMax + 1];
  let next = Math.min(HEAD_RECORDS_FIRST, countMax);
  while (fits + 1 < tooMany && best.length < HEAD_FULL_BYTES) {
    const bytes = encodeLast(next);
    if (bytes.length <= LIMITS.headBytes) [best, fits] = [bytes, next];
    else tooMany = next;
    const guess = Math.floor((0.98 * next * LIMITS.headBytes) / bytes.length);
    next = Math.max(fits + 1, Math.min(guess, tooMany - 1));
  }
  if (fits === 0) throw new Error('a head of one record does not fit');
  return best;
}

/** Puts items into packs of at most `packTargetBytes`; a larger item gets one of its own. */
function fill(kind: 'headlines' | 'layers', items: readonly (HeadlineItem | LayerItem)[]): Pack[] {
  const packs: Pack[] = [];
  let room = 0;
  for (const item of items) {
    const octets = itemBytes(item);
    if (octets > room) {
      packs.push({ kind, items: [] });
      room = LIMITS.packTargetBytes - PACK_OVERHEAD_BYTES;
    }
    (packs.at(-1)!.items as (HeadlineItem | LayerItem | EntryItem)[]).push(item);
    room -= octets;
  }
  return packs;
}

/** Version, kind, first index and array heads, with a few codings. */
const PACK_OVERHEAD_BYTES = 96;

function itemBytes(item: HeadlineItem | LayerItem): number {
  return item.data.length + item.salt.length + ('tail' in item ? item.tail.length : 1) + 16;
}

function packFile(pack: Pack): TreeFile {
  const bytes = encodePack(pack);
  return { path: formatPath({ kind: 'pack', id: contentId(bytes) }), bytes };
}

function refOf(pack: Pack, bytes: Uint8Array): PackRef {
  return {
    id: contentId(bytes),
    kind: pack.kind,
    first: pack.items[0]!.index,
    last: pack.items.at(-1)!.index,
    sizeBytes: bytes.length,
  };
}

function split(tile: Uint8Array | null): Uint8Array[] {
  if (tile === null) return [];
  return Array.from({ length: tile.length / HASH_BYTES }, (_, i) => tile.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** The tiles of a log that are not full: what a publication may retire once they are. */
export function partialTiles(size: number): { level: number; index: number; width: number }[] {
  return lastTiles(size).filter((tile) => tile.width < TILE_WIDTH);
}
