/**
 * Brings a newsroom's store up to a tree that is newer than it: what a restored backup lacks is taken from the
 * newsroom's own publications. Nothing is believed that does not verify and continue what the store has signed.
 */
import {
  ENTRY,
  Library,
  allTiles,
  decodePack,
  decodeRecord,
  decodeRoot,
  decodeSuffix,
  encodeBase64,
  equalBytes,
  formatEntryBundle,
  formatPath,
  frontierAt,
  inOfferOrder,
  leafHash,
  maxBytes,
  parseAnyDictionary,
  parsePath,
  recordOf,
  tileNodes,
  treePath,
  wantedPaths,
  type AnyDictionary,
  type RecordInput,
  type SignedHead,
  type TreeFile,
  type TreePath,
} from '@pappus/core';
import type { ListedShelf, Shelf } from '@pappus/transports';
import { builtInDictionaries } from './dictionaries.ts';
import type { Draft } from './draft.ts';
import { NewsroomError } from './keys.ts';
import { RECENT_ENTRIES } from './printing.ts';
import type { Store } from './store.ts';

/** What came with a tree. */
export interface Adopted {
  posts: number;
  /** Entries of the log, before and now. */
  from: number;
  size: number;
}

const READ_TIMEOUT_MS = 120_000;

/** All that a shelf holds of a channel, verified: what it lists, else what is asked for. */
export async function readChannel(shelf: Shelf | ListedShelf, channelId: string): Promise<Library> {
  const library = new Library({ channelId, dictionaries: builtInDictionaries().map((d) => d.bytes) });
  const asked = new Set<TreePath>();
  const first = 'list' in shelf ? await listed(shelf) : [treePath('root/1'), treePath('head'), treePath('checkpoint')];
  for (let paths = first; paths.length > 0; paths = wantedPaths(library).filter((path) => !asked.has(path))) {
    for (const path of paths) {
      asked.add(path);
      const bytes = await shelf.read(path, { bytes: maxBytes(path), signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
      if (bytes) library.offer(path, bytes);
    }
  }
  return library;
}

async function listed(shelf: ListedShelf): Promise<TreePath[]> {
  const names: { path: TreePath }[] = [];
  for await (const path of shelf.list(AbortSignal.timeout(READ_TIMEOUT_MS))) names.push({ path });
  return inOfferOrder(names).map(({ path }) => path);
}

/**
 * Inside a transaction: takes over what a verified library has beyond the store, and queues for `tree` what it
 * lacks. @throws NewsroomError when the library contradicts the store or lacks something.
 */
export async function takeOver(store: Store, library: Library, tree: ListedShelf): Promise<Adopted> {
  const head = requireContinuation(store, library);
  adoptRoots(store, library);
  const own = store.size;
  const entries = entriesFrom(own, head.size, library);
  append(store, library, entries, head);
  adoptRecent(store, library, head.size);
  store.forgetPacks();
  for (const [id, posts] of packsIn(library)) store.addPack(id, posts);
  const posts = adoptPosts(store, library, own);
  for (const index of library.contents.withdrawn.keys()) store.addWithdrawn(index);
  store.clearOutgoing();
  await mendTree(store, library, tree, head.size);
  return { posts, from: own, size: head.size };
}

/** What a newer root has made void goes; the rest of the store must be the beginning of the library's log. */
function requireContinuation(store: Store, library: Library): SignedHead {
  const { log } = library;
  const head = log?.head;
  if (!head)
    throw new NewsroomError(
      'There is no signed head of this channel there. Nothing was changed. Try another tree or mirror.',
    );
  for (let version = Number(store.fact('version')); version >= 1; version--) {
    if (store.fact(`root/${version}`) !== encodeBase64(rootFile(library, version))) throw contradiction();
  }
  if (library.evidence.length > 0) throw contradiction();
  const kept = keptBy(store, library);
  if (kept < store.size) store.truncate(kept);
  const own = store.head();
  if (own && own.size > head.size)
    throw new NewsroomError('That tree is older than this newsroom. Nothing was changed, and nothing needs to be.');
  const proven = own && log.rootAt(own.size);
  if (own && !proven) throw lacking('enough of the log to be compared');
  if (own && !equalBytes(proven!, own.root)) throw contradiction();
  return head;
}

function contradiction(): NewsroomError {
  return new NewsroomError(
    'That tree contradicts what this newsroom has signed: there are two histories of one channel. Nothing was changed. ' +
      'Keep both trees. If a key was stolen, recover with "pappus rotate --stolen-after <edition>".',
  );
}

function lacking(what: string): NewsroomError {
  return new NewsroomError(`That tree lacks ${what}. Nothing was changed. Give a whole copy, or another mirror.`);
}

function rootFile(library: Library, version: number): Uint8Array {
  const bytes = library.file(formatPath({ kind: 'root', number: version }));
  if (!bytes) throw lacking(`version ${version} of the identity`);
  return bytes;
}

/** The size up to which roots that are new to the store let the log stand. */
function keptBy(store: Store, library: Library): number {
  let kept = store.size;
  for (let version = Number(store.fact('version')) + 1; version <= library.identity!.version; version++) {
    const { resetFrom } = decodeRoot(rootFile(library, version)).root;
    if (resetFrom) kept = Math.min(kept, resetFrom.size);
  }
  return kept;
}

function adoptRoots(store: Store, library: Library): void {
  for (let version = Number(store.fact('version')) + 1; version <= library.identity!.version; version++) {
    const bytes = rootFile(library, version);
    const before = decodeRoot(rootFile(library, version - 1))
      .root.rootKeys.map(encodeBase64)
      .join();
    const { root } = decodeRoot(bytes);
    store.setFact(`root/${version}`, encodeBase64(bytes));
    store.setFact('version', String(version));
    if (root.resetFrom) store.setFact('keys', String(version));
    if (root.rootKeys.map(encodeBase64).join() !== before) store.setFact('rootKeys', String(version));
  }
}

function entriesFrom(from: number, to: number, library: Library): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) => {
    const entry = library.contents.entries.get(from + i);
    if (!entry) throw lacking(`entry ${from + i}`);
    return entry;
  });
}

/** Entries, tiles and heads. Only the newest signature is known; of older heads, size and root are enough. */
function append(store: Store, library: Library, entries: readonly Uint8Array[], head: SignedHead): void {
  const frontier = frontierAt(
    store.size,
    tileNodes((level, index) => store.tile(level, index)),
  );
  const marks = new Map([...library.contents.marks.values()].map(({ index, mark }) => [index, mark]));
  const tiles = new TileWriter(store);
  const none = new Uint8Array(0);
  entries.forEach((entry) => {
    const index = frontier.size;
    store.addEntry(index, entry);
    frontier.append(leafHash(entry), tiles.add);
    const mark = marks.get(index);
    if (!mark) return;
    const signature = frontier.size === head.size ? head.signature : { time: mark.time, log: none, clock: none };
    store.addHead({ size: frontier.size, edition: mark.number, root: frontier.root(), signature });
  });
  tiles.end();
  if (!equalBytes(frontier.root(), head.root) || store.size !== head.size)
    throw lacking('the mark of its newest edition');
}

class TileWriter {
  readonly #store: Store;
  readonly #open = new Map<number, { index: number; hashes: Uint8Array[] }>();

  constructor(store: Store) {
    this.#store = store;
  }

  readonly add = (level: number, index: number, hash: Uint8Array): void => {
    if (level % 8 !== 0) return;
    const tile = this.#tile(level / 8, Math.floor(index / 256));
    tile.hashes.push(hash);
  };

  #tile(level: number, index: number): { hashes: Uint8Array[] } {
    const open = this.#open.get(level);
    if (open?.index === index) return open;
    if (open) this.#write(level, open);
    const held = this.#store.tile(level, index);
    const tile = { index, hashes: held ? [held] : [] };
    this.#open.set(level, tile);
    return tile;
  }

  #write(level: number, { index, hashes }: { index: number; hashes: Uint8Array[] }): void {
    this.#store.setTile(level, index, new Uint8Array(Buffer.concat(hashes)));
  }

  end(): void {
    for (const [level, tile] of this.#open) this.#write(level, tile);
  }
}

/** The records that the next heads carry. What was withdrawn stands there as a bare entry. */
function adoptRecent(store: Store, library: Library, size: number): void {
  const first = Math.max(0, size - RECENT_ENTRIES);
  store.forgetRecentBefore(size);
  const none = new Uint8Array(0);
  const inputs = recordsIn(library);
  for (let index = first; index < size; index++) {
    const input = library.contents.withdrawn.has(index)
      ? { type: ENTRY.post, salt: none, head: none, tail: none, lang: '' }
      : inputs.get(index);
    if (!input) throw lacking(`the record of entry ${index}`);
    store.addRecent(index, input);
  }
}

function recordsIn(library: Library): Map<number, RecordInput> {
  const dictionary = dictionariesIn(library);
  const records = new Map<number, RecordInput>();
  const tail = new Uint8Array(0);
  for (const { path, bytes } of library.files()) {
    const { kind } = parsePath(path);
    const suffix = kind === 'edition' ? decodeSuffix(bytes, dictionary) : null;
    if (suffix && typeof suffix !== 'string') {
      suffix.records.forEach((r, i) => {
        if ('record' in r)
          records.set(suffix.first + i, { type: r.type, salt: r.salt, head: r.record, tail, lang: '' });
      });
    }
    if (kind !== 'pack') continue;
    for (const item of decodePack(bytes).items) {
      const record = 'tail' in item ? recordOf(item, dictionary) : null;
      if (record && 'tail' in item)
        records.set(item.index, {
          type: ENTRY.post,
          salt: item.salt,
          head: record.subarray(0, record.length - item.tail.length),
          tail: item.tail,
          lang: decodeRecord(record).lang,
        });
    }
  }
  return records;
}

function dictionariesIn(library: Library): (id: string) => AnyDictionary | null {
  const files = [...library.files()].filter(({ path }) => path.startsWith('dict/'));
  const all = [...builtInDictionaries(), ...files].map(({ bytes }) => parseAnyDictionary(bytes));
  return (id) => all.find((dictionary) => dictionary.id === id) ?? null;
}

function* packsIn(library: Library): Generator<[id: string, posts: number[]]> {
  for (const { path, bytes } of library.files()) {
    const parts = parsePath(path);
    if (parts.kind === 'pack')
      yield [parts.id, decodePack(bytes).items.flatMap((item) => ('entry' in item ? [] : [item.index]))];
  }
}

/** Drafts that wait and are among the posts are published now; any other post gets a draft of its own. */
function adoptPosts(store: Store, library: Library, from: number): number {
  const waiting = store.waitingDrafts();
  let count = 0;
  const { posts } = library.contents;
  for (const index of posts.keys()) {
    const record = index < from ? null : posts.record(index);
    if (!record) continue;
    count++;
    const at = waiting.findIndex(
      ({ draft }) =>
        (record.link !== '' && draft.link === record.link) ||
        (draft.title === record.title && draft.date === record.date),
    );
    const [match] = at < 0 ? [] : waiting.splice(at, 1);
    if (match) {
      store.markPublished(match.draft.sourceId, index, record.replaces);
      continue;
    }
    const { title, summary, lang, date, byline, tags, link } = record;
    const draft: Draft = {
      sourceId: '',
      title,
      summary,
      lang,
      date,
      byline,
      tags,
      link,
      body: library.text(index) ?? [],
    };
    store.addAdopted(draft, index, record.replaces);
  }
  return count;
}

/** Queues what the tree lacks, and the removal of what no longer belongs to it. */
async function mendTree(store: Store, library: Library, tree: ListedShelf, size: number): Promise<void> {
  const wanted = new Map<TreePath, Uint8Array>();
  for (const { path, bytes } of [...ofLog(store, size), ...library.files()]) wanted.set(path, bytes);
  wanted.set(treePath('checkpoint'), library.log!.checkpoint()!);
  const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
  for await (const path of tree.list(signal)) {
    const bytes = wanted.get(path);
    const { kind } = parsePath(path);
    if (bytes) {
      const held = await tree.read(path, { bytes: maxBytes(path), signal });
      if (held && equalBytes(held, bytes)) wanted.delete(path);
    } else if (kind !== 'dict' && kind !== 'root') {
      store.send(path, null);
    }
  }
  for (const [path, bytes] of wanted) store.send(path, bytes);
}

function* ofLog(store: Store, size: number): Generator<TreeFile> {
  for (const { level, index, width } of allTiles(size)) {
    yield {
      path: formatPath({ kind: 'tile', level, index, width }),
      bytes: store.tile(level, index)!.slice(0, width * 32),
    };
    if (level > 0) continue;
    const entries = store.entries(index * 256, index * 256 + width);
    yield { path: formatPath({ kind: 'entries', index, width }), bytes: formatEntryBundle(entries) };
  }
}
