/**
 * Limits of every verifier of the same tree.
 *
 *     --of stream          SHA-256 over all octets, in one stream
 *     --of digests         each digest that a library compares, and nothing else: `--hash node | wasm`
 */
import { createHash } from 'node:crypto';
import { concatBytes, decodePack, encodeUtf8, parsePath, sha256, type Compress } from '@pappus/core';
import { BenchChannel } from './channel.ts';
import { lendHash } from './hash.ts';
import { argument, measure } from './measure.ts';
import { benchPosts, newPostOf } from './posts.ts';

const POSTS = Number(argument('posts', '10000'));
const LEAF_BYTES = 34;
const NODE_BYTES = 65;
const identity: Compress = (items) => ({ coding: { codec: 0, dictionary: null }, data: concatBytes(...items) });

const channel = new BenchChannel({ compress: identity });
channel.publish(benchPosts(POSTS).map(newPostOf), 256);
const files = [...channel.files].filter(([path]) => !path.startsWith('tile/') && path !== 'checkpoint');
const bytes = files.reduce((sum, [, octets]) => sum + octets.length, 0);
const packs = files.flatMap(([path, octets]) => (parsePath(path).kind === 'pack' ? [octets] : []));

/** What is hashed: each pack for its name, each record and text for its commitment, and the tree. */
function* digested(): Generator<Uint8Array> {
  const labels = { layers: encodeUtf8('pappus/v1/layer\n'), headlines: encodeUtf8('pappus/v1/entry\n.') };
  for (const pack of packs) {
    yield pack;
    const { kind, items } = decodePack(pack);
    for (const item of items) {
      if ('entry' in item) continue;
      yield concatBytes(labels[kind], item.salt, item.data, 'tail' in item ? item.tail : new Uint8Array(0));
      if (kind === 'headlines') yield* [new Uint8Array(LEAF_BYTES), new Uint8Array(NODE_BYTES)];
    }
  }
}

function oneStream(): void {
  const sum = createHash('sha256');
  for (const [, octets] of files) sum.update(octets);
  sum.digest();
}

function limit(): () => void {
  if (argument('of', 'stream') === 'stream') return oneStream;
  lendHash(argument('hash', 'node'));
  const all = [...digested()];
  return () => {
    for (const octets of all) sha256(octets);
  };
}

await measure({ posts: POSTS, bytes, repetitions: Number(argument('repetitions', '9')), run: limit() });
