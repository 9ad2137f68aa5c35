import { describe, expect, test } from 'vitest';
import { Library, contentId, encodeBlocks, formatNote, noteOf, sha256, treePath, type TreeFile } from '@pappus/core';
import { writeHtml, writeZip } from '@pappus/transports';
import { ADD_BYTES_MAX, addFile, type Added } from '../src/add-files.ts';
import { filesOf, shown } from '../../core/test/offering.ts';
import { TestNewsroom } from '../../core/test/newsroom.ts';
import { NamedNewsroom } from './channel.ts';

const PAGE = { title: '', lang: 'en', dir: 'ltr', body: '', css: '', script: '' } as const;
const htmlOf = (files: readonly TreeFile[]): Uint8Array<ArrayBuffer> => writeHtml({ files, page: PAGE, sha256 });
const fileOf = (bytes: Uint8Array<ArrayBuffer> | string): Blob => new Blob([bytes]);

/** Two editions; six posts in the second, each large enough for a pack of its own. */
function courier(): TestNewsroom {
  const newsroom = new NamedNewsroom('Courier', 'en');
  newsroom.publish({ stories: [{ title: 'Bridge closed', text: ['Until May.'] }] });
  const stories = Array.from({ length: 6 }, (_, n) => ({ title: `Post ${n}`, text: [`Word ${n}. `.repeat(1500)] }));
  newsroom.publish({ stories });
  return newsroom;
}

const newsroom = courier();
const all = filesOf(newsroom);
const libraryOf = (files: readonly TreeFile[] = []): Library => {
  const library = new Library({ channelId: newsroom.channelId });
  for (const { path, bytes } of files) library.offer(path, bytes);
  return library;
};
const whole = libraryOf(all);
const NOTHING: Added = { posts: 0, texts: 0, refused: [], isOtherChannel: false };
const without = (added: Added): Added => ({ ...added, refused: [] });

describe('a file', () => {
  test.each([
    ['page', htmlOf(all)],
    ['ZIP', writeZip(all, 'Hello')],
    [
      'page as it was saved',
      new TextEncoder().encode(`\ufeff${new TextDecoder().decode(htmlOf(all)).replaceAll('\n', '\r\n')}`),
    ],
  ])('%s brings all posts and texts, and nothing a second time', async (_, bytes) => {
    const library = libraryOf();
    expect(await addFile(library, fileOf(bytes))).toEqual({ ...NOTHING, posts: 7, texts: 7 });
    expect(shown(library)).toEqual(shown(whole));
    expect(without(await addFile(library, fileOf(bytes)))).toEqual(NOTHING);
  });

  test('brings texts to headlines', async () => {
    const library = libraryOf(all.filter(({ path }) => !path.startsWith('pack/')));
    const { posts, texts } = await addFile(library, fileOf(writeZip(all)));
    expect([posts, texts]).toEqual([7 - [...library.contents.posts.keys()].length + posts, 7]);
  });

  test('tells how far it is', async () => {
    const heard: [number, number][] = [];
    await addFile(libraryOf(), fileOf(writeZip(all)), (...now) => heard.push(now));
    expect(heard.at(-1)).toEqual([all.length, all.length]);
    expect(heard.map(([done]) => done)).toEqual(heard.map(([done]) => done).toSorted((a, b) => a - b));
  });

  test.each([
    ['nothing', '', 'container'],
    ['a picture', '\x89PNG\r\n\x1a\n', 'container'],
    ['a page of another kind', '<!doctype html><script>1</script>', 'container'],
    ['a ZIP of another kind', 'PK\x03\x04', 'container'],
  ])('that is %s is refused and changes nothing', async (_, text, code) => {
    const library = libraryOf(all);
    expect(await addFile(library, fileOf(text))).toEqual({ ...NOTHING, refused: [{ path: '', code }] });
    expect(shown(library)).toEqual(shown(whole));
  });

  test('that ends too early gives what stands before its end', async () => {
    const html = htmlOf(all);
    const { posts, refused } = await addFile(libraryOf(), fileOf(html.slice(0, html.length >> 1)));
    expect(posts).toBeGreaterThan(0);
    expect(refused).toEqual([{ path: '', code: 'container' }]);
  });

  test('beyond the limit is not read', async () => {
    const large = { size: ADD_BYTES_MAX + 1 } as Blob;
    expect((await addFile(libraryOf(), large)).refused).toEqual([{ path: '', code: 'too-large' }]);
  });

  test('of another channel says so, and nothing of it stays', async () => {
    const other = new TestNewsroom('other', 1, 1);
    other.publish({ stories: [{ title: 'Elsewhere', text: ['Far.'] }] });
    const others = filesOf(other);
    for (const files of [others, others.filter(({ path }) => path === 'checkpoint')]) {
      for (const bytes of [htmlOf(files), writeZip(files)]) {
        const library = libraryOf(all);
        const { refused, ...added } = await addFile(library, fileOf(bytes));
        expect(added).toEqual({ posts: 0, texts: 0, isOtherChannel: true });
        expect(refused.length).toBeLessThanOrEqual(1);
        expect(shown(library)).toEqual(shown(whole));
        expect([...library.waitingFiles()]).toEqual([]);
      }
    }
  });

  test('of this channel is taken though something of another lies in it', async () => {
    const other = filesOf(new NamedNewsroom('Other', 'en').print([])).filter(({ path }) => path === 'checkpoint');
    const mixed = [...all.filter(({ path }) => path !== 'checkpoint'), ...other];
    const library = libraryOf();
    expect(await addFile(library, fileOf(writeZip(mixed)))).toMatchObject({
      posts: 7,
      texts: 7,
      isOtherChannel: false,
    });
  });
});

const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** The tree in three files of two kinds, none of which says enough alone. */
const thirds = [0, 1, 2].map((third) => all.filter((_, i) => i % 3 === third));
const files = thirds.map((part, i) => fileOf(i === 1 ? htmlOf(part) : writeZip(part)));

/** Each headline and each text that a library holds, in short. */
const wordsOf = (library: Library): string[] =>
  [...library.contents.posts.keys()]
    .flatMap((index) => [
      library.contents.posts.record(index)!.title,
      ...(library.text(index) ?? []).map((block) => contentId(encodeBlocks([block]))),
    ])
    .sort();

/** Head and bare checkpoint stand in for one another. */
const paths = (library: Library): string[] =>
  [...library.files()].flatMap(({ path }) => (/^(head|checkpoint)$/.test(path) ? [] : [path])).sort();

async function addAll(parts: readonly Blob[], order: readonly number[]): Promise<{ library: Library; added: Added[] }> {
  const library = libraryOf();
  const added: Added[] = [];
  for (const at of order) added.push(await addFile(library, parts[at]!));
  return { library, added };
}

describe('parts of a tree', () => {
  test.each(ORDERS)('in order %i %i %i give the same library', async (...order) => {
    const { library, added } = await addAll(files, order);
    expect(shown(library)).toEqual(shown(whole));
    expect(paths(library)).toEqual(paths(whole));
    expect(library.evidence).toEqual(whole.evidence);
    expect(library.needs).toEqual([]);
    expect(added.reduce((sum, { posts }) => sum + posts, 0)).toBe(7);
    expect(added.reduce((sum, { texts }) => sum + texts, 0)).toBe(7);
  });

  test.each(ORDERS)('in order %i %i %i bear a fork, which stays as evidence', async (...order) => {
    const twin = courier();
    const forked = twin.sign(twin.size, sha256(new Uint8Array(1)), 1_790_900_000);
    const evil = { path: treePath('checkpoint'), bytes: formatNote(noteOf(forked, twin.keys)) };
    const parts = [files[0]!, files[1]!, fileOf(writeZip([evil]))];
    const { library } = await addAll(parts, order);
    expect(library.evidence).toHaveLength(1);
  });

  test.each(ORDERS)('in order %i %i %i bear damage to the third', async (...order) => {
    const third = thirds[2]!;
    const zip = writeZip(third);
    const html = new TextDecoder('latin1').decode(htmlOf(third));
    const misnamed = third.map(({ bytes }, i) => ({ path: third[(i + 1) % third.length]!.path, bytes }));
    const damaged = [
      zip.with(zip.length >> 1, zip[zip.length >> 1]! ^ 1),
      zip.slice(0, -30),
      writeZip(misnamed),
      writeZip(third.map(({ path, bytes }) => ({ path, bytes: bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1) }))),
      html.slice(0, html.length >> 1),
      html.replace(/(?<=\npack\/\S+ .)./, '*'),
    ];
    const undamaged = wordsOf(
      await addAll(
        files.slice(0, 2),
        order.filter((at) => at < 2),
      ).then(({ library }) => library),
    );
    for (const part of damaged) {
      const { library, added } = await addAll([files[0]!, files[1]!, fileOf(part)], order);
      expect(added.flatMap(({ refused }) => refused).length).toBeGreaterThan(0);
      const words = wordsOf(library);
      expect(undamaged.filter((word) => !words.includes(word))).toEqual([]);
      expect(words.filter((word) => !wordsOf(whole).includes(word))).toEqual([]);
      for (const at of order) await addFile(library, files[at]!);
      expect(wordsOf(library)).toEqual(wordsOf(whole));
    }
  });
});
