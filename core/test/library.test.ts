import { describe, expect, test } from 'vitest';
import { Library, describeLibrary, inOfferOrder, postsOf, treePath, wantedPaths, type TreeFile } from '../src/index.ts';
import { TestNewsroom } from './newsroom.ts';

function filesOf(newsroom: TestNewsroom): TreeFile[] {
  return [...newsroom.files].map(([path, bytes]) => ({ path: treePath(path), bytes }));
}

function offerAll(library: Library, files: readonly TreeFile[]): void {
  for (const { path, bytes } of files) library.offer(path, bytes);
}

function sample(): TestNewsroom {
  const newsroom = new TestNewsroom();
  newsroom.publish({
    stories: [
      { title: 'First', text: ['One.', 'Two.'] },
      { title: 'Second', text: ['Three.'] },
    ],
  });
  newsroom.publish({ stories: [{ title: 'Third', summary: 'S', text: ['Four.'] }], nextBy: 1_790_100_000 });
  return newsroom;
}

describe('Library', () => {
  test('accepts a whole tree and shows it', () => {
    const newsroom = sample();
    const library = new Library({ channelId: newsroom.channelId });
    for (const { path, bytes } of inOfferOrder(filesOf(newsroom))) {
      expect([path, library.offer(path, bytes)]).toEqual([path, { status: 'accepted' }]);
    }
    const report = describeLibrary(library)!;
    expect(report).toMatchObject({ name: 'Test Courier', size: 5, nextBy: 1_790_100_000, edition: 2, linked: true });
    expect([...postsOf(library)].map((p) => [p.index, p.status, p.record?.title])).toEqual([
      [0, 'current', 'First'],
      [1, 'current', 'Second'],
      [3, 'current', 'Third'],
    ]);
    expect(library.text(3)).toEqual([{ type: 'paragraph', children: [{ type: 'text', value: 'Four.' }] }]);
    expect(wantedPaths(library)).toEqual(['root/2']);
  });

  test('accepts the files in any order', () => {
    const newsroom = sample();
    const files = filesOf(newsroom);
    for (let turn = 0; turn < files.length; turn++) {
      const library = new Library();
      offerAll(library, [...files.slice(turn), ...files.slice(0, turn)].reverse());
      expect([...postsOf(library)].map((p) => p.status)).toEqual(['current', 'current', 'current']);
      expect(library.needs).toEqual([]);
    }
  });
});
