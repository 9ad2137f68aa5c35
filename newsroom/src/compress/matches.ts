/** Where the octets at each place have stood before: in the dictionary, or earlier in the item. */
import { DISTANCE_MAX, DISTANCE_SYMBOL, DISTANCE_SYMBOLS, LENGTH_MAX, LENGTH_MIN } from './symbols.ts';

const HASH_BITS = 15;
/** Candidates looked at for a place: all of them in text, a bound in hostile data. */
const CANDIDATES_MAX = 1_024;

/** A dictionary's text, indexed once for all the items that are coded with it. */
export interface History {
  readonly text: Uint8Array;
  /** By hash of three octets: the last place that has it, or -1. */
  readonly head: Int32Array;
  /** By place: the place before it with the same hash, or -1. */
  readonly previous: Int32Array;
}

/**
 * For each place of an item its copies, longest first: of each distance symbol the longest that is longer than all
 * nearer ones. Within a symbol all distances cost the same, and farther ones hardly ever cost less.
 */
export interface Matches {
  /** Copies of place i are those from first[i] up to first[i + 1]. */
  readonly first: Int32Array;
  readonly lengths: Uint16Array;
  readonly distances: Uint16Array;
}

/** Indexes a text of at most 32,768 octets. */
export function indexHistory(text: Uint8Array): History {
  const head = new Int32Array(1 << HASH_BITS).fill(-1);
  const previous = new Int32Array(text.length).fill(-1);
  for (let at = 0; at + LENGTH_MIN <= text.length; at++) insert(head, previous, text, at);
  return { text, head, previous };
}

function insert(head: Int32Array, previous: Int32Array, bytes: Uint8Array, at: number): void {
  const key = hash(bytes, at);
  previous[at] = head[key]!;
  head[key] = at;
}

function hash(bytes: Uint8Array, at: number): number {
  const three = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  return Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
}

/** All copies worth considering in `item`, with `history` before it. */
export function findMatches(history: History, item: Uint8Array): Matches {
  const start = history.text.length;
  const bytes = new Uint8Array(start + item.length);
  bytes.set(history.text);
  bytes.set(item, start);
  const head = history.head.slice();
  const previous = new Int32Array(bytes.length).fill(-1);
  previous.set(history.previous);
  // The last two places of the dictionary become findable only with the item behind them.
  for (let at = Math.max(0, start - 2); at < start && at + LENGTH_MIN <= bytes.length; at++) {
    insert(head, previous, bytes, at);
  }
  const first = new Int32Array(item.length + 1);
  const found = new FoundMatches(item.length);
  for (let at = start; at < bytes.length; at++) {
    first[at - start] = found.count;
    if (at + LENGTH_MIN > bytes.length) continue;
    longestBySymbol(bytes, at, head[hash(bytes, at)]!, previous);
    found.addLongest();
    insert(head, previous, bytes, at);
  }
  first[item.length] = found.count;
  return { first, lengths: found.lengths, distances: found.distances };
}

/** By distance symbol: the longest copy found at the present place, 0 for none, and its distance. */
const longest = new Uint16Array(DISTANCE_SYMBOLS);
const longestDistance = new Uint16Array(DISTANCE_SYMBOLS);

function longestBySymbol(bytes: Uint8Array, at: number, candidate: number, previous: Int32Array): void {
  longest.fill(0);
  const lengthMax = Math.min(LENGTH_MAX, bytes.length - at);
  let longestYet = LENGTH_MIN - 1;
  let place = candidate;
  for (let tried = 0; place >= 0 && tried < CANDIDATES_MAX; tried++, place = previous[place]!) {
    if (at - place > DISTANCE_MAX) return;
    if (bytes[place + longestYet] !== bytes[at + longestYet]) continue;
    let length = 0;
    while (length < lengthMax && bytes[place + length] === bytes[at + length]) length++;
    if (length <= longestYet) continue;
    longestYet = length;
    const symbol = DISTANCE_SYMBOL[at - place]!;
    longest[symbol] = length;
    longestDistance[symbol] = at - place;
    if (length === lengthMax) return;
  }
}

class FoundMatches {
  count = 0;
  lengths: Uint16Array;
  distances: Uint16Array;

  constructor(places: number) {
    this.lengths = new Uint16Array(places * 8 + DISTANCE_SYMBOLS);
    this.distances = new Uint16Array(this.lengths.length);
  }

  /** Takes over what `longestBySymbol` has found. */
  addLongest(): void {
    if (this.count + DISTANCE_SYMBOLS > this.lengths.length) this.#grow();
    for (let symbol = DISTANCE_SYMBOLS - 1; symbol >= 0; symbol--) {
      if (longest[symbol] === 0) continue;
      this.lengths[this.count] = longest[symbol]!;
      this.distances[this.count++] = longestDistance[symbol]!;
    }
  }

  #grow(): void {
    const lengths = new Uint16Array(this.lengths.length * 2);
    const distances = new Uint16Array(lengths.length);
    lengths.set(this.lengths);
    distances.set(this.distances);
    this.lengths = lengths;
    this.distances = distances;
  }
}
