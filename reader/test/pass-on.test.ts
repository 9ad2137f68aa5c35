import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Library,
  byValue,
  describeLibrary,
  formatNote,
  inOfferOrder,
  noteOf,
  sha256,
  treePath,
  type TreeFile,
} from '@pappus/core';
import { openZip, readHtml } from '@pappus/transports';
import { PassOn, type Choice, type Form } from '../src/pass-on.ts';
import { Books } from '../../newsroom/src/dictionaries.ts';
import { filesOf, libraryWith, shown } from '../../core/test/offering.ts';
import type { TestNewsroom } from '../../core/test/newsroom.ts';
import { NamedNewsroom } from './channel.ts';

const CHOICES: Choice[] = ['headlines', 'texts', 'all'];
const FORMS: Form[] = ['html', 'zip'];
const PARTS = {
  script: `console.log('engine')`.repeat(1000),
  css: 'p { margin: 0 }',
  lang: 'fa',
  dir: 'rtl',
  body: (library: Library) => `<p>${describeLibrary(library)!.name}</p>`,
} as const;

const signal = new AbortController().signal;

async function opened(bytes: Uint8Array, form: Form): Promise<TreeFile[]> {
  if (form === 'html') return [...readHtml(bytes)];
  const zip = await openZip(bytes);
  const files: TreeFile[] = [];
  for await (const path of zip.list(signal))
    files.push({ path, bytes: (await zip.read(path, { bytes: 2 ** 20, signal }))! });
  return files;
}

function libraryOf(newsroom: TestNewsroom, files: readonly TreeFile[]): Library {
  const library = new Library({ channelId: newsroom.channelId });
  for (const { path, bytes } of files) expect(library.offer(path, bytes).status, path).not.toBe('refused');
  return library;
}

/** Five editions of Persian and English, coded as a newsroom codes them. */
function courier(): NamedNewsroom {
  const newsroom = new NamedNewsroom('پیک سپیدار', 'fa');
  const books = new Books();
  for (let n = 0; n < 5; n++) {
    const text = ['پل چوبی شهر سپیدار باز شد و مردم از آن گذشتند.', `روز ${n} شهردار گفت که تخته‌ها تازه است.`];
    const stories = [
      { title: `پل سپیدار ${n}`, lang: 'fa', text },
      { title: `Market ${n}`, text: ['Ten stalls. '.repeat(40 * n + 40)] },
    ];
    newsroom.publish({ stories, compress: books.compressWell });
  }
  for (const { bytes, dictionary } of books.files) newsroom.files.set(`dict/${dictionary.id}`, bytes);
  return newsroom;
}

const newsroom = courier();
const library = libraryWith(newsroom);
const passOn = new PassOn(library, PARTS);
/** Room for some of its texts. */
const ROOM_BYTES = 300;

describe('what is passed on', () => {
  test.each(CHOICES.flatMap((choice) => FORMS.map((form) => [choice, form] as const)))(
    '%s as %s verifies by itself, and its size was known before',
    async (choice, form) => {
      const files = passOn.files(choice, ROOM_BYTES);
      const bytes = passOn.write(files, form);
      const told = passOn.sizeBytes(files, form);
      expect(bytes.length).toBe(told);
      expect(Buffer.concat([...passOn.pieces(files, form)]).equals(bytes)).toBe(true);
      const arrived = libraryOf(newsroom, await opened(bytes, form));
      const posts = shown(arrived) as { title: string; text: unknown }[];
      expect(posts.map(({ title }) => title)).toHaveLength(10);
      expect(arrived.needs).toEqual([]);
      const texts = posts.map(({ text }) => text !== null);
      if (choice === 'headlines') expect(texts).not.toContain(true);
      if (choice === 'all') expect(posts).toEqual(shown(library));
      if (choice === 'texts') expect(texts.map(Number).join('')).toMatch(/^0+1+$/);
    },
  );

  test('has no dictionary that nothing in it names, and none is missing', () => {
    const all = passOn.files('all').filter(({ path }) => path.startsWith('dict/'));
    const held = [...library.files()].filter(({ path }) => path.startsWith('dict/'));
    expect(all.length).toBeGreaterThan(0);
    expect(held.length).toBeGreaterThan(all.length);
    const without = passOn.files('all').filter(({ path }) => !path.startsWith('dict/'));
    expect(libraryOf(newsroom, without).needs.join()).toContain('dict/');
  });

  test('fills the room with what is newest, and passes over what is too large for it', () => {
    const all = passOn.files('all').map(({ path }) => path);
    const few = passOn.files('texts', ROOM_BYTES).map(({ path }) => path);
    const headlines = passOn.files('headlines').map(({ path }) => path);
    expect(few.length).toBeGreaterThan(headlines.length);
    expect(few.length).toBeLessThan(all.length);
    expect(passOn.files('texts', 0).map(({ path }) => path)).toEqual(headlines);
  });

  test('brings its page along: script, style, body', () => {
    const html = new TextDecoder().decode(passOn.write([], 'html'));
    for (const part of [PARTS.script, PARTS.css, PARTS.body(library), 'lang="fa" dir="rtl"'])
      expect(html).toContain(part);
  });

  test.each(FORMS)('brings evidence along, right after the head: %s', async (form) => {
    const forked = libraryWith(newsroom);
    const other = newsroom.sign(newsroom.size, sha256(new Uint8Array(1)), 1_790_900_000);
    forked.offer('checkpoint', formatNote(noteOf(other, newsroom.keys)));
    const carrier = new PassOn(forked, PARTS);
    const paths = [...byValue(forked)];
    expect(paths.findIndex((path) => path.startsWith('fork/'))).toBe(paths.indexOf(treePath('head')) + 1);
    for (const choice of CHOICES) {
      const arrived = libraryOf(newsroom, await opened(carrier.write(carrier.files(choice), form), form));
      expect([choice, arrived.evidence.map((one) => one.other)]).toEqual([
        choice,
        forked.evidence.map((one) => one.other),
      ]);
    }
  });

  test('holds no word of what was withdrawn', () => {
    const taken = courier();
    const late = libraryWith(taken);
    const gone = taken.publish({ tombstones: [{ index: taken.postIndex(1), reason: 'error', replacement: null }] });
    expect(gone).toBeGreaterThan(0);
    // The tombstone comes without the packs that the newsroom wrote anew: the library rewrites its own.
    for (const { path, bytes } of filesOf(taken)) if (!path.startsWith('pack/')) late.offer(path, bytes);
    const arrived = libraryOf(taken, new PassOn(late, PARTS).files('all'));
    expect(shown(arrived)).toEqual(shown(late));
    expect(shown(arrived)).toHaveLength(9);
    expect(arrived.contents.withdrawn.size).toBe(1);
  });

  test('after any merge shows what was shown, and merges with the rest', () => {
    const all = filesOf(newsroom);
    const whole = shown(library);
    fc.assert(
      fc.property(fc.subarray(all.filter(({ path }) => path !== 'root/1')), (part) => {
        const merged = libraryOf(newsroom, inOfferOrder([...all.slice(0, 1), ...part]));
        const carried = new PassOn(merged, PARTS).files('all');
        const arrived = libraryOf(newsroom, carried);
        expect(shown(arrived)).toEqual(shown(merged));
        expect(describeLibrary(arrived)).toEqual(describeLibrary(merged));
        expect(carried.length).toBeLessThanOrEqual([...merged.files()].length + 1);
        for (const { path, bytes } of all) arrived.offer(path, bytes);
        expect(shown(arrived)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the name of the file', () => {
  const nameOf = (name: string): string =>
    new PassOn(libraryWith(new NamedNewsroom(name, 'fa').print([])), PARTS).fileName('zip');

  test.each([
    ['پیک سپیدار', 'پیک-سپیدار-2026-09-21.zip'],
    ['../../etc/passwd', 'etc-passwd-2026-09-21.zip'],
    ['CON.', 'CON-2026-09-21.zip'],
    ['a\u202efdp.exe', 'a-fdp-exe-2026-09-21.zip'],
    ['!?*', '2026-09-21.zip'],
    ['x'.repeat(100), `${'x'.repeat(40)}-2026-09-21.zip`],
  ])('%s', (name, file) => {
    expect(nameOf(name)).toBe(file);
  });
});
