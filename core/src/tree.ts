/**
 * The paths of a tree (spec §2). A path is ASCII, relative, and one of exactly these:
 *
 *     checkpoint                        signed note with size and root of the log (mutable)
 *     head                              the first screen in one object (mutable)
 *     root/<n>                          version n of the channel's identity, n from 1
 *     edition/<n>                       edition n, n from 1
 *     pack/<id>                         headlines or texts, named by their digest
 *     dict/<id>                         a compression dictionary, named by its digest
 *     fork/<id>                         a signed head that contradicts the log, named by its digest
 *     tile/<L>/<N>[.p/<W>]              hashes of the log     (C2SP tlog-tiles)
 *     tile/entries/<N>[.p/<W>]          entries of the log    (C2SP tlog-tiles)
 *
 * <id> is 26 characters of base32 (RFC 4648, lower case, no padding): the first 16 octets of SHA-256.
 * <N> is in elements of three digits, all but the last with an `x` before: 1234067 is x001/x234/067.
 */
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';

declare const checked: unique symbol;
/** A string that `parsePath` has accepted: no other string may reach a disk, a URL or an archive. */
export type TreePath = string & { readonly [checked]: true };

export interface TreeFile {
  path: TreePath;
  bytes: Uint8Array;
}

/**
 * Files of a tree, as a Map has them. It may lose one, which is asked for again then, but never gives other octets than
 * those that were set.
 */
export interface FileStore {
  get(path: TreePath): Uint8Array | undefined;
  has(path: TreePath): boolean;
  set(path: TreePath, bytes: Uint8Array): unknown;
  delete(path: TreePath): boolean;
  keys(): Iterable<TreePath>;
}

export type PathParts =
  | { kind: 'checkpoint' | 'head' }
  | { kind: 'root' | 'edition'; number: number }
  | { kind: 'pack' | 'dict' | 'fork'; id: string }
  | { kind: 'tile'; level: number; index: number; width: number }
  | { kind: 'entries'; index: number; width: number };

const NUMBER = '[1-9][0-9]{0,8}';
const N = '((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?';
const NUMBERED = new RegExp(`^(root|edition)/(${NUMBER})$`);
const NAMED = /^(pack|dict|fork)\/([a-z2-7]{25}[aeimquy4])$/;
const TILE = new RegExp(`^tile/(entries|0|[1-9])/${N}$`);
const PATH_CHARS_MAX = 64;

/**
 * Reads a path from outside.
 * @throws Refused `path` for anything that is not exactly one of the forms above.
 */
export function parsePath(text: string): PathParts {
  const parts = text.length <= PATH_CHARS_MAX ? match(text) : null;
  if (parts === null || formatPath(parts) !== text) throw new Refused('path', 'not a path of a tree');
  return parts;
}

function match(text: string): PathParts | null {
  if (text === 'checkpoint' || text === 'head') return { kind: text };
  const numbered = NUMBERED.exec(text);
  if (numbered) return { kind: numbered[1] as 'root' | 'edition', number: Number(numbered[2]) };
  const named = NAMED.exec(text);
  if (named) return { kind: named[1] as 'pack' | 'dict' | 'fork', id: named[2]! };
  const tile = TILE.exec(text);
  if (!tile) return null;
  const index = Number(tile[2]!.replace(/[x/]/g, ''));
  const width = tile[3] === undefined ? 256 : Number(tile[3]);
  if (width > 256 || (width === 256 && tile[3] !== undefined)) return null;
  if (tile[1] === 'entries') return { kind: 'entries', index, width };
  return { kind: 'tile', level: Number(tile[1]), index, width };
}

/** `text` as a checked path. @throws Refused `path`. */
export function treePath(text: string): TreePath {
  parsePath(text);
  return text as TreePath;
}

/** The one spelling of a path: `formatPath(parsePath(p)) === p`. */
export function formatPath(parts: PathParts): TreePath {
  switch (parts.kind) {
    case 'checkpoint':
    case 'head':
      return parts.kind as string as TreePath;
    case 'root':
    case 'edition':
      return `${parts.kind}/${parts.number}` as TreePath;
    case 'pack':
    case 'dict':
    case 'fork':
      return `${parts.kind}/${parts.id}` as TreePath;
    case 'tile':
      return `tile/${parts.level}/${tileNumber(parts.index, parts.width)}` as TreePath;
    case 'entries':
      return `tile/entries/${tileNumber(parts.index, parts.width)}` as TreePath;
  }
}

function tileNumber(index: number, width: number): string {
  let text = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    text = `x${String(rest % 1000).padStart(3, '0')}/${text}`;
  }
  return width === 256 ? text : `${text}.p/${width}`;
}

/** The most octets that a file at this path may have: a transport reads no further. */
export function maxBytes(path: TreePath): number {
  return maxBytesOf(parsePath(path));
}

/** As `maxBytes`, for a path that is parsed already. */
export function maxBytesOf(parts: PathParts): number {
  switch (parts.kind) {
    case 'checkpoint':
    case 'fork':
      return LIMITS.checkpointBytes;
    case 'head':
      return LIMITS.headBytes;
    case 'root':
      return LIMITS.rootBytes;
    case 'edition':
      return LIMITS.editionBytes;
    case 'pack':
      return LIMITS.packBytes;
    case 'dict':
      return LIMITS.dictionaryBytes;
    case 'tile':
      return parts.width * 32;
    case 'entries':
      return parts.width * 35;
  }
}

/** Whether the bytes at a path may change from edition to edition. Everything else is immutable. */
export function isMutable(path: TreePath): boolean {
  return path === 'checkpoint' || path === 'head';
}
