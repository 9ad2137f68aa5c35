/** What a reader does with the page, in the three engines, from disk and from a server: read, search, look behind it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, describe, expect } from 'vitest';
import type { Block } from '@pappus/core';
import { wordsFor } from '@pappus/reader/words';
import { NamedNewsroom, fullPost, pageOf } from '../channel.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const fa = wordsFor('fa');
const engineTest = useEngines();
const folder = mkdtempSync(join(tmpdir(), 'pappus-screens-'));
let server: Server | null = null;
afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true });
});

const STORIES = [
  { title: 'Market open', lang: 'en', text: ['Ten stalls stand in the old harbour.'] },
  { title: 'بازار باز شد', lang: 'fa', summary: 'ده دکه.', text: ['ده دکه در بندر قدیمی برپا است.'] },
  { title: 'پل بسته شد', lang: 'fa', text: ['تا اردیبهشت.'] },
];

function gazette(): NamedNewsroom {
  const more = [{ tags: ['شهر', 'market'] }, { tags: ['شهر'], translationOf: 0 }, { byline: 'خبرنگار' }];
  return new NamedNewsroom('پیک سپیدار', 'fa').print(STORIES.map((story, i) => fullPost(story, more[i]!)));
}

const visible = '#page > main:not([hidden])';
const texts = (tab: Tab, selector: string): Promise<string[]> =>
  tab.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`);
const click = (tab: Tab, selector: string): Promise<unknown> =>
  tab.evaluate(`void document.querySelector(${JSON.stringify(selector)}).click()`);

async function fromDisk(tab: Tab, html: string): Promise<string> {
  const path = join(folder, `${tab.engine}.html`);
  writeFileSync(path, html);
  return pathToFileURL(path).href;
}

let served = '';
async function fromServer(_: Tab, html: string): Promise<string> {
  served = html;
  if (!server) {
    server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(served));
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  }
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

for (const [name, place] of Object.entries({ 'from disk': fromDisk, 'from a server': fromServer })) {
  describe(`a page ${name}`, () => {
    const open = async (tab: Tab): Promise<string> => {
      const address = await place(tab, await pageOf(gazette()));
      await tab.goto(address);
      await tab.until(`document.querySelector('nav')`);
      return address;
    };

    engineTest('is read, searched and left again, and asks for nothing else', async (tab) => {
      const address = await open(tab);
      await click(tab, '.headlines a');
      await tab.until(`document.querySelector('${visible} h2')?.textContent === 'پل بسته شد'`);
      expect(await tab.evaluate('location.href')).toBe(address);
      await tab.evaluate('history.back()');
      await tab.until(`document.activeElement.getAttribute('href') === '#post-2'`);
      await click(tab, 'nav [href="#find"]');
      await tab.until(`document.activeElement.id === 'query'`);
      await tab.evaluate(
        `{
        const field = document.getElementById('query');
        field.value = 'قديمي';
        field.dispatchEvent(new Event('input'));
      }`.replace(/^\{([^]*)\}$/, '(() => {$1})()'),
      );
      await tab.until(`document.querySelectorAll('${visible} .headlines li').length === 1`);
      await click(tab, `${visible} .headlines a`);
      await tab.until(`document.querySelector('${visible} h2')?.textContent === 'بازار باز شد'`);
      await click(tab, `${visible} .choices a[lang="en"]`);
      await tab.until(`document.querySelector('${visible} h2')?.textContent === 'Market open'`);
      await click(tab, `${visible} .back a`);
      await tab.until(
        `document.querySelector('.headlines').checkVisibility?.() ?? !document.querySelector('#page > div').hidden`,
      );
      expect({ requests: tab.requests, knocks: tab.knocks, errors: tab.errors }).toEqual({
        requests: [address],
        knocks: [],
        errors: [],
      });
    });

    engineTest('says how it knows, and what it cannot do', async (tab) => {
      await open(tab);
      await click(tab, 'header .state a');
      await tab.until(`document.querySelector('.signs')`);
      expect((await texts(tab, '.signs li')).slice(0, 2)).toEqual(['با امضای پیک سپیدار', `۳ از ۳ خبر · ${fa.whole}`]);
      await click(tab, `${visible} [href="#limits"]`);
      await tab.until(`document.querySelector('.limits')`);
      expect(await texts(tab, '.limits li')).toEqual([...fa.limits]);
    });
  });
}

describe('pictures', () => {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  /** Grey; its rows compress to next to nothing. */
  const png = (width: number, height: number): Uint8Array => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width);
    header.writeUInt32BE(height, 4);
    header.set([8, 0, 0, 0, 0], 8);
    const rows = deflateSync(Buffer.alloc(height * (width + 1), 0));
    const chunks = [chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))];
    return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
  };

  engineTest('of a post are shown, and one of too many pixels is not given to the browser', async (tab) => {
    const figures = [2, 3].map((layer): Block => ({ type: 'figure', layer, alt: `picture ${layer}`, caption: [] }));
    const post = fullPost({ title: 'Two pictures', text: figures }, {});
    for (const bytes of [png(4, 3), png(8_000, 8_000)]) post.layers.push({ kind: 3, mediaType: 'image/png', bytes });
    await tab.goto(await fromDisk(tab, await pageOf(new NamedNewsroom('Gallery', 'en').print([post]))));
    await tab.until(`document.querySelector('nav')`);
    await click(tab, '.headlines a');
    await tab.until(`document.querySelector('figure img')?.naturalWidth === 4`);
    expect(await texts(tab, 'figure')).toEqual(['', '[picture 3]']);
    expect(tab.errors).toEqual([]);
  });
});

describe('from hand to hand', () => {
  const isText = (path: string): boolean => path.startsWith('pack/');
  /** What the page would have saved, as text. */
  const saved = `(async () => {
    URL.createObjectURL = (file) => { globalThis.saved = file; return '#'; };
    document.querySelector('${visible} button.main:last-child').click();
    return [saved.name, await saved.text()];
  })()`;

  engineTest('a page is added to another, passed on, and reads as a whole', async (tab) => {
    const newsroom = gazette();
    const whole = await pageOf(newsroom);
    await tab.goto(await fromDisk(tab, await pageOf(newsroom, { without: isText })));
    await tab.until(`document.querySelector('nav')`);
    expect((await texts(tab, '.state span'))[1]).toBe('۰ از ۳ خبر');
    await tab.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['no news'], 'photo.html'));
      dataTransfer.items.add(new File([${JSON.stringify(whole).replaceAll('</', '<\\/')}], 'friend.html'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`);
    await tab.until(`document.querySelector('.state span:nth-child(2)').textContent === '۳ از ۳ خبر'`);
    await tab.until(`document.querySelector('.note').textContent === 'خبر تازه: ۰. متن تازه: ۳.'`);
    await click(tab, 'nav [href="#pass"]');
    await tab.until(`document.querySelector('${visible} button.main')`);
    const sizes = await texts(tab, `${visible} small`);
    expect(sizes).toHaveLength(3);
    const [name, html] = await tab.evaluate<[string, string]>(saved);
    expect(name).toMatch(/^پیک-سپیدار-\d{4}-\d\d-\d\d\.html$/);
    const address = await fromDisk(tab, html);
    await tab.goto(address);
    await tab.until(`document.querySelector('nav')`);
    expect((await texts(tab, '.state span')).slice(0, 2)).toEqual(['با امضای پیک سپیدار', '۳ از ۳ خبر']);
    await click(tab, '.headlines a');
    await tab.until(`document.querySelector('${visible} article > p:last-child')?.textContent === 'تا اردیبهشت.'`);
    expect({ requests: tab.requests, knocks: tab.knocks, errors: tab.errors }).toEqual({
      requests: [address],
      knocks: [],
      errors: [],
    });
  });
});
