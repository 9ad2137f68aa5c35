/** What a carrier may add to a channel, and what it changes: nothing. */
import { describe, expect, test } from 'vitest';
import {
  Library,
  contentId,
  decodePack,
  describeLibrary,
  encodePack,
  parseCheckpoint,
  parseNote,
  postsOf,
  treePath,
} from '../src/index.ts';
import { codeOf, filesOf, libraryWith, reference, shown } from './offering.ts';

describe('what a carrier may add', () => {
  test('a junk pack before the edition that it touches', () => {
    const newsroom = reference();
    const library = new Library();
    const forged = encodePack({
      kind: 'headlines',
      items: [
        { index: 0, entry: new Uint8Array(33).fill(1) },
        { index: 1, entry: new Uint8Array(33).fill(1) },
      ],
    });
    const files = filesOf(newsroom).filter(({ path }) => !path.startsWith('tile/'));
    const packs = files.filter(({ path }) => path.startsWith('pack/'));
    library.offer('root/1', newsroom.files.get('root/1')!);
    library.offer(`pack/${contentId(forged)}`, forged);
    for (const { path, bytes } of [...packs, ...files]) library.offer(path, bytes);
    expect(shown(library)).toEqual(shown(libraryWith(newsroom)));
  });

  test('the same items in other packs take no room twice', () => {
    const newsroom = reference();
    const library = libraryWith(newsroom);
    const before = [...library.files()].length;
    for (const { path, bytes } of filesOf(newsroom).filter((file) => file.path.startsWith('pack/'))) {
      const pack = decodePack(bytes);
      const one = encodePack({ ...pack, items: pack.items.slice(-1) } as typeof pack);
      if (`pack/${contentId(one)}` !== path)
        expect(codeOf(library.offer(`pack/${contentId(one)}`, one))).toBe('accepted');
    }
    expect([...library.files()]).toHaveLength(before);
  });

  test('a withdrawn correction corrects no more; of two tombstones the first in the log decides; in any order', () => {
    const newsroom = reference();
    newsroom.publish({ stories: [{ title: 'Bridge closed until June', replaces: 0 }] });
    newsroom.publish({ tombstones: [{ index: newsroom.size - 2, reason: 'error', replacement: null }] });
    newsroom.publish({ tombstones: [{ index: newsroom.size - 4, reason: 'legal', replacement: null }] });
    const reports = [filesOf(newsroom), filesOf(newsroom).reverse()].map((files) => {
      const library = new Library();
      for (const { path, bytes } of files) library.offer(path, bytes);
      return [...postsOf(library)].map(({ index, status, reason }) => ({ index, status, reason }));
    });
    expect(reports[0]).toEqual(reports[1]);
    expect(reports[0]![0]).toMatchObject({ index: 0, status: 'current' });
    expect(reports[0]!.find((p) => p.status === 'withdrawn')).toMatchObject({ reason: 'error' });
  });

  test('words withdrawn since do not stay in a held head', () => {
    const newsroom = reference();
    const library = libraryWith(newsroom);
    newsroom.publish({ tombstones: [{ index: 0, reason: 'person', replacement: null }] });
    for (const path of ['checkpoint', 'edition/3']) library.offer(path, newsroom.files.get(path)!);
    const kept = [...library.files()].map(({ bytes }) => String.fromCharCode(...bytes)).join('');
    expect(kept).not.toContain('Bridge closed');
    expect(library.file(treePath('checkpoint'))).not.toBeNull();
  });

  test('a reset alone shows what it vouches for', () => {
    const newsroom = reference();
    const library = libraryWith(newsroom);
    const keep = { size: newsroom.size, root: parseCheckpoint(parseNote(newsroom.files.get('checkpoint')!).text).root };
    newsroom.rotate({ logKey: true, keep });
    library.offer('root/2', newsroom.files.get('root/2')!);
    expect(shown(library)).toHaveLength(3);
    expect(describeLibrary(library)).toMatchObject({ size: keep.size, signedAt: null });
  });
});
