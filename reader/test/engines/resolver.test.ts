/** The app in the three engines when no mirror answers: the news come through a resolver of DNS over HTTPS. */
import type { RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Authority, decodeMessage } from '@pappus/transports/dns';
import { NamedNewsroom } from '../channel.ts';
import { follow, mirrorOf, openAgain, openNew, press, serve, texts } from './app-at-mirror.ts';
import { ENGINES } from './index.ts';
import type { Recording } from './recording.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';
import { ZONE, passedOn, zoneOf } from './zone-over-http.ts';

const engineTest = useEngines();
const TEXT = 'All night, and on the roads of the north until noon.';

function courier(): NamedNewsroom {
  const newsroom = new NamedNewsroom('Courier', 'en', ['http://gone.test/'], [ZONE]);
  newsroom.publish({ stories: [{ title: 'Bridge closed', text: ['Until spring.'] }] });
  return newsroom;
}

interface Scene {
  newsroom: NamedNewsroom;
  /** Serves the app, and since the cut nothing else. */
  host: Recording;
  resolver: Recording;
  cut: () => void;
}

/** A channel with a zone; another edition is in the zone only. */
async function scene(): Promise<Scene> {
  const newsroom = courier();
  let isCut = false;
  const whole = mirrorOf(newsroom);
  const appOnly = mirrorOf(newsroom, (request) => void request.socket.destroy());
  const host = await serve((request, response) => (isCut ? appOnly : whole)(request, response));
  const authority = new Authority(zoneOf(newsroom));
  const resolver = await serve(await passedOn(authority));
  const cut = (): void => {
    isCut = true;
    const stories = Array.from({ length: 3 }, (_, i) => ({ title: `Snow ${i}`, text: [TEXT] }));
    newsroom.publish({ stories });
    authority.replace(zoneOf(newsroom));
  };
  return { newsroom, host, resolver, cut };
}

/** Chooses a resolver as a reader does, of the channel that is open. */
async function choose(tab: Tab, address: string): Promise<void> {
  await tab.until(`document.querySelector('#resolver')`);
  await tab.evaluate(`(() => {
    document.querySelector('#resolver').value = ${JSON.stringify(address)};
    document.querySelector('.use').click();
  })()`);
  await tab.until(`document.querySelector('.by-resolver .code') && !document.querySelector('#resolver').value`);
}

/** Asking may take as long as a resolver is given that has to ask far. */
async function get(tab: Tab): Promise<string> {
  await press(tab, '.get');
  const ended = `document.querySelector('.state-of-fetching')?.textContent`;
  await tab
    .until(ended)
    .catch(() => tab.until(ended))
    .catch(() => tab.until(ended));
  return tab.evaluate<string>(ended);
}

/** The queries in addresses, which are all that came. */
function queriesOf({ requests }: Recording): Uint8Array[] {
  return requests.map((request) => {
    const [, text] = /^GET \/dns-query\?dns=([\w-]+) HTTP\/1\.1$/m.exec(request) ?? [];
    if (text === undefined) throw new Error(`asked otherwise: ${request}`);
    return Buffer.from(text, 'base64url');
  });
}

const plain = (text: string): string => text.replaceAll(/[\u2066\u2069]/g, '');

/** A channel that was followed, and whose mirrors are gone since. */
async function followedAndCut(tab: Tab): Promise<Awaited<ReturnType<typeof scene>>> {
  const made = await scene();
  await openNew(tab, made.host.url);
  await follow(tab);
  made.cut();
  await openAgain(tab, made.host.url);
  return made;
}

describe('a resolver of DNS over HTTPS', () => {
  engineTest(
    'brings the news, whole, when no mirror is left, and is asked only after the risk was said',
    async (tab) => {
      const { resolver } = await followedAndCut(tab);
      const said = (await texts(tab, '.by-resolver .way li')).map(plain);
      expect(said[0]).toContain('up to 141 KB');
      expect(said[1]).toContain(
        'Who runs that server sees your address on the internet and that you read this channel.',
      );
      await choose(tab, resolver.url);
      const above = (await texts(tab, '.fetching > div .way li')).map(plain);
      expect(above.join()).toContain(`contact 127.0.0.1:${resolver.port}, when`);
      expect(resolver.requests).toEqual([]);

      expect(await get(tab)).toBe('You have everything that this channel has published.');
      expect(await texts(tab, '.headlines strong')).toEqual(['Snow 2', 'Snow 1', 'Snow 0', 'Bridge closed']);
      await press(tab, '.headlines a');
      await tab.until(`document.querySelector('h2')?.textContent === 'Snow 2'`);
      expect(await texts(tab, 'article > p:not(.facts, .choices)')).toEqual([TEXT]);

      const messages = queriesOf(resolver).map((query) => decodeMessage(query));
      expect(messages.length).toBeGreaterThan(3);
      expect(messages.filter(({ id, question }) => id !== 0 || !question!.name.endsWith(`.${ZONE}`))).toEqual([]);
    },
  );

  engineTest(
    'that lies changes nothing, and does not keep another from being believed',
    async (tab) => {
      const { newsroom, host, resolver, cut } = await scene();
      const forger = new NamedNewsroom('Forger', 'en', [], [ZONE]);
      for (let i = 0; i < 3; i++) forger.publish({ stories: [{ title: 'Forged', text: ['Forged.'] }] });
      const liar = await serve(await passedOn(new Authority(zoneOf(forger, newsroom.channelId))));
      const garbler = await serve(garbling(await passedOn(new Authority(zoneOf(newsroom)))));
      await openNew(tab, host.url);
      await follow(tab);
      cut();
      await openAgain(tab, host.url);
      await choose(tab, liar.url);
      expect(await get(tab)).toMatch(/^No true answer came\. What you have is safe\./);
      expect(liar.requests.length).toBeGreaterThan(1);
      expect(await texts(tab, '.headlines strong')).toEqual(['Bridge closed']);
      await choose(tab, garbler.url);
      await choose(tab, resolver.url);
      expect(await get(tab)).toBe('You have everything that this channel has published.');
      expect(garbler.requests.length).toBeGreaterThan(0);
      expect(await texts(tab, '.headlines strong')).toEqual(['Snow 2', 'Snow 1', 'Snow 0', 'Bridge closed']);
    },
    120_000,
  );

  engineTest(
    'is kept on the device, dropped when the reader says so, and unasked where she only receives',
    async (tab) => {
      const { host, resolver } = await followedAndCut(tab);
      await choose(tab, resolver.url);
      await openAgain(tab, host.url);
      expect(await texts(tab, '.by-resolver .code')).toEqual([`${resolver.url}dns-query`]);
      await tab.goto(host.url);
      await press(tab, '.receive-only');
      await tab.until(`!document.querySelector('.here')`);
      await openAgain(tab, host.url);
      expect(await texts(tab, '.get, #resolver')).toEqual([]);
      await tab.goto(host.url);
      await press(tab, '.receive-only');
      await tab.until(`document.querySelector('.here')`);
      await openAgain(tab, host.url);
      await press(tab, '.by-resolver .choices button:not(.use)');
      await tab.until(`!document.querySelector('.by-resolver .code')`);
      expect(await get(tab)).toMatch(/^No true answer came/);
      expect(resolver.requests).toEqual([]);
    },
  );

  engineTest('is none where its address is none, or would let the line read along', async (tab) => {
    const { host } = await scene();
    await openNew(tab, host.url);
    await follow(tab);
    await tab.until(`document.querySelector('#resolver')`);
    for (const odd of [
      'dns.example',
      'http://dns.example/dns-query',
      'https://dns.example/?dns=',
      'ftp://127.0.0.1/',
    ]) {
      await tab.evaluate(`(() => {
        document.querySelector('#resolver').value = ${JSON.stringify(odd)};
        document.querySelector('.by-resolver [role=status]').textContent = '';
        document.querySelector('.use').click();
      })()`);
      await tab.until(`document.querySelector('.by-resolver [role=status]').textContent`);
    }
    expect(await texts(tab, '.by-resolver .code')).toEqual([]);
  });

  for (const engine of ENGINES) {
    const needs = engine.missing === null ? '' : ` (needs "${engine.missing}")`;
    test.skipIf(needs !== '')(
      `${engine.name}: is asked the same, octet for octet, by two readers${needs}`,
      async () => {
        const { host, resolver, cut } = await scene();
        const readers = [await engine.open(), await engine.open()];
        for (const tab of readers) onTestFinished(() => tab.close());
        for (const tab of readers) {
          await tab.goto(host.url);
          await follow(tab);
        }
        cut();
        const asked: string[][] = [];
        for (const tab of readers) {
          await openAgain(tab, host.url);
          await choose(tab, resolver.url);
          resolver.requests.length = 0;
          await tab.evaluate('void (Date.now = () => 1_790_000_000_000)'); // both in one minute
          expect(await get(tab)).toBe('You have everything that this channel has published.');
          asked.push([...new Set(resolver.requests)].sort());
        }
        expect(asked[0]!.length).toBeGreaterThan(3);
        expect(asked[1]).toEqual(asked[0]);
        for (const name of ['cookie', 'referer', 'if-none-match', 'if-modified-since'])
          expect(asked.flat().join('\n').toLowerCase()).not.toContain(`\n${name}:`);
      },
    );
  }
});

/** Every octet string of an answer is another than the true one. */
function garbling(listener: RequestListener): RequestListener {
  return (request, response) => {
    const end = response.end.bind(response);
    response.end = ((body: Uint8Array) => {
      const garbled = body.slice();
      for (let i = garbled.length - 60; i > 60; i -= 60) garbled[i]! ^= 0x55;
      return end(garbled);
    }) as typeof response.end;
    listener(request, response);
  };
}
