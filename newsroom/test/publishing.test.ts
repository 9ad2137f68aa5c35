/** A newsroom on a real disk, and an auditor after each step. */
import { spawn } from 'node:child_process';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LIMITS, decodePack, formatPath, type Block } from '@pappus/core';
import { Newsroom, NewsroomError, type RotateOptions } from '../src/index.ts';
import { Notary, auditTree } from './auditor.ts';
import {
  PASSPHRASE,
  copyFolder,
  createIn,
  draftOf,
  drafts,
  inSandbox,
  paragraph,
  seededChance,
  using,
} from './desk.ts';

const ROTATE: RotateOptions = {
  logKey: false,
  rootKeys: false,
  lastGoodEdition: null,
  mirrors: null,
  passphrase: PASSPHRASE,
  rootKeyFiles: [],
};

/** A new newsroom in a sandbox; gives its folder to `work` as well. */
function withNewsroom(work: (newsroom: Newsroom, folder: string) => Promise<void>): Promise<void> {
  return inSandbox(async (sandbox) => {
    const folder = join(sandbox, 'courier');
    await using(createIn(folder), (newsroom) => work(newsroom, folder));
  });
}

async function bytesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'latin1')])),
  );
}

describe('a new newsroom', () => {
  test('keeps its secrets to itself', () =>
    inSandbox(async (sandbox) => {
      const folder = join(sandbox, 'courier');
      await using(createIn(folder, 3, 2), async (newsroom) => {
        const keys = join(folder, 'keys');
        expect((await stat(keys)).mode & 0o777).toBe(0o700);
        const names = await readdir(keys);
        expect(names.sort()).toEqual(['clock-1.key', 'log-1.key', 'root-1-1.key', 'root-1-2.key', 'root-1-3.key']);
        for (const name of names) expect((await stat(join(keys, name))).mode & 0o777).toBe(0o600);
        expect(newsroom.rootKeyFiles()).toEqual([1, 2, 3].map((n) => join(keys, `root-1-${n}.key`)));
      });
    }));

  test('opens again as the same channel', () =>
    withNewsroom(async (newsroom, folder) => {
      const { channelId } = newsroom.identity;
      await using(Newsroom.open(folder), async (again) => expect(again.identity.channelId).toBe(channelId));
      expect((await auditTree(newsroom.treeFolder)).posts).toEqual([]);
    }));

  test('is never made over another one, nor over keys or other files', () =>
    withNewsroom(async (newsroom, folder) => {
      await newsroom.publish();
      const before = await bytesOf(join(folder, 'keys'));
      await expect(createIn(folder)).rejects.toThrow(NewsroomError);
      newsroom.close();
      await rm(join(folder, 'newsroom.db'));
      await expect(createIn(folder)).rejects.toThrow(/not empty/);
      await writeFile(join(folder, 'newsroom.db'), '');
      await expect(createIn(folder)).rejects.toThrow(NewsroomError);
      expect(await bytesOf(join(folder, 'keys'))).toEqual(before);
      await using(createIn(`${folder}-2`), async () => {});
    }));

  test('can be made again where its making was cut off', () =>
    inSandbox(async (folder) => {
      const full = { now: () => 0, random: () => Buffer.alloc(0), disk: {} as never };
      const options = { name: 'n', lang: 'en', rootKeys: 1, threshold: 1, passphrase: PASSPHRASE, mirrors: [] };
      await expect(Newsroom.create(join(folder, 'courier'), options, full)).rejects.toThrow();
      await expect(Newsroom.open(join(folder, 'courier'))).rejects.toThrow(/cut off/);
      await using(createIn(join(folder, 'courier')), async (newsroom) => {
        await newsroom.publish();
        await auditTree(newsroom.treeFolder);
      });
    }));
});

describe('importing', () => {
  test('twice makes no second post', () =>
    withNewsroom(async (newsroom) => {
      expect(await newsroom.addDrafts(drafts(3, 'a'))).toEqual({ added: 3, known: 0, refused: [] });
      expect(await newsroom.addDrafts(drafts(4, 'a'))).toEqual({ added: 1, known: 3, refused: [] });
      expect((await newsroom.publish()).posts).toHaveLength(4);
      expect(await newsroom.addDrafts(drafts(4, 'a'))).toEqual({ added: 0, known: 4, refused: [] });
      expect((await newsroom.publish()).posts).toEqual([]);
      expect((await auditTree(newsroom.treeFolder)).titles).toEqual(['a 0', 'a 1', 'a 2', 'a 3']);
    }));

  test('leaves out what no reader could take, and says why', () =>
    withNewsroom(async (newsroom) => {
      const chance = seededChance(1);
      const noise = (chars: number): string =>
        Array.from({ length: chars }, () => String.fromCodePoint(0x4e00 + Math.floor(chance() * 20_000))).join('');
      let deep: Block = paragraph('deep');
      for (let i = 0; i < 30; i++) deep = { type: 'blockquote', children: [deep] };
      const bad = [
        { ...draftOf('long', 'long'), body: [paragraph('x'.repeat(LIMITS.textLayerBytes))] },
        { ...draftOf('dense', 'dense'), body: [paragraph(noise(80_000))] },
        { ...draftOf('deep', 'deep'), body: [deep] },
        {
          ...draftOf('wide', noise(600)),
          summary: noise(2_700),
          byline: noise(160),
          tags: Array.from({ length: 32 }, () => noise(40)),
          link: `https://e.example/${'x'.repeat(2_000)}`,
        },
        { ...draftOf('empty', ''), body: [] },
        { ...draftOf('tongue', 'tongue'), lang: '語'.repeat(32) },
      ];
      const good = [
        { ...draftOf('near', noise(2_000)), summary: noise(9_000), body: [paragraph(noise(50_000))] },
        draftOf('plain', 'plain'),
      ];
      const { added, refused } = await newsroom.addDrafts([...bad, ...good]);
      expect(refused.map(({ why }) => why)).toHaveLength(bad.length);
      expect(added).toBe(good.length);
      await newsroom.publish();
      expect((await auditTree(newsroom.treeFolder)).posts).toHaveLength(2);
    }));
});

describe('publishing', () => {
  test('puts 300 posts into several editions, each text as it was written', () =>
    withNewsroom(async (newsroom) => {
      const all = drafts(300, 'many');
      await newsroom.addDrafts(all);
      const progress: number[] = [];
      const published = await newsroom.publish({ nextWithin: 3600, onProgress: (done) => progress.push(done) });
      expect(published.editions).toEqual([1, 2]);
      expect(progress).toEqual([256, 300]);
      const { library, titles } = await auditTree(newsroom.treeFolder);
      expect(titles).toEqual(all.map((d) => d.title));
      expect(published.posts.map((index) => library.text(index))).toEqual(all.map((d) => d.body));
      expect(library.contents.newestMark!.mark.nextBy).toBe(library.contents.newestMark!.mark.time + 3600);
    }));

  test('keeps the head small, however much an edition holds', () =>
    withNewsroom(async (newsroom) => {
      const chance = seededChance(2);
      const noise = (chars: number): string =>
        Array.from({ length: chars }, () => String.fromCodePoint(0x4e00 + Math.floor(chance() * 20_000))).join('');
      const large = drafts(401, 'large').map((d, i) => ({
        ...d,
        lang: `x${String.fromCharCode(97 + (i % 26))}`,
        summary: noise(2_700),
        body: [paragraph(noise(1_900))],
      }));
      await newsroom.addDrafts(large);
      await newsroom.publish();
      expect((await stat(join(newsroom.treeFolder, 'head'))).size).toBeLessThanOrEqual(LIMITS.headBytes);
      expect((await auditTree(newsroom.treeFolder)).posts).toHaveLength(401);
    }));

  test('by two processes at once gives both editions and no fork', () =>
    withNewsroom(async (newsroom) => {
      const notary = new Notary();
      await newsroom.publish();
      const args = (name: string): string[] => [
        join(import.meta.dirname, 'crash-child.ts'),
        newsroom.folder,
        `publish ${name}`,
      ];
      const ends = ['left', 'right'].map((name) => {
        const child = spawn(process.execPath, args(name), { stdio: ['ignore', 'pipe', 'inherit'], env: process.env });
        return new Promise((resolve) => child.on('close', resolve));
      });
      expect(await Promise.all(ends)).toEqual([0, 0]);
      notary.seeStore(newsroom);
      const { titles, library } = await auditTree(newsroom.treeFolder, notary);
      expect(titles.sort()).toEqual(['left', 'right']);
      expect(library.contents.newestMark!.mark.number).toBe(3);
    }));

  test('twice at once in one process keeps the order of the calls', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts([draftOf('a', 'a')]);
      const [first, second] = await Promise.all([newsroom.publish(), newsroom.publish()]);
      expect([first.editions, second.editions]).toEqual([[1], [2]]);
      await auditTree(newsroom.treeFolder);
    }));
});

describe('correcting', () => {
  test('puts a new post in the place of the old one', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(drafts(2, 'a'));
      await newsroom.publish();
      const index = await newsroom.correct(0, (before) => ({
        ...before,
        title: 'better',
        body: [paragraph('better text')],
      }));
      const { library, titles, posts } = await auditTree(newsroom.treeFolder);
      expect(titles).toEqual(['a 1', 'better']);
      expect(posts[0]).toMatchObject({ status: 'corrected', replacedBy: index });
      expect(library.text(index)).toEqual([paragraph('better text')]);
      await newsroom.correct(index, (before) => ({ ...before, title: 'best' }));
      expect((await auditTree(newsroom.treeFolder)).titles).toEqual(['a 1', 'best']);
    }));

  test('of no post, or into nothing, changes nothing', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(drafts(1, 'a'));
      await newsroom.publish();
      const before = await bytesOf(newsroom.treeFolder);
      await expect(newsroom.correct(1, (d) => d)).rejects.toThrow(NewsroomError);
      await expect(newsroom.correct(9, (d) => d)).rejects.toThrow(NewsroomError);
      await expect(newsroom.correct(0, (d) => ({ ...d, title: '', body: [] }))).rejects.toThrow(/cannot be published/);
      expect(await bytesOf(newsroom.treeFolder)).toEqual(before);
      expect(newsroom.store.countDrafts()).toEqual({ waiting: 0, published: 1 });
    }));
});

describe('withdrawing', () => {
  const SECRET = 'Zinaida Quorvexington lives at number nineteen';

  test('takes the words out of the tree, the store and its log', () =>
    withNewsroom(async (newsroom, folder) => {
      const many = drafts(120, 'around');
      many[57] = { ...draftOf('secret', SECRET, [SECRET, 'and more']), summary: SECRET, tags: [SECRET] };
      await newsroom.addDrafts(many);
      await newsroom.publish();
      await newsroom.correct(57, (before) => ({ ...before, body: [paragraph(`${SECRET} still`)] }));
      const packed = await dataOfPost(newsroom, 57);
      expect(packed.length).toBe(2);
      for (const index of [57, 121]) await newsroom.withdraw(index, 'person', null);
      const open = await wordsIn(folder, [SECRET, ...packed]);
      newsroom.close();
      expect(open).toEqual([]);
      expect(await wordsIn(folder, [SECRET, ...packed])).toEqual([]);
      const { posts, titles } = await auditTree(join(folder, 'tree'));
      expect(posts[57]).toMatchObject({ status: 'withdrawn', reason: 'person', record: null });
      expect(titles).toHaveLength(119);
    }));

  test('twice, or of no post, changes nothing', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(drafts(2, 'a'));
      await newsroom.publish();
      await newsroom.withdraw(0, 'error', 1);
      const before = await bytesOf(newsroom.treeFolder);
      for (const index of [0, 2, 77])
        await expect(newsroom.withdraw(index, 'error', null)).rejects.toThrow(NewsroomError);
      await expect(newsroom.withdraw(1, 'error', 0)).rejects.toThrow(NewsroomError);
      expect(await bytesOf(newsroom.treeFolder)).toEqual(before);
    }));
});

/** The octets that a post's record and layers have in the packs of a tree. */
async function dataOfPost(newsroom: Newsroom, index: number): Promise<string[]> {
  const found: string[] = [];
  for (const id of newsroom.store.packsOf(index)) {
    const pack = decodePack(await readFile(join(newsroom.treeFolder, formatPath({ kind: 'pack', id }))));
    for (const item of pack.items)
      if (item.index === index && 'data' in item) found.push(Buffer.from(item.data).toString('latin1'));
  }
  return found;
}

async function wordsIn(folder: string, words: readonly string[]): Promise<string[]> {
  const files = await bytesOf(folder);
  return [...files].flatMap(([file, bytes]) =>
    words.filter((word) => bytes.includes(word)).map((word) => `${file}: ${word.slice(0, 40)}`),
  );
}

describe('rotating', () => {
  test('keeps all that was published, whatever key changes', () =>
    withNewsroom(async (newsroom, folder) => {
      const notary = new Notary();
      await newsroom.rotate({ ...ROTATE, logKey: true });
      await newsroom.addDrafts(drafts(3, 'a'));
      await newsroom.publish();
      await auditTree(newsroom.treeFolder, notary);
      for (const [i, change] of [
        { logKey: true },
        { rootKeys: true },
        { logKey: true, rootKeys: true },
        { mirrors: ['http://127.0.0.1:9/'] },
      ].entries()) {
        const { version } = await newsroom.rotate({ ...ROTATE, ...change });
        expect(version).toBe(i + 3);
        await auditTree(newsroom.treeFolder, notary);
        await newsroom.addDrafts([draftOf(`after ${i}`, `after ${i}`)]);
        await newsroom.publish();
        notary.seeStore(newsroom);
        await auditTree(newsroom.treeFolder, notary);
      }
      await using(Newsroom.open(folder), (again) => again.publish().then(() => {}));
      const { titles, library } = await auditTree(newsroom.treeFolder, notary);
      expect(titles).toEqual(['a 0', 'a 1', 'a 2', 'after 0', 'after 1', 'after 2', 'after 3']);
      expect(library.identity!.version).toBe(6);
    }));

  test('in another process is noticed by this one', () =>
    withNewsroom(async (newsroom, folder) => {
      await newsroom.publish();
      await using(Newsroom.open(folder), (other) => other.rotate({ ...ROTATE, logKey: true }));
      await newsroom.addDrafts(drafts(1, 'a'));
      await newsroom.publish();
      expect((await auditTree(newsroom.treeFolder)).titles).toEqual(['a 0']);
      expect((await newsroom.rotate({ ...ROTATE, logKey: true })).version).toBe(3);
      await auditTree(newsroom.treeFolder);
    }));

  test('with a wrong passphrase, without the root keys, or to no edition changes nothing', () =>
    withNewsroom(async (newsroom, folder) => {
      await newsroom.publish();
      const before = await bytesOf(folder);
      const wrong = [
        { passphrase: 'wrong' },
        { rootKeyFiles: [join(folder, 'absent.key')] },
        { rootKeyFiles: [join(folder, 'keys', 'log-1.key')] },
        { lastGoodEdition: 7 },
      ];
      for (const options of wrong)
        await expect(newsroom.rotate({ ...ROTATE, logKey: true, ...options })).rejects.toThrow(NewsroomError);
      await rm(newsroom.rootKeyFiles()[0]!);
      await expect(newsroom.rotate({ ...ROTATE, logKey: true })).rejects.toThrow(
        /1 root keys are needed and 0 are here/,
      );
      before.delete(newsroom.rootKeyFiles()[0]!);
      expect(await bytesOf(folder)).toEqual(before);
      await newsroom.publish();
      await auditTree(newsroom.treeFolder);
    }));
});

describe('recovery after a theft', () => {
  test('voids what came later, and its posts wait as drafts again', () =>
    withNewsroom(async (newsroom) => {
      const notary = new Notary();
      await newsroom.addDrafts(drafts(300, 'good'));
      await newsroom.publish();
      await auditTree(newsroom.treeFolder, notary);
      const { size } = newsroom.store;
      await newsroom.addDrafts(drafts(600, 'late'));
      await newsroom.publish();
      notary.voidAfter(size);
      const { published } = await newsroom.rotate({ ...ROTATE, lastGoodEdition: 2 });
      expect(published.size).toBe(size + 2);
      expect((await auditTree(newsroom.treeFolder, notary)).titles).toHaveLength(300);
      expect(newsroom.store.countDrafts()).toEqual({ waiting: 600, published: 300 });
      await newsroom.publish();
      expect((await auditTree(newsroom.treeFolder, notary)).titles).toHaveLength(900);
    }));

  test('says again what a void edition withdrew, for those words are gone', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts(drafts(3, 'a'));
      await newsroom.publish();
      await newsroom.withdraw(0, 'person', null);
      await newsroom.withdraw(1, 'legal', null);
      await newsroom.rotate({ ...ROTATE, lastGoodEdition: 1 });
      const { posts, titles } = await auditTree(newsroom.treeFolder);
      expect(titles).toEqual(['a 2']);
      expect(posts.map((p) => p.reason)).toEqual(['person', 'legal', null]);
      await expect(newsroom.withdraw(0, 'error', null)).rejects.toThrow(/withdrawn already/);
      await newsroom.withdraw(2, 'error', null);
      expect((await auditTree(newsroom.treeFolder)).titles).toEqual([]);
    }));

  test('keeps only the last of a void post and its corrections, and none that was withdrawn', () =>
    withNewsroom(async (newsroom) => {
      await newsroom.addDrafts([draftOf('kept', 'kept')]);
      await newsroom.publish();
      await newsroom.addDrafts([draftOf('x', 'x'), draftOf('w', 'w')]);
      const { posts } = await newsroom.publish();
      const once = await newsroom.correct(posts[0]!, (d) => ({ ...d, title: 'x once' }));
      await newsroom.correct(once, (d) => ({ ...d, title: 'x twice' }));
      await newsroom.correct(0, (d) => ({ ...d, title: 'kept, corrected' }));
      await newsroom.withdraw(posts[1]!, 'error', null);
      await newsroom.rotate({ ...ROTATE, lastGoodEdition: 1 });
      expect(newsroom.store.waitingDrafts().map(({ draft }) => draft.title)).toEqual(['x twice', 'kept, corrected']);
      await newsroom.correct(0, (d) => ({ ...d, title: 'kept, first' }));
      expect((await auditTree(newsroom.treeFolder)).titles).toEqual(['kept, first']);
      await newsroom.publish();
      expect((await auditTree(newsroom.treeFolder)).titles).toEqual(['x twice', 'kept, corrected']);
      expect(await newsroom.addDrafts([draftOf('x', 'x'), draftOf('w', 'w')])).toMatchObject({ added: 0, known: 2 });
    }));
});

test('random histories keep the auditor content', () =>
  inSandbox(async (sandbox) => {
    await using(createIn(join(sandbox, 'new')), async () => {});
    for (let seed = 1; seed <= 5; seed++) {
      const folder = join(sandbox, `courier-${seed}`);
      await copyFolder(join(sandbox, 'new'), folder);
      await rm(join(sandbox, 'state'), { recursive: true, force: true });
      await using(Newsroom.open(folder), (newsroom) => liveAtRandom(newsroom, seed));
    }
  }));

/** Fourteen random commands; after each the auditor sees exactly the posts that a simple model expects. */
async function liveAtRandom(newsroom: Newsroom, seed: number): Promise<void> {
  const chance = seededChance(seed);
  const notary = new Notary();
  const held = new Map<number, { title: string; replaces: number | null }>();
  const isCurrent = (index: number): boolean => ![...held.values()].some((post) => post.replaces === index);
  const current = (): number[] => [...held.keys()].filter(isCurrent);
  let waiting: string[] = [];
  for (let step = 0; step < 14; step++) {
    const roll = chance();
    const post = [...held.keys()][Math.floor(chance() * held.size)];
    if (roll < 0.3) {
      const count = Math.floor(chance() * (roll < 0.05 ? 90 : 4));
      const fresh = drafts(count, `${seed}.${step}`);
      await newsroom.addDrafts(fresh);
      waiting.push(...fresh.map((d) => d.title));
    } else if (roll < 0.6 || post === undefined) {
      const { posts } = await newsroom.publish();
      expect(posts).toHaveLength(waiting.length);
      posts.forEach((index, i) => held.set(index, { title: waiting[i]!, replaces: null }));
      waiting = [];
    } else if (roll < 0.77) {
      const title = `correction at ${step}`;
      const replaces = newsroom.store.latestOf(post);
      held.set(await newsroom.correct(post, (d) => ({ ...d, title })), { title, replaces });
    } else if (roll < 0.93) {
      await newsroom.withdraw(post, 'error', null);
      held.delete(post);
    } else {
      await newsroom.rotate({ ...ROTATE, logKey: chance() < 0.5, rootKeys: chance() < 0.5 });
    }
    notary.seeStore(newsroom);
    const { titles } = await auditTree(newsroom.treeFolder, notary);
    expect(titles.sort(), `seed ${seed}, step ${step}`).toEqual(
      current()
        .map((index) => held.get(index)!.title)
        .sort(),
    );
  }
}
