/** The vectors are what the generator makes; every refusal has one; the tables of the text are those of the code. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  LIMITS,
  REFUSAL_CODES,
  Refused,
  contentId,
  decodeHex,
  encodeHex,
  refusal,
  sha256,
  type RefusalCode,
} from '@pappus/core';
import { HTML_BLOCK_CHARS_MAX, ZIP_BYTES_MAX, ZIP_ENTRIES_MAX, openZip, readHtml } from '@pappus/transports';
import { en } from '../reader/src/words/en.ts';
import { VECTORS, vectorFiles } from './vectors.ts';

const SPEC = join(VECTORS, '..');
const chapter = (name: string): string => readFileSync(join(SPEC, name), 'utf8');
const READING = chapter('4-reading.md');
const CHANNEL = chapter('3-channel.md');
const NEWS = chapter('2-news.md');
/** Codes that no file can cause, and why. */
const WITHOUT_VECTOR: Partial<Record<RefusalCode, string>> = {
  full: 'what fills a library is up to the reader (§11)',
};
const MOST_OCTETS = 400_000;

const made = vectorFiles();
const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(VECTORS, path)));

/** Rows of a table whose first cell is a name in backquotes: its cells. */
function rowsOf(text: string, heading: string): string[][] {
  const section = text.slice(text.indexOf(heading));
  const end = section.indexOf('\n#', 1);
  const lines = section.slice(0, end < 0 ? undefined : end).split('\n');
  return lines
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const unquoted = (cell: string): string => cell.replaceAll('`', '');

describe('vectors', () => {
  test('are made anew octet for octet, and there are no others', () => {
    for (const [path, bytes] of made)
      expect([path, encodeHex(sha256(read(path)))]).toEqual([path, encodeHex(sha256(bytes))]);
    const found = readdirSync(VECTORS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = found
      .map((entry) => relative(VECTORS, join(entry.parentPath, entry.name)))
      .filter((path) => path !== 'README.md');
    expect(paths.sort()).toEqual([...made.keys()].sort());
  });

  test('are small', () => {
    expect([...made.values()].reduce((sum, bytes) => sum + bytes.length, 0)).toBeLessThan(MOST_OCTETS);
  });

  test.each(REFUSAL_CODES)('refused: %s', (code) => {
    const folder = join(VECTORS, 'refused', code);
    expect(existsSync(folder)).toBe(WITHOUT_VECTOR[code] === undefined);
    if (existsSync(folder)) expect(readdirSync(folder).length).toBeGreaterThan(0);
  });

  test('no folder for a code that is none', () => {
    expect(
      readdirSync(join(VECTORS, 'refused')).filter((code) => !(REFUSAL_CODES as readonly string[]).includes(code)),
    ).toEqual([]);
  });
});

describe('containers', () => {
  const limit = { bytes: 1 << 20, signal: new AbortController().signal };
  const { files } = JSON.parse(new TextDecoder().decode(read('accepted/containers/expected.json'))) as {
    files: [string, string][];
  };
  const cases = readdirSync(join(VECTORS, 'refused/container'));

  async function filesOfZip(bytes: Uint8Array): Promise<[string, string][]> {
    const shelf = await openZip(bytes);
    const held: [string, string][] = [];
    for await (const path of shelf.list(limit.signal))
      held.push([path, encodeHex(sha256((await shelf.read(path, limit))!))]);
    return held;
  }
  const filesOfHtml = (bytes: Uint8Array): [string, string][] =>
    [...readHtml(bytes)].map((file) => [file.path, encodeHex(sha256(file.bytes))]);

  test('that are good', async () => {
    expect(await filesOfZip(read('accepted/containers/lantern.zip'))).toEqual(files);
    expect(filesOfHtml(read('accepted/containers/lantern.html'))).toEqual(files);
  });

  test.each(cases)('refused: %s', async (name) => {
    const isZip = name.startsWith('zip');
    const bytes = read(`refused/container/${name}/file.${isZip ? 'zip' : 'html'}`);
    const verdict = isZip
      ? await filesOfZip(bytes).catch((error: unknown) => error)
      : refusal(() => filesOfHtml(bytes));
    expect(verdict).toBeInstanceOf(Refused);
    expect((verdict as Refused).code).toBe('container');
  });

  test('the text has their limits', () => {
    const text = chapter('5-containers.md');
    for (const limit of [ZIP_ENTRIES_MAX, ZIP_BYTES_MAX, HTML_BLOCK_CHARS_MAX]) expect(text).toContain(String(limit));
  });
});

describe('the text and the code', () => {
  test('have one table of limits', () => {
    const table = rowsOf(CHANNEL, '### §9.6').map(([name, value]) => [unquoted(name!), Number(value)]);
    expect(table).toEqual(Object.entries(LIMITS));
  });

  test('name only limits that exist', () => {
    const all = ['1-tree.md', '2-news.md', '3-channel.md', '4-reading.md', '5-containers.md'].map(chapter).join('');
    const named = [...all.matchAll(/`([a-z]+(?:[A-Z][a-z]+)+)`/g)].map((match) => match[1]!);
    const fields = ['translationOf', 'resetFrom'];
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((name) => !(name in LIMITS) && !fields.includes(name))).toEqual([]);
  });

  test('have one list of refusals, with the sentences that readers see', () => {
    const table = rowsOf(READING, '## §14').map(([code, sentence]) => [unquoted(code!), sentence]);
    expect(table).toEqual(REFUSAL_CODES.map((code) => [code, en.refusals[code]]));
  });

  test('have the same dictionaries', () => {
    const folder = join(import.meta.dirname, '../core/dictionaries');
    const table = [...NEWS.matchAll(/^\| ([a-z]{2}) \| `([a-z2-7]{26})` \| (\d+) \|$/gm)].map((row) => row.slice(1, 4));
    const names = readdirSync(folder)
      .filter((name) => name.endsWith('.dict'))
      .sort();
    const held = names.map((name) => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      return [name.slice(0, -'.dict'.length), contentId(bytes), String(bytes.length)];
    });
    expect(table).toEqual(held);
  });
});

describe('examples in the text', () => {
  const text = ['2-news.md', '3-channel.md'].map(chapter).join('\n');
  const digests = JSON.parse(new TextDecoder().decode(read('units/digests.json'))) as Record<string, string>;
  const examples = [...text.matchAll(/<!-- (bytes|text): ([^ ]+) -->\n```\n([^]*?)```/g)].map((match) => {
    return { kind: match[1]!, name: match[2]!, body: match[3]! };
  });

  test('there are some', () => expect(examples.length).toBeGreaterThan(7));

  test.each(examples)('$name', ({ kind, name, body }) => {
    const [place, rest] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)];
    const expected = place === 'digests' ? decodeHex(digests[rest]!) : read(`accepted/golden/tree/${rest}`);
    if (kind === 'text') expect(body).toBe(new TextDecoder().decode(expected));
    else expect(body.replace(/;.*$/gm, '').replace(/\s/g, '')).toBe(encodeHex(expected));
  });
});
