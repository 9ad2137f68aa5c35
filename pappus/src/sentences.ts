/** What a refusal means for a reader, one sentence for each code (spec §14). The page has the other languages. */
import type { RefusalCode } from '@pappus/core';

export const REFUSAL_SENTENCES: Record<RefusalCode, string> = {
  path: 'A file has a name that no channel uses. It was left out.',
  'too-large': 'A file is larger than it may be. It was left out.',
  encoding: 'A file is damaged or was made by something else. It was left out.',
  text: 'A file holds text that is not text. It was left out.',
  name: 'A file was altered or damaged on its way. Get it from somebody else.',
  compression: 'A compressed part is damaged. Get it from somebody else.',
  coding: 'A part needs a newer version of this program.',
  key: 'A key in the file is unsound. Nothing signed with it counts.',
  note: 'The signed head of the channel is damaged or incomplete. Get it from somebody else.',
  signature: 'This was not signed by the newsroom of this channel. Do not trust who gave it to you.',
  'former-key': 'This was signed with a key that the newsroom has replaced. It no longer counts.',
  channel: 'This belongs to another channel than the one you follow.',
  root: 'A change of the newsroom\u2019s keys was not approved by enough of its own keys. It does not count.',
  proof: 'This does not fit the log that the newsroom signed. It was altered.',
  entry: 'A post is not the one that the newsroom published. It was altered.',
  layer: 'A text or picture is not the one that belongs to its post. It was altered.',
  withdrawn: 'The newsroom has withdrawn this post. Its words are not kept.',
  older: 'This is older than what you have. Nothing is lost.',
  fork: 'The newsroom\u2019s key signed two histories that cannot both be true. Both are kept as evidence; ask the newsroom by another way.',
  container: 'The ZIP or HTML file is damaged or was made by something else. Get it from somebody else.',
  full: 'Too much arrived before what it belongs to. Offer the file again later.',
};
