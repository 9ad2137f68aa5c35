/** The text codec on its way from a desk to a reader. */
import { writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CODEC, Library, decodePack, inOfferOrder, parsePath, postsOf, type TreeFile } from '@pappus/core';
import { FolderShelf, nodeDisk } from '@pappus/transports/node';
import { Books, Newsroom, NewsroomError, builtInDictionaries, copyLargePacks } from '../src/index.ts';
import type { Draft } from '../src/draft.ts';
import { createIn, draftOf, drafts, inSandbox, paragraph, using } from './desk.ts';

const PERSIAN: Draft[] = ['پل شهر پس از سیل باز شد', 'برف راه‌های شمالی کشور را بست'].map((title, i) => ({
  ...draftOf(`fa-${i}`, title),
  lang: 'fa',
  summary: 'مسئولان گفتند که کارشناسان از روز گذشته همه راه‌ها را بررسی کرده‌اند.',
  body: [
    paragraph(`${title}؛ مسئولان گفتند که کارشناسان از روز گذشته همه راه‌ها را بررسی کرده‌اند.`),
    paragraph('به گفته وی، این کار تا پایان هفته آینده ادامه خواهد داشت و مردم می‌توانند از راه‌های دیگر بروند.'),
  ],
}));

function withNewsroom(work: (newsroom: Newsroom, folder: string) => Promise<void>): Promise<void> {
  return inSandbox(async (sandbox) => {
    const folder = join(sandbox, 'courier');
    await using(createIn(folder), (newsroom) => work(newsroom, folder));
  });
}

async function treeOf({ treeFolder }: Newsroom): Promise<TreeFile[]> {
  const shelf = new FolderShelf(treeFolder, nodeDisk);
  const signal = AbortSignal.timeout(10_000);
  const files: TreeFile[] = [];
  for await (const path of shelf.list(signal)) {
    files.push({ path, bytes: (await shelf.read(path, { bytes: 2 ** 20, signal }))! });
  }
  return inOfferOrder(files);
}

function codecsOf(files: readonly TreeFile[]): Set<number> {
  const packs = files.filter(({ path }) => parsePath(path).kind === 'pack').map(({ bytes }) => decodePack(bytes));
  return new Set(packs.flatMap((pack) => pack.items.flatMap((item) => ('coding' in item ? [item.coding.codec] : []))));
}

function readAll(files: readonly TreeFile[], options = {}): Library {
  const library = new Library(options);
  for (const { path, bytes } of files) library.offer(path, bytes);
  return library;
}

const bodiesOf = (library: Library): unknown[] => [...postsOf(library)].map(({ index }) => library.text(index));
const packOf = (lang: string): string =>
  builtInDictionaries().find((file) => file.lang === lang && 'stream' in file.dictionary)!.dictionary.id;

describe('published news', () => {
  test('is coded by the pack of its language, which travels with it', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(PERSIAN);
      await newsroom.publish();
      const files = await treeOf(newsroom);
      expect(codecsOf(files)).toEqual(new Set([CODEC.text, CODEC.textAfter]));
      expect(files.map(({ path }) => path as string)).toContain(`dict/${packOf('fa')}`);
      for (const layersWhenRead of [true, false]) {
        const library = readAll(files, { layersWhenRead });
        expect(library.needs).toEqual([]);
        expect(bodiesOf(library)).toEqual(PERSIAN.map((draft) => draft.body));
      }
    }));

  test('waits for a pack that has not arrived, and is read once it has', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(PERSIAN);
      await newsroom.publish();
      const files = await treeOf(newsroom);
      const without = files.filter(({ path }) => !path.startsWith('dict/'));
      for (const layersWhenRead of [true, false]) {
        const library = readAll(without, { layersWhenRead });
        expect(library.needs).toContain(`dict/${packOf('fa')}`);
        for (const { path, bytes } of files) library.offer(path, bytes);
        expect([library.needs, bodiesOf(library)]).toEqual([[], PERSIAN.map((draft) => draft.body)]);
      }
    }));

  test('of an archive is coded for quick reading; what the head names is in the tree all the same', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(drafts(401, 'old').map((draft) => ({ ...draft, lang: 'en' })));
      await newsroom.publish();
      expect(codecsOf(await treeOf(newsroom)).has(CODEC.text)).toBe(false);
      await newsroom.addDrafts(PERSIAN);
      await newsroom.publish();
      const files = await treeOf(newsroom);
      for (const lang of ['en', 'fa'])
        expect(files.map(({ path }) => path as string)).toContain(`dict/${packOf(lang)}`);
      expect(readAll(files).needs).toEqual([]);
    }));

  test('keeps its words after a withdrawal and a correction', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(PERSIAN);
      const { posts } = await newsroom.publish();
      await newsroom.withdraw(posts[0]!, 'error', null);
      const library = readAll(await treeOf(newsroom));
      expect(bodiesOf(library)).toEqual([null, PERSIAN[1]!.body]);
    }));
});

describe('a pack of the newsroom’s own', () => {
  test('goes before the one that comes with Pappus', () =>
    withNewsroom(async (newsroom) => {
      expect(await copyLargePacks(newsroom.packsFolder)).toEqual(['en', 'fa']);
      await newsroom.addDrafts(PERSIAN);
      await newsroom.publish();
      const files = await treeOf(newsroom);
      const ids = files.flatMap(({ path }) => (path.startsWith('dict/') ? [path.slice('dict/'.length)] : []));
      expect(ids).toHaveLength(1);
      expect(ids).not.toContain(packOf('fa'));
      expect(bodiesOf(readAll(files))).toEqual(PERSIAN.map((draft) => draft.body));
    }));

  test('that is damaged stops publishing, and nothing is lost', () =>
    withNewsroom(async (newsroom) => {
      await copyLargePacks(newsroom.packsFolder);
      const path = join(newsroom.packsFolder, 'fa.pack');
      await writeFile(path, readFileSync(path).subarray(0, 100));
      await newsroom.addDrafts(PERSIAN);
      await expect(newsroom.publish()).rejects.toThrow(NewsroomError);
      await copyLargePacks(newsroom.packsFolder);
      expect((await newsroom.publish()).posts).toHaveLength(2);
    }));
});

test('what the text codec cannot say goes by another', () => {
  const { compressWell } = new Books();
  const bytes = Uint8Array.of(0xff, 0xfe, 0xff);
  expect(compressWell([bytes], 'fa', null).coding.codec).toBe(CODEC.identity);
});
