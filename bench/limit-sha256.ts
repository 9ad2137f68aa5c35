/** The limit of every verifier: SHA-256 over all octets of the same tree, in one stream. */
import { createHash } from 'node:crypto';
import { BenchChannel } from './channel.ts';
import { argument, measure } from './measure.ts';
import { benchPosts, newPostOf } from './posts.ts';

const POSTS = Number(argument('posts', '10000'));
const identity = (bytes: Uint8Array) => ({ coding: { codec: 0, dictionary: null }, data: bytes });
const channel = new BenchChannel({ compress: identity, compressQuickly: identity });
channel.publish(benchPosts(POSTS).map(newPostOf), 256);
const files = [...channel.files].flatMap(([path, bytes]) =>
  path.startsWith('tile/') || path === 'checkpoint' ? [] : [bytes],
);

await measure({
  posts: POSTS,
  bytes: files.reduce((sum, bytes) => sum + bytes.length, 0),
  repetitions: Number(argument('repetitions', '9')),
  run() {
    const sum = createHash('sha256');
    for (const bytes of files) sum.update(bytes);
    sum.digest();
  },
});
