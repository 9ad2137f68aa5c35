/** A restored backup never forks: three witnesses stop it, and adopting takes over what it lacks. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeUtf8, treePath } from '@pappus/core';
import { HttpShelf } from '@pappus/transports';
import { FolderShelf, startMirror } from '@pappus/transports/node';
import { Newsroom, NewsroomError, type RotateOptions } from '../src/index.ts';
import { Notary, auditTree } from './auditor.ts';
import { PASSPHRASE, copyFolder, createIn, draftOf, drafts, inSandbox, using } from './desk.ts';

const ROTATE: RotateOptions = {
  logKey: true,
  rootKeys: false,
  lastGoodEdition: null,
  mirrors: null,
  passphrase: PASSPHRASE,
  rootKeyFiles: [],
};

interface Restored {
  folder: string;
  /** The tree as it was when the backup was restored, elsewhere. */
  newest: string;
  state: string;
}

/** Backs a newsroom up, lets it go on, and restores the backup. What the new tree was lies in `newest`. */
async function restored(
  sandbox: string,
  goOn: (newsroom: Newsroom) => Promise<unknown>,
  mirrors: string[] = [],
): Promise<Restored> {
  const [folder, newest, state] = ['courier', 'newest', 'state'].map((name) => join(sandbox, name)) as [
    string,
    string,
    string,
  ];
  await using(createIn(folder, 1, 1, mirrors), async (newsroom) => {
    await newsroom.addDrafts(drafts(2, 'old'));
    await newsroom.publish();
    await newsroom.addDrafts(drafts(4, 'later'));
    await newsroom.publish();
  });
  await copyFolder(folder, join(sandbox, 'backup'));
  await using(Newsroom.open(folder), goOn);
  await copyFolder(join(folder, 'tree'), newest);
  await copyFolder(join(sandbox, 'backup'), folder);
  return { folder, newest, state };
}

async function publishMore(newsroom: Newsroom): Promise<void> {
  await newsroom.addDrafts([draftOf('new', 'new')]);
  await newsroom.publish();
}

async function expectRefusal(folder: string, witness: string): Promise<void> {
  const before = await auditTree(join(folder, 'tree'));
  await using(Newsroom.open(folder), async (newsroom) => {
    for (const attempt of [
      () => newsroom.publish(),
      () => newsroom.correct(0, (d) => d),
      () => newsroom.withdraw(0, 'error', null),
      () => newsroom.rotate(ROTATE),
    ]) {
      await expect(attempt()).rejects.toThrow(NewsroomError);
      await expect(attempt()).rejects.toThrow(`older than what it has published: ${witness}`);
    }
  });
  expect((await auditTree(join(folder, 'tree'))).titles).toEqual(before.titles);
}

describe('a restored backup is stopped', () => {
  test("by this machine's memory", () =>
    inSandbox(async (sandbox) => {
      const { folder } = await restored(sandbox, publishMore);
      await expectRefusal(folder, "this machine's memory knows a log of");
    }));

  test('by the tree, when only the store was restored', () =>
    inSandbox(async (sandbox) => {
      const { folder, newest, state } = await restored(sandbox, publishMore);
      await rm(state, { recursive: true });
      await copyFolder(newest, join(folder, 'tree'));
      await expectRefusal(folder, 'the tree knows a log of');
    }));

  test('by a mirror, on another machine', () =>
    inSandbox(async (sandbox) => {
      const mirror = await startMirror({ folder: join(sandbox, 'newest') });
      try {
        const { folder, state } = await restored(sandbox, publishMore, ['http://127.0.0.1:9/', mirror.url]);
        await rm(state, { recursive: true });
        await expectRefusal(folder, `${mirror.url} knows a log of`);
      } finally {
        await mirror.close();
      }
    }));

  test('from before a new log key, although its log is the longer one', () =>
    inSandbox(async (sandbox) => {
      const { folder, newest, state } = await restored(sandbox, async (newsroom) => {
        await newsroom.rotate({ ...ROTATE, lastGoodEdition: 1 });
      });
      await expectRefusal(folder, "this machine's memory knows version 2");
      await rm(state, { recursive: true });
      await copyFolder(newest, join(folder, 'tree'));
      await expectRefusal(folder, 'the tree knows version 2');
    }));
});

test('again and again: whatever was backed up and whatever came after, no second history is signed', () =>
  inSandbox(async (sandbox) => {
    const folder = join(sandbox, 'courier');
    const notary = new Notary();
    let refused = 0;
    await using(createIn(folder), async () => {});
    for (let round = 0; round < 50; round++) {
      if (round % 10 === 0) await copyFolder(folder, join(sandbox, 'backup'));
      if (round % 10 === 9) {
        await copyFolder(folder, join(sandbox, 'aside'));
        await copyFolder(join(sandbox, 'backup'), folder);
        await using(Newsroom.open(folder), async (newsroom) => {
          await newsroom.publish().catch((error: Error) => (refused += error instanceof NewsroomError ? 1 : 0));
          notary.seeStore(newsroom);
        });
        await copyFolder(join(sandbox, 'aside'), folder);
      }
      await using(Newsroom.open(folder), async (newsroom) => {
        await newsroom.publish();
        notary.seeStore(newsroom);
      });
    }
    await auditTree(join(folder, 'tree'), notary);
    expect({ refused, forks: notary.forks }).toEqual({ refused: 5, forks: [] });
  }));

describe('adopting', () => {
  /** What a restored newsroom and its readers must agree on after it has taken over what was newer. */
  async function goesOn(folder: string, notary: Notary): Promise<string[]> {
    await using(Newsroom.open(folder), async (newsroom) => {
      await newsroom.addDrafts([draftOf('next', 'next')]);
      await newsroom.publish();
      notary.seeStore(newsroom);
    });
    return (await auditTree(join(folder, 'tree'), notary)).titles.sort();
  }

  /** Everything that a newsroom can do, after the backup. */
  async function live(newsroom: Newsroom): Promise<void> {
    await newsroom.addDrafts([...drafts(300, 'many'), draftOf('x', 'x'), draftOf('w', 'w')]);
    const { posts } = await newsroom.publish();
    await newsroom.correct(posts.at(-2)!, (d) => ({ ...d, title: 'x, corrected' }));
    await newsroom.withdraw(posts.at(-1)!, 'person', null);
    await newsroom.withdraw(1, 'error', null);
  }

  test.each(['a folder', 'a mirror'])('takes over what is newer from %s, and goes on in the same log', (from) =>
    inSandbox(async (sandbox) => {
      const notary = new Notary();
      const { folder, newest } = await restored(sandbox, async (newsroom) => {
        await live(newsroom);
        notary.seeStore(newsroom);
      });
      const before = await auditTree(newest, notary);
      const mirror = await startMirror({ folder: newest });
      try {
        await using(Newsroom.open(folder), async (newsroom) => {
          await newsroom.addDrafts([draftOf('many-7', 'many 7'), draftOf('again', 'again')]);
          const adopted = await newsroom.adopt(
            from === 'a folder' ? new FolderShelf(newest) : new HttpShelf(mirror.url),
          );
          expect(adopted).toMatchObject({ posts: 302, size: before.library.log!.head!.size });
          expect((await newsroom.addDrafts(drafts(300, 'many'))).added).toBe(0);
          expect(newsroom.store.waitingDrafts().map(({ draft }) => draft.title)).toEqual(['again']);
        });
      } finally {
        await mirror.close();
      }
      expect((await auditTree(join(folder, 'tree'), notary)).titles.sort()).toEqual(before.titles.sort());
      expect(await goesOn(folder, notary)).toEqual([...before.titles, 'again', 'next'].sort());
      await using(Newsroom.open(folder), async (newsroom) => {
        const { index } = before.posts.find((p) => p.record?.title === 'many 250')!;
        await newsroom.withdraw(index, 'error', null);
        await newsroom.correct(index - 1, (d) => ({ ...d, title: 'many 249, corrected' }));
      });
      const { titles } = await auditTree(join(folder, 'tree'), notary);
      expect(titles).toContain('many 249, corrected');
      expect(titles).not.toContain('many 250');
    }),
  );

  test('follows a new identity, and what it made void', () =>
    inSandbox(async (sandbox) => {
      const notary = new Notary();
      const { folder, newest } = await restored(sandbox, async (newsroom) => {
        await newsroom.rotate({ ...ROTATE, lastGoodEdition: 1 });
        await newsroom.publish();
        await copyFolder(join(newsroom.folder, 'keys'), join(sandbox, 'keys'));
      });
      await using(Newsroom.open(folder), async (newsroom) => {
        await newsroom.adopt(new FolderShelf(newest));
        await expect(newsroom.publish()).rejects.toThrow(/log-2.key cannot be read/);
      });
      await copyFolder(join(sandbox, 'keys'), join(folder, 'keys'));
      expect(await goesOn(folder, notary)).toEqual([
        'later 0',
        'later 1',
        'later 2',
        'later 3',
        'next',
        'old 0',
        'old 1',
      ]);
    }));

  test('refuses a second history, an older tree, and another channel', () =>
    inSandbox(async (sandbox) => {
      const { folder, newest, state } = await restored(sandbox, publishMore);
      const notary = new Notary();
      await copyFolder(folder, join(sandbox, 'fork'));
      await rm(state, { recursive: true });
      await using(Newsroom.open(join(sandbox, 'fork')), (newsroom) =>
        newsroom.publish().then(() => newsroom.publish()),
      );
      await using(Newsroom.open(folder), async (newsroom) => {
        await newsroom.adopt(new FolderShelf(newest));
        notary.seeStore(newsroom);
        await expect(newsroom.adopt(new FolderShelf(join(sandbox, 'fork', 'tree')))).rejects.toThrow(/two histories/);
        await expect(newsroom.adopt(new FolderShelf(join(sandbox, 'backup', 'tree')))).rejects.toThrow(
          /older than this newsroom/,
        );
        await expect(newsroom.adopt(new FolderShelf(join(sandbox, 'nothing')))).rejects.toThrow(NewsroomError);
        await using(createIn(join(sandbox, 'other')), async (other) => {
          await other.publish();
          await expect(newsroom.adopt(other.tree)).rejects.toThrow(NewsroomError);
        });
      });
      await rm(state, { recursive: true });
      expect(await goesOn(folder, notary)).toEqual([
        'later 0',
        'later 1',
        'later 2',
        'later 3',
        'new',
        'next',
        'old 0',
        'old 1',
      ]);
    }));
});

test('a backup that was taken in the middle of a publishing does not hide what came after', () =>
  inSandbox(async (sandbox) => {
    const folder = join(sandbox, 'courier');
    await using(createIn(folder), async (newsroom) => {
      await newsroom.publish();
      await newsroom.store.transaction(() => newsroom.store.send(treePath('checkpoint'), encodeUtf8('owed')));
    });
    await copyFolder(folder, join(sandbox, 'backup'));
    await using(Newsroom.open(folder), (newsroom) => newsroom.publish());
    await copyFolder(join(sandbox, 'backup'), folder);
    await expect(using(Newsroom.open(folder), (newsroom) => newsroom.publish())).rejects.toThrow(
      /older than what it has published/,
    );
  }));
