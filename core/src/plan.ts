/**
 * What is missing and what comes first (spec §13): the order in which a library asks for files and
 * in which a carrier fills a small room. Value falls from the signed head over headlines to texts,
 * from the newest edition to the oldest.
 */
import { decode } from './encoding.ts';
import { asMap } from './fields.ts';
import { TILE_WIDTH, lastTiles } from './log.ts';
import type { Library } from './library.ts';
import { decodeCodings, type Coding } from './pack.ts';
import { formatPath, parsePath, type TreeFile, type TreePath } from './tree.ts';

/** Paths that would tell the library more, most valuable first. Ask, offer, and call again. */
export function wantedPaths(library: Library): TreePath[] {
  const { identity, log } = library;
  if (!identity || !log) return [formatPath({ kind: 'root', number: 1 })];
  const next = formatPath({ kind: 'root', number: identity.version + 1 });
  if (!log.head) return [next, 'head' as TreePath, 'checkpoint' as TreePath];
  return [
    next,
    ...wantedDictionaries(library),
    ...wantedEditions(library),
    ...wantedPacks(library),
    ...wantedTiles(library),
  ];
}

function wantedDictionaries(library: Library): TreePath[] {
  return library.needs.filter((need) => need.startsWith('dict/')) as TreePath[];
}

function wantedEditions(library: Library): TreePath[] {
  const newest = library.contents.newestMark?.mark.number ?? 0;
  const paths: TreePath[] = [];
  for (let number = newest; number >= 1; number--) paths.push(formatPath({ kind: 'edition', number }));
  return paths.filter((path) => !library.holds(path));
}

function wantedPacks(library: Library): TreePath[] {
  const marks = [...library.contents.marks.values()].sort((a, b) => b.index - a.index);
  const gone = retired(library);
  const refs = marks.flatMap(({ mark }) => mark.packs).filter((pack) => !gone.has(pack.id));
  const inOrder = [...refs.filter((p) => p.kind === 'headlines'), ...refs.filter((p) => p.kind === 'layers')];
  return inOrder.map(({ id }) => formatPath({ kind: 'pack', id })).filter((path) => !library.holds(path));
}

/** Tiles that would prove what waits for a leaf: its own, and all that lie above. */
function wantedTiles(library: Library): TreePath[] {
  const leaves = library.needs.filter((need) => need.startsWith('leaf/')).map((need) => Number(need.slice(5)));
  if (leaves.length === 0) return [];
  const last = lastTiles(library.log!.head!.size);
  const paths = new Set<TreePath>();
  for (const tile of [...last].reverse()) paths.add(formatPath({ kind: 'tile', ...tile }));
  for (const leaf of leaves) {
    for (let level = last.length - 1; level >= 0; level--) {
      const index = Math.floor(leaf / TILE_WIDTH ** (level + 1));
      if (index < last[level]!.index) paths.add(formatPath({ kind: 'tile', level, index, width: TILE_WIDTH }));
    }
  }
  return [...paths].filter((path) => !library.holds(path));
}

/** Sorts files so that a library that is offered them in this order never waits long. */
export function inOfferOrder<T extends { path: TreePath }>(files: readonly T[]): T[] {
  return files
    .map((file) => ({ file, key: offerKey(file.path) }))
    .sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1])
    .map(({ file }) => file);
}

/** Tiles from the top and editions from the newest: each is proven by what came before it. */
function offerKey(path: TreePath): [rank: number, within: number] {
  const parts = parsePath(path);
  switch (parts.kind) {
    case 'root':
      return [0, parts.number];
    case 'dict':
      return [1, 0];
    case 'head':
      return [2, 0];
    case 'checkpoint':
      return [3, 0];
    case 'tile':
      return [4, -parts.level];
    case 'edition':
      return [5, -parts.number];
    case 'entries':
      return [6, 0];
    case 'pack':
      return [7, 0];
    case 'fork':
      return [8, 0];
  }
}

/**
 * What a reader needs, most valuable first: identity, head and what contradicts it, then editions from the newest with their
 * headlines, then their texts. Tiles and entries are for mirrors, and so is the bare checkpoint, unless no head is held.
 * `since`: no edition before this number.
 */
export function* byValue(library: Library, since = 1): Generator<TreePath> {
  const files = inOfferOrder(Array.from(library.paths(), (path) => ({ path })));
  const head = library.holds('head' as TreePath) ? 'head' : 'checkpoint';
  for (const { path } of files) if (path.startsWith('root/')) yield path;
  yield head as TreePath;
  for (const { path } of files) if (path.startsWith('fork/')) yield path;
  const marks = [...library.contents.marks.values()].sort((a, b) => b.index - a.index);
  const wanted = marks.filter(({ mark }) => mark.number >= since);
  for (const kind of ['headlines', 'layers'] as const) {
    for (const { mark } of wanted) {
      if (kind === 'headlines') yield formatPath({ kind: 'edition', number: mark.number });
      for (const pack of mark.packs) if (pack.kind === kind) yield formatPath({ kind: 'pack', id: pack.id });
    }
  }
}

/**
 * As `byValue`, where there is room for everything: once all editions from `since` on are held, `head` would only
 * repeat their headlines, and the bare `checkpoint` of a few hundred octets takes its place. Else tiles prove what stands
 * alone. Packs that no mark names, which a library wrote itself after a withdrawal, come last.
 */
export function* inFull(library: Library, since = 1): Generator<TreePath> {
  const whole = isWhole(library, since);
  const paths = new Set(byValue(library, since));
  for (const path of library.paths()) {
    if (path.startsWith('tile/') ? !whole : since === 1 && path.startsWith('pack/')) paths.add(path);
  }
  for (const path of paths) yield whole && path === 'head' ? ('checkpoint' as TreePath) : path;
}

/** Whether all editions from `since` on are held with all headlines: then the log's head proves them without a tile. */
function isWhole(library: Library, since: number): boolean {
  const marks = [...library.contents.marks.values()].filter(({ mark }) => mark.number >= since);
  const newest = library.contents.newestMark;
  const gone = retired(library);
  const packs = marks.flatMap(({ mark }) => mark.packs).filter((pack) => !gone.has(pack.id));
  return (
    newest?.index === (library.log?.head?.size ?? 0) - 1 &&
    marks.length === newest.mark.number - since + 1 &&
    marks.every(({ mark }) => library.holds(formatPath({ kind: 'edition', number: mark.number }))) &&
    packs.every((pack) => pack.kind !== 'headlines' || library.holds(formatPath({ kind: 'pack', id: pack.id })))
  );
}

/** Packs that later editions have replaced. */
function retired(library: Library): Set<string> {
  return new Set([...library.contents.marks.values()].flatMap(({ mark }) => mark.retired));
}

/**
 * The files that a library holds at some paths; what it does not hold is left out. Octets are read when they are looked
 * at: who looks at one file after the other never has all of them in memory.
 */
export function heldFiles(library: Library, paths: Iterable<TreePath>): TreeFile[] {
  const { log } = library;
  const isHeld = (path: TreePath): boolean => (path === 'checkpoint' ? !!log?.head : library.holds(path));
  return [...paths].filter(isHeld).map((path) => ({
    path,
    get bytes() {
      const bytes = path === 'checkpoint' ? log!.checkpoint() : library.file(path);
      if (!bytes) throw new Error(`${path} is lost`);
      return bytes;
    },
  }));
}

/** `files` after those of `dictionaries` that they name, so that they can be read wherever they arrive. */
export function withDictionaries(files: readonly TreeFile[], dictionaries: Iterable<TreeFile>): TreeFile[] {
  const books = [...dictionaries].filter(({ path }) => path.startsWith('dict/'));
  const used = dictionariesOf(books.length > 0 ? files : []);
  const named = books.filter(({ path }) => used.has(path.slice(5)));
  return [...new Map([...named, ...files].map((file) => [file.path, file])).values()];
}

/** Ids of the dictionaries that some files of a library name. */
export function dictionariesOf(files: Iterable<TreeFile>): Set<string> {
  const ids = new Set<string>();
  for (const { path, bytes } of files) {
    for (const { dictionary } of codingsOf(path, bytes)) if (dictionary !== null) ids.add(dictionary);
  }
  return ids;
}

/** The codings that a pack or suffix declares. */
function codingsOf(path: TreePath, bytes: Uint8Array): Coding[] {
  const { kind } = parsePath(path);
  if (kind !== 'pack' && kind !== 'head' && kind !== 'edition') return [];
  return decodeCodings(asMap(decode(bytes), kind).get(kind === 'pack' ? 1 : 5));
}
