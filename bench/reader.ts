/**
 * The page in Chromium at a sixth of the machine's speed, beside a page written by hand and beside TiddlyWiki with the
 * same posts: when the first headlines are seen, when the page has checked itself, how long a letter of a search takes.
 * Writes READER.md.
 *
 *     node bench/reader.ts [--runs 5]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { Library, byValue, inOfferOrder, withDictionaries, type TreeFile } from '@pappus/core';
import { Books, builtInDictionaries } from '@pappus/newsroom';
import { htmlFile } from '@pappus/reader';
import { BenchChannel } from './channel.ts';
import { argument } from './measure.ts';
import { benchPosts, newPostOf, textOf, type BenchPost } from './posts.ts';

const RUNS = Number(argument('runs', '5'));
const SLOWER = 6;
const PER_EDITION = 256;
const SEEN_MS_MAX = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'pappus-reader-'));

/** The single HTML file of a channel that published `posts`. */
async function pappusPage(posts: readonly BenchPost[]): Promise<string> {
  const { compressQuickly } = new Books();
  const channel = new BenchChannel({ compress: compressQuickly });
  channel.publish(posts.map(newPostOf), PER_EDITION);
  const dictionaries = builtInDictionaries();
  const library = new Library({ dictionaries: dictionaries.map(({ bytes }) => bytes) });
  const all = inOfferOrder([...channel.files].map(([path, bytes]) => ({ path, bytes })));
  for (const { path, bytes } of all) library.offer(path, bytes);
  const books = dictionaries.map(({ dictionary, bytes }) => ({ path: `dict/${dictionary.id}`, bytes }));
  const news = [...byValue(library)].map((path) => ({ path, bytes: channel.files.get(path)! }));
  return keep(`pappus-${posts.length}.html`, await htmlFile(library, withDictionaries(news, books as TreeFile[])));
}

/** What somebody would write by hand: the same headlines as plain HTML, and as many octets behind them. */
function staticPage(like: string, posts: readonly BenchPost[]): string {
  const items = posts
    .toReversed()
    .map(({ title, summary, lang }) => `<li lang="${lang}"><h2>${title}</h2><p>${summary}</p></li>`);
  const head = '<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8"><title>News</title><h1>News</h1>';
  const style = '<style>body{max-width:42rem;margin:auto;font:1rem/1.8 system-ui}h2{font-size:1.1rem}</style>';
  const html = `${head}${style}<ol>${items.join('\n')}</ol>`;
  const rest = Math.max(0, statSync(like).size - Buffer.byteLength(html) - 50);
  const block = 'A'.repeat(2 ** 20);
  const blocks = Array.from({ length: Math.ceil(rest / block.length) }, (_, i) =>
    block.slice(0, rest - i * block.length),
  );
  const data = blocks.map((text) => `<script type="application/octet-stream">${text}</script>`);
  return keep(`static-${posts.length}.html`, Buffer.from(html + data.join('')));
}

/** An empty TiddlyWiki with one tiddler a post, as its own command line makes it. */
function tiddlyPage(posts: readonly BenchPost[]): string {
  const program = createRequire(import.meta.url).resolve('tiddlywiki/tiddlywiki.js');
  const tiddlers = posts.map((post, i) => ({
    title: `${i} ${post.title}`,
    text: `${post.summary}\n\n${textOf(post)}`,
  }));
  const json = join(folder, 'tiddlers.json');
  writeFileSync(json, JSON.stringify(tiddlers));
  const edition = join(dirname(program), 'editions/empty');
  const name = `tiddly-${posts.length}.html`;
  const args = [edition, '--output', folder, '--load', json, '--render', '$:/core/save/all', name, 'text/plain'];
  execFileSync(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, name);
}

function keep(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function slowTab(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  page.setDefaultTimeout(SEEN_MS_MAX);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  return page;
}

/** Milliseconds from the beginning of the navigation: first words painted, and until `ready` is there. */
async function timeToRead(page: Page, path: string, ready: string): Promise<{ painted: number; ready: number }> {
  await page.addInitScript((selector) => {
    const look = (): void => {
      if (!document.querySelector(selector)) return;
      watch.disconnect();
      document.documentElement.dataset['readyMs'] = String(performance.now());
    };
    const watch = new MutationObserver(look);
    watch.observe(document, { childList: true, subtree: true });
  }, ready);
  await page.goto(pathToFileURL(path).href, { waitUntil: 'commit' });
  await page.waitForFunction(() => 'readyMs' in document.documentElement.dataset, null, { polling: 250 });
  return page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return { painted: paint!.startTime, ready: Number(document.documentElement.dataset['readyMs']) };
  });
}

/** Milliseconds from a letter to what it found, for each letter of two words; the field is found by `field`. */
async function keystrokes(page: Page, field: string, results: string): Promise<number[]> {
  const times: number[] = [];
  for (const typed of ['b', 'ba', 'baden', 'ب', 'با', 'بادر', 'zz']) {
    times.push(
      await page.evaluate(
        async ([selector, list, value]) => {
          const input = document.querySelector<HTMLInputElement>(selector!)!;
          input.focus();
          const started = performance.now();
          let changed = started;
          const watch = new MutationObserver(() => (changed = performance.now()));
          watch.observe(document.querySelector(list!) ?? document.body, { childList: true, subtree: true });
          input.value = value!;
          input.dispatchEvent(new InputEvent('input', { bubbles: true }));
          const drawn = performance.now();
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          const first = performance.now();
          // Where results come later, by a timer of the page's own.
          while (changed === started && performance.now() - started < 20_000)
            await new Promise((done) => setTimeout(done, 5));
          watch.disconnect();
          return Math.max(changed <= drawn ? first : 0, changed) - started;
        },
        [field, results, typed],
      ),
    );
    await page.waitForTimeout(1_500); // each letter begins on a quiet page
  }
  return times;
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1]!;
const ms = (value: number): string => value.toFixed(0);

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const thousand = benchPosts(1_000);
  const pappus = await pappusPage(thousand);
  const pages = [
    { name: 'Pappus, 1,000 posts', path: pappus, ready: 'nav' },
    { name: 'written by hand, the same octets', path: staticPage(pappus, thousand), ready: 'li' },
    { name: 'TiddlyWiki, 1,000 posts', path: tiddlyPage(thousand), ready: '.tc-sidebar-search input' },
  ];
  const rows = new Map(pages.map(({ name }) => [name, [] as { painted: number; ready: number }[]]));
  for (let run = 0; run < RUNS; run++) {
    for (const { name, path, ready } of pages) {
      const page = await slowTab(browser);
      rows.get(name)!.push(await timeToRead(page, path, ready));
      await page.context().close();
    }
  }
  const many = benchPosts(10_000);
  const library = { path: await pappusPage(many), wiki: tiddlyPage(many) };
  const ours = await slowTab(browser);
  const opened = await timeToRead(ours, library.path, 'nav');
  await ours.evaluate(() => void (location.hash = 'find'));
  await ours.waitForSelector('#query');
  await ours.waitForTimeout(2_000); // as long as a finger takes
  const firstKey = (await keystrokes(ours, '#query', '#page > main'))[0]!;
  const keys = await keystrokes(ours, '#query', '#page > main');
  await ours.context().close();
  const theirs = await slowTab(browser);
  const wikiOpened = await timeToRead(theirs, library.wiki, '.tc-sidebar-search input');
  const wikiKeys = await keystrokes(theirs, '.tc-sidebar-search input', '.tc-sidebar-lists');
  const table = pages.map(({ name, path }) => {
    const all = rows.get(name)!;
    const size = (statSync(path).size / 1e6).toFixed(2);
    return `| ${name} | ${size} | ${ms(median(all.map((r) => r.painted)))} | ${ms(median(all.map((r) => r.ready)))} |`;
  });
  const mega = (path: string): string => (statSync(path).size / 1e6).toFixed(1);
  const report = `# The page: how soon, how quickly

Written by \`node bench/reader.ts\`; nothing here is edited by hand. Chromium ${browser.version()}, a phone's window, the
processor slowed ${SLOWER} times, files from disk, medians of ${RUNS} runs by turns. Posts are words of no language, some 3 KB each.

| page | MB | first words painted, ms | ready, ms |
|---|---:|---:|---:|
${table.join('\n')}

"Ready" is: every octet checked and the page to be used; by hand, the first headline there; TiddlyWiki, its search field.

| 10,000 posts | MB | ready, ms | first letter, ms | a letter, median ms | slowest ms |
|---|---:|---:|---:|---:|---:|
| Pappus | ${mega(library.path)} | ${ms(opened.ready)} | ${ms(firstKey)} | ${ms(median(keys))} | ${ms(Math.max(...keys))} |
| TiddlyWiki | ${mega(library.wiki)} | ${ms(wikiOpened.ready)} | ${ms(wikiKeys[0]!)} | ${ms(median(wikiKeys))} | ${ms(Math.max(...wikiKeys))} |

From a letter to what it found among headlines being painted. Pappus goes through the texts afterwards, and shows what it
finds as it goes; TiddlyWiki looks through titles and texts at once, after a pause of its own.
`;
  writeFileSync(join(import.meta.dirname, 'READER.md'), report);
  process.stdout.write(report);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
