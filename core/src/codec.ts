/**
 * Codecs: how one item is made small alone (spec §7), so that it can be shipped or withdrawn alone.
 *
 *     codec 0   the octets themselves; takes no dictionary
 *     codec 1   raw DEFLATE (RFC 1951); with a dictionary, of the recoded octets and with its text as the window
 *     codec 2   codec 1 with a dictionary, in which `prelude ‖ data` is the stream: data is what follows the prelude
 *
 * A dictionary belongs to a language. Its table gives up to 127 code points one octet each, in any octets:
 *
 *     recoded octet    stands for
 *     00-7F            itself
 *     80 + i, i < n    the UTF-8 of code point number i of the table
 *     FF b, b >= 80    b itself
 *
 * The recoder takes a code point wherever its complete UTF-8 stands, so `unrecode(recode(x))` is x for all octets x.
 *
 *     file           = version ‖ n ‖ code points ‖ prelude size ‖ prelude ‖ text size ‖ deflated text
 *     version          1 octet, 01
 *     n                1 octet, 0 to 127
 *     code points      n of them in UTF-8, each U+0080 to U+FFFF, each once. The commonest sixteen come first:
 *                      the fixed code of DEFLATE gives 80-8F eight bits, and the rest nine
 *     prelude size     1 octet; 0: the dictionary knows no codec 2
 *     prelude          the beginning of a DEFLATE stream in whole octets, up to where the symbols of a last, dynamic
 *                      block begin (see inflate.ts): a code that suits the language, which no item has to carry
 *     text size        2 octets, high first, at most 32,768
 *     deflated text    recoded, as raw DEFLATE to the end of the file. What is used most stands last, near the data
 *
 * A dictionary's id is base32 of the first 16 octets of SHA-256 of the file. Any inflater decodes both codecs:
 * give it a stored block with the text first, or the text as its preset dictionary.
 */
import { contentId } from './crypto.ts';
import { inflate, inflateBorrowed, readPrelude, type BlockCodes } from './inflate.ts';
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';
import { decodeRun, decodeText, modelOf, priming } from './text/decode.ts';
import { parseLanguagePack, type LanguagePack } from './text/language-pack.ts';

export const CODEC = { identity: 0, deflate: 1, begun: 2, text: 3, textAfter: 4 } as const;

export type AnyDictionary = Dictionary | LanguagePack;

/** What is known of an item before it is decoded. */
export interface Expected {
  /** It has at most so many octets. */
  bytesMax: number;
  /** Heads of records, one after the other, of exactly `bytesMax` octets together. */
  isRun?: boolean;
  /** What codec 4 reads first: title and summary of the record. */
  before?: readonly string[] | null;
}

/** A dictionary of one language. The arrays are for reading only. */
export interface Dictionary {
  /** Base32 of the first 16 octets of SHA-256 of the file. */
  id: string;
  /** The recode table, at most 127, distinct. */
  codePoints: readonly number[];
  /** Recoded, at most LIMITS.dictionaryTextBytes. */
  text: Uint8Array;
  /** What the prelude begins, null where there is none. */
  prelude: BlockCodes | null;
  /** For each octet 80-FF its UTF-8, lowest octet first, and in the top octet how many; 0: none. */
  expansions: Uint32Array;
}

export const RECODED_FROM = 0x80;
export const ESCAPE = 0xff;
export const CODE_POINTS_MAX = ESCAPE - RECODED_FROM;
const VERSION = 1;
const HEAD_BYTES = 2;

/**
 * The octets of an item: for codec 0 `data` itself. `dictionary` is null where the coding names none.
 * @throws Refused `coding` for an unknown codec, `too-large` for codec 0, or `compression`.
 */
export function decodeCoded(
  codec: number,
  dictionary: AnyDictionary | null,
  data: Uint8Array,
  expected: Expected,
): Uint8Array {
  const { bytesMax } = expected;
  if (codec === CODEC.identity && dictionary === null) {
    if (data.length > bytesMax) throw new Refused('too-large', 'item');
    return data;
  }
  if (codec === CODEC.deflate && dictionary === null) return inflate(data, { maxBytes: bytesMax });
  if (dictionary === null) throw new Refused('coding', 'unknown codec');
  if ('stream' in dictionary) return decodeWords(codec, dictionary, data, expected);
  // An escaped octet takes two: more than twice the octets cannot decode to so few.
  return unrecode(
    dictionary,
    inflateBorrowed(data, 2 * bytesMax, dictionary.text, begunBy(codec, dictionary)),
    bytesMax,
  );
}

function decodeWords(codec: number, pack: LanguagePack, data: Uint8Array, expected: Expected): Uint8Array {
  const { bytesMax, isRun, before } = expected;
  if (codec !== CODEC.text && (codec !== CODEC.textAfter || !before)) throw new Refused('coding', 'unknown codec');
  if (isRun && codec === CODEC.text) return decodeRun(modelOf(pack), data, bytesMax);
  return decodeText(modelOf(pack), data, bytesMax, codec === CODEC.text ? null : before!);
}

function begunBy(codec: number, { prelude }: Dictionary): BlockCodes | null {
  if (codec === CODEC.deflate) return null;
  if (codec === CODEC.begun && prelude !== null) return prelude;
  throw new Refused('coding', 'unknown codec');
}

/** Reads a file of `dict/`, of either kind. @throws Refused as `parseDictionary` and `parseLanguagePack`. */
export function parseAnyDictionary(bytes: Uint8Array): AnyDictionary {
  return bytes[0] === 2 ? parseLanguagePack(bytes) : parseDictionary(bytes);
}

/**
 * Makes ready what a file of `dict/` will need, a few milliseconds at a time: for pages, which must not stand still.
 * Whatever is wrong with the file shows when it is used.
 */
export function* makeReady(bytes: Uint8Array): Generator<void> {
  try {
    const book = parseAnyDictionary(bytes);
    if ('stream' in book) yield* priming(book);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Reads a dictionary file. @throws Refused `too-large`, `coding`, `encoding` or `compression`. */
export function parseDictionary(bytes: Uint8Array): Dictionary {
  if (bytes.length > LIMITS.dictionaryBytes) throw new Refused('too-large', 'dictionary');
  if (bytes.length < HEAD_BYTES) throw new Refused('encoding', 'dictionary ends too early');
  if (bytes[0] !== VERSION) throw new Refused('coding', 'dictionary of another version');
  const { codePoints, end } = readCodePoints(bytes, bytes[1]!);
  const textSizeAt = end + 1 + (bytes[end] ?? 0);
  const textAt = textSizeAt + 2;
  if (textAt > bytes.length) throw new Refused('encoding', 'dictionary ends too early');
  const size = (bytes[textSizeAt]! << 8) | bytes[textSizeAt + 1]!;
  if (size > LIMITS.dictionaryTextBytes) throw new Refused('too-large', 'dictionary text');
  const prelude = bytes[end] === 0 ? null : readPrelude(bytes.subarray(end + 1, textSizeAt));
  const text = inflate(bytes.subarray(textAt), { maxBytes: size });
  if (text.length !== size) throw new Refused('compression', 'dictionary text is too short');
  return { id: contentId(bytes), codePoints, text, prelude, expansions: expansionsOf(codePoints) };
}

function readCodePoints(bytes: Uint8Array, count: number): { codePoints: number[]; end: number } {
  if (count > CODE_POINTS_MAX) throw new Refused('encoding', 'too many code points');
  const codePoints: number[] = [];
  let at = 2;
  for (let i = 0; i < count; i++) {
    const codePoint = codePointAt(bytes, at);
    if (codePoint === 0 || codePoints.includes(codePoint)) throw new Refused('encoding', 'code points of a dictionary');
    codePoints.push(codePoint);
    at += utf8Bytes(codePoint);
  }
  return { codePoints, end: at };
}

function expansionsOf(codePoints: readonly number[]): Uint32Array {
  const expansions = new Uint32Array(128);
  codePoints.forEach((codePoint, i) => {
    const last = 0x80 | (codePoint & 63);
    const middle = 0x80 | ((codePoint >> 6) & 63);
    expansions[i] =
      codePoint < 0x800
        ? (2 << 24) | (last << 8) | 0xc0 | (codePoint >> 6)
        : (3 << 24) | (last << 16) | (middle << 8) | 0xe0 | (codePoint >> 12);
  });
  return expansions;
}

/** The code point U+0080 to U+FFFF whose complete, valid UTF-8 (RFC 3629) stands at `at`, else 0. */
function codePointAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const second = bytes[at + 1]! ^ 0x80;
  if (first >= 0xc2 && first < 0xe0) return second < 64 ? ((first & 31) << 6) | second : 0;
  if (first < 0xe0 || first >= 0xf0) return 0;
  const third = bytes[at + 2]! ^ 0x80;
  const codePoint = ((first & 15) << 12) | (second << 6) | third;
  const valid = second < 64 && third < 64 && codePoint >= 0x800 && (codePoint < 0xd800 || codePoint > 0xdfff);
  return valid && at + 2 < bytes.length ? codePoint : 0;
}

function utf8Bytes(codePoint: number): number {
  return codePoint < 0x800 ? 2 : 3;
}

/** Recodes any octets by a dictionary's table: `unrecode(dictionary, recode(dictionary, x))` equals x. */
export function recode({ codePoints }: Pick<Dictionary, 'codePoints'>, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const octets = new Map(codePoints.map((codePoint, i) => [codePoint, RECODED_FROM + i]));
  const recoded = new Uint8Array(2 * bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at]!;
    const codePoint = byte < RECODED_FROM ? 0 : codePointAt(bytes, at);
    const octet = octets.get(codePoint);
    if (octet !== undefined) {
      recoded[length++] = octet;
      at += utf8Bytes(codePoint);
      continue;
    }
    if (byte >= RECODED_FROM) recoded[length++] = ESCAPE;
    recoded[length++] = byte;
    at++;
  }
  return recoded.slice(0, length);
}

/** Output of `unrecode` before it is copied to its exact size. */
let scratch = new Uint8Array(1 << 14);

/** The inverse of `recode`. @throws Refused `compression` for an octet without meaning, or over `bytesMax`. */
export function unrecode(
  { expansions }: Pick<Dictionary, 'expansions'>,
  recoded: Uint8Array,
  bytesMax: number,
): Uint8Array<ArrayBuffer> {
  const size = Math.min(3 * recoded.length, bytesMax + 3);
  if (scratch.length < size) scratch = new Uint8Array(size);
  const bytes = scratch;
  let length = 0;
  for (let i = 0; i < recoded.length && length <= bytesMax; i++) {
    const octet = recoded[i]!;
    if (octet < RECODED_FROM) {
      bytes[length++] = octet;
      continue;
    }
    if (octet === ESCAPE) {
      const escaped = recoded[++i] ?? 0;
      if (escaped < RECODED_FROM) throw new Refused('compression', 'escapes nothing');
      bytes[length++] = escaped;
      continue;
    }
    const expansion = expansions[octet - RECODED_FROM]!;
    if (expansion === 0) throw new Refused('compression', 'outside the table');
    bytes[length] = expansion;
    bytes[length + 1] = expansion >> 8;
    bytes[length + 2] = expansion >> 16;
    length += expansion >> 24;
  }
  if (length > bytesMax) throw new Refused('compression', 'decodes to too much');
  return bytes.slice(0, length);
}
