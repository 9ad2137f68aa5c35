/** The single HTML file of a small channel, from disk, in the three engines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect } from 'vitest';
import { CODEC, decodePack } from '@pappus/core';
import { wordsFor } from '@pappus/reader/words';
import type { Story } from '../../../core/test/newsroom.ts';
import { Books } from '../../../newsroom/src/dictionaries.ts';
import { NamedNewsroom, pageOf, withEngine, withFiles } from '../channel.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const fa = wordsFor('fa');
const POLICY = /<meta http-equiv="Content-Security-Policy"[^>]*>/;
const engineTest = useEngines();
const folder = mkdtempSync(join(tmpdir(), 'pappus-pages-'));
afterAll(() => rmSync(folder, { recursive: true }));

function courier(): NamedNewsroom {
  const newsroom = new NamedNewsroom('پیک سپیدار', 'fa');
  newsroom.publish({ stories: [{ title: 'پل بسته شد', lang: 'fa', text: ['پل تا اردیبهشت بسته است.'] }] });
  newsroom.publish({ stories: [{ title: 'Market open', summary: 'Ten stalls.', text: ['From six.'] }] });
  return newsroom;
}

/** Puts the page where the engine opens it, and waits until it has judged itself. */
async function open(tab: Tab, html: string): Promise<string> {
  const path = join(folder, `${tab.engine}.html`);
  writeFileSync(path, html);
  const { href } = pathToFileURL(path);
  await tab.goto(href);
  await tab.until(`document.querySelector('nav, #page > .warning')`);
  return href;
}

const texts = (tab: Tab, selector: string): Promise<string[]> =>
  tab.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`);

const PERSIAN = [
  {
    title: 'پل چوبی سپیدار پس از سه ماه باز شد',
    summary: 'شهردار گفت که کارگران از روز گذشته همه تخته‌های پل را بررسی کرده‌اند.',
    text: [
      'پل چوبی شهر سپیدار که در پی سیل بهاری بسته شده بود، صبح امروز با حضور مردم باز شد.',
      'به گفته شهردار، در این مدت بیش از ۲۰۰ تخته کهنه برداشته شد و جای آن را چوب تازه گرفت.',
      'وی افزود: رفت و آمد خودروهای سنگین تا پایان سال آینده از این راه ممکن نخواهد بود.',
    ],
  },
  {
    title: 'برف راه‌های شمالی دره را بست',
    summary: 'مسئولان از رانندگان خواستند که تا فردا از سفر خودداری کنند.',
    text: [
      'بارش برف از شب گذشته آغاز شد و تا ظهر امروز به ۴۰ سانتی‌متر رسید.',
      'یک کشاورز گفت که در بیست سال گذشته چنین برفی ندیده است؛ نان و نفت در روستا به اندازه یک هفته هست.',
    ],
  },
  {
    title: 'کتابخانه باغ انار شب‌ها هم باز است',
    summary: 'دانش‌آموزان از این پس می‌توانند تا ساعت ده شب آنجا درس بخوانند.',
    text: [
      'کتابخانه کوچک باغ انار اعلام کرد که از هفته آینده شب‌ها نیز در خدمت مردم خواهد بود.',
      'مدیر کتابخانه گفت: «کتاب را باید همان وقتی خواند که دل می‌خواهد، نه وقتی که در باز است.»',
    ],
  },
] satisfies Story[];

/** A channel whose headlines and texts are coded by the pack of their language, as a newsroom codes them. */
function persian(): NamedNewsroom {
  const newsroom = new NamedNewsroom('پیک سپیدار', 'fa');
  const books = new Books();
  newsroom.publish({ stories: PERSIAN.map((story) => ({ ...story, lang: 'fa' })), compress: books.compressWell });
  const { bytes, dictionary } = books.files.find((file) => file.lang === 'fa' && 'stream' in file.dictionary)!;
  newsroom.files.set(`dict/${dictionary.id}`, bytes);
  return newsroom;
}

/** The codecs of all that is coded. */
function codecsOf({ files }: NamedNewsroom): number[] {
  const packs = [...files].filter(([path]) => path.startsWith('pack/')).map(([, bytes]) => decodePack(bytes));
  const codecs = packs.flatMap(({ items }) => items.flatMap((item) => ('coding' in item ? [item.coding.codec] : [])));
  return [...new Set(codecs)].sort((a, b) => a - b);
}

describe('the HTML file', () => {
  engineTest('verifies itself, shows headlines, opens a post, asks for nothing', async (tab) => {
    const href = await open(tab, await pageOf(courier()));
    const state = await texts(tab, '.state span');
    expect(state.slice(0, 2)).toEqual(['با امضای پیک سپیدار', '۲ از ۲ خبر']);
    expect(await texts(tab, '.headlines strong')).toEqual(['Market open', 'پل بسته شد']);
    await tab.evaluate(`document.querySelector('.headlines a').click()`);
    await tab.until(`document.querySelector('h2')`);
    expect(await texts(tab, 'h2, article > p:not(.facts)')).toEqual(['Market open', 'Ten stalls.', 'From six.']);
    expect(await tab.evaluate('document.activeElement.localName')).toBe('main');
    await tab.evaluate('history.back()');
    await tab.until(`document.querySelector('.headlines')`);
    expect({ requests: tab.requests, knocks: tab.knocks, errors: tab.errors }).toEqual({
      requests: [href],
      knocks: [],
      errors: [],
    });
  });

  engineTest('fits a small phone, each headline in its own direction', async (tab) => {
    await open(tab, await pageOf(courier()));
    expect(await tab.evaluate('[innerWidth, document.documentElement.scrollWidth]')).toEqual([360, 360]);
    /** At which end of its line each headline begins. */
    const ends = await tab.evaluate<string[]>(`[...document.querySelectorAll('.headlines strong')].map((line) => {
      const range = document.createRange();
      range.selectNodeContents(line);
      const [words, whole] = [range.getBoundingClientRect(), line.getBoundingClientRect()];
      return words.left - whole.left < whole.right - words.right ? 'left' : 'right';
    })`);
    expect(ends).toEqual(['left', 'right']);
    const image = Buffer.from(await tab.screenshot());
    expect(image.subarray(1, 4).toString()).toBe('PNG');
    expect(image.readUInt32BE(16)).toBe(360);
  });

  engineTest('names a part that was damaged, and shows the rest', async (tab) => {
    let damaged = '';
    const html = withFiles(await pageOf(courier()), (bytes, path) => {
      if (damaged !== '' || !path.startsWith('pack/')) return bytes;
      damaged = path;
      return bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1);
    });
    await open(tab, html);
    expect(await texts(tab, '.headlines strong')).toHaveLength(2);
    await tab.evaluate(`location.hash = 'how'`);
    await tab.until(`document.querySelector('.faults')`);
    expect(await texts(tab, '.faults li')).toEqual([`${fa.refusals.name} ${damaged}`]);
  });
});

describe('an HTML file under a language pack', () => {
  engineTest(
    'shows headlines and texts as they were written, from right to left, and asks for nothing',
    async (tab) => {
      const newsroom = persian();
      expect(codecsOf(newsroom)).toEqual([CODEC.text, CODEC.textAfter]);
      const href = await open(tab, await pageOf(newsroom));
      expect((await texts(tab, '.state span')).slice(0, 2)).toEqual(['با امضای پیک سپیدار', '۳ از ۳ خبر']);
      expect(await texts(tab, '.headlines strong')).toEqual(PERSIAN.map(({ title }) => title).reverse());
      expect(await texts(tab, 'header .warning, header .hint, header .care')).toEqual([]);
      for (const [i, { title, summary, text }] of PERSIAN.entries()) {
        await tab.evaluate(`location.hash = 'post-${i}'`);
        await tab.until(`document.querySelector('h2')?.textContent === ${JSON.stringify(title)}`);
        expect(await texts(tab, 'article > p:not(.facts)')).toEqual([summary, ...text]);
        const directions = `[...document.querySelectorAll('html, h2, article > p')].map((e) => getComputedStyle(e).direction)`;
        expect(new Set(await tab.evaluate<string[]>(directions))).toEqual(new Set(['rtl']));
      }
      expect({ requests: tab.requests, knocks: tab.knocks, errors: tab.errors }).toEqual({
        requests: [href],
        knocks: [],
        errors: [],
      });
    },
  );

  engineTest(
    'shows no other words where the pack is missing or damaged, or the model counts otherwise',
    async (tab) => {
      const whole = await pageOf(persian());
      const damaged = withFiles(whole, (bytes, path) =>
        path.startsWith('dict/') ? bytes.with(2_000, bytes[2_000]! ^ 1) : bytes,
      );
      const without = await pageOf(persian(), { without: (path) => path.startsWith('dict/') });
      // The last context is known to items only: the pack still primes, to the same state.
      const otherwise = withEngine(whole, (script) => {
        const changed = script.replace(/(?<=\[9\]=[\w$]+\()10(?=,)/, '11');
        expect(changed).not.toBe(script);
        return changed;
      });
      for (const html of [damaged, without, otherwise]) {
        expect(html).not.toBe(whole);
        await open(tab, html);
        expect(await texts(tab, '.headlines strong')).toEqual([]);
        expect(tab.errors).toEqual([]);
      }
      await open(
        tab,
        withEngine(whole, (script) => script),
      );
      expect(await texts(tab, '.headlines strong')).toHaveLength(PERSIAN.length);
    },
  );
});

describe('the watch', () => {
  engineTest('sees what a page asks for, says and breaks', async (tab) => {
    const bare = (await pageOf(courier())).replace(POLICY, '');
    const leak = '<img src="https://leak.test/x">';
    const loud = `<script>console.error('planted'); nowhere();</script>`;
    await open(tab, bare.replace('<main>', `<main>${leak}`).replace('</head>', `${loud}</head>`));
    await tab.until(`performance.getEntriesByName('https://leak.test/x').length > 0 || !document.querySelector('img')`);
    expect(tab.requests).toContain('https://leak.test/x');
    expect(tab.knocks).toContain('leak.test:443');
    expect(tab.errors.join('\n')).toMatch(/planted[^]*nowhere/);
  });
});
