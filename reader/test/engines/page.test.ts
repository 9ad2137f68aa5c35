/** The single HTML file of a small channel, from disk, in the three engines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect } from 'vitest';
import { wordsFor } from '@pappus/reader/words';
import { NamedNewsroom, pageOf, withFiles } from '../channel.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const fa = wordsFor('fa');
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
  await tab.until(`document.querySelector('details, #page > .warning')`);
  return href;
}

const texts = (tab: Tab, selector: string): Promise<string[]> =>
  tab.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`);

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
    expect(await texts(tab, 'details li')).toEqual([`${fa.refusals.name} ${damaged}`]);
    expect(await texts(tab, '.headlines strong')).toHaveLength(2);
  });
});

describe('the watch', () => {
  engineTest('sees what a page asks for, says and breaks', async (tab) => {
    const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>/;
    const bare = (await pageOf(courier())).replace(policy, '');
    const leak = '<img src="https://leak.test/x">';
    const loud = `<script>console.error('planted'); nowhere();</script>`;
    await open(tab, bare.replace('<main>', `<main>${leak}`).replace('</head>', `${loud}</head>`));
    await tab.until(`performance.getEntriesByName('https://leak.test/x').length > 0 || !document.querySelector('img')`);
    expect(tab.requests).toContain('https://leak.test/x');
    expect(tab.knocks).toContain('leak.test:443');
    expect(tab.errors.join('\n')).toMatch(/planted[^]*nowhere/);
  });
});
