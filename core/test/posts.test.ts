/** Libraries that keep few records in memory, or lose files, against the plain one. */
import { describe, expect, test } from 'vitest';
import {
  Library,
  RecentRecords,
  inOfferOrder,
  postsOf,
  treePath,
  wantedPaths,
  type TreeFile,
  type TreePath,
} from '../src/index.ts';
import { TestNewsroom, newPost } from './newsroom.ts';

const RECORDS_MAX = 2;

const filesOf = ({ files }: TestNewsroom): TreeFile[] =>
  inOfferOrder([...files].map(([path, bytes]) => ({ path: treePath(path), bytes })));

function small(files: readonly TreeFile[], kept = new Map<TreePath, Uint8Array>()): Library {
  const library = new Library({ files: kept, records: (own) => new RecentRecords(own, RECORDS_MAX) });
  for (const { path, bytes } of files) library.offer(path, bytes);
  return library;
}

function plain(files: readonly TreeFile[]): Library {
  const library = new Library();
  for (const { path, bytes } of files) library.offer(path, bytes);
  return library;
}

const shown = (library: Library): unknown[] =>
  [...postsOf(library)].map((post) => ({ ...post, text: library.text(post.index) }));

/** Posts with and without a text, one whose text comes after a picture, and a correction. */
function courier(): TestNewsroom {
  const newsroom = new TestNewsroom();
  const [picture] = newPost({ title: '', text: ['a picture'] }).layers;
  for (let edition = 0; edition < 3; edition++) {
    const stories = [0, 1, 2].map((n) => ({
      title: `Story ${edition}/${n}`,
      text: n === 1 ? [] : [`Words ${edition}/${n}`],
    }));
    const { record, layers } = newPost({ title: `Seen ${edition}`, text: ['Under the picture.'] });
    newsroom.publish({
      stories,
      posts: [{ record, layers: [{ ...picture!, kind: 3, mediaType: 'image/png' }, ...layers] }],
    });
  }
  newsroom.publish({
    stories: [{ title: 'Story 0/0, corrected', text: ['Better words.'], replaces: newsroom.postIndex(0) }],
  });
  return newsroom;
}

describe('RecentRecords', () => {
  test('shows what a library with all records shows, in whatever order files come', () => {
    const files = filesOf(courier());
    const expected = shown(plain(files));
    for (let turn = 0; turn < files.length; turn++) {
      const library = small([...files.slice(turn), ...files.slice(0, turn)].reverse());
      expect(shown(library)).toEqual(expected);
      expect(shown(library).reverse()).toEqual(expected.toReversed());
      expect([...library.contents.posts.keys()]).toEqual([...plain(files).contents.posts.keys()]);
    }
  });

  test('keeps what came with the head alone', () => {
    const files = filesOf(courier()).filter(({ path }) => path === 'root/1' || path === 'head');
    const titles = [...postsOf(small(files))].flatMap(({ record }) => record?.title ?? []);
    expect(titles.length).toBeGreaterThan(RECORDS_MAX);
    expect(shown(small(files))).toEqual(shown(plain(files)));
  });

  test('has nothing left of a withdrawn post, in memory or in a file', () => {
    const newsroom = courier();
    const before = filesOf(newsroom);
    const gone = newsroom.postIndex(2);
    for (const readBefore of [true, false]) {
      const kept = new Map<TreePath, Uint8Array>();
      const library = small(before, kept);
      if (readBefore) expect(library.contents.posts.record(gone)!.title).toBe('Story 0/2');
      if (readBefore) newsroom.publish({ tombstones: [{ index: gone, reason: 'person', replacement: null }] });
      for (const { path, bytes } of filesOf(newsroom)) library.offer(path, bytes);
      expect(library.contents.posts.record(gone)).toBeNull();
      expect(library.contents.posts.has(gone)).toBe(false);
      const octets = [...kept.values()].map((bytes) => String.fromCharCode(...bytes)).join('');
      expect(octets).toContain('Story 0/1');
      expect(octets).not.toMatch(/Story 0\/2|Words 0\/2/);
      expect(shown(library)).toEqual(shown(plain(filesOf(newsroom))));
    }
  });
});

describe('a file that its store has lost', () => {
  const files = filesOf(courier());
  const packs = files.filter(({ path }) => path.startsWith('pack/'));

  test.each(packs.map(({ path, bytes }) => [path, bytes] as const))(
    '%s is asked for again, and nothing else is lost',
    (path, bytes) => {
      const kept = new Map<TreePath, Uint8Array>();
      const library = small(files, kept);
      const expected = shown(library);
      const within = new Set(Array.from(library.recordsIn(path), ([index]) => index));
      for (const { index } of postsOf(library)) if (!within.has(index)) library.contents.posts.record(index);
      kept.delete(path);
      const lacking = shown(library) as { status: string }[];
      expect(lacking.filter((post, i) => post.status !== (expected[i] as { status: string }).status)).not.toEqual([]);
      expect(wantedPaths(library)).toContain(path);
      expect(library.offer(path, bytes)).toEqual({ status: 'accepted' });
      expect(shown(library)).toEqual(expected);
      expect(wantedPaths(library)).not.toContain(path);
    },
  );
});
