/**
 * What every way of reading a tree owes to its callers, in one suite: `describeShelf`. A shelf that has `list` is
 * also held to its listing, one that has `put` to its writing. It needs nothing of Node.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { maxBytes, Refused, type TreeFile, type TreePath } from '@pappus/core';
import type { ListedShelf, Shelf, WritableShelf } from '../src/transport.ts';
import { anyTree, largeTree } from './tree-files.ts';

/** One shelf under test. `stop` ends its server, file or folder. */
export interface ShelfUnderTest {
  shelf: Shelf | ListedShelf | WritableShelf;
  stop?: () => Promise<void>;
}

/** Makes a shelf that holds exactly these files. */
export type MakeShelf = (files: TreeFile[]) => Promise<ShelfUnderTest>;

const PATH = 'edition/7' as TreePath;
const ABSENT = 'edition/8' as TreePath;
const NEVER = new AbortController().signal;
const LARGE_TREE_FILES = 3_000;

/** Names that no tree has. None may reach a disk, a URL or an archive. */
export const HOSTILE_NAMES = [
  '',
  '.',
  '..',
  '/',
  '../checkpoint',
  '../../etc/passwd',
  '/etc/passwd',
  'root/../checkpoint',
  'root/./1',
  'root//1',
  'root/1/',
  'root/01',
  'root/0',
  'edition/1e3',
  'edition/+1',
  'edition/\u0661',
  'C:\\checkpoint',
  'C:checkpoint',
  'root\\1',
  'checkpoint\0',
  'checkpoint\0.txt',
  'checkpoint ',
  'checkpoint\n',
  'Checkpoint',
  'checkpoint?x=1',
  'checkpoint#x',
  '%63heckpoint',
  '%2e%2e/checkpoint',
  '..%2fcheckpoint',
  '//127.0.0.1/checkpoint',
  'http://127.0.0.1/checkpoint',
  'tile/0/000.p/256',
  'tile/0/000.p/0',
  'tile/10/000',
  'tile/0/x000/001',
  'tile/entries/1',
  'pack/aaaaaaaaaaaaaaaaaaaaaaaaab',
  'pack/AAAAAAAAAAAAAAAAAAAAAAAAAA',
  '\u2024\u2024/checkpoint',
  'checkpoint\u202e',
  '__proto__',
  'constructor',
  'README.txt',
  '.checkpoint.part',
  'a'.repeat(5_000),
] as TreePath[];

/** Runs the suite. `runs` random trees and one of `files` files: fewer for a shelf that is costly to make. */
export function describeShelf(name: string, make: MakeShelf, { runs = 25, files = LARGE_TREE_FILES } = {}): void {
  describe(`${name} as a shelf`, () => {
    let running: ShelfUnderTest[] = [];
    afterEach(async () => {
      for (const made of running) await made.stop?.();
      running = [];
    });
    const open = async (files: TreeFile[]) => {
      const made = await make(files);
      running.push(made);
      return made.shelf;
    };
    describeReading(open, runs, files);
    describeDoor(open);
    describeListing(open, runs);
    describeWriting(open, runs);
  });
}

type Open = (files: TreeFile[]) => Promise<ShelfUnderTest['shelf']>;

function describeReading(open: Open, runs: number, largeTreeFiles: number): void {
  it('gives the octets of every file of a random tree', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (files) => {
        await expectHolds(await open(files), files);
      }),
      { numRuns: runs },
    );
  });

  it('gives null for a file that is not there', async () => {
    const shelf = await open([{ path: PATH, bytes: Uint8Array.of(1) }]);
    expect(await read(shelf, ABSENT)).toBeNull();
    expect(await read(shelf, 'pack/aaaaaaaaaaaaaaaaaaaaaaaaaa' as TreePath)).toBeNull();
    expect(await read(shelf, 'edition/77' as TreePath)).toBeNull();
  });

  it('gives null for all of an empty tree', async () => {
    expect(await read(await open([]), PATH)).toBeNull();
  });

  it('gives a file as long as its kind allows', async () => {
    const files = ['head', 'pack/aaaaaaaaaaaaaaaaaaaaaaaaaa'].map((path) => full(path as TreePath));
    await expectHolds(await open(files), files);
  });

  it(`holds ${largeTreeFiles} files`, async () => {
    const files = largeTree(largeTreeFiles);
    await expectHolds(await open(files), files);
  });

  it('gives a copy of its own', async () => {
    const shelf = await open([{ path: PATH, bytes: Uint8Array.of(1, 2, 3) }]);
    (await read(shelf, PATH))!.fill(9);
    expect(await read(shelf, PATH)).toEqual(Uint8Array.of(1, 2, 3));
  });
}

function describeDoor(open: Open): void {
  it('gives a file of exactly the limit and throws for one octet more', async () => {
    const shelf = await open([{ path: PATH, bytes: new Uint8Array(1_000) }]);
    expect(await shelf.read(PATH, { bytes: 1_000, signal: NEVER })).toHaveLength(1_000);
    await expect(shelf.read(PATH, { bytes: 999, signal: NEVER })).rejects.toMatchObject({ code: 'too-large' });
    await expect(shelf.read(PATH, { bytes: 0, signal: NEVER })).rejects.toThrow(Refused);
  });

  it('stops at the reason of a signal that has fired', async () => {
    const shelf = await open([{ path: PATH, bytes: Uint8Array.of(1) }]);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(shelf.read(PATH, { bytes: 10, signal })).rejects.toThrow('enough');
    if ('list' in shelf) await expect(pathsOf(shelf, signal)).rejects.toThrow('enough');
  });

  it('refuses hostile names before they reach anything', async () => {
    const shelf = await open([{ path: PATH, bytes: Uint8Array.of(1) }]);
    for (const path of HOSTILE_NAMES) {
      await expect(read(shelf, path), path).rejects.toMatchObject({ code: 'path' });
      if (!('put' in shelf)) continue;
      await expect(shelf.put(path, Uint8Array.of(1)), path).rejects.toMatchObject({ code: 'path' });
      await expect(shelf.remove(path), path).rejects.toMatchObject({ code: 'path' });
    }
    if ('list' in shelf) expect(await pathsOf(shelf)).toEqual([PATH]);
  });
}

function describeListing(open: Open, runs: number): void {
  it('lists each file once, where it lists', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (files) => {
        const shelf = await open(files);
        if ('list' in shelf) expect((await pathsOf(shelf)).sort()).toEqual(files.map((file) => file.path).sort());
      }),
      { numRuns: runs },
    );
  });
}

function describeWriting(open: Open, runs: number): void {
  it('holds what was put last and not what was removed, where it is writable', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, anyTree, async (before, after) => {
        const shelf = await open(before);
        if (!('put' in shelf)) return;
        for (const { path, bytes } of after) await shelf.put(path, bytes);
        const gone = before.filter((old) => !after.some((file) => file.path === old.path));
        for (const { path } of gone) await shelf.remove(path);
        await expectHolds(shelf, after);
        expect((await pathsOf(shelf)).sort()).toEqual(after.map((file) => file.path).sort());
      }),
      { numRuns: runs },
    );
  });

  it('keeps its own copy and lets an absent file be removed, where it is writable', async () => {
    const shelf = await open([]);
    if (!('put' in shelf)) return;
    const bytes = Uint8Array.of(1, 2, 3);
    await shelf.put(PATH, bytes);
    bytes.fill(9);
    await shelf.remove(ABSENT);
    expect(await read(shelf, PATH)).toEqual(Uint8Array.of(1, 2, 3));
  });
}

async function expectHolds(shelf: Shelf, files: TreeFile[]): Promise<void> {
  for (const { path, bytes } of files) {
    const held = await read(shelf, path);
    if (held?.join() !== bytes.join()) expect(held, path).toEqual(bytes);
  }
}

function read(shelf: Shelf, path: TreePath): Promise<Uint8Array | null> {
  return shelf.read(path, { bytes: 200_000, signal: NEVER });
}

/** All that a shelf lists, in its order. */
export async function pathsOf(shelf: ListedShelf, signal: AbortSignal = NEVER): Promise<TreePath[]> {
  const paths: TreePath[] = [];
  for await (const path of shelf.list(signal)) paths.push(path);
  return paths;
}

function full(path: TreePath): TreeFile {
  return { path, bytes: Uint8Array.from({ length: maxBytes(path) }, (_, at) => (at * 7) & 0xff) };
}
