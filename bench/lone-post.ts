/** The smallest honest forms of little news: one post with its proof, and thirty headlines. */
import {
  concatBytes,
  decode,
  decodeRecord,
  encode,
  encodeBase64,
  encodeSuffix,
  encodeUtf8,
  entryOf,
  formatNote,
  frontierAt,
  layerDigest,
  leafHash,
  noteOf,
  proveInclusion,
  verifyHead,
  verifyInclusion,
  type Cbor,
  type NewPost,
  type RecordInput,
  type SuffixInput,
} from '@pappus/core';
import type { BenchChannel } from './channel.ts';

export interface LonePost {
  /** Octets of the compressed text and headline, which every form has to carry. */
  words: number;
  /** Octets besides, where the proof is a C2SP tlog-proof (text) and where it is CBOR. */
  asText: number;
  asCbor: number;
}

/** `salt` is that of the text layer, which the library does not give away: the Press made it. */
export interface PublishedPost {
  post: NewPost;
  index: number;
  record: RecordInput;
  salt: Uint8Array;
}

/** Weighs a post that travels alone, and verifies it as its reader would. */
export function weighLonePost(channel: BenchChannel, { post, index, record, salt }: PublishedPost): LonePost {
  const { head } = channel;
  const path = proveInclusion(index, head.size, channel.nodes);
  const [layer] = post.layers;
  const { title, summary } = decodeRecord(concatBytes(record.head, record.tail));
  const text = channel.compress([layer!.bytes], record.lang, [title, summary]);
  const headline = channel.compress([record.head], record.lang, null);
  const words = text.data.length + headline.data.length;
  const body: Cbor[] = [
    salt,
    text.data,
    record.salt,
    record.tail,
    headline.data,
    [text.coding.codec, headline.coding.codec],
  ];
  const note = encodeUtf8(
    `c2sp.org/tlog-proof@v1\nindex ${index}\n${path.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n`,
  );
  const proof = concatBytes(note, formatNote(noteOf(head, channel.keys)));
  const { time, log, clock } = head.signature;
  const cbor = encode([1, index, head.size, time, log, clock, concatBytes(...path), ...body]);
  verifyLone(channel, cbor, layer!.bytes, record);
  return { words, asText: proof.length + encode(body).length - words, asCbor: cbor.length - words };
}

function verifyLone(channel: BenchChannel, octets: Uint8Array, text: Uint8Array, record: RecordInput): void {
  const [, index, size, time, log, clock, hashes, salt, , recordSalt, tail] = decode(octets) as [
    ...[number, number, number, number, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array],
    ...[Uint8Array, Uint8Array],
  ];
  const path = Array.from({ length: hashes.length / 32 }, (_, i) => hashes.subarray(32 * i, 32 * i + 32));
  const root = channel.head.root;
  verifyHead({ size, root, signature: { time, log, clock } }, channel.keys);
  const leaf = leafHash(entryOf(record.type, recordSalt, concatBytes(record.head, tail)));
  verifyInclusion(index, size, leaf, path, root);
  const digest = layerDigest(salt, text);
  if (!Buffer.from(tail).includes(digest)) throw new Error('the record does not name this text');
}

/** A signed suffix of the log with the newest `posts` posts and the mark after them: a `head` cut short. */
export function weighHeadlines(channel: BenchChannel, posts: number): number {
  const { size, signature } = channel.head;
  const first = size - posts - 1;
  const records = Array.from({ length: posts + 1 }, (_, i): SuffixInput => channel.record(first + i)!);
  const frontier = [...frontierAt(first, channel.nodes).hashes];
  return encodeSuffix({ size, first, frontier, base: [], signature }, records, channel.compress).length;
}
