/**
 * The app follows channels of hostile posts, names and addresses in a hostile internet. Whatever comes: only the files of
 * a tree are asked for, only at addresses that are given or signed, and nothing in a question tells who asks.
 */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { encodeRoot, signRoot } from '@pappus/core';
import { webApp } from '../../node/web-app.ts';
import { NamedNewsroom } from '../channel.ts';
import { within } from '../hostile.ts';
import { Chance, STRINGS, randomPost } from '../random-posts.ts';
import { eventually } from './eventually.ts';
import { HostileNet, LEAK, LURES, fault, type Allowed, type Site } from './hostile-net.ts';
import { record, type Recording } from './recording.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const net = new HostileNet();
const engineTest = useEngines({ beyond: net.answer });
const app = await webApp();
const HOSTS = Array.from({ length: 9 }, (_, i) => `127.0.0.${i + 1}`);
const EDITIONS = { chromium: 1_000, firefox: 60, webkit: 60 };
const PER_CHANNEL = 125;
/** The number of a channel on the host of the app, where browsers keep least from each other. */
const PLANTED = 99;

const servers: Recording[] = [];
let home = '';
let port = 0;
async function serve(host = HOSTS[0], atPort = 0): Promise<Recording> {
  const server = await record(net.answer, host, atPort);
  servers.push(server);
  return server;
}
beforeAll(async () => {
  ({ url: home, port } = await serve());
  for (const host of HOSTS.slice(1)) await serve(host, port);
  net.sites.set(home, appSite());
});
afterAll(async () => {
  for (const server of servers) await server.close();
});

/** The host of the app is trusted: it has sent the script. `change`: another script than ours. */
function appSite(change: (script: string) => string = (script) => script): Site {
  return (path, response) => {
    const file = app.get(path || 'index.html');
    if (!file) return void response.writeHead(404).end();
    const bytes = path === 'app.js' ? change(Buffer.from(file.bytes).toString()) : file.bytes;
    response.writeHead(200, { 'content-type': file.type }).end(bytes);
  };
}

/** A channel, where to ask for it, and who besides may be asked: addresses, and hosts whose questions are hidden. */
interface Followed {
  newsroom: NamedNewsroom;
  given: string;
  mirrors: string[];
  hidden: string[];
  posts: number[];
}

/** As a root writes it, and as it is asked; null where nobody may ask there. */
function mirrorsOf(n: number, host: string): [signed: string, asked: string | null][] {
  const other = HOSTS[(HOSTS.indexOf(host) + 1) % HOSTS.length]!;
  const never = [
    `http://${other}:${port}/`,
    `http://${other}:${port}/m${n}/`,
    `http://0x7f.0.0.${other.at(-1)}:${port}/`,
  ]
    .concat(`http://localhost:${port}/`, `http://[::ffff:7f00:1]:${port}/`, 'http://10.0.0.1/', 'http://router/')
    .concat(`http://a@m${n}.test/`, `http://m${n}.test/?id=${n}`, `http://m${n}.test/#${n}`, `//m${n}.test/s/`)
    .concat(`ws://m${n}.test/`, `javascript:fetch("${LEAK}")`, `data:,${LEAK}`, `blob:${LEAK}`, 'file:///etc/hosts');
  return [
    [`http://m${n}.test/`, `http://m${n}.test/`],
    [`HTTP://W${n}.Test:8081/a%20b/@`, `http://w${n}.test:8081/a%20b/@/`],
    [`http://o${n}.test:65535/../x/;y=1,2/`, `http://o${n}.test:65535/x/;y=1,2/`],
    [`http://قاصدک${n}.test/خبر`, new URL(`http://قاصدک${n}.test/خبر/`).href],
    [`http://[2001:db8::${(n + 1).toString(16)}]:81/`, `http://[2001:db8::${(n + 1).toString(16)}]:81/`],
    [`http://${host}:${port}/second-${n}/`, `http://${host}:${port}/second-${n}/`],
    [`https://s${n}.test:8443/x/`, 'hidden'],
    ...never.map((signed): [string, null] => [signed, null]),
  ];
}

function newChannel(n: number, editions: number): Followed {
  const chance = new Chance(`channel ${n}`);
  const host = HOSTS[n % HOSTS.length]!;
  const list = mirrorsOf(n, host);
  const name = `${n} ${within(chance.of(STRINGS), 200)}`;
  const newsroom = new NamedNewsroom(
    name,
    within(chance.of(STRINGS), 60),
    chance.shuffled(list).map(([signed]) => signed),
  );
  const posts: number[] = [];
  for (let edition = 0; edition < editions; edition++) {
    const some = Array.from({ length: chance.of([1, 1, 1, 1, 2]) }, () => randomPost(chance));
    const first = newsroom.publish({ posts: some });
    posts.push(...some.map((_, i) => first + i));
  }
  const given = `http://${host}:${port}/given-${n}/`;
  const mirrors = [given, ...list.flatMap(([, asked]) => (asked === null || asked === 'hidden' ? [] : asked))];
  const forged = forgeryOf(newsroom);
  const manners: Site[] = [honest, liar, redirecting, failing].map((manner) => manner(newsroom, forged, chance));
  for (const [i, base] of mirrors.entries()) net.sites.set(base, manners[i < 2 ? 0 : i % manners.length]!);
  return { newsroom, given, mirrors, hidden: [`s${n}.test:8443`], posts };
}

/** Another newsroom's files, and a second root that names strangers as mirrors and is signed by strangers. */
function forgeryOf(newsroom: NamedNewsroom): NamedNewsroom {
  const forger = new NamedNewsroom('Forger', 'en', [LEAK, `${home}forged/`]);
  forger.publish({ stories: [{ title: `<img src="${LEAK}">`, text: [LEAK] }] });
  const { root, body } = forger;
  Object.assign(forger, { body: newsroom.body });
  forger.rotate({});
  forger.files.set('root/1', encodeRoot(body, [signRoot(newsroom.body, 0, 0, forger.rootSecrets[0]!)]));
  Object.assign(forger, { root, body });
  return forger;
}

type Manner = (newsroom: NamedNewsroom, forged: NamedNewsroom, chance: Chance) => Site;

function send(response: ServerResponse, bytes: Uint8Array | string | undefined): void {
  response.writeHead(bytes === undefined ? 404 : 200, LURES).end(bytes);
}

const honest: Manner =
  ({ files }) =>
  (path, response) =>
    send(response, files.get(path));
const liar: Manner =
  ({ files }, forged, chance) =>
  (path, response) => {
    const lies = [
      forged.files.get(path),
      chance.words(20),
      `<!doctype html><script src="${LEAK}lie"></script>`,
      files.get(path),
    ];
    send(response, chance.of(lies));
  };
const redirecting: Manner =
  ({ files }, _, chance) =>
  (path, response) => {
    const status = chance.of([0, 301, 302, 303, 307, 308]);
    if (status === 0) return send(response, files.get(path));
    response
      .writeHead(status, {
        ...LURES,
        location: chance.of([`${LEAK}${path}`, `//leak.test/${path}`, '/share', `?${path}`]),
      })
      .end();
  };
const failing: Manner =
  ({ files }, _, chance) =>
  (path, response) => {
    const status = chance.of([0, 204, 401, 403, 404, 407, 410, 425, 429, 500, 503]);
    if (status === 0) return void response.writeHead(200).end(files.get(path)); // without leave for other origins
    response.writeHead(status, { ...LURES, 'retry-after': '0' }).end();
  };

async function press(tab: Tab, selector: string): Promise<void> {
  await tab.until(`document.querySelector(${JSON.stringify(selector)})`);
  await tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
}

async function start(tab: Tab, from: string, given: string): Promise<void> {
  await tab.goto(from);
  await tab.until(`document.querySelector('#address')`);
  await tab.evaluate(`document.querySelector('#address').value = ${JSON.stringify(given)}`);
}

async function follow(tab: Tab, given: string): Promise<void> {
  await start(tab, home, given);
  await press(tab, '.look');
  await press(tab, '.follow');
  await tab.until(`document.querySelector('.headlines')`);
}

const UP_TO_DATE = 'You have everything that this channel has published.';
const ASKINGS_MAX = 5;
const SAID = `document.querySelector('.state-of-fetching')?.textContent`;
const FETCHED = `${SAID} || document.querySelector('.rest')`;

/** Again and again, as somebody does whom the mirrors do not give all. */
async function fetchAll(tab: Tab): Promise<string> {
  let said = '';
  for (let asked = 0; asked < ASKINGS_MAX && said !== UP_TO_DATE; asked++) {
    await press(tab, '.get');
    for (said = ''; said === ''; said = await tab.evaluate(`${SAID} ?? ''`)) {
      await tab.until(FETCHED);
      await tab.evaluate(`document.querySelector('.rest')?.click()`);
    }
  }
  return said;
}

/** Opens these posts and the screens beside them; how many were shown. */
const openAll = (posts: readonly number[]): string => `(() => {
  const link = document.querySelector('.headlines').appendChild(document.createElement('a'));
  let shown = 0;
  for (const name of [...${JSON.stringify(posts.map((index) => `post-${index}`))}, 'how', 'limits', 'pass', 'more', 'find']) {
    link.href = '#' + name;
    link.click();
    if (document.querySelector('article h2')) shown++;
  }
  return shown;
})()`;

/** All that was asked and should not have been, since the questions were last forgotten. */
function faults(tab: Tab, from: string, { mirrors, hidden }: Followed): string[] {
  const own = new Set(['', ...app.keys()].map((name) => from + name));
  const allowed: Allowed = { own, mirrors };
  const logged = [...tab.requests, ...tab.knocks.filter((knock) => !hidden.includes(knock))];
  const bare = logged.filter(
    (url) => !/^(?:blob|data):/.test(url) && !hidden.some((host) => url.startsWith(`https://${host}/x/`)),
  );
  const all = [...net.questions, ...bare.map((url) => ({ method: 'GET', url, headers: [] }))];
  return all.flatMap((question) => fault(question, allowed) ?? []);
}

const SLOWEST_MS = 240_000;

describe('nobody outside the signed list is asked', () => {
  engineTest(
    'whatever 1,000 editions and their mirrors try',
    async (tab) => {
      const editions = EDITIONS[tab.engine];
      const counts = { posts: 0, shown: 0, channels: 0, asked: 0 };
      for (let n = 0; n * PER_CHANNEL < editions; n++) {
        const channel = newChannel(n, Math.min(PER_CHANNEL, editions - n * PER_CHANNEL));
        net.questions.length = 0;
        await follow(tab, channel.given);
        expect([n, await fetchAll(tab)]).toEqual([n, UP_TO_DATE]);
        counts.shown += await tab.evaluate<number>(openAll(channel.posts));
        counts.posts += channel.posts.length;
        counts.channels++;
        counts.asked += new Set(net.questions.map(({ url }) => new URL(url).host)).size;
        expect([n, ...faults(tab, home, channel)]).toEqual([n]);
      }
      expect(counts.shown).toBe(counts.posts);
      expect(counts.asked).toBeGreaterThan(4 * counts.channels); // others than the one that was given
    },
    SLOWEST_MS,
  );

  /** The engine with one change to its script, and what must be seen of it. */
  const planted: [what: string, from: RegExp, to: string, seen: RegExp][] = [
    ['an address', /$/, `;fetch('${LEAK}planted', { mode: 'no-cors' }).catch(() => {})`, /leak\.test\/planted/],
    ['a redirect', /redirect:.error./, 'redirect:"follow"', /leak\.test/],
    ['a cookie', /credentials:.omit./, 'credentials:"include"', /cookie/],
    ['a validator', /cache:.no-store./, 'cache:"no-cache"', /if-none-match/],
    ['a referrer', /referrerPolicy:.no-referrer./, 'referrerPolicy:"unsafe-url"', /referer/],
    ['a number', /(new URL\(\w+\(\w+,\w+\)),this\.#/, '$1+"?id=7",this.#', /\?id=7/],
  ];
  engineTest(
    'and each leak that is planted is seen',
    async (tab) => {
      for (const [i, [what, from, to, seen]] of planted.entries()) {
        if (what === 'a validator' && tab.engine !== 'chromium') continue; // the others kept no answer to ask by
        const channel = newChannel(PLANTED + i * HOSTS.length, 3);
        const { url } = await serve();
        net.sites.set(
          url,
          appSite((script) => script.replace(from, to)),
        );
        net.questions.length = 0;
        await start(tab, url, channel.given);
        await eventually(`${what} is seen`, async () => {
          await tab.evaluate(`document.querySelector('.look, .follow, .get')?.click()`);
          return seen.test(faults(tab, url, channel).join('\n')) || null;
        });
      }
    },
    SLOWEST_MS,
  );
});
