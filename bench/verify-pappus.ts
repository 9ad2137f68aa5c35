/**
 * Verifies a channel: every file of the tree offered to a fresh library.
 *
 *     --hash node | wasm | noble   SHA-256 lent by Node, as on a page, or as on a page that may not use WebAssembly
 *     --codec identity | well how items are coded
 *     --texts yes | no        whether every text is also decoded to blocks, as where a reader opens each post
 *     --layers at-once | when-read   whether texts are held against their records now, or once a reader opens them
 *     --tiles yes | no        all files as in a mirror, or what an export carries, in its order
 */
import { Library, byValue, concatBytes, inOfferOrder, postsOf, type Compress, type TreeFile } from '@pappus/core';
import { Books, builtInDictionaries } from '@pappus/newsroom';
import { BenchChannel } from './channel.ts';
import { lendHash } from './hash.ts';
import { argument, measure } from './measure.ts';
import { benchPosts, newPostOf } from './posts.ts';

const { compressQuickly } = new Books();
const POSTS = Number(argument('posts', '10000'));
const PER_EDITION = 256;
const identity: Compress = (items) => ({ coding: { codec: 0, dictionary: null }, data: concatBytes(...items) });

const compress = argument('codec', 'identity') === 'identity' ? identity : compressQuickly;
lendHash(argument('hash', 'node'));

const channel = new BenchChannel({ compress });
channel.publish(benchPosts(POSTS).map(newPostOf), PER_EDITION);
const layersWhenRead = argument('layers', 'at-once') === 'when-read';
const dictionaries = builtInDictionaries().map((d) => d.bytes);
const files = inOrder([...channel.files].map(([path, bytes]) => ({ path, bytes })));

/** As a mirror's listing is read, with tiles; or as an export is, where editions prove themselves. */
function inOrder(all: TreeFile[]): TreeFile[] {
  if (argument('tiles', 'no') === 'yes') return inOfferOrder(all);
  const library = new Library({ dictionaries });
  for (const { path, bytes } of inOfferOrder(all)) library.offer(path, bytes);
  return [...byValue(library)].map((path) => ({ path, bytes: channel.files.get(path)! }));
}

function verify(): Library {
  const library = new Library({ channelId: channel.channelId, dictionaries, layersWhenRead });
  for (const { path, bytes } of files) library.offer(path, bytes);
  if (argument('texts', 'no') === 'yes') for (const index of library.contents.posts.keys()) library.text(index);
  if (library.needs.length > 0) throw new Error(`waits for ${library.needs[0]}`);
  return library;
}

function requireComplete(library: Library): void {
  const complete = [...postsOf(library)].filter(({ status }) => status === 'current').length;
  if (complete !== POSTS) throw new Error(`${complete} of ${POSTS} posts`);
}

requireComplete(verify());

await measure({
  posts: POSTS,
  bytes: files.reduce((sum, file) => sum + file.bytes.length, 0),
  repetitions: Number(argument('repetitions', '7')),
  facts: { files: files.length },
  run: () => void verify(),
});
