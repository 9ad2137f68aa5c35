/** Secure Scuttlebutt: a chain of messages as JSON, each with its own Ed25519 signature. */
import { createRequire } from 'node:module';
import ssbKeys from 'ssb-keys';
import validate from 'ssb-validate';
import { argument, measure } from './measure.ts';
import { benchPosts, textOf } from './posts.ts';

const POSTS = Number(argument('posts', '10000'));
const keys = ssbKeys.generate('ed25519', Buffer.alloc(32, 7));

let feed = validate.initial();
for (const post of benchPosts(POSTS)) {
  const { title, summary, lang } = post;
  const content = { type: 'blog', title, summary, text: textOf(post), lang };
  feed = validate.appendNew(feed, null, keys, content, post.date * 1000);
}
const messages = feed.queue.map(({ value }) => JSON.stringify(value));

/** Whether the signatures are checked by machine code or by WebAssembly. */
function sodium(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('ssb-keys'));
  try {
    require('sodium-native');
    return 'sodium-native';
  } catch {
    return 'libsodium as WebAssembly';
  }
}

await measure({
  posts: POSTS,
  bytes: messages.reduce((sum, message) => sum + Buffer.byteLength(message), 0),
  repetitions: Number(argument('repetitions', '5')),
  facts: { sodium: sodium() },
  run() {
    let state = validate.initial();
    for (const message of messages) state = validate.append(state, null, JSON.parse(message) as object);
    if (state.validated !== POSTS) throw new Error(`${state.validated} of ${POSTS} messages`);
  },
});
