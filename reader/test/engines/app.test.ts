/** The app in the three engines: following, fetching, reading without its host, merging a file, and leaving nothing. */
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { NamedNewsroom, fullPost, pageOf } from '../channel.ts';
import {
  app,
  clear,
  courier,
  follow,
  give,
  mirrorOf,
  openAgain,
  openNew,
  press,
  serve,
  texts,
} from './app-at-mirror.ts';
import { everythingKept } from './everything-kept.ts';
import { ENGINES } from './index.ts';
import { OWN_ADDRESS } from './own-address.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const engineTest = useEngines();

if (!OWN_ADDRESS) process.stderr.write('SKIPPED the app on plain http: this machine has no network.\n');
const HOSTS: [place: string, host: string][] = [
  ['localhost', '127.0.0.1'],
  ...(OWN_ADDRESS ? [['plain http', OWN_ADDRESS] as [string, string]] : []),
];

/** WebKit does not know one directive of the policy; and a root that is not there yet is asked for each time. */
const errorsOf = (tab: Tab): string[] => tab.errors.filter((error) => !/manifest-src|status of 404/.test(error));

const worker = `navigator.serviceWorker?.ready.then(() => true)`;

describe.each(HOSTS)('the app on %s', (place, host) => {
  const hasWorker = place === 'localhost';

  engineTest('follows a channel, fetches it, and has it after a reload and without its host', async (tab) => {
    const newsroom = courier();
    const server = await serve(mirrorOf(newsroom), host);
    await openNew(tab, server.url);
    expect(await tab.evaluate('isSecureContext')).toBe(hasWorker);
    await press(tab, '.here');
    await tab.until(`document.querySelector('.follow')`);
    expect((await texts(tab, '.code')).join('').replaceAll(' ', '')).toBe(newsroom.channelId);
    await press(tab, '.follow');
    await tab.until(`document.querySelector('.headlines')`);
    expect(await texts(tab, '.headlines strong')).toEqual(['Market open', 'Bridge closed']);

    newsroom.publish({ stories: [{ title: 'Snow falls', text: ['All night.'] }] });
    await openAgain(tab, server.url);
    expect(await texts(tab, '.headlines strong')).toHaveLength(2);
    await press(tab, '.get');
    await tab.until(`document.querySelector('.state-of-fetching')?.textContent`);
    expect(await texts(tab, '.headlines strong')).toEqual(['Snow falls', 'Market open', 'Bridge closed']);

    if (hasWorker) await tab.evaluate(worker);
    await server.close();
    if (hasWorker) await openAgain(tab, server.url);
    await press(tab, '.headlines a');
    await tab.until(`document.querySelector('h2')?.textContent === 'Snow falls'`);
    expect(await texts(tab, 'article > p:not(.facts, .choices)')).toEqual(['All night.']);
    await press(tab, '[href="#pass"]'); // what a page to pass on is made of is on the device too
    await tab.until(`/[0-9]/.test(document.querySelector('.tall small')?.textContent)`);
    expect([await tab.evaluate('document.title'), errorsOf(tab)]).toEqual(['Reader', []]);
  });

  engineTest('keeps a post for later, and remembers where she stopped only when asked to', async (tab) => {
    const server = await serve(mirrorOf(courier()), host);
    await openNew(tab, server.url);
    await follow(tab);
    const read = async (): Promise<void> => {
      await press(tab, '.headlines a');
      await tab.until(`document.querySelector('article h2')`);
    };
    await read();
    await press(tab, 'article button[aria-pressed="false"]');
    await tab.until(`document.querySelector('article button[aria-pressed="true"]')`);
    await openAgain(tab, server.url);
    expect(await texts(tab, '.over .step')).toEqual([]);
    await press(tab, '[href="#more"]');
    await press(tab, '[href="#saved"]');
    await tab.until(`document.querySelector('.back ~ .headlines')`);
    expect(await texts(tab, '.back ~ .headlines strong')).toEqual(['Market open']);
    await press(tab, '[href="#more"]');
    await press(tab, '.keep-history');
    await press(tab, '[href="#"]');
    await read();
    await openAgain(tab, server.url);
    await press(tab, '.over .step a');
    await tab.until(`document.querySelector('article h2')?.textContent === 'Market open'`);
    expect(errorsOf(tab)).toEqual([]);
    await server.close();
  });

  engineTest('adds a file to the channel that it is of, and nothing of what is no channel', async (tab) => {
    const newsroom = courier();
    const server = await serve(mirrorOf(newsroom), host);
    await openNew(tab, server.url);
    await follow(tab);
    newsroom.publish({ stories: [{ title: 'Snow falls', text: ['All night.'] }] });
    await tab.goto(server.url);
    await give(tab, newsroom, Buffer.from(await pageOf(newsroom)));
    await tab.until(`document.querySelectorAll('.headlines li').length === 3`);
    await tab.goto(server.url);
    await give(tab, newsroom, Buffer.from('<!doctype html><title>other</title>'));
    await tab.until(`document.querySelector('.warning')`);
    await openAgain(tab, server.url);
    expect(await texts(tab, '.headlines strong')).toHaveLength(3);
  });
});

/** A channel with a planted word in each place where words can stand. */
function planted(): { newsroom: NamedNewsroom; canaries: string[] } {
  const canaries: string[] = [];
  const plant = (): string => {
    canaries.push(`canary${canaries.length}bird`);
    return canaries.at(-1)!;
  };
  const mirrors = [`https://${plant()}.example/`, `https://news.example/${plant()}/`];
  const newsroom = new NamedNewsroom(plant(), 'en', mirrors);
  const posts = Array.from({ length: 10 }, () =>
    fullPost(
      { title: plant(), summary: plant(), text: [plant()] },
      { byline: plant(), tags: [], link: `https://${plant().slice(0, 12)}.example/` },
    ),
  );
  newsroom.print(posts);
  return { newsroom, canaries };
}

describe('clearing', () => {
  engineTest('leaves none of 50 planted words in databases, caches, storage', async (tab) => {
    const { newsroom, canaries } = planted();
    expect(canaries.length).toBeGreaterThan(50);
    const server = await serve(mirrorOf(newsroom));
    await openNew(tab, server.url);
    await follow(tab);
    await tab.evaluate(worker);
    const stems = canaries.map((word) => word.slice(0, 12));
    const before = await tab.evaluate<string>(everythingKept);
    expect(stems.filter((word) => !before.includes(word))).toEqual([]);
    await tab.goto(server.url);
    await clear(tab);
    expect(await tab.evaluate(everythingKept)).toBe('');
    expect(await tab.evaluate(`navigator.serviceWorker.getRegistrations().then((all) => all.length)`)).toBe(0);
    await tab.goto(server.url);
    await tab.until(`document.querySelector('.here')`);
    expect(await texts(tab, '.channel')).toEqual([]);
  });
});

describe('what a mirror is asked', () => {
  engineTest('is nothing before the reader was told what it costs and who sees it', async (tab) => {
    const newsroom = courier(['https://a.test/', 'https://b.test/', 'https://c.test/']);
    const server = await serve(mirrorOf(newsroom));
    await openNew(tab, server.url);
    expect(await texts(tab, 'h3 + .way li')).toEqual([
      'Takes up to 64 KB. Before more, it tells you how much.',
      expect.stringMatching(/^Your network sees that you contact the mirror,/),
      'An HTML or ZIP file. Uses none of your data.',
      expect.stringMatching(/^Nothing is sent\./),
    ]);
    await follow(tab);
    server.requests.length = 0;
    await openAgain(tab, server.url);
    const [cost, seen] = await texts(tab, '.over .way li');
    expect(cost).toContain('64 KB');
    const { host } = new URL(server.url);
    expect(seen!.replaceAll(/[\u2066\u2069]/g, '')).toContain(`contact ${host}, a.test, b.test, and +1, when`);
    const asked = server.requests.map((request) => /^GET \/(\S*)/.exec(request)![1]!);
    expect(asked.filter((path) => newsroom.files.has(path))).toEqual([]);
    expect(tab.knocks).toEqual([]);
  });

  engineTest('is nothing where the reader wants to receive only', async (tab) => {
    const server = await serve(mirrorOf(courier()));
    await openNew(tab, server.url);
    await follow(tab);
    await tab.goto(server.url);
    await press(tab, '.receive-only');
    await tab.until(`!document.querySelector('.here')`);
    await openAgain(tab, server.url);
    expect(await texts(tab, '.get, .here, .look')).toEqual([]);
    expect(await texts(tab, '.fetching details[open] .pick')).toHaveLength(1);
    const own = new Set(['', ...app.keys()]);
    expect(tab.requests.map((url) => new URL(url).pathname.slice(1)).filter((name) => !own.has(name))).toEqual([]);
  });

  for (const engine of ENGINES) {
    const needs = engine.missing === null ? '' : ` (needs "${engine.missing}")`;
    test.skipIf(needs !== '')(`${engine.name}: is the same, octet for octet, of two readers${needs}`, async () => {
      const newsroom = courier();
      const server = await serve(mirrorOf(newsroom));
      const isNews = (request: string): boolean =>
        newsroom.files.has(/^GET \/(\S*)/.exec(request)![1]!) || request.includes('root');
      const readers = [await engine.open(), await engine.open()];
      const asked: string[][] = [];
      for (const [i, tab] of readers.entries()) {
        server.requests.length = 0;
        await tab.goto(server.url);
        await follow(tab);
        if (i === 0) {
          await press(tab, '.headlines a'); // one of them has read, and likes large letters
          await tab.evaluate(`document.documentElement.style.fontSize = '150%'`);
        }
        asked.push(server.requests.filter(isNews));
      }
      newsroom.publish({ stories: [{ title: 'Snow falls', text: ['All night.'] }] });
      for (const [i, tab] of readers.entries()) {
        server.requests.length = 0;
        await openAgain(tab, server.url);
        await press(tab, '.get');
        await tab.until(`document.querySelector('.state-of-fetching')?.textContent`);
        asked[i]!.push(...server.requests.filter(isNews));
        await tab.close();
      }
      expect(asked[0]!.length).toBeGreaterThan(8);
      expect(asked[1]!.sort()).toEqual(asked[0]!.sort()); // what is asked at once arrives as the network likes
      const headers = new Set(
        asked[0]!.flatMap((one) =>
          one
            .split('\n')
            .slice(1)
            .map((line) => /^[^:]*/.exec(line)![0].toLowerCase()),
        ),
      );
      for (const name of ['cookie', 'referer', 'if-none-match', 'if-modified-since'])
        expect(headers).not.toContain(name);
    });
  }

  engineTest('is asked of nobody outside the signed list, whatever a channel tries', async (tab) => {
    const trap = await serve((_, response) => response.writeHead(200, { 'access-control-allow-origin': '*' }).end('x'));
    const [, port] = [trap.url, trap.port];
    const odd = [`http://a@127.0.0.1:${port}/`, `http://127.0.0.1:${port}/?id=1`, `http://127.0.0.1:${port}/#a`]
      .concat(`//127.0.0.1:${port}/`, `localhost:${port}`, `http://localhost:${port}/`, `ws://127.0.0.1:${port}/`)
      .concat(`http://[::1]:${port}/`, 'javascript:fetch("http://leak.test/")', 'data:,x', 'file:///etc/hosts')
      .concat('http://10.0.0.1/', 'http://router/', 'blob:http://leak.test/1', `http://0.0.0.0:${port}/`);
    const newsroom = new NamedNewsroom('Courier', 'en', odd);
    newsroom.print([
      fullPost(
        { title: `<img src="${trap.url}">`, text: [`${trap.url}a <script src="${trap.url}b"></script>`] },
        { link: `${trap.url}c` },
      ),
    ]);
    const redirect: RequestListener = (request, response) => {
      const bytes = newsroom.files.get(request.url!.slice(1));
      if (bytes && !/pack|checkpoint/.test(request.url!)) return response.writeHead(200).end(bytes);
      response
        .writeHead(302, { location: trap.url, link: `<${trap.url}d>; rel=preload`, refresh: `0; ${trap.url}` })
        .end();
    };
    const server = await serve(mirrorOf(newsroom, redirect));
    await openNew(tab, server.url);
    await follow(tab);
    await press(tab, '.get');
    await tab.until(`document.querySelector('.state-of-fetching')?.textContent`);
    await press(tab, '.headlines a');
    await tab.until(`document.querySelector('h2')`);
    expect([trap.requests, tab.knocks]).toEqual([[], []]);
  });

  engineTest('is seen by this check, where the list names somebody', async (tab) => {
    const other = await serve((_, response) => response.writeHead(404).end());
    const newsroom = courier([other.url, 'http://listed.test/']);
    newsroom.files.delete([...newsroom.files.keys()].find((path) => path.startsWith('pack'))!);
    const server = await serve(mirrorOf(newsroom));
    await openNew(tab, server.url);
    await follow(tab);
    await press(tab, '.get');
    await tab.until(`document.querySelector('.state-of-fetching')?.textContent`);
    expect(other.requests.length).toBeGreaterThan(0);
    expect(tab.knocks.join()).toContain('listed.test');
  });
});

describe('a passphrase in the app', () => {
  engineTest('locks it, and a wrong one shows an empty app', async (tab) => {
    const server = await serve(mirrorOf(courier()));
    await openNew(tab, server.url);
    await follow(tab);
    await tab.goto(server.url);
    await press(tab, '.passphrase');
    await tab.evaluate(`(() => {
      document.querySelector('#new-passphrase').value = 'five words are good enough';
      document.querySelector('.seal').click();
    })()`);
    await tab.until(`document.querySelector('.here') && !document.querySelector('#new-passphrase')`);
    expect(await texts(tab, '.channel')).toEqual(['Courier']);
    await tab.goto(server.url);
    for (const [words, channels] of [
      ['other words', 0],
      ['five words are good enough', 1],
    ] as const) {
      await tab.until(`document.querySelector('#passphrase')`);
      await tab.evaluate(`(() => {
        document.querySelector('#passphrase').value = '${words}';
        document.querySelector('form button').click();
      })()`);
      await tab.until(`document.querySelector('.here')`);
      expect(await texts(tab, '.channel')).toHaveLength(channels);
      if (channels === 0) await tab.goto(server.url);
    }
    expect(await tab.evaluate(everythingKept)).not.toContain('Bridge');
    expect(errorsOf(tab)).toEqual([]);
    await clear(tab);
  });
});
