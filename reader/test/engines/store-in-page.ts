/** The store inside a page: what the tests of `store.test.ts` call there, with octets as base64. */
import { Library, decodeBase64, encodeBase64, postsOf, treePath, type TreeFile } from '@pappus/core';
import { offerSlowly, Store } from '../../src/keep/store.ts';

export { Store } from '../../src/keep/store.ts';
export { everythingKept } from './everything-kept.ts';

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
