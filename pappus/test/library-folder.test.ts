/** Where a library keeps its files: in memory and on the disk alike, and what the disk does behind its back. */
import { mkdir, readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inOfferOrder, postsOf, treePath, wantedPaths, type FileStore, type TreeFile } from '@pappus/core';
import { FolderShelf } from '@pappus/transports/node';
import { TestNewsroom } from '../../core/test/newsroom.ts';
import { DiskFiles } from '../src/disk-files.ts';
import { LibraryFolder } from '../src/library-folder.ts';
import { temporaryFolder } from './program.ts';

const HEAD = treePath('head');
const EDITION = treePath('edition/1');
const octets = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A store, and what has to happen for its files to be where they stay. */
interface StoreUnderTest {
  store: FileStore;
  settle: () => Promise<void>;
}

const STORES: Record<string, () => Promise<StoreUnderTest>> = {
  'a Map': async () => ({ store: new Map(), settle: async () => {} }),
  'the disk, before it is saved': async () => ({
    store: new DiskFiles(await temporaryFolder()),
    settle: async () => {},
  }),
  'the disk': async () => {
    const folder = await temporaryFolder();
    const store = new DiskFiles(folder);
    const tree = new FolderShelf(folder);
    const settle = async (): Promise<void> => {
      await store.save(tree);
      await store.clean(tree, (path) => store.has(path));
    };
    return { store, settle };
  },
};

describe.each(Object.entries(STORES))('%s as a store', (_, make) => {
  test('gives what was set last, and nothing else', async () => {
    const { store, settle } = await make();
    expect([store.get(HEAD), store.has(HEAD), [...store.keys()]]).toEqual([undefined, false, []]);
    for (const bytes of [octets(1, 2), octets(3), octets(), octets(3)]) {
      store.set(HEAD, bytes);
      expect(store.get(HEAD)).toEqual(bytes);
      await settle();
      expect([store.get(HEAD), store.has(HEAD), [...store.keys()]]).toEqual([bytes, true, [HEAD]]);
    }
    expect(store.get(HEAD)!.slice().buffer).not.toBe(store.get(HEAD)!.buffer);
  });

  test('forgets what was deleted, and takes it again', async () => {
    const { store, settle } = await make();
    store.set(EDITION, octets(1));
    await settle();
    expect([store.delete(EDITION), store.delete(EDITION), store.get(EDITION), store.has(EDITION)]).toEqual([
      true,
      false,
      undefined,
      false,
    ]);
    store.set(EDITION, octets(1));
    await settle();
    expect(store.get(EDITION)).toEqual(octets(1));
    store.delete(EDITION);
    await settle();
    store.set(EDITION, octets(1));
    expect(store.get(EDITION)).toEqual(octets(1));
    await settle();
    expect([store.get(EDITION), [...store.keys()]]).toEqual([octets(1), [EDITION]]);
  });

  test('gives nothing but what was set to whoever looks at all names meanwhile', async () => {
    const { store, settle } = await make();
    for (let n = 1; n <= 20; n++) store.set(treePath(`edition/${n}`), octets(n));
    await settle();
    const read = [...store.keys()].map((path) => store.get(path)![0]);
    expect(read).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});

describe('behind its back', () => {
  const DAMAGES: Record<string, (file: string) => Promise<void>> = {
    'is altered': async (file) => writeFile(file, (await readFile(file)).fill(7, 20, 24)),
    'is cut short': (file) => truncate(file, 20),
    'is emptied': (file) => truncate(file, 0),
    'is removed': (file) => rm(file),
    'grows beyond all bounds': (file) => truncate(file, 2 ** 32),
    'is put behind a link': async (file) => {
      await writeFile(`${file}.there`, await readFile(file));
      await rm(file);
      await symlink(`${file}.there`, file);
    },
    'becomes a folder': async (file) => {
      await rm(file);
      await mkdir(file);
    },
  };

  test.each(Object.entries(DAMAGES))('a pack that %s is not here, and comes again', async (name, damage) => {
    const folder = await temporaryFolder();
    const newsroom = courier();
    const files = filesOf(newsroom);
    const opened = await filled(folder, newsroom);
    const before = shown(opened);
    const pack = files.find(
      ({ path, bytes }) => path.startsWith('pack/') && String(Buffer.from(bytes)).includes('Bridge'),
    )!;
    await damage(join(folder, pack.path));
    expect(opened.library.file(pack.path)).toBeNull();
    expect(opened.library.holds(pack.path)).toBe(false);
    expect(wantedPaths(opened.library)).toContain(pack.path);
    opened.library.offer(pack.path, pack.bytes);
    expect(shown(opened)).toEqual(before);
    if (name === 'becomes a folder') await rm(join(folder, pack.path), { recursive: true });
    await opened.save();
    expect(Buffer.from(pack.bytes).equals(await readFile(join(folder, pack.path)))).toBe(true);
    expect(shown(await LibraryFolder.open(folder, null))).toEqual(before);
  });

  test('a damaged pack with words that are withdrawn goes from the disk too', async () => {
    const folder = await temporaryFolder();
    const newsroom = courier();
    const opened = await filled(folder, newsroom);
    for (const { path } of filesOf(newsroom))
      if (path.startsWith('pack/')) await writeFile(join(folder, path), 'Bridge closed, and not a pack');
    newsroom.publish({ tombstones: [{ index: 0, reason: 'person', replacement: null }] });
    for (const { path, bytes } of filesOf(newsroom)) opened.library.offer(path, bytes);
    await opened.save();
    for (const name of await readdir(join(folder, 'pack')))
      expect(String(await readFile(join(folder, 'pack', name)))).not.toContain('Bridge');
    expect(shown(opened)).toMatchObject([{ status: 'withdrawn' }, { status: 'current' }]);
  });
});

test('what is opened and saved again is written no second time, and nothing goes', async () => {
  const folder = await temporaryFolder();
  await filled(folder, courier());
  const written = async (): Promise<unknown[]> => {
    const { stat } = await import('node:fs/promises');
    const names = await readdir(folder, { recursive: true });
    return Promise.all(names.sort().map(async (name) => [name, (await stat(join(folder, name))).ino]));
  };
  const before = await written();
  expect(before.length).toBeGreaterThan(6);
  const opened = await LibraryFolder.open(folder, null);
  await opened.save();
  await opened.save();
  expect(await written()).toEqual(before);
});

test('what waits is kept apart, and belongs to the tree once it is judged', async () => {
  const folder = await temporaryFolder();
  const files = filesOf(courier());
  const opened = await LibraryFolder.open(folder, null);
  for (const { path, bytes } of files) if (path.startsWith('pack/')) opened.library.offer(path, bytes);
  await opened.save();
  const packs = await readdir(join(folder, 'waiting/pack'));
  expect(packs).toHaveLength(2);
  const again = await LibraryFolder.open(folder, null);
  for (const { path, bytes } of files) if (!path.startsWith('pack/')) again.library.offer(path, bytes);
  await again.save();
  expect(await readdir(join(folder, 'pack'))).toEqual(packs);
  expect(await readdir(join(folder, 'waiting/pack'))).toEqual([]);
});

function courier(): TestNewsroom {
  const newsroom = new TestNewsroom();
  const stories = [
    { title: 'Bridge closed', text: ['Bridge: until May.'] },
    { title: 'Market opens', text: ['At nine.'] },
  ];
  newsroom.publish({ stories });
  return newsroom;
}

function filesOf({ files }: TestNewsroom): TreeFile[] {
  return inOfferOrder([...files].map(([path, bytes]) => ({ path: treePath(path), bytes })));
}

async function filled(folder: string, newsroom: TestNewsroom): Promise<LibraryFolder> {
  const opened = await LibraryFolder.open(folder, newsroom.channelId);
  for (const { path, bytes } of filesOf(newsroom)) opened.library.offer(path, bytes);
  await opened.save();
  return opened;
}

function shown({ library }: LibraryFolder): unknown[] {
  return [...postsOf(library)].map((post) => ({ ...post, text: library.text(post.index) }));
}
