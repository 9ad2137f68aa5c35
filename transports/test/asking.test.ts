import { expect, test } from 'vitest';
import { Library, treePath, type TreePath } from '@pappus/core';
import { TestNewsroom } from '../../core/test/newsroom.ts';
import { Asking } from '../src/asking.ts';
import { Failover } from '../src/failover.ts';
import { MemoryShelf } from '../src/memory.ts';
import type { ReadLimit, Shelf } from '../src/transport.ts';

/** Says what it is asked, and lies about some paths. */
class Watched implements Shelf {
  readonly asked: TreePath[] = [];
  readonly #shelf: MemoryShelf;
  readonly #lies: RegExp | null;

  constructor(newsroom: TestNewsroom, lies: RegExp | null = null) {
    this.#shelf = new MemoryShelf([...newsroom.files].map(([path, bytes]) => ({ path: treePath(path), bytes })));
    this.#lies = lies;
  }

  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    this.asked.push(path);
    const bytes = await this.#shelf.read(path, limit);
    return bytes && this.#lies?.test(path) ? bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1) : bytes;
  }
}

function courier(editions: number): TestNewsroom {
  const newsroom = new TestNewsroom();
  for (let i = 0; i < editions; i++) newsroom.publish({ stories: [{ title: `Story ${i}`, text: ['Words.'] }] });
  return newsroom;
}

async function askedOf(newsroom: TestNewsroom, library: Library): Promise<TreePath[]> {
  const shelf = new Watched(newsroom);
  const asking = new Asking(library, new Failover([shelf]));
  await asking.askForNews();
  await asking.askForRest();
  return shelf.asked;
}

test('two libraries in one state ask the same, in the same order, and each thing once', async () => {
  const newsroom = courier(9);
  const [one, other] = [new Library(), new Library()];
  const first = await askedOf(newsroom, one);
  expect(await askedOf(newsroom, other)).toEqual(first);
  expect(first.slice(0, 3)).toEqual(['root/1', 'head', 'checkpoint']);
  expect(new Set(first).size).toBe(first.length);
  newsroom.publish({ stories: [{ title: 'One more' }] });
  const second = await askedOf(newsroom, one);
  expect(await askedOf(newsroom, other)).toEqual(second);
  expect(second.slice(0, 2)).toEqual(['head', 'checkpoint']);
  expect(second.length).toBeLessThan(first.length);
});

test('news is few questions, what is left is known by its paths, and a new shelf may answer for it', async () => {
  const newsroom = courier(9);
  const [near, far] = [new Watched(newsroom), new Watched(newsroom)];
  const library = new Library();
  const asking = new Asking(library, new Failover([near]));
  await asking.askForNews();
  expect(near.asked).toHaveLength(3);
  expect(asking.wanted).toContain('edition/9');
  asking.shelf = new Failover([far]);
  await asking.askForRest();
  expect([near.asked.length, far.asked.length > 9, asking.wanted]).toEqual([3, true, []]);
});

test('a lie is asked of another, and a broken way is told', async () => {
  const newsroom = courier(2);
  const liar = new Watched(newsroom, /^pack/);
  const honest = new Watched(newsroom);
  const library = new Library();
  const asking = new Asking(library, new Failover([liar, honest]));
  await asking.askForNews();
  await asking.askForRest();
  expect([...library.contents.posts.keys()]).toHaveLength(2);
  const broken = new Asking(new Library(), new Failover([{ read: () => Promise.reject(new Error('cut')) }]));
  await broken.askForNews();
  expect([broken.answers, broken.failures.length > 0]).toEqual([0, true]);
});

test('stops what is under way when it is told to', { timeout: 5_000 }, async () => {
  const controller = new AbortController();
  let asked!: () => void;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const endless: Shelf = {
    read: (_, { signal }) => {
      asked();
      return new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    },
  };
  const asking = new Asking(new Library(), new Failover([endless]), { signal: controller.signal });
  const news = asking.askForNews();
  await isAsked;
  controller.abort(new Error('enough'));
  await expect(news).rejects.toThrow('enough');
  expect(asking.failures).toEqual([]);
});

test('stops when it is told to', async () => {
  const controller = new AbortController();
  const shelf = new Watched(courier(9));
  const asking = new Asking(new Library(), new Failover([shelf]), {
    signal: controller.signal,
    progress: () => controller.abort(new Error('enough')),
  });
  await asking.askForNews();
  await expect(asking.askForRest()).rejects.toThrow('enough');
  expect(shelf.asked).toHaveLength(3);
});
