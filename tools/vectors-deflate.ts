/**
 * A plain DEFLATE writer for the vectors: greedy matches, one block, the same octets on every machine and for ever.
 * It is not small and not fast; that its output never changes is all that it is for.
 */
import { CODEC, encodeHex, recode, type Coded, type Dictionary } from '@pappus/core';

const MATCH_MIN = 3;
const MATCH_MAX = 258;
const WINDOW = 32_768;
const END_OF_BLOCK = 256;
const FIXED_LITERALS = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
const FIXED_DISTANCES = Array.from({ length: 30 }, () => 5);

/** How a code writes a length or distance: symbol, extra bits and their number. */
interface Spelling {
  symbol: number;
  extra: number;
  bits: number;
}

/** A literal, or a copy. */
type Token = { octet: number } | { length: number; distance: number };

const coded = new Map<string, Coded>();

/** Octets under the given codec; `dictionary` null where there is none. */
export function code(codec: number, dictionary: Dictionary | null, bytes: Uint8Array): Coded {
  const key = `${codec} ${dictionary?.id} ${encodeHex(bytes)}`;
  const known = coded.get(key) ?? codeAnew(codec, dictionary, bytes);
  coded.set(key, known);
  return known;
}

function codeAnew(codec: number, dictionary: Dictionary | null, bytes: Uint8Array): Coded {
  const coding = { codec, dictionary: dictionary?.id ?? null };
  if (codec === CODEC.identity) return { coding, data: bytes };
  const input = dictionary ? recode(dictionary, bytes) : bytes;
  const tokens = tokensOf(dictionary?.text ?? new Uint8Array(0), input);
  if (codec === CODEC.deflate) return { coding, data: write('110', tokens, FIXED_LITERALS, FIXED_DISTANCES) };
  const { literalLengths, distanceLengths } = dictionary!.prelude!;
  return { coding, data: write('', tokens, [...literalLengths], [...distanceLengths]) };
}

function tokensOf(history: Uint8Array, input: Uint8Array): Token[] {
  const all = new Uint8Array([...history, ...input]);
  const places = new Map<number, number[]>();
  const tokens: Token[] = [];
  const enter = (at: number): void => {
    const key = keyAt(all, at);
    places.set(key, [...(places.get(key) ?? []).slice(-63), at]);
  };
  for (let at = 0; at + MATCH_MIN <= history.length; at++) enter(at);
  for (let at = history.length; at < all.length;) {
    const match = longest(all, at, places.get(keyAt(all, at)) ?? []);
    tokens.push(match ?? { octet: all[at]! });
    for (const end = at + (match?.length ?? 1); at < end; at++) if (at + MATCH_MIN <= all.length) enter(at);
  }
  return tokens;
}

function keyAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

function longest(
  bytes: Uint8Array,
  at: number,
  places: readonly number[],
): { length: number; distance: number } | null {
  let best = { length: MATCH_MIN - 1, distance: 0 };
  for (const from of places) {
    if (at - from > WINDOW) continue;
    let length = 0;
    while (length < MATCH_MAX && at + length < bytes.length && bytes[from + length] === bytes[at + length]) length++;
    if (length > best.length) best = { length, distance: at - from };
  }
  return best.distance === 0 ? null : best;
}

function write(
  header: string,
  tokens: readonly Token[],
  literalLengths: number[],
  distanceLengths: number[],
): Uint8Array {
  const literals = canonical(literalLengths);
  const distances = canonical(distanceLengths);
  const spell = ({ symbol, extra, bits }: Spelling, codes: string[]): string => codes[symbol]! + lowFirst(extra, bits);
  const body = tokens.map((token) =>
    'octet' in token
      ? literals[token.octet]!
      : spell(lengthSpelling(token.length), literals) + spell(distanceSpelling(token.distance), distances),
  );
  const all = header + body.join('') + literals[END_OF_BLOCK]!;
  const octets = new Uint8Array(Math.ceil(all.length / 8));
  for (let i = 0; i < all.length; i++) if (all[i] === '1') octets[i >> 3]! |= 1 << (i & 7);
  return octets;
}

/** The canonical code of each symbol, first bit first (RFC 1951 §3.2.2). */
function canonical(lengths: readonly number[]): string[] {
  const codes = lengths.map(() => '');
  let next = 0;
  for (let bits = 1; bits <= 15; bits++, next *= 2) {
    lengths.forEach((length, symbol) => {
      if (length === bits) codes[symbol] = (next++).toString(2).padStart(bits, '0');
    });
  }
  return codes;
}

function lowFirst(value: number, bits: number): string {
  return bits === 0 ? '' : value.toString(2).padStart(bits, '0').split('').reverse().join('');
}

function lengthSpelling(length: number): Spelling {
  if (length === MATCH_MAX) return { symbol: 285, extra: 0, bits: 0 };
  let base = 3;
  for (let symbol = 257; ; symbol++) {
    const bits = symbol < 265 ? 0 : (symbol - 261) >> 2;
    if (length < base + (1 << bits)) return { symbol, extra: length - base, bits };
    base += 1 << bits;
  }
}

function distanceSpelling(distance: number): Spelling {
  let base = 1;
  for (let symbol = 0; ; symbol++) {
    const bits = symbol < 4 ? 0 : (symbol - 2) >> 1;
    if (distance < base + (1 << bits)) return { symbol, extra: distance - base, bits };
    base += 1 << bits;
  }
}
