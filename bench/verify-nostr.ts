/** Nostr: long-form events (NIP-23) as JSON, each with its own Schnorr signature. `--with wasm | pure` */
import { verifyEvent as verifyPure, type NostrEvent } from 'nostr-tools/pure';
import { finalizeEvent, setNostrWasm, verifyEvent as verifyWasm } from 'nostr-tools/wasm';
import { initNostrWasm } from 'nostr-wasm';
import { argument, measure } from './measure.ts';
import { nostrTemplate } from './nostr-event.ts';
import { benchPosts, textOf } from './posts.ts';

const POSTS = Number(argument('posts', '10000'));
const verifyEvent = argument('with', 'wasm') === 'wasm' ? verifyWasm : verifyPure;

setNostrWasm(await initNostrWasm());
const secret = new Uint8Array(32).fill(7);
const events = benchPosts(POSTS).map((post, i) => {
  return JSON.stringify(finalizeEvent(nostrTemplate({ ...post, name: `post-${i}`, text: textOf(post) }), secret));
});

await measure({
  posts: POSTS,
  bytes: events.reduce((sum, event) => sum + Buffer.byteLength(event), 0),
  repetitions: Number(argument('repetitions', '3')),
  run() {
    for (const event of events)
      if (!verifyEvent(JSON.parse(event) as NostrEvent)) throw new Error('a signature does not hold');
  },
});
