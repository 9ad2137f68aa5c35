/** Prints editions into a newsroom's store: all rows and outgoing files of one publishing, in its transaction. */
import {
  Press,
  decodePack,
  dictionariesOf,
  formatCheckpoint,
  formatNote,
  formatPath,
  noteOf,
  parsePath,
  signNote,
  treePath,
  withoutPost,
  type Identity,
  type Means,
  type NewPost,
  type Pack,
  type RootPointer,
  type SignedHead,
  type Tombstone,
  type TreeFile,
  type TreePath,
} from '@pappus/core';
import type { Books } from './dictionaries.ts';
import type { Store, StoredHead } from './store.ts';

export interface LogSecrets {
  log: Uint8Array;
  clock: Uint8Array;
}

/** What one publishing adds; `sourceIds` name the drafts of the posts. */
export interface Additions {
  posts: NewPost[];
  sourceIds: string[];
  tombstones: Tombstone[];
  rootPointers: RootPointer[];
  /** Ids of packs in the tree that are to be named again, and of those that are not to come back. */
  repacked: string[];
  retired: string[];
}

/** An edition that only says "still here". */
export const NOTHING: Additions = {
  posts: [],
  sourceIds: [],
  tombstones: [],
  rootPointers: [],
  repacked: [],
  retired: [],
};

export interface PrintOptions {
  /** Seconds since 1970. */
  time: number;
  /** Seconds within which the next edition is promised. */
  nextWithin: number | null;
  onProgress: (done: number, total: number) => void;
}

export interface Published {
  /** Numbers of the editions made; more than one for a large import. */
  editions: number[];
  /** Index of each new post. */
  posts: number[];
  size: number;
}

export interface PrintShop {
  store: Store;
  identity: Identity;
  secrets: LogSecrets;
  random: (octets: number) => Uint8Array;
  readPack: (id: string) => Promise<Uint8Array>;
  books: Books;
}

const POSTS_PER_EDITION = 256;
/** Keeps the list of packs in an edition's mark small enough for the head. */
const RAW_BYTES_PER_EDITION = 1_500_000;
/** Beyond this many posts at once the text codec, slow for readers too, gives way to DEFLATE. */
const POSTS_CODED_WELL = 400;
/** A head may hold up to 256 records; posts that are withdrawn later still count among them. */
export const RECENT_ENTRIES = 512;

/** Time never runs backwards in a log, whatever the desk's clock says. */
export async function printEditions(shop: PrintShop, additions: Additions, options: PrintOptions): Promise<Published> {
  const { store } = shop;
  const before = store.head();
  const time = Math.max(options.time, before?.signature.time ?? 0);
  const nextBy = options.nextWithin === null ? null : time + options.nextWithin;
  const press = new Press(store, meansFor(shop, additions.posts.length));
  const { packs: rewritten, retired } = await rewrite(shop, additions);
  const published: Published = { editions: [], posts: [], size: 0 };
  const heads: StoredHead[] = [];
  const chunks = divide(additions.posts);
  for (const [i, posts] of chunks.entries()) {
    const number = (before?.edition ?? 0) + 1 + i;
    const rest = i === chunks.length - 1 ? { ...additions, rewritten, retired } : NOTHING_ELSE;
    const first = press.size;
    const edition = press.print({ ...rest, number, time, nextBy, posts });
    for (const { index, input, entry } of edition.records) {
      store.addEntry(index, entry);
      store.addRecent(index, input);
    }
    for (const file of edition.files) send(shop, file);
    posts.forEach((_, k) => published.posts.push(first + k));
    published.editions.push(number);
    heads.push({ edition: number, ...signHead(shop, press.size, press.root(), time) });
    options.onProgress(published.posts.length, additions.posts.length);
  }
  additions.sourceIds.forEach((id, i) =>
    store.markPublished(id, published.posts[i]!, additions.posts[i]!.record.replaces),
  );
  for (const { index } of additions.tombstones) store.addWithdrawn(index);
  for (const id of retired) store.send(formatPath({ kind: 'pack', id }), null);
  finish(shop, press, heads);
  return { ...published, size: press.size };
}

const NOTHING_ELSE = { tombstones: [], rootPointers: [], rewritten: [], retired: [] };

function meansFor({ random, books }: PrintShop, posts: number): Means {
  return { random, compress: posts <= POSTS_CODED_WELL ? books.compressWell : books.compressQuickly };
}

function signHead({ identity, secrets }: PrintShop, size: number, root: Uint8Array, time: number): SignedHead {
  const { log, clock } = identity.keys;
  const text = formatCheckpoint({ origin: log.name, size, root });
  const signature = {
    time,
    log: signNote(text, log, secrets.log, null).bytes,
    clock: signNote(text, clock, secrets.clock, time).bytes.slice(8),
  };
  return { size, root, signature };
}

/** Tiles, heads and the mutable files of the new size. */
function finish(shop: PrintShop, press: Press, heads: readonly StoredHead[]): void {
  const { store, identity } = shop;
  for (const { path, bytes } of press.logFiles()) {
    const parts = parsePath(path);
    if (parts.kind === 'tile') store.setTile(parts.level, parts.index, bytes);
    store.send(path, bytes);
    for (const partial of outgrown(store, path)) store.send(partial, null);
  }
  for (const head of heads) store.addHead(head);
  store.forgetRecentBefore(press.size - RECENT_ENTRIES);
  const newest = heads.at(-1)!;
  const head = press.head(newest.signature, (index) => store.recent(index));
  store.send(head.path, head.bytes);
  sendDictionaries(shop, head);
  store.send(treePath('checkpoint'), formatNote(noteOf(newest, identity.keys)));
}

/** Partial tiles of earlier sizes go once the full tile stands (C2SP tlog-tiles, "Partial Tiles"). */
function outgrown(store: Store, path: TreePath): TreePath[] {
  const parts = parsePath(path);
  if ((parts.kind !== 'tile' && parts.kind !== 'entries') || parts.width < 256) return [];
  const span = 256 ** (parts.kind === 'tile' ? parts.level : 0);
  const start = parts.index * 256 * span;
  const widths = store.sizesBetween(start, start + 256 * span).map((size) => Math.floor((size - start) / span));
  return [...new Set(widths)].filter((w) => w >= 1 && w <= 255).map((width) => formatPath({ ...parts, width }));
}

function send(shop: PrintShop, { path, bytes }: TreeFile): void {
  const { store } = shop;
  store.send(path, bytes);
  const parts = parsePath(path);
  if (parts.kind !== 'pack') return;
  const pack = decodePack(bytes);
  store.addPack(
    parts.id,
    pack.items.flatMap((item) => ('entry' in item ? [] : [item.index])),
  );
  sendDictionaries(shop, { path, bytes });
}

/** A tree holds the dictionaries that its files name. */
function sendDictionaries({ store, books }: PrintShop, file: TreeFile): void {
  for (const id of dictionariesOf([file])) {
    const path = formatPath({ kind: 'dict', id });
    const book = store.fact(path) ? null : books.files.find(({ dictionary }) => dictionary.id === id);
    if (!book) continue;
    store.setFact(path, 'sent');
    store.send(path, book.bytes);
  }
}

/** The packs that hold withdrawn posts, without these. */
async function rewrite(
  shop: PrintShop,
  { tombstones, repacked, retired }: Additions,
): Promise<{ packs: Pack[]; retired: string[] }> {
  const { store } = shop;
  const packs = new Map<string, Pack>();
  for (const { index } of tombstones) {
    const entry = store.entries(index, index + 1)[0]!;
    for (const id of store.packsOf(index)) {
      const pack = packs.get(id) ?? decodePack(await shop.readPack(id));
      packs.set(id, withoutPost(pack, index, entry));
      store.removePack(
        id,
        pack.items.map((item) => item.index),
      );
    }
  }
  const again: Pack[] = [];
  for (const id of repacked) again.push(decodePack(await shop.readPack(id)));
  return {
    packs: [...again, ...packs.values()].filter((pack) => pack.items.length > 0),
    retired: [...retired, ...packs.keys()],
  };
}

function divide(posts: readonly NewPost[]): NewPost[][] {
  const chunks: NewPost[][] = [[]];
  let rawBytes = 0;
  for (const post of posts) {
    const octets = post.layers.reduce((sum, layer) => sum + layer.bytes.length, 0);
    const full = chunks.at(-1)!.length === POSTS_PER_EDITION || rawBytes + octets > RAW_BYTES_PER_EDITION;
    if (full && chunks.at(-1)!.length > 0) {
      chunks.push([]);
      rawBytes = 0;
    }
    chunks.at(-1)!.push(post);
    rawBytes += octets;
  }
  return chunks;
}
