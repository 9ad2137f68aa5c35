/** What a reader keeps on her device, in the three engines: on localhost, on plain http in a local network, in a file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { formatNote, noteOf } from '@pappus/core';
import { buildScript } from '../../node/engine.ts';
import { NamedNewsroom } from '../channel.ts';
import { OWN_ADDRESS } from './own-address.ts';
import { record, type Recording } from './recording.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const engineTest = useEngines();
const folder = mkdtempSync(join(tmpdir(), 'pappus-store-'));
const servers: Recording[] = [];
/** Addresses of the same page. */
const places: Record<string, string> = {};

beforeAll(async () => {
  const script = await buildScript(fileURLToPath(new URL('store-in-page.ts', import.meta.url)));
  const html = `<!doctype html><meta charset="utf-8"><title>store</title><script>${script}</script>`;
  writeFileSync(join(folder, 'store.html'), html);
  places['a file'] = pathToFileURL(join(folder, 'store.html')).href;
  for (const host of ['127.0.0.1', OWN_ADDRESS ?? []].flat()) {
    const server = await record(
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html),
      host,
    );
    servers.push(server);
    places[host === OWN_ADDRESS ? 'plain http' : 'localhost'] = server.url;
  }
});
afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true });
});

if (!OWN_ADDRESS) process.stderr.write('SKIPPED stores on plain http: this machine has no network.\n');
const PLACES = ['localhost', ...(OWN_ADDRESS ? ['plain http'] : []), 'a file'];

const base64 = (files: ReadonlyMap<string, Uint8Array>, only: RegExp = /./): Record<string, string> =>
  Object.fromEntries(
    [...files].flatMap(([path, bytes]) => (only.test(path) ? [[path, Buffer.from(bytes).toString('base64')]] : [])),
  );

/** A call of a function that the page offers. */
function call<T>(tab: Tab, name: string, ...values: unknown[]): Promise<T> {
  return tab.evaluate<T>(`pappus.${name}(${values.map((value) => JSON.stringify(value)).join()})`);
}

async function open(tab: Tab, place: string): Promise<boolean> {
  await tab.goto(places[place]!);
  return call(tab, 'openStore');
}

async function openEmpty(tab: Tab, place: string): Promise<void> {
  await open(tab, place);
  await tab.evaluate(`pappus.theStore().clear()`);
  await open(tab, place);
}

function courier(): NamedNewsroom {
  const newsroom = new NamedNewsroom('Courier', 'en');
  newsroom.publish({ stories: [{ title: 'Bridge closed', text: ['Until spring.'] }] });
  newsroom.publish({ stories: [{ title: 'Market open', text: ['From six.'] }] });
  return newsroom;
}

interface Kept {
  posts: [string | null, string][];
  files: Record<string, string>;
  waiting: string[];
  evidence: number;
}

describe.each(PLACES)('a store on %s', (place) => {
  engineTest('keeps a channel over a reload, and adds what came later', async (tab) => {
    await openEmpty(tab, place);
    const newsroom = courier();
    expect(await call(tab, 'keepFiles', base64(newsroom.files, /^(?!pack)/), newsroom.channelId)).toBeNull();
    await open(tab, place);
    expect((await call<Kept>(tab, 'kept', newsroom.channelId)).posts).toEqual([
      ['Bridge closed', 'headline'],
      ['Market open', 'headline'],
    ]);
    expect(await call(tab, 'keepFiles', base64(newsroom.files, /^pack/), newsroom.channelId)).toBeNull();
    const before = await call<Kept>(tab, 'kept', newsroom.channelId);
    await open(tab, place);
    expect(await call(tab, 'kept', newsroom.channelId)).toEqual(before);
    expect(before.posts.map(([, status]) => status)).toEqual(['current', 'current']);
    const channels = [{ channelId: newsroom.channelId, name: 'Courier', mirrors: ['http://courier.test/'] }];
    expect(await tab.evaluate(`pappus.theStore().note('channels')`)).toEqual(channels);
    await tab.evaluate(`pappus.theStore().unfollow('${newsroom.channelId}')`);
    await open(tab, place);
    expect((await call<Kept>(tab, 'kept', newsroom.channelId)).files).toEqual({});
  });

  engineTest('keeps what still waits', async (tab) => {
    await openEmpty(tab, place);
    const newsroom = courier();
    await call(tab, 'keepFiles', base64(newsroom.files, /^(root|pack)/), newsroom.channelId);
    await open(tab, place);
    const { waiting, posts } = await call<Kept>(tab, 'kept', newsroom.channelId);
    expect([waiting.length > 0, posts]).toEqual([true, []]);
    await call(tab, 'keepFiles', base64(newsroom.files, /^(head|edition)/), newsroom.channelId);
    expect((await call<Kept>(tab, 'kept', newsroom.channelId)).posts).toHaveLength(2);
  });
});

describe('evidence', () => {
  engineTest('is kept over a reload, and shown again', async (tab) => {
    await openEmpty(tab, PLACES[0]!);
    const newsroom = courier();
    const other = newsroom.sign(newsroom.size, newsroom.random(32), 1_790_900_000);
    const files = new Map(newsroom.files);
    await call(tab, 'keepFiles', base64(files), newsroom.channelId);
    files.set('checkpoint', formatNote(noteOf(other, newsroom.keys)));
    await call(tab, 'keepFiles', base64(files, /^checkpoint/), newsroom.channelId);
    await open(tab, PLACES[0]!);
    expect((await call<Kept>(tab, 'kept', newsroom.channelId)).evidence).toBe(1);
  });
});

describe('a passphrase', () => {
  const place = PLACES.includes('plain http') ? 'plain http' : 'localhost';

  engineTest('leaves nothing for others to read, and a wrong one opens an empty store', async (tab) => {
    await openEmpty(tab, place);
    const newsroom = courier();
    await call(tab, 'keepFiles', base64(newsroom.files), newsroom.channelId);
    const plain = await call<string>(tab, 'everythingKept');
    for (const word of ['Courier', 'Bridge closed', 'courier.test', 'edition/1', newsroom.channelId])
      expect(plain).toContain(word); // or its absence would prove nothing
    await tab.evaluate(`pappus.theStore().setPassphrase('five words are good enough')`);
    expect((await call<Kept>(tab, 'kept', newsroom.channelId)).posts).toHaveLength(2);
    const sealed = await call<string>(tab, 'everythingKept');
    for (const word of ['Courier', 'Bridge', 'courier.test', 'edition', 'notes', newsroom.channelId])
      expect(sealed).not.toContain(word);
    expect(await open(tab, place)).toBe(true);
    await tab.evaluate(`pappus.theStore().unlock('some other words')`);
    expect(await tab.evaluate(`pappus.theStore().note('channels')`)).toEqual([]);
    await tab.evaluate(`pappus.theStore().unlock('five words are good enough')`);
    expect(await tab.evaluate(`pappus.theStore().note('channels')`)).toHaveLength(1);
    expect((await call<Kept>(tab, 'kept', newsroom.channelId)).posts).toHaveLength(2);
  });
});

describe('a store in trouble', () => {
  const breaking = (error: string): string => `(() => {
    IDBObjectStore.prototype.put = () => { throw new DOMException('planted', '${error}'); };
  })()`;

  engineTest('whose disk is full keeps what was there, goes on in memory, and says so', async (tab) => {
    await openEmpty(tab, 'localhost');
    const newsroom = courier();
    await call(tab, 'keepFiles', base64(newsroom.files, /^(?!pack)/), newsroom.channelId);
    await tab.evaluate(breaking('QuotaExceededError'));
    expect(await call(tab, 'keepFiles', base64(newsroom.files), newsroom.channelId)).toBe('full');
    const posts = (await call<Kept>(tab, 'kept', newsroom.channelId)).posts;
    expect(posts.map(([, status]) => status)).toEqual(['current', 'current']);
    await open(tab, 'localhost');
    const afterwards = (await call<Kept>(tab, 'kept', newsroom.channelId)).posts;
    expect(afterwards.map(([, status]) => status)).toEqual(['headline', 'headline']);
  });

  engineTest('that the browser refuses starts in memory', async (tab) => {
    await tab.goto(places['localhost']!);
    await tab.evaluate(
      `(() => { indexedDB.open = undefined; IDBFactory.prototype.open = () => { throw new Error('planted'); }; })()`,
    );
    await call(tab, 'openStore');
    const newsroom = courier();
    expect(await call(tab, 'keepFiles', base64(newsroom.files), newsroom.channelId)).toBe('broken');
    expect((await call<Kept>(tab, 'kept', newsroom.channelId)).posts).toHaveLength(2);
  });

  engineTest('whose database is damaged shows what is sound', async (tab) => {
    await openEmpty(tab, 'localhost');
    const newsroom = courier();
    await call(tab, 'keepFiles', base64(newsroom.files), newsroom.channelId);
    await tab.evaluate(`new Promise((resolve) => {
      const request = indexedDB.open('reader');
      request.onsuccess = () => {
        const transaction = request.result.transaction('cells', 'readwrite');
        const cells = transaction.objectStore('cells');
        cells.put(new Uint8Array([123]), ['notes', 'settings']);
        cells.put(new Uint8Array([1, 2, 3]), ['tree/${newsroom.channelId}', 'head']);
        cells.put(new Uint8Array([1, 2, 3]), ['tree/${newsroom.channelId}', '../../etc']);
        transaction.oncomplete = () => { request.result.close(); resolve(null); };
      };
    })`);
    await open(tab, 'localhost');
    expect(await tab.evaluate(`pappus.theStore().note('settings')`)).toMatchObject({ receiveOnly: false });
    const { files } = await call<Kept>(tab, 'kept', newsroom.channelId);
    expect(Object.keys(files)).toContain('root/1');
  });
});

describe('clearing', () => {
  engineTest('leaves nothing', async (tab) => {
    await openEmpty(tab, 'localhost');
    const newsroom = courier();
    await call(tab, 'keepFiles', base64(newsroom.files), newsroom.channelId);
    await tab.evaluate(`localStorage.setItem('planted', 'Bridge')`);
    expect(await call(tab, 'everythingKept')).toMatch(/Bridge[^]*Courier|Courier[^]*Bridge/);
    await tab.evaluate(`pappus.theStore().clear()`);
    expect(await tab.evaluate('indexedDB.databases()')).toEqual([]);
    expect(await call(tab, 'everythingKept')).toBe('');
  });
});
