/** The single HTML file as a reader meets it: opened from disk, in a browser. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wordsFor } from '@pappus/reader/words';
import { engineScript } from '@pappus/reader';
import { FIRST_EDITION_AT, NamedNewsroom, brokenSurrogate, pageOf, postOfOctets, withFiles } from './channel.ts';
import { checked, goTo, pageTest, useChromium } from './chromium.ts';

const fa = wordsFor('fa');
const en = wordsFor('en');
const open = useChromium();

const TITLES = ['Bridge closed', 'پل بسته شد', 'Рынок открыт'];

function courier(lang = 'en'): NamedNewsroom {
  const newsroom = new NamedNewsroom(lang === 'fa' ? 'پیک سپیدار' : 'The Harbour Post', lang);
  newsroom.publish({
    stories: [
      { title: TITLES[0]!, summary: 'Until May.', text: ['The bridge is closed.', 'Work lasts until May.'] },
      { title: TITLES[1]!, lang: 'fa', text: ['پل تا اردیبهشت بسته است.'] },
    ],
  });
  newsroom.publish({ stories: [{ title: TITLES[2]!, lang: 'ru', text: ['Десять прилавков.'] }] });
  return newsroom;
}

const genuine = (without?: (path: string) => boolean): Promise<string> => pageOf(courier(), without ? { without } : {});

describe('a whole file', () => {
  pageTest('says who signed, how much is here and how old it is', async () => {
    const page = await checked(await open(await genuine(), { now: FIRST_EDITION_AT + 3 * 86_400 }));
    const state = page.getByRole('status');
    expect(await state.locator('.good').textContent()).toBe('signed by The Harbour Post');
    expect(await state.locator('span').allTextContents()).toEqual([
      'signed by The Harbour Post',
      '3 of 3 posts',
      'signed 2 days ago',
    ]);
    expect(await page.title()).toBe('The Harbour Post');
    expect(await page.locator('.warning, .hint').count()).toBe(0);
    expect(await page.locator('.headlines strong').allTextContents()).toEqual([...TITLES].reverse());
  });

  pageTest('shows each text as it was published', async () => {
    const page = await checked(await open(await genuine(), { hash: '#post-0' }));
    expect(await page.locator('h2').textContent()).toBe('Bridge closed');
    expect(await page.locator('article > p').allTextContents()).toEqual([
      expect.any(String),
      'Until May.',
      'The bridge is closed.',
      'Work lasts until May.',
    ]);
  });

  pageTest('is laid out from right to left for Persian, with other languages in their own direction', async () => {
    const page = await checked(await open(await pageOf(courier('fa'))));
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
    expect(await page.locator('.state span').nth(1).textContent()).toBe('۳ از ۳ خبر');
    const rows = page.locator('.headlines > li');
    expect(await rows.evaluateAll((list) => list.map((row) => getComputedStyle(row).direction))).toEqual([
      'ltr',
      'rtl',
      'ltr',
    ]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  pageTest('asks for nothing but itself and carries a policy that would let it ask for nothing', async () => {
    const html = await genuine();
    const opened = await open(html);
    const page = await checked(opened);
    for (const link of await page.locator('.headlines a').all()) {
      await link.click();
      await page.locator('.back a').click();
    }
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    const compiles = (): unknown => new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    await page.evaluate(compiles);
    expect(opened.requests).toEqual([page.url().replace(/#.*/, '')]);
    expect([...opened.errors, ...opened.intrusions]).toEqual([]);
  });

  pageTest('works under Trusted Types', async () => {
    const html = (await genuine()).replace(
      'content="default-src',
      `content="require-trusted-types-for 'script'; default-src`,
    );
    const opened = await open(html, { hash: '#post-0' });
    const page = await checked(opened);
    expect(await page.locator('h2').textContent()).toBe('Bridge closed');
    const refused = await page.evaluate(() => {
      try {
        document.createElement('p').innerHTML = 'x';
        return false;
      } catch {
        return true;
      }
    });
    expect([refused, opened.errors]).toEqual([true, []]);
  });
});

describe('moving about', () => {
  pageTest('step by step, and back to the headline that was left', async () => {
    const page = await checked(await open(await genuine()));
    await page.locator('.headlines a', { hasText: 'Bridge closed' }).click();
    await page.locator('h2').waitFor();
    await page.goBack();
    await page.locator('.headlines').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#post-0');
    await page.goForward();
    expect(await page.locator('h2').textContent()).toBe('Bridge closed');
  });

  pageTest('leaves nothing in the address, not even of the post that an address named', async () => {
    const page = await checked(await open(await genuine(), { hash: '#post-1' }));
    await page.getByRole('heading', { name: TITLES[1]! }).waitFor();
    expect(page.url()).not.toContain('#');
    await page.locator('.back a').click();
    await page.locator('.headlines a').first().click();
    await page.getByRole('heading', { name: TITLES[2]! }).waitFor();
    expect([page.url().includes('#'), await page.title()]).toEqual([false, 'The Harbour Post']);
  });

  pageTest('by keyboard alone', async () => {
    const page = await checked(await open(await genuine()));
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#how');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#limits');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.querySelector('strong')?.textContent)).toBe(TITLES[2]);
    await page.keyboard.press('Enter');
    await page.locator('h2').waitFor();
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe('main');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(en.back);
    await page.keyboard.press('Escape');
    await page.locator('.headlines').waitFor();
    expect(await page.evaluate(() => document.activeElement?.querySelector('strong')?.textContent)).toBe(TITLES[2]);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).toBe('solid');
  });

  pageTest('an address of no post shows no post and the way back', async () => {
    const page = await checked(await open(await genuine(), { hash: '#post-999' }));
    expect(await page.locator('article').count()).toBe(0);
    await page.locator('.back a').click();
    expect(await page.locator('.headlines > li').count()).toBe(3);
  });

  pageTest('an address that is none shows the headlines', async () => {
    const opened = await open(await genuine(), { hash: '#%E0%A4%A' });
    const page = await checked(opened);
    expect(await page.locator('.headlines strong').allTextContents()).toEqual([...TITLES].reverse());
    expect([page.url().includes('#'), opened.errors]).toEqual([false, []]);
  });

  pageTest('by finger: everything to touch is 44 pixels high', async () => {
    const page = await checked(await open(await pageOf(courier('fa'))));
    const low = () =>
      page
        .locator(':is(a, button, input, summary):visible')
        .evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML));
    expect(await low()).toEqual([]);
    await page.locator('.headlines a').first().click();
    await page.locator('h2').waitFor();
    expect(await low()).toEqual([]);
  });
});

describe('what a newsroom changed later', () => {
  pageTest('a withdrawn post shows its reason and none of its words', async () => {
    const newsroom = courier();
    newsroom.publish({ tombstones: [{ index: 0, reason: 'person', replacement: 1 }] });
    const html = await pageOf(newsroom);
    expect(html).not.toContain('Bridge closed');
    const page = await checked(await open(html));
    await page.getByText(en.withdrawnTitle).click();
    await page.getByText(en.withdrawn.person).waitFor();
    await page.getByText(en.readInstead).click();
    expect(await page.locator('h2').textContent()).toBe('پل بسته شد');
  });

  pageTest('a correction stands in the place of what it corrects, and both say so', async () => {
    const newsroom = courier();
    newsroom.publish({ stories: [{ title: 'Bridge half closed', text: ['One lane.'], replaces: 0 }] });
    const page = await checked(await open(await pageOf(newsroom)));
    expect(await page.locator('.headlines strong').allTextContents()).not.toContain('Bridge closed');
    expect(await page.locator('.headlines > li').first().locator('small').textContent()).toContain(en.correction);
    await page.evaluate(() => void (location.hash = '#post-0'));
    await page.getByText(en.corrected).waitFor();
    await page.getByText(en.readInstead).click();
    await page.getByRole('heading', { name: 'Bridge half closed' }).waitFor();
  });

  pageTest('an edition that should have come is missed', async () => {
    const newsroom = courier();
    newsroom.publish({ time: FIRST_EDITION_AT + 7200, nextBy: FIRST_EDITION_AT + 86_400 });
    const html = await pageOf(newsroom);
    const late = await checked(await open(html, { now: FIRST_EDITION_AT + 3 * 86_400 }));
    expect(await late.locator('header .warning').textContent()).toContain('A newer edition was expected 2 days ago.');
    const early = await checked(await open(html, { now: FIRST_EDITION_AT + 80_000 }));
    expect(await early.locator('header .warning').count()).toBe(0);
  });
});

describe('what did not arrive', () => {
  const isPack = (path: string): boolean => path.startsWith('pack/');

  pageTest('texts: the headlines stand alone and say so', async () => {
    const page = await checked(await open(await genuine(isPack)));
    expect(await page.locator('.state .care').textContent()).toBe('0 of 3 posts');
    expect(await page.locator('header .hint').textContent()).toBe('Posts that came with their headline only: 3.');
    await page.locator('.headlines a').first().click();
    await page.locator('article').getByText(en.textMissing).waitFor();
  });

  pageTest('posts: they are counted', async () => {
    const lost = (path: string): boolean => isPack(path) || path === 'head' || path.includes('entries');
    const page = await checked(await open(await genuine(lost)));
    expect(await page.locator('header .hint').textContent()).toMatch(/^Posts that have not arrived: \d\.$/);
    expect(await page.locator('.headlines > li').count()).toBe(0);
  });

  pageTest('the head: nothing is shown, and why', async () => {
    const page = await checked(await open((await genuine()).replace(/^(?:checkpoint|head) .*\n/gm, '')));
    expect(await page.getByRole('status').textContent()).toBe(en.unsigned);
    expect(await page.locator('.headlines > li').count()).toBe(0);
  });
});

describe('a file that was damaged or altered', () => {
  pageTest('one part damaged: a sentence says so, and the rest still reads', async () => {
    let damaged = '';
    const html = withFiles(await genuine(), (bytes, path) => {
      if (damaged === '' && path.startsWith('pack/')) {
        damaged = path;
        bytes[bytes.length - 1]! ^= 1;
      }
      return bytes;
    });
    const page = await checked(await open(html));
    expect(await page.locator('.headlines > li').count()).toBe(3);
    await page.getByText(en.leftOut).click();
    expect(await page.locator('.faults li').allTextContents()).toEqual([`${en.refusals.name} ${damaged}`]);
  });

  pageTest('a line that is no base64: what stood before it still reads', async () => {
    const page = await checked(await open((await genuine()).replace(/^(pack\/\S+ )../m, '$1%%')));
    expect(await page.locator('.headlines strong').allTextContents()).toEqual([...TITLES].reverse());
    await goTo(page, 'how');
    expect(await page.locator('.faults li').textContent()).toContain(en.refusals.container);
  });

  pageTest('octets flipped all over the tree: what is shown is genuine', async () => {
    const html = await genuine();
    const lines = [...html.matchAll(/^(?:checkpoint|head|root|edition|pack|tile)\S* [\w+/=]{40,}$/gm)];
    for (const line of lines) {
      const at = line.index + Math.floor(line[0].length * 0.7);
      const flipped = html.slice(0, at) + (html[at] === 'A' ? 'B' : 'A') + html.slice(at + 1);
      const page = await checked(await open(flipped));
      for (const title of await page.locator('.headlines strong').allTextContents()) expect(TITLES).toContain(title);
    }
    expect(lines.length).toBeGreaterThan(5);
  });

  pageTest('other words put into the tree are not shown', async () => {
    const altered = withFiles(await genuine(), (bytes) =>
      Buffer.from(bytes.toString('latin1').replaceAll('closed', 'opened'), 'latin1'),
    );
    const page = await checked(await open(altered, { hash: '#post-0' }));
    expect(await page.locator('body').innerText()).not.toContain('opened');
    await goTo(page, 'how');
    expect(await page.locator('.faults li').count()).toBeGreaterThan(0);
  });

  pageTest('the tree of another channel is refused', async () => {
    const other = await pageOf(
      new NamedNewsroom('Stranger', 'en').print([postOfOctets('Stranger news', new Uint8Array())]),
    );
    const blocks = /<script type="application[^]*?<\/script>/;
    const page = await checked(await open((await genuine()).replace(blocks, () => blocks.exec(other)![0])));
    const text = await page.locator('body').innerText();
    expect(text).toContain(en.refusals.channel);
    expect(text).not.toContain('Stranger');
    expect(text).not.toContain('Bridge');
  });

  pageTest('static words that were altered are gone when the page is checked', async () => {
    const html = (await genuine())
      .replace('<title>The Harbour Post', '<title>Forged')
      .replaceAll('<strong>Bridge closed', '<strong>Forged')
      .replace('<div id="page"', '<p>Forged</p>Forged<div id="page"')
      .replace('<script type=', '<aside>Forged</aside><script type=');
    const page = await checked(await open(html));
    expect(await page.locator('body').innerText()).not.toContain('Forged');
    expect(await page.title()).toBe('The Harbour Post');
    expect(await page.locator('.headlines strong').allTextContents()).toContain('Bridge closed');
  });

  pageTest('a text that its newsroom broke is left out, and its headline stays', async () => {
    const newsroom = new NamedNewsroom('Clumsy', 'en').print([postOfOctets('Half a pair', brokenSurrogate())]);
    const opened = await open(await pageOf(newsroom), { hash: '#post-0' });
    const page = await checked(opened);
    expect(await page.locator('article .warning').textContent()).toBe(en.textMissing);
    expect([await page.locator('h2').textContent(), opened.errors]).toEqual(['Half a pair', []]);
  });
});

describe('before and without the engine', () => {
  pageTest(
    'headlines and the beginnings of texts can be read, and the page says that nothing was checked',
    async () => {
      const html = await pageOf(courier('fa'));
      const { page, requests } = await open(html, { javaScriptEnabled: false });
      const text = await page.locator('body').innerText();
      for (const words of [
        ...TITLES,
        'The bridge is closed.',
        'پل تا اردیبهشت بسته است.',
        'Десять прилавков.',
        fa.unchecked,
      ]) {
        expect(text).toContain(words);
      }
      expect(requests).toHaveLength(1);
    },
  );

  pageTest('a headline does not move when the engine takes over', async () => {
    const newsroom = courier('fa');
    newsroom.publish({ tombstones: [{ index: 0, reason: 'error', replacement: null }] });
    newsroom.publish({ stories: [{ title: 'پل نیمه‌باز', lang: 'fa', text: ['یک خط.'], replaces: 1 }] });
    const html = await pageOf(newsroom);
    const engineless = html.replace(/<script>[^]*<\/script>/, '');
    for (const width of [360, 1200]) {
      const viewport = { width, height: 740 };
      const { page } = await open(engineless, { viewport });
      const places = page.locator('h1, .headlines > li');
      const boxes = () => places.evaluateAll((all) => all.map((e) => JSON.stringify(e.getBoundingClientRect())));
      const before = await boxes();
      await checked(await open(html, { viewport }));
      expect([before.length, await boxes()]).toEqual([4, before]);
    }
  });

  test('the beginnings of texts stay small, however long the texts are', async () => {
    const story = { title: 'Long', text: ['word '.repeat(5000)] };
    const long = await pageOf(new NamedNewsroom('Long', 'en').print([]));
    const newsroom = new NamedNewsroom('Long', 'en');
    newsroom.publish({ stories: Array.from({ length: 12 }, () => story) });
    const html = await pageOf(newsroom);
    const leads = [...html.matchAll(/<noscript><p dir="auto">([^<]*)/g)].map((match) => match[1]!);
    expect(leads).toHaveLength(10);
    expect(leads.join('').length).toBeLessThanOrEqual(20_600);
    expect(leads[0]).toMatch(/word …$/);
    expect(long).not.toContain('<noscript><p dir');
  });
});

describe('the engine', () => {
  test('no source of the page makes elements from text', () => {
    const folder = join(import.meta.dirname, '../src');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path));
    const makes =
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|\beval\b|new Function/i;
    const guilty = sources.filter((path) => makes.test(readFileSync(join(folder, path), 'utf8')));
    expect([sources.length > 8, guilty]).toEqual([true, []]);
    expect(makes.test('place.innerHTML = x')).toBe(true);
  });

  test('the built script asks for nothing and makes no elements from text', async () => {
    const script = await engineScript();
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|RTCPeer/,
    );
  });
});
