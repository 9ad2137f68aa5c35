import { describe, expect, test } from 'vitest';
import {
  Library,
  contentId,
  decodePack,
  describeLibrary,
  encodeBlocks,
  encodePack,
  inOfferOrder,
  postsOf,
  treePath,
  wantedPaths,
  type TreeFile,
} from '../src/index.ts';
import { TestNewsroom, identityCoding, newPost } from './newsroom.ts';

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

describe('layersWhenRead', () => {
  const said = newPost({ title: '', text: ['As the record says.'] }).layers[0]!.bytes;
  const other = newPost({ title: '', text: ['Not what it says...'] }).layers[0]!.bytes;

  /** Its mark lists a pack with a text that its record does not commit to. */
  function untrue(): TestNewsroom {
    const newsroom = new TestNewsroom();
    const stories = [
      { title: 'True', text: ['Three.'] },
      { title: 'Untrue', text: ['As the record says.'] },
    ];
    const swap = (items: readonly Uint8Array[]) => identityCoding(items.join() === said.join() ? [other] : items);
    newsroom.publish({ stories, compress: swap });
    return newsroom;
  }

  test('a text that is not its record’s refuses its pack, or once it is read itself', () => {
    expect(other).toHaveLength(said.length);
    const files = inOfferOrder(filesOf(untrue()));
    const [atOnce, whenRead] = [new Library(), new Library({ layersWhenRead: true })];
    for (const library of [atOnce, whenRead]) offerAll(library, files);
    expect([...postsOf(atOnce)].map((p) => p.status)).toEqual(['headline', 'headline']);
    expect([...postsOf(whenRead)].map((p) => p.status)).toEqual(['current', 'current']);
    expect([whenRead.text(1), whenRead.text(0)?.length]).toEqual([null, 1]);
    expect([...postsOf(whenRead)].map((p) => p.status)).toEqual(['current', 'headline']);
    expect(whenRead.takeSettled()).toMatchObject([{ outcome: { status: 'refused', code: 'layer' } }]);
  });

  test('a pack that no mark names is judged at once', () => {
    const files = inOfferOrder(filesOf(sample()));
    const library = new Library({ layersWhenRead: true });
    const packs = files.filter((file) => file.path.startsWith('pack/')).map(({ bytes }) => decodePack(bytes));
    offerAll(
      library,
      files.filter(({ path }) => !path.startsWith('pack/')),
    );
    for (const pack of packs) {
      if (pack.kind === 'headlines') continue;
      const items = pack.items.map((item) => ({ ...item, data: encodeBlocks([]) }));
      const bytes = encodePack({ ...pack, items });
      const outcome = library.offer(`pack/${contentId(bytes)}`, bytes);
      expect(outcome).toMatchObject({ status: 'refused', code: 'layer' });
    }
  });
});
