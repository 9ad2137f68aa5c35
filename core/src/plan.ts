/**
 * What is missing and what comes first (spec §13): the order in which a library asks for files and
 * in which a carrier fills a small room. Value falls from the signed head over headlines to texts,
 * from the newest edition to the oldest.
 */
import { TILE_WIDTH, lastTiles } from './log.ts';
import type { Library } from './library.ts';
import { formatPath, parsePath, type TreeFile, type TreePath } from './tree.ts';

/** Paths that would tell the library more, most valuable first. Ask, offer, and call again. */
export function wantedPaths(library: Library): TreePath[] {
  const { identity, log } = library;
  if (!identity || !log) return [formatPath({ kind: 'root', number: 1 })];
  const next = formatPath({ kind: 'root', number: identity.version + 1 });
  if (!log.head) return [next, 'head' as TreePath, 'checkpoint' as TreePath];
  return [next, ...wantedDictionaries(library), ...wantedEditions(library), ...wantedPacks(library), ...wantedTiles(library)];
}

function wantedDictionaries(library: Library): TreePath[] {
  return library.needs.filter((need) => need.startsWith('dict/')) as TreePath[];
}

function wantedEditions(library: Library): TreePath[] {
  const newest = library.contents.newestMark?.mark.number ?? 0;
  const paths: TreePath[] = [];
  for (let number = newest; number >= 1; number--) paths.push(formatPath({ kind: 'edition', number }));
  return paths.filter((path) => library.file(path) === null);
}

function wantedPacks(library: Library): TreePath[] {
  const marks = [...library.contents.marks.values()].sort((a, b) => b.index - a.index);
  const retired = new Set(marks.flatMap(({ mark }) => mark.retired));
  const refs = marks.flatMap(({ mark }) => mark.packs).filter((pack) => !retired.has(pack.id));
  const inOrder = [...refs.filter((p) => p.kind === 'headlines'), ...refs.filter((p) => p.kind === 'layers')];
  return inOrder.map(({ id }) => formatPath({ kind: 'pack', id })).filter((path) => library.file(path) === null);
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
  return [...paths].filter((path) => library.file(path) === null);
}

/** What goes first when room is short: lower is earlier. Files of one rank keep the order given. */
function rankOf(path: TreePath): number {
  switch (parsePath(path).kind) {
    case 'root':
      return 0;
    case 'head':
      return 1;
    case 'checkpoint':
      return 2;
    case 'dict':
      return 3;
    case 'edition':
      return 4;
    case 'pack':
      return 5;
    case 'tile':
      return 6;
    case 'entries':
      return 7;
  }
}

/** Files sorted so that a library that is offered them in this order never waits long. */
export function inOfferOrder(files: readonly TreeFile[]): TreeFile[] {
  const key = (file: TreeFile): [number, number] => {
    const parts = parsePath(file.path);
    if (parts.kind === 'tile') return [3.5, -parts.level];
    if (parts.kind === 'edition') return [rankOf(file.path), -parts.number];
    return [rankOf(file.path), parts.kind === 'root' ? parts.number : 0];
  };
  return files
    .map((file) => ({ file, key: key(file) }))
    .sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1])
    .map(({ file }) => file);
}
