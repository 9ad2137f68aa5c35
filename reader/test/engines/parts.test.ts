/** Modules of the page by themselves, in the engines that readers have. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect } from 'vitest';
import { sha256 } from '@pappus/core';
import { libraryWith } from '../../../core/test/offering.ts';
import { buildScript } from '../../node/engine.ts';
import { PassOn } from '../../src/pass-on.ts';
import type { Picture } from '../../src/pictures.ts';
import { NamedNewsroom } from '../channel.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const engineTest = useEngines();
const folder = mkdtempSync(join(tmpdir(), 'pappus-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));
let script: Promise<string> | null = null;

const parts = (): Promise<string> => (script ??= buildScript(fileURLToPath(new URL('parts.ts', import.meta.url))));

async function open(tab: Tab, html?: Uint8Array): Promise<void> {
  const path = join(folder, `${tab.engine}.html`);
  writeFileSync(path, html ?? `<!doctype html><meta charset="utf-8"><script>${await parts()}</script>`);
  await tab.goto(pathToFileURL(path).href);
}

/** Pictures that the engine itself makes, as [declared media type, octets]; those that it cannot make come as PNG. */
const DRAWN = `await Promise.all(['png', 'jpeg', 'webp'].map(async (name) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 37, height: 23 });
  canvas.getContext('2d').fillRect(3, 3, 9, 9);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/' + name));
  return [blob.type, new Uint8Array(await blob.arrayBuffer())];
}))`;

/** A library with one post, whose layers are these. */
const LIBRARY = `((layers) => ({
  contents: { posts: { record: (index) => (index === 0 ? { layers } : null) } },
  layer: (index, number) => layers[number - 1].bytes,
}))`;

/** A frame of 40 by 30 on a screen of 1 by 1. */
const LYING_GIF = `Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///ywAAAAAKAAeAAACHISPqcvtD6OctNqLs968+w+G4kiW5omm6sq27gsXADs='), (c) => c.charCodeAt(0))`;

describe('pictures', () => {
  engineTest('are as large as their headers say, and of the type', async (tab) => {
    await open(tab);
    const made = await tab.evaluate<[string, Picture][]>(
      `(async () => (${DRAWN}).map(([type, bytes]) => [type, pappus.pictureOf(bytes)]))()`,
    );
    expect(made.map(([type]) => type).slice(0, 2)).toEqual(['image/png', 'image/jpeg']);
    for (const [mediaType, picture] of made) expect(picture).toEqual({ mediaType, width: 37, height: 23 });
  });

  engineTest('are as large as said where a GIF lies of its screen', async (tab) => {
    await open(tab);
    const [said, shown] = await tab.evaluate<[Picture, number[]]>(`(async () => {
      const bytes = ${LYING_GIF};
      const image = new Image();
      await new Promise((done) => {
        image.onload = image.onerror = done;
        image.src = URL.createObjectURL(new Blob([bytes]));
      });
      return [pappus.pictureOf(bytes), [image.naturalWidth, image.naturalHeight]];
    })()`);
    expect(said).toEqual({ mediaType: 'image/gif', width: 40, height: 30 });
    expect(shown).toEqual([40, 30]);
  });
});

describe('media', () => {
  engineTest('are shown from an address that ends with the screen', async (tab) => {
    await open(tab);
    const seen = await tab.evaluate<unknown[]>(`(async () => {
      const [[mediaType, bytes]] = ${DRAWN};
      const media = new pappus.Media(${LIBRARY}([{ kind: 3, mediaType, bytes }]));
      const loads = (src) => new Promise((done) => {
        const image = new Image();
        image.onload = () => done([image.naturalWidth, image.naturalHeight]);
        image.onerror = () => done(null);
        image.src = src;
      });
      const { url, ...size } = media.of(0, 1);
      const again = media.of(0, 1).url === url;
      const before = await loads(url);
      media.close();
      return [size, again, before, await loads(url + '#again')];
    })()`);
    expect(seen).toEqual([{ kind: 'picture', width: 37, height: 23 }, true, [37, 23], null]);
    expect(tab.knocks).toEqual([]);
  });
});

describe('search', () => {
  engineTest('folds as it does elsewhere', async (tab) => {
    await open(tab);
    const folded = `['ﻛﺘﺎﺏِ', 'می‌روم', 'ÉĞ ۱۲', 'ﷺ'].map(pappus.fold)`;
    expect(await tab.evaluate(folded)).toEqual(['کتاب', 'میروم', 'eg 12', 'صلی الله علیه وسلم']);
  });
});

describe('speech', () => {
  engineTest('comes from voices of the device only', async (tab) => {
    await open(tab);
    const result = await tab.evaluate<{ langs: string[]; offered: string[]; local: string[]; some: boolean }>(`(() => {
      const voices = globalThis.speechSynthesis?.getVoices() ?? [];
      const langs = [...new Set([...voices.map(({ lang }) => lang), 'fa', 'xx'])];
      const primary = (lang) => lang.toLowerCase().split(/[-_]/)[0];
      return {
        offered: langs.filter(pappus.canListen),
        local: langs.filter((lang) => voices.some((v) => v.localService && primary(v.lang) === primary(lang))),
      };
    })()`);
    expect(result.offered).toEqual(result.local);
    const stubbed = await tab.evaluate<unknown>(`(() => {
      const said = [];
      const voices = [['fa-IR', false], ['fa', true]].map(([lang, localService]) => ({ lang, localService }));
      globalThis.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
      Object.defineProperty(globalThis, 'speechSynthesis', {
        configurable: true,
        value: { getVoices: () => voices, cancel() {}, speak: (u) => { said.push([u.text, u.voice.lang, u.voice.localService]); u.dispatchEvent(new Event('end')); } },
      });
      const heard = [];
      pappus.listen(['یک', 'دو'], 'fa-IR', (at) => heard.push(at));
      voices.pop();
      return { said, heard, offered: pappus.canListen('fa-IR') };
    })()`);
    expect(stubbed).toEqual({
      said: [
        ['یک', 'fa', true],
        ['دو', 'fa', true],
      ],
      heard: [0, 1, null],
      offered: false,
    });
  });
});

/** The page that is open, carried on as each choice and form, and added to an empty library there. */
const CARRY_ON = `(async () => {
  const newLibrary = () => new pappus.Library({ channelId: document.querySelector('p').id, layersWhenRead: true });
  const library = newLibrary();
  for (const { path, bytes } of pappus.filesOfDocument(document)) library.offer(path, bytes);
  const [style, script] = [document.querySelector('style'), document.querySelector('body > script:last-of-type')];
  const passOn = new pappus.PassOn(library, {
    css: style.textContent,
    script: script.textContent,
    lang: 'fa',
    dir: 'rtl',
    body: () => document.querySelector('p').outerHTML,
  });
  const carried = [];
  for (const choice of ['headlines', 'texts', 'all']) {
    for (const form of ['html', 'zip']) {
      const files = passOn.files(choice);
      const bytes = passOn.write(files, form);
      const told = passOn.sizeBytes(files, form);
      const { posts, texts, refused } = await pappus.addFile(newLibrary(), new Blob([bytes]));
      carried.push({ choice, form, posts, texts, refused, isTold: told === bytes.length, digest: [...pappus.sha256(bytes)].join() });
    }
  }
  return carried;
})()`;

describe('a page under its policy', () => {
  engineTest('passes itself on, octet by octet, and takes what it passed on', async (tab) => {
    const newsroom = new NamedNewsroom('پیک سپیدار', 'fa');
    for (let n = 0; n < 4; n++)
      newsroom.publish({ stories: [{ title: `پل ${n}`, lang: 'fa', text: [`روز ${n} باز شد.`] }] });
    const passOn = new PassOn(libraryWith(newsroom), {
      css: 'p { margin: 0 }',
      script: await parts(),
      lang: 'fa',
      dir: 'rtl',
      body: () => `<p id="${newsroom.channelId}">پل</p>`,
    });
    const whole = passOn.write(passOn.files('all'), 'html');
    await open(tab, whole);
    const carried = await tab.evaluate<Record<string, unknown>[]>(CARRY_ON);
    expect(carried.map(({ choice, form, posts, texts }) => [choice, form, posts, texts])).toEqual([
      ['headlines', 'html', 4, 0],
      ['headlines', 'zip', 4, 0],
      ['texts', 'html', 4, 4],
      ['texts', 'zip', 4, 4],
      ['all', 'html', 4, 4],
      ['all', 'zip', 4, 4],
    ]);
    for (const { refused, isTold } of carried) expect([refused, isTold]).toEqual([[], true]);
    const digests = carried
      .filter(({ choice, form }) => choice === 'all' && form === 'html')
      .map(({ digest }) => digest);
    expect(digests).toEqual([[...sha256(whole)].join()]);
    expect([tab.errors, tab.knocks]).toEqual([[], []]);
  });
});
