/** The store inside a page: what the tests of `store.test.ts` call there, with octets as base64. */
import { Library, decodeBase64, encodeBase64, postsOf } from '@pappus/core';
import { offerSlowly, Store } from '../../src/keep/store.ts';
import { treePath, type TreeFile } from '@pappus/core';

export { Store } from '../../src/keep/store.ts';

let store: Store;

export async function openStore(): Promise<boolean> {
  store = await Store.open();
  return store.asksPassphrase;
}

export const theStore = (): Store => store;

const filesOf = (files: Record<string, string>): TreeFile[] =>
  Object.entries(files).map(([path, base64]) => ({ path: treePath(path), bytes: decodeBase64(base64) }));

/** Follows a channel and keeps what its files give; says what is in the way of the disk. */
export async function keepFiles(files: Record<string, string>, channelId: string): Promise<string | null> {
  const known = (await store.note('channels')).some((channel) => channel.channelId === channelId);
  const library = known ? await store.load(channelId) : new Library({ channelId });
  await offerSlowly(library, filesOf(files));
  const { name } = library.identity!.root;
  await store.follow({ channelId, name, mirrors: [`http://${name.toLowerCase()}.test/`] });
  await store.keep(library);
  return store.trouble;
}

/** Titles and statuses of a channel as it was kept, and its files. */
export async function kept(channelId: string) {
  const library = await store.load(channelId);
  return {
    posts: [...postsOf(library)].map(({ record, status }) => [record?.title ?? null, status]),
    files: Object.fromEntries(Array.from(library.files(), ({ path, bytes }) => [path, encodeBase64(bytes)])),
    waiting: Array.from(library.waitingFiles(), ({ path }) => path),
    evidence: library.evidence.length,
  };
}

/** Everything that this origin has kept, as text in which planted words can be looked for. */
export async function everythingKept(): Promise<string> {
  const texts: string[] = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
  for (const { name } of await indexedDB.databases()) texts.push(name!, ...(await textsOf(name!)));
  if ('caches' in globalThis) {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) texts.push(request.url, await (await cache.match(request))!.text());
    }
  }
  return texts.join('\n');
}

async function textsOf(name: string): Promise<string[]> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name);
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error!));
  });
  const texts: string[] = [];
  for (const from of database.objectStoreNames) {
    const all = database.transaction(from).objectStore(from);
    const results = [all.getAllKeys(), all.getAll()].map(
      (request) => new Promise<unknown[]>((resolve) => (request.onsuccess = () => resolve(request.result))),
    );
    const [keys, values] = await Promise.all(results);
    texts.push(JSON.stringify(keys), ...values!.map((value) => new TextDecoder('latin1').decode(value as Uint8Array)));
  }
  database.close();
  return texts;
}
