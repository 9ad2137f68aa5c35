/**
 * Verifies a channel: every file of the tree offered to a fresh library.
 *
 *     --hash node | noble     SHA-256 lent by Node, or as on a page without WebCrypto
 *     --codec identity | well how items are coded
 *     --tiles yes | no        whether tiles, entries and checkpoint of the log are there
 */
import { hash } from 'node:crypto';
import {
  Library,
  inOfferOrder,
  postsOf,
  treePath,
  useSha256,
  type Compress,
  type TreeFile,
} from '@pappus/core';
import { builtInDictionaries, compressQuickly } from '@pappus/newsroom';
import { BenchChannel } from './channel.ts';
import { argument, measure } from './measure.ts';
import { benchPosts, newPostOf } from './posts.ts';

const POSTS = Number(argument('posts', '10000'));
const PER_EDITION = 256;
const identity: Compress = (bytes) => ({ coding: { codec: 0, dictionary: null }, data: bytes });

const compress = argument('codec', 'identity') === 'identity' ? identity : compressQuickly;
if (argument('hash', 'node') === 'node') useSha256((bytes) => hash('sha256', bytes, 'buffer'));

const channel = new BenchChannel({ compress, compressQuickly: compress });
channel.publish(benchPosts(POSTS).map(newPostOf), PER_EDITION);
const dictionaries = builtInDictionaries().map((d) => d.bytes);
const files = inOfferOrder(
  [...channel.files].flatMap(([path, bytes]): TreeFile[] => (travels(path) ? [{ path: treePath(path), bytes }] : [])),
);

function travels(path: string): boolean {
  return argument('tiles', 'no') === 'yes' || !(path.startsWith('tile/') || path === 'checkpoint');
}

function verify(): void {
  const library = new Library({ channelId: channel.channelId, dictionaries });
  for (const { path, bytes } of files) library.offer(path, bytes);
  if (library.needs.length > 0) throw new Error(`waits for ${library.needs[0]}`);
  let complete = 0;
  for (const { status } of postsOf(library)) if (status === 'current') complete++;
  if (complete !== POSTS) throw new Error(`${complete} of ${POSTS} posts`);
}

await measure({
  posts: POSTS,
  bytes: files.reduce((sum, file) => sum + file.bytes.length, 0),
  repetitions: Number(argument('repetitions', '7')),
  facts: { files: files.length },
  run: verify,
});
