/** The built app: what it promises of itself, without a browser. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { refusal, treePath } from '@pappus/core';
import { iconPng } from '../node/icon.ts';
import { engineScript } from '@pappus/reader';
import { webApp } from '../node/web-app.ts';
import { APP_LANGUAGES, appWordsFor } from '../src/words/app-words.ts';

const text = async (name: string): Promise<string> => new TextDecoder().decode((await webApp()).get(name)!.bytes);

describe('the web app', () => {
  test('has no name of a tree', async () => {
    const names = [...(await webApp()).keys()];
    expect(names.length).toBeGreaterThan(7);
    expect(names.filter((name) => typeof refusal(() => treePath(name)) === 'string')).toEqual([]);
  });

  test('has a worker that knows each other file by its digest', async () => {
    const worker = await text('worker.js');
    for (const [name, { bytes }] of await webApp()) {
      if (name === 'worker.js') continue;
      const digest = createHash('sha256').update(bytes).digest('base64');
      expect(worker).toContain(`"${name === 'index.html' ? '' : name}":\`sha256-${digest}\``);
    }
    expect(worker).not.toMatch(/\b(?:FILES|VERSION)\b/);
  });

  test('loads nothing from elsewhere, and the passphrase’s chunk only when it is used', async () => {
    const page = await text('index.html');
    expect(page).not.toContain('{policy}');
    for (const [, address] of page.matchAll(/(?:src|href)="([^"]*)"/g))
      expect((await webApp()).has(address!)).toBe(true);
    const script = await text('app.js');
    const imports = script.match(/\bimport\b[^.(]*from|\bimport\([^)]*\)/g);
    expect(new Set(imports)).toEqual(new Set(['import(`./seal.js`)']));
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/);
  });

  test('asks DNS, which the page that is passed on has no part of', async () => {
    const script = await text('app.js');
    expect(script).toContain('application/dns-message');
    expect(script).not.toMatch(/hostmaster|RFC8482|ORIGIN/); // what serves a zone
    expect(await engineScript()).not.toMatch(/dns-message|dns-query/);
  });

  test('has a plain name, takes shared files, and icons of the sizes that it says', async () => {
    const manifest = JSON.parse(await text('app.webmanifest')) as {
      name: string;
      share_target: { method: string };
      icons: { src: string; sizes: string }[];
    };
    expect([manifest.name, manifest.share_target.method]).toEqual(['Reader', 'POST']);
    for (const { src, sizes } of manifest.icons) {
      const png = Buffer.from((await webApp()).get(src)!.bytes);
      expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`).toBe(sizes);
    }
  });
});

test('an icon is whole and not of one colour', () => {
  const png = Buffer.from(iconPng(64));
  const size = png.readUInt32BE(33);
  expect(png.toString('latin1', 37, 41)).toBe('IDAT');
  const pixels = inflateSync(png.subarray(41, 41 + size));
  expect(pixels.length).toBe(64 * (1 + 3 * 64));
  expect(new Set(pixels).size).toBeGreaterThan(5);
});

test('the app says the same things in each language', () => {
  const gaps = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();
  const english = appWordsFor('en');
  for (const lang of APP_LANGUAGES) {
    const words = appWordsFor(lang);
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [key, sentence] of Object.entries(words))
      expect([lang, key, gaps(sentence)]).toEqual([lang, key, gaps(english[key as keyof typeof english])]);
  }
  expect(new Set(APP_LANGUAGES.map((lang) => appWordsFor(lang).clear)).size).toBe(APP_LANGUAGES.length);
});
