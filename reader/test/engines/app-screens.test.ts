/** Whether everybody can use the app: axe on each of its screens, and no screen wider than the phone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { APP_LANGUAGES } from '../../src/words/app-words.ts';
import { NamedNewsroom, pageOf } from '../channel.ts';
import { follow, give, mirrorOf, openAgain, press, serve } from './app-at-mirror.ts';
import { chromiumEngine } from './chromium.ts';
import type { Tab } from './tab.ts';

const needs = chromiumEngine.missing === null ? '' : ` (needs "${chromiumEngine.missing}")`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSPHRASE = 'five words are good enough';

async function violations(tab: Tab): Promise<string[]> {
  await tab.evaluate(`(() => { if (!globalThis.axe) { ${AXE}; globalThis.axe = axe; } return null; })()`);
  return tab.evaluate(`axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(
    ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))`);
}

function gazette(): NamedNewsroom {
  const newsroom = new NamedNewsroom('پیک سپیدار', 'fa', [], ['n.example.org']);
  newsroom.publish({ stories: [{ title: 'پل بسته شد', lang: 'fa', text: ['تا بهار.'] }] });
  return newsroom;
}

/** More than is fetched without asking. */
function publishMuch(newsroom: NamedNewsroom): void {
  const words = Array.from({ length: 2_000 }, (_, i) => `${(i * 7_919) % 10_007}`).join(' ');
  for (const title of ['One', 'Two', 'Three'])
    newsroom.publish({ stories: Array.from({ length: 4 }, (_, i) => ({ title: `${title} ${i}`, text: [words] })) });
}

const shown = (selector: string) => (tab: Tab) => tab.until(`document.querySelector('${selector}')`);
const after = (selector: string, then: string) => async (tab: Tab) => {
  await press(tab, selector);
  await shown(then)(tab);
};

/** A resolver that nobody is behind. */
async function choose(tab: Tab): Promise<void> {
  await tab.evaluate(`void (document.querySelector('#resolver').value = 'http://127.0.0.1:9/')`);
  await after('.use', '.by-resolver .code')(tab);
}

/** Every screen in the order in which one walk meets them, with the way to it from the one before. */
function screensOf(url: string, newsroom: NamedNewsroom): [screen: string, reach: (tab: Tab) => Promise<void>][] {
  const home = async (tab: Tab): Promise<void> => {
    await tab.goto(url);
    await shown('.channel')(tab);
  };
  const locked = async (tab: Tab): Promise<void> => {
    await tab.goto(url);
    await shown('#passphrase')(tab);
  };
  const unlock = (words: string) => async (tab: Tab) => {
    await tab.evaluate(`(() => {
      document.querySelector('#passphrase').value = '${words}';
      document.querySelector('form button').click();
    })()`);
    await shown('#file')(tab);
  };
  return [
    ['first run', shown('.here')],
    ['no address', after('.look', 'form + [role=status]:not(:empty)')],
    ['a passphrase to be set', after('.passphrase', '#new-passphrase')],
    ['too short', after('.seal', 'form [role=status]:not(:empty)')],
    ['to be deleted?', after('.danger', '.yes')],
    ['what is no channel', (tab) => give(tab, newsroom, Buffer.from('other')).then(() => shown('.warning[role]')(tab))],
    [
      'given',
      async (tab) => give(tab, newsroom, Buffer.from(await pageOf(newsroom))).then(() => shown('.follow')(tab)),
    ],
    ['a channel, nobody to ask', after('.follow', '.by-resolver[open]')],
    ['no resolver', after('.use', '.by-resolver [role=status]:not(:empty)')],
    ['a resolver', choose],
    ['nobody answers', after('.get', '.state-of-fetching:not(:empty)')],
    ['asked no more', after('.by-resolver .choices button:not(.use)', '.chosen .way')],
    [
      'a channel',
      async (tab) => {
        await home(tab);
        await after('.here', '.get')(tab);
      },
    ],
    ['from a file', after('.by-file summary', '.by-file[open]')],
    ['nothing more to fetch', after('.get', '.state-of-fetching:not(:empty)')],
    ['there is more', (tab) => (publishMuch(newsroom), after('.get', '.rest')(tab))],
    ['post', after('.headlines a', 'article h2')],
    ['how it is known', after('main [href="#how"]', '.camera-code')],
    ['the proof', after('main details summary', 'main details[open]')],
    ['limits', after('main [href="#limits"]', 'main:not([hidden]) .limits')],
    ['search', after('.bar [href="#find"]', '#query')],
    ['pass on', after('.bar [href="#pass"]', 'main .tall small')],
    ['more', after('.bar [href="#more"]', '.receive-only')],
    ['channel to be removed?', after('main .danger', 'main .yes')],
    ['kept for later', after('[href="#saved"]', 'main:not([hidden]) h2')],
    ['home', home],
    ['receive only', after('.receive-only', '.receive-only:checked')],
    ['a channel, receive only', (tab) => openAgain(tab, url)],
    [
      'sealed',
      async (tab) => {
        await home(tab);
        await press(tab, '.passphrase');
        await tab.until(`document.querySelector('#new-passphrase')`);
        await tab.evaluate(`void (document.querySelector('#new-passphrase').value = '${PASSPHRASE}')`);
        await press(tab, '.seal');
        await tab.until(`document.querySelector('.channel') && !document.querySelector('#new-passphrase')`);
      },
    ],
    ['locked', locked],
    ['opened with other words', unlock('other words')],
    ['locked again', locked],
    ['opened', unlock(PASSPHRASE)],
    [
      'deleted',
      async (tab) => {
        await press(tab, '.danger');
        await after('.yes', '.cleared')(tab);
      },
    ],
  ];
}

for (const dark of [false, true]) {
  for (const lang of ['fa', 'en']) {
    const name = `no screen of the app breaks WCAG 2.2 AA: ${lang}, ${dark ? 'dark' : 'light'}${needs}`;
    test.skipIf(needs !== '')(name, { timeout: 120_000 }, async () => {
      const newsroom = gazette();
      const server = await serve(mirrorOf(newsroom));
      const tab = await chromiumEngine.open({ dark, lang });
      onTestFinished(() => tab.close());
      await tab.goto(server.url);
      for (const [screen, reach] of screensOf(server.url, newsroom)) {
        await reach(tab);
        expect([screen, await violations(tab)]).toEqual([screen, []]);
        const [width, inner] = await tab.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
        expect([screen, width]).toEqual([screen, inner]);
        const said = await tab.evaluate('document.documentElement.lang');
        expect([screen, said]).toEqual([screen, lang]);
      }
    });
  }
}

test.skipIf(needs !== '')(
  `the first screen holds in every language, and the check finds what is wrong${needs}`,
  async () => {
    const server = await serve(mirrorOf(gazette()));
    const tab = await chromiumEngine.open();
    onTestFinished(() => tab.close());
    await tab.goto(server.url);
    for (const lang of APP_LANGUAGES) {
      await after(`button[lang=${lang}]`, `button[lang=${lang}][aria-pressed=true]`)(tab);
      expect([lang, await violations(tab)]).toEqual([lang, []]);
      const [width, inner] = await tab.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
      expect([lang, width]).toEqual([lang, inner]);
    }
    await follow(tab);
    await after('[href="#more"]', '.receive-only')(tab);
    await tab.evaluate(
      `document.querySelector('.receive-only').parentElement.replaceWith(document.createElement('button'))`,
    );
    expect((await violations(tab)).join()).toContain('button-name');
  },
);
