import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isMutable, type TreeFile, type TreePath } from '@pappus/core';
import { FolderShelf } from '../node/folder.ts';
import { describeShelf, pathsOf } from './conformance.ts';
import { SimulatedDisk, type Failure } from './simulated-disk.ts';

const NEVER = new AbortController().signal;
const LIMIT = { bytes: 200_000, signal: NEVER };
const CHECKPOINT = 'checkpoint' as TreePath;
const HEAD = 'head' as TreePath;
const PACK = 'pack/aaaaaaaaaaaaaaaaaaaaaaaaaa' as TreePath;

describeShelf('FolderShelf', async (files) => {
  const folder = await mkdtemp(join(tmpdir(), 'pappus-folder-'));
  const shelf = new FolderShelf(folder);
  await shelf.putAll(files);
  return { shelf, stop: () => rm(folder, { recursive: true }) };
});

describeShelf('FolderShelf on a simulated disk', async (files) => {
  const shelf = new FolderShelf('/tree', new SimulatedDisk('/'));
  await shelf.putAll(files);
  return { shelf };
});

describe('FolderShelf on a real disk', () => {
  let outside: string;
  let folder: string;
  let shelf: FolderShelf;

  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), 'pappus-outside-'));
    folder = join(outside, 'tree');
    shelf = new FolderShelf(folder);
  });
  afterEach(() => rm(outside, { recursive: true }));

  it('makes the folder at the first put and leaves no draft', async () => {
    await shelf.put(PACK, Uint8Array.of(1));
    expect(await readdir(join(folder, 'pack'))).toEqual([PACK.slice(5)]);
  });

  it('reads and lists no link, whether of a file or of a folder', async () => {
    await shelf.put(CHECKPOINT, Uint8Array.of(1));
    await writeFile(join(outside, 'secret'), 'secret');
    await mkdir(join(outside, 'roots'));
    await writeFile(join(outside, 'roots', '1'), 'secret');
    await symlink(join(outside, 'secret'), join(folder, 'head'));
    await symlink(join(outside, 'roots'), join(folder, 'root'));
    expect(await shelf.read(HEAD, LIMIT)).toBeNull();
    expect(await shelf.read('root/1' as TreePath, LIMIT)).toBeNull();
    expect(await pathsOf(shelf)).toEqual([CHECKPOINT]);
  });

  it('writes and removes nothing through a link', async () => {
    await shelf.put(CHECKPOINT, Uint8Array.of(1));
    await mkdir(join(outside, 'roots'));
    await writeFile(join(outside, 'roots', '1'), 'kept');
    await symlink(join(outside, 'roots'), join(folder, 'root'));
    await expect(shelf.put('root/2' as TreePath, Uint8Array.of(1))).rejects.toThrow('a link stands in the way');
    await shelf.remove('root/1' as TreePath);
    expect(await readdir(join(outside, 'roots'))).toEqual(['1']);
  });

  it('replaces a link by a file, and leaves what it pointed at', async () => {
    await shelf.put(CHECKPOINT, Uint8Array.of(1));
    await writeFile(join(outside, 'secret'), 'kept');
    await symlink(join(outside, 'secret'), join(folder, 'head'));
    await shelf.put(HEAD, Uint8Array.of(2));
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('kept');
    expect(await shelf.read(HEAD, LIMIT)).toEqual(Uint8Array.of(2));
  });

  it('may itself be reached by a link', async () => {
    await shelf.put(CHECKPOINT, Uint8Array.of(1));
    await symlink(folder, join(outside, 'link'));
    expect(await new FolderShelf(join(outside, 'link')).read(CHECKPOINT, LIMIT)).toEqual(Uint8Array.of(1));
  });

  it('lists only the tree among the things of others', async () => {
    await shelf.put(CHECKPOINT, Uint8Array.of(1));
    await shelf.put(PACK, Uint8Array.of(1));
    for (const name of ['index.html', '.checkpoint.0.part', 'pack/README', 'Checkpoint']) {
      await writeFile(join(folder, name), 'x');
    }
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, 'node_modules', 'checkpoint'), 'x');
    await mkdir(join(folder, 'edition', '1'), { recursive: true });
    expect(await pathsOf(shelf)).toEqual([CHECKPOINT, PACK]);
    expect(await shelf.read('edition/1' as TreePath, LIMIT)).toBeNull();
  });

  it('writes nothing when a name of the batch is hostile before the first file', async () => {
    const files = [{ path: '../evil' as TreePath, bytes: Uint8Array.of(1) }];
    await expect(shelf.putAll(files)).rejects.toMatchObject({ code: 'path' });
    expect(existsSync(join(outside, 'evil'))).toBe(false);
  });
});

describe('FolderShelf at a power cut', () => {
  it('loses no file whose put has returned', async () => {
    const disk = new SimulatedDisk('/');
    const shelf = new FolderShelf('/tree', disk);
    await shelf.put(PACK, Uint8Array.of(1));
    await shelf.put(CHECKPOINT, Uint8Array.of(2));
    disk.cutPower();
    expect(await shelf.read(PACK, LIMIT)).toEqual(Uint8Array.of(1));
    expect(await shelf.read(CHECKPOINT, LIMIT)).toEqual(Uint8Array.of(2));
  });

  it('brings back no file whose remove has returned', async () => {
    const disk = new SimulatedDisk('/');
    const shelf = new FolderShelf('/tree', disk);
    await shelf.put(PACK, Uint8Array.of(1));
    await shelf.remove(PACK);
    disk.cutPower();
    expect(await shelf.read(PACK, LIMIT)).toBeNull();
  });

  it('has the old or the new edition after a cut at any call, and never a checkpoint without its files', async () => {
    const calls = await callsOfSecondEdition();
    expect(calls).toBeGreaterThan(30);
    for (let call = 1; call <= calls; call++) {
      for (const seed of [0, 1, 2, 3]) {
        const { disk, shelf } = await withFirstEdition();
        disk.failAt({ call, code: 'POWER' });
        await expect(shelf.putAll(SECOND)).rejects.toThrow('POWER');
        disk.cutPower(chanceOf(seed));
        await expectWholeEdition(disk);
      }
    }
  });

  it.each(['sync', 'syncFolder'])('would lose an edition without %s', async (forgotten) => {
    const { disk, shelf } = await withFirstEdition(forgotten);
    await shelf.putAll(SECOND);
    disk.cutPower();
    await expect(expectWholeEdition(disk, SECOND)).rejects.toThrow();
  });

  it('can be taken up again after any cut', async () => {
    const calls = await callsOfSecondEdition();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: calls }), fc.nat(), async (call, seed) => {
        const { disk, shelf } = await withFirstEdition();
        disk.failAt({ call, code: 'POWER' });
        await expect(shelf.putAll(SECOND)).rejects.toThrow('POWER');
        disk.cutPower(chanceOf(seed));
        await new FolderShelf('/tree', disk).putAll(SECOND);
        disk.cutPower();
        await expectWholeEdition(disk, SECOND);
      }),
      { numRuns: 100 },
    );
  });
});

describe('FolderShelf on a disk that fails', () => {
  it.each([
    { code: 'EIO', persists: false },
    { code: 'EIO', persists: true },
    { code: 'ENOSPC', persists: false },
  ] as const)('tells $code of any call (done all the same: $persists) and keeps a whole edition', async (failure) => {
    const calls = await callsOfSecondEdition();
    for (let call = 1; call <= calls; call++) {
      const { disk, shelf } = await withFirstEdition();
      await expectFailureTold(disk, shelf, { ...failure, call });
      await expectWholeEdition(disk);
      await shelf.putAll(SECOND);
      disk.cutPower();
      await expectWholeEdition(disk, SECOND);
    }
  });

  it('leaves no draft of a write that failed', async () => {
    const disk = new SimulatedDisk('/');
    const shelf = new FolderShelf('/tree', disk);
    await shelf.put(CHECKPOINT, Uint8Array.of(1));
    disk.failAt({ call: 2, code: 'ENOSPC' });
    await expect(shelf.put(HEAD, new Uint8Array(100))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await disk.list('/tree')).toEqual([{ name: 'checkpoint', kind: 'file' }]);
  });
});

describe('FolderShelf.putAll', () => {
  it('syncs each folder once and writes head and checkpoint after all else', async () => {
    const { disk, shelf } = await withFirstEdition();
    disk.calls.length = 0;
    await shelf.putAll([...SECOND].reverse());
    const calls = disk.calls.map((call) => call.replace(/\.[0-9a-f]{16}\.part$/, ''));
    const bulk = calls.slice(0, calls.indexOf('create /tree/.head'));
    expect(bulk.filter((call) => call === 'syncFolder /tree/edition')).toHaveLength(1);
    expect(bulk.filter((call) => call.startsWith('rename'))).toHaveLength(SECOND.length - 2);
    expect(calls.slice(bulk.length).filter((call) => !call.startsWith('write'))).toEqual([
      'create /tree/.head',
      'sync /tree/.head',
      'rename /tree/head',
      'syncFolder /tree',
      'create /tree/.checkpoint',
      'sync /tree/.checkpoint',
      'rename /tree/checkpoint',
      'syncFolder /tree',
    ]);
  });

  it('ends the writes that have begun before it throws what a source threw', async () => {
    const shelf = new FolderShelf('/tree', new SimulatedDisk('/'));
    async function* source(): AsyncIterable<TreeFile> {
      yield { path: PACK, bytes: Uint8Array.of(1) };
      throw new Error('the source broke');
    }
    await expect(shelf.putAll(source())).rejects.toThrow('the source broke');
    expect(await shelf.read(PACK, LIMIT)).toEqual(Uint8Array.of(1));
  });
});

/** Edition n: its files hold n; checkpoint and head name it. */
function edition(number: number): TreeFile[] {
  const names = [...Array.from({ length: 9 }, (_, i) => `edition/${number}0${i}`), 'root/1', `tile/0/x00${number}/000`];
  const paths = [...names, `pack/${'abcd'[number]!.repeat(25)}a`, 'checkpoint', 'head'] as TreePath[];
  return paths.map((path) => ({ path, bytes: path === 'root/1' ? Uint8Array.of(0) : new Uint8Array(20).fill(number) }));
}

const FIRST = edition(1);
const SECOND = edition(2);

async function withFirstEdition(forgotten?: string): Promise<{ disk: SimulatedDisk; shelf: FolderShelf }> {
  const disk = new SimulatedDisk('/');
  await new FolderShelf('/tree', disk).putAll(FIRST);
  return { disk, shelf: new FolderShelf('/tree', forgotten ? withoutCall(disk, forgotten) : disk) };
}

function withoutCall(disk: SimulatedDisk, forgotten: string): SimulatedDisk {
  return new Proxy(disk, {
    get(target, name) {
      if (name === forgotten) return async () => {};
      if (name === 'create' && forgotten === 'sync') {
        return async (path: string) => ({ ...(await target.create(path)), sync: async () => {} });
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function callsOfSecondEdition(): Promise<number> {
  const { disk, shelf } = await withFirstEdition();
  const before = disk.calls.length;
  await shelf.putAll(SECOND);
  return disk.calls.length - before;
}

async function expectFailureTold(disk: SimulatedDisk, shelf: FolderShelf, failure: Failure): Promise<void> {
  disk.failAt(failure);
  await expect(shelf.putAll(SECOND)).rejects.toMatchObject({ code: failure.code });
}

/** The checkpoint names an edition that is there in full; every file that is there is whole. */
async function expectWholeEdition(disk: SimulatedDisk, wanted?: TreeFile[]): Promise<void> {
  const shelf = new FolderShelf('/tree', disk);
  const checkpoint = await shelf.read(CHECKPOINT, LIMIT);
  const named = checkpoint?.[0] === 1 ? FIRST : SECOND;
  if (wanted) expect(named).toBe(wanted);
  for (const { path, bytes } of named.filter((file) => !isMutable(file.path))) {
    expect(await shelf.read(path, LIMIT), path).toEqual(bytes);
  }
  const head = await shelf.read(HEAD, LIMIT);
  expect([FIRST, SECOND].map((files) => files.at(-1)!.bytes)).toContainEqual(head);
}

function chanceOf(seed: number): () => boolean {
  let state = (seed + 1) * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 1) >>> 0;
    return (state & 0x10_000) !== 0;
  };
}
