/** Chooses how an item travels: the smallest of the codecs (spec §7). */
import { deflateRawSync } from 'node:zlib';
import { CODEC, recode, type Coded, type Dictionary } from '@pappus/core';
import { deflate, deflateBegun } from './deflate.ts';
import { indexHistory, type History } from './matches.ts';

const NO_TEXT = new Uint8Array(0);
/** By dictionary text: indexed once for all items. */
const histories = new WeakMap<Uint8Array, History>();

/** `bytes` in the fewest octets; without a dictionary codec 1 is plain DEFLATE. The same input gives the same output. */
export function encodeCoded(dictionary: Dictionary | null, bytes: Uint8Array): Coded {
  const quick = encodeQuickly(dictionary, bytes);
  const recoded = dictionary === null ? bytes : recode(dictionary, bytes);
  const data = deflateSmallest(recoded, dictionary?.text ?? NO_TEXT, quick.data.length);
  if (data.length >= quick.data.length) return quick;
  return { coding: { codec: CODEC.deflate, dictionary: dictionary?.id ?? null }, data };
}

/** The smaller of codecs 0 and 2: one parse, some 2 ms for an article, and seldom larger than `encodeCoded`. */
export function encodeQuickly(dictionary: Dictionary | null, bytes: Uint8Array): Coded {
  const identity = { coding: { codec: CODEC.identity, dictionary: null }, data: bytes };
  if (!dictionary?.prelude) return identity;
  const { literalLengths: literals, distanceLengths: distances } = dictionary.prelude;
  const code = { literals, distances, header: null };
  const data = deflateBegun(recode(dictionary, bytes), historyOf(dictionary.text), code);
  if (data === null || data.length >= bytes.length) return identity;
  return { coding: { codec: CODEC.begun, dictionary: dictionary.id }, data };
}

/**
 * Raw DEFLATE of `bytes` with `text` before it in the window: ours, or that of zlib if it is ever smaller.
 * @param toBeat octets of another coding: a result that cannot come under it may be worse than need be.
 */
export function deflateSmallest(bytes: Uint8Array, text: Uint8Array, toBeat = Infinity): Uint8Array {
  const ours = deflate(bytes, historyOf(text), toBeat);
  const dictionary = text.length > 0 ? { dictionary: text } : {};
  const theirs = deflateRawSync(bytes, { level: 9, memLevel: 9, ...dictionary });
  return theirs.length < ours.length ? new Uint8Array(theirs) : ours;
}

function historyOf(text: Uint8Array): History {
  let history = histories.get(text);
  if (history === undefined) histories.set(text, (history = indexHistory(text)));
  return history;
}
