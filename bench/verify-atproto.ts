/**
 * AT Protocol: one signature over a Merkle search tree, records in DAG-CBOR, all in one CAR file.
 *
 *     --records no | yes      `verifyRepoCar`, which does not read the records, or `verifyRecords`, which does
 */
import { P256Keypair } from '@atproto/crypto';
import { MemoryBlockstore, Repo, WriteOpAction, getFullRepo, verifyRecords, verifyRepoCar } from '@atproto/repo';
import { concatBytes } from '@pappus/core';
import { argument, measure } from './measure.ts';
import { benchPosts, textOf, type BenchPost } from './posts.ts';

const POSTS = Number(argument('posts', '10000'));
const DID = 'did:web:bench.example';
const COLLECTION = 'com.example.news.post';

/** A name as AT Protocol makes them: thirteen characters that sort by time. */
function recordKey(post: BenchPost): string {
  const alphabet = '234567abcdefghijklmnopqrstuvwxyz';
  let rest = BigInt(post.date) * 1_000_000n * 1024n;
  let key = '';
  for (let i = 0; i < 13; i++, rest >>= 5n) key = alphabet[Number(rest & 31n)]! + key;
  return key;
}

function recordOf(post: BenchPost): object {
  const createdAt = new Date(post.date * 1000).toISOString();
  return {
    $type: COLLECTION,
    title: post.title,
    summary: post.summary,
    text: textOf(post),
    langs: [post.lang],
    createdAt,
  };
}

const keypair = await P256Keypair.create();
const storage = new MemoryBlockstore();
const writes = benchPosts(POSTS).map((post) => {
  return { action: WriteOpAction.Create, collection: COLLECTION, rkey: recordKey(post), record: recordOf(post) };
});
const commit = await Repo.formatInitCommit(storage, DID, keypair, writes);
await storage.applyCommit(commit);
const parts: Uint8Array[] = [];
for await (const part of getFullRepo(storage, commit.cid)) parts.push(part);
const car = concatBytes(...parts);

await measure({
  posts: POSTS,
  bytes: car.length,
  repetitions: Number(argument('repetitions', '7')),
  async run() {
    const verified =
      argument('records', 'no') === 'yes'
        ? await verifyRecords(car, DID, keypair.did())
        : (await verifyRepoCar(car, DID, keypair.did())).creates;
    if (verified.length !== POSTS) throw new Error(`${verified.length} of ${POSTS} posts`);
  },
});
