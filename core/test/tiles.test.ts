import { describe, expect, test } from 'vitest';
import {
  ENTRY,
  Library,
  concatBytes,
  contentId,
  encodePack,
  encodeRecord,
  entryOf,
  inOfferOrder,
  leafHash,
  postsOf,
  treePath,
} from '../src/index.ts';
import { TestNewsroom, identityCoding, newPost } from './newsroom.ts';

/** `posts` in one edition: with its mark, one entry more. */
function newsroomWith(posts: number): TestNewsroom {
  const newsroom = new TestNewsroom();
  const stories = Array.from({ length: posts }, (_, i) => ({ title: `Post ${i}`, text: [`Text ${i}.`] }));
  for (let at = 0; at < posts; at += 255) newsroom.publish({ stories: stories.slice(at, at + 255) });
  return newsroom;
}

describe('tiles', () => {
  test('a full last tile is proven by its parent, never by the root alone', () => {
    const newsroom = newsroomWith(255);
    const salt = new Uint8Array(16);
    const { head, tail } = encodeRecord({ ...newPost({ title: 'Forged' }).record, layers: [] });
    const forged = newsroom.files.get('tile/0/000')!.slice();
    forged.set(leafHash(entryOf(ENTRY.post, salt, concatBytes(head, tail))));
    const pack = encodePack({ kind: 'headlines', items: [{ index: 0, salt, tail, ...identityCoding([head]) }] });
    const library = new Library({ channelId: newsroom.channelId });
    const offer = (path: string, bytes = newsroom.files.get(path)!) => library.offer(path, bytes).status;
    expect(offer('root/1')).toBe('accepted');
    expect(offer('checkpoint')).toBe('accepted');
    expect(offer('tile/0/000', forged)).toBe('waiting');
    expect(offer('tile/1/000.p/1')).toBe('accepted');
    expect(library.takeSettled()).toMatchObject([
      { path: 'tile/0/000', outcome: { status: 'refused', code: 'proof' } },
    ]);
    expect(offer(`pack/${contentId(pack)}`, pack)).toBe('waiting');
    expect([...postsOf(library)].every(({ record }) => record === null)).toBe(true);
    expect(offer('tile/0/000')).toBe('accepted');
  });

  test.each([
    ['with', true],
    ['without', false],
  ])('%s tiles a tree of many editions leaves nothing waiting', (_, tiles) => {
    const newsroom = newsroomWith(1_000);
    const paths = [...newsroom.files.keys()].filter((path) => tiles || !/^(tile|checkpoint)/.test(path));
    const library = new Library({ channelId: newsroom.channelId });
    for (const { path } of inOfferOrder(paths.map((p) => ({ path: treePath(p) })))) {
      expect(library.offer(path, newsroom.files.get(path)!).status).not.toBe('refused');
    }
    expect(library.needs).toEqual([]);
    expect([...postsOf(library)].filter((post) => post.status === 'current')).toHaveLength(1_000);
  });
});
