import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, decodeHex, encodeHex, encodeUtf8 } from '../src/base.ts';
import { CODEC, decodeCoded, parseDictionary, recode, unrecode, type Dictionary } from '../src/codec.ts';
import { LIMITS } from '../src/limits.ts';
import { refusal, Refused } from '../src/refused.ts';
import { canonical, dynamicHeader, fixed, number, octets } from './bits.ts';

/** Lengths of complete codes that have all symbols: 226 x 2^-8 + 60 x 2^-9, and 2 x 2^-4 + 28 x 2^-5. */
const LITERALS = Array.from({ length: 286 }, (_, i) => (i < 226 ? 8 : 9));
const DISTANCES = Array.from({ length: 30 }, (_, i) => (i < 2 ? 4 : 5));
const EMPTY_FIXED = '0100000000';
const PRELUDE = octets(EMPTY_FIXED.repeat(3), '101', dynamicHeader(LITERALS, DISTANCES));
const TEXT = decodeHex('ffd9ff8581');
/** TEXT as a stored block. */
const DEFLATED = concatBytes(Uint8Array.of(1, 5, 0, 250, 255), TEXT);
const TABLE = [0x627, 0x646, 0x200c];
const FILE = file(TABLE, PRELUDE, TEXT.length, DEFLATED);
const DICTIONARY = parseDictionary(FILE);

function file(codePoints: number[], prelude: Uint8Array, size: number, deflated: Uint8Array): Uint8Array<ArrayBuffer> {
  const table = encodeUtf8(String.fromCodePoint(...codePoints));
  const head = Uint8Array.of(1, codePoints.length);
  return concatBytes(head, table, Uint8Array.of(prelude.length), prelude, Uint8Array.of(size >> 8, size), deflated);
}

describe('recode', () => {
  const cases: [string, string][] = [
    ['', ''],
    ['a1\u007f', '61317f'],
    ['ان', '8081'],
    ['ن\u200cا', '818280'],
    ['نم', '81ffd9ff85'],
    ['é😀', 'ffc3ffa9fff0ff9fff98ff80'],
  ];
  test.each(cases)('of %j is %s', (text, hex) => {
    expect(encodeHex(recode(DICTIONARY, encodeUtf8(text)))).toBe(hex);
    expect(unrecode(DICTIONARY, decodeHex(hex), 64)).toEqual(encodeUtf8(text));
  });
  test.each([
    ['a cut sequence', 'd8', 'ffd8'],
    ['a cut longer one', 'e280', 'ffe2ff80'],
    ['a lead octet before text', 'd861', 'ffd861'],
    ['an overlong form', 'e098a7', 'ffe0ff98ffa7'],
    ['a lone continuation', 'a7d8a7', 'ffa780'],
  ])('keeps %s', (_, hex, recoded) => {
    expect(encodeHex(recode(DICTIONARY, decodeHex(hex)))).toBe(recoded);
  });
  test('is undone by unrecode, for any octets', () => {
    const letters = fc.constantFrom(...['ا', 'ن', '\u200c', 'م', 'a'].map((c) => encodeUtf8(c)));
    const pieces = fc.array(fc.oneof(letters, fc.uint8Array({ maxLength: 4 })), { maxLength: 40 });
    fc.assert(
      fc.property(pieces, (parts) => {
        const bytes = concatBytes(...parts);
        expect(unrecode(DICTIONARY, recode(DICTIONARY, bytes), bytes.length)).toEqual(bytes);
      }),
    );
  });
});

describe('unrecode', () => {
  const refused = (hex: string, bytesMax = 64): unknown =>
    refusal(() => unrecode(DICTIONARY, decodeHex(hex), bytesMax));
  test('refuses what stands for nothing', () => {
    expect(refused('83')).toMatchObject({ code: 'compression', detail: 'outside the table' });
    expect(refused('fe')).toMatchObject({ code: 'compression', detail: 'outside the table' });
    expect(refused('ff')).toMatchObject({ code: 'compression', detail: 'escapes nothing' });
    expect(refused('ff61')).toMatchObject({ code: 'compression', detail: 'escapes nothing' });
  });
  test('stops at the cap', () => {
    for (const hex of ['8080', '82', '616161', 'ff80ff80ff80']) {
      expect(refused(hex, 2)).toMatchObject({ code: 'compression', detail: 'decodes to too much' });
    }
    expect(unrecode(DICTIONARY, decodeHex('82'), 3)).toHaveLength(3);
  });
});

describe('parseDictionary', () => {
  const refused = (bytes: Uint8Array): unknown => refusal(() => parseDictionary(bytes));

  test('reads a file without a prelude', () => {
    const shown = parseDictionary(file(TABLE.slice(0, 2), new Uint8Array(0), TEXT.length, DEFLATED));
    expect(shown.codePoints).toEqual([0x627, 0x646]);
    expect(shown.prelude).toBeNull();
    expect(unrecode(shown, shown.text, 64)).toEqual(encodeUtf8('من'));
  });
  test('names a dictionary by its file', () => {
    expect(DICTIONARY.id).toMatch(/^[a-z2-7]{25}[aeimquy4]$/);
    expect(parseDictionary(file([0x628], PRELUDE, TEXT.length, DEFLATED)).id).not.toBe(DICTIONARY.id);
  });
  test('takes 127 code points, a full text, and no more', () => {
    const many = Array.from({ length: 127 }, (_, i) => 0x400 + i);
    const size = LIMITS.dictionaryTextBytes;
    const full = concatBytes(
      Uint8Array.of(1, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255),
      new Uint8Array(size),
    );
    expect(parseDictionary(file(many, PRELUDE, size, full))).toMatchObject({ codePoints: many });
    expect(refused(file([...many, 0x500], PRELUDE, 5, DEFLATED))).toMatchObject({ code: 'encoding' });
    expect(refused(file(many, PRELUDE, size + 1, full))).toMatchObject({ code: 'too-large' });
    expect(refused(new Uint8Array(LIMITS.dictionaryBytes + 1))).toMatchObject({ code: 'too-large' });
  });
  test('refuses another version', () => {
    expect(refused(concatBytes(Uint8Array.of(2), FILE.subarray(1)))).toMatchObject({ code: 'coding' });
  });
  test.each([
    ['ASCII', [0x61]],
    ['one beyond the plane', [0x1f600]],
    ['one twice', [0x627, 0x627]],
  ])('refuses a table with %s', (_, codePoints) => {
    expect(refused(file(codePoints, PRELUDE, TEXT.length, DEFLATED))).toMatchObject({ code: 'encoding' });
  });
  test('refuses a text of another size', () => {
    expect(refused(file(TABLE, PRELUDE, TEXT.length + 1, DEFLATED))).toMatchObject({ code: 'compression' });
    expect(refused(file(TABLE, PRELUDE, TEXT.length - 1, DEFLATED))).toMatchObject({ code: 'compression' });
  });
  test.each([
    ['says something', octets('010', fixed(97), fixed(256))],
    ['is not the last block', octets(EMPTY_FIXED.repeat(3), '001', dynamicHeader(LITERALS, DISTANCES))],
    ['is cut', PRELUDE.subarray(0, -1)],
    ['goes on', concatBytes(PRELUDE, Uint8Array.of(0))],
    ['ends inside an octet', octets('101', dynamicHeader(LITERALS, DISTANCES))],
  ])('refuses a prelude that %s', (_, prelude) => {
    expect(refused(file(TABLE, prelude, TEXT.length, DEFLATED))).toMatchObject({ code: 'compression' });
  });
  test('refuses a prelude with a literal, for what it is', () => {
    const literal = octets(
      '010',
      fixed(97),
      fixed(256),
      EMPTY_FIXED.repeat(2),
      '101',
      dynamicHeader(LITERALS, DISTANCES),
    );
    expect(refused(file(TABLE, literal, TEXT.length, DEFLATED))).toMatchObject({ detail: 'a prelude says nothing' });
  });
  test('refuses a surrogate in the table', () => {
    const surrogate = concatBytes(decodeHex('0101eda080000005'), DEFLATED);
    expect(refused(surrogate)).toMatchObject({ code: 'encoding' });
    const neighbour = concatBytes(decodeHex('0101ed9fbf000005'), DEFLATED);
    expect(parseDictionary(neighbour).codePoints).toEqual([0xd7ff]);
  });
  test('refuses every truncation', () => {
    for (let length = 0; length < FILE.length; length++) expect(refused(FILE.slice(0, length))).toBeInstanceOf(Refused);
  });
  test('refuses a flipped bit or gives another dictionary', () => {
    for (let bit = 0; bit < 8 * FILE.length; bit++) {
      const damaged = FILE.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const result = refusal(() => parseDictionary(damaged));
      if (!(result instanceof Refused)) expect(result.id).not.toBe(DICTIONARY.id);
    }
  });
});

describe('decodeCoded', () => {
  const refused = (codec: number, dictionary: Dictionary | null, data: Uint8Array, bytesMax = 64): unknown =>
    refusal(() => decodeCoded(codec, dictionary, data, { bytesMax }));
  /** All of the dictionary's text, then `ا`, by the fixed code and by the prelude's. */
  const codes = canonical(LITERALS);
  const distanceCodes = canonical(DISTANCES);
  const deflated = octets('1', '10', fixed(259), '00100', '0', fixed(0x80), fixed(256));
  const begun = octets(codes[259]!, distanceCodes[4]!, '0', codes[0x80]!, codes[256]!);
  const decoded = encodeUtf8('منا');

  test('codec 0 gives the octets, up to the cap', () => {
    expect(decodeCoded(CODEC.identity, null, TEXT, { bytesMax: 5 })).toEqual(TEXT);
    expect(refused(CODEC.identity, null, TEXT, 4)).toMatchObject({ code: 'too-large' });
    expect(refused(CODEC.identity, DICTIONARY, TEXT)).toMatchObject({ code: 'coding' });
  });
  test('codec 1 works without a dictionary', () => {
    expect(decodeCoded(CODEC.deflate, null, DEFLATED, { bytesMax: 5 })).toEqual(TEXT);
    expect(refused(CODEC.deflate, null, DEFLATED, 4)).toMatchObject({ code: 'compression' });
  });
  test('codec 1 inflates with the text as window, and undoes the recoding', () => {
    expect(decodeCoded(CODEC.deflate, DICTIONARY, deflated, { bytesMax: 6 })).toEqual(decoded);
    expect(refused(CODEC.deflate, DICTIONARY, deflated, 5)).toMatchObject({ code: 'compression' });
  });
  test('codec 1 has room for escapes', () => {
    const escaped = concatBytes(Uint8Array.of(1, 4, 0, 251, 255), decodeHex('ffd9ff85'));
    expect(decodeCoded(CODEC.deflate, DICTIONARY, escaped, { bytesMax: 2 })).toEqual(encodeUtf8('م'));
  });
  test('codec 2 goes on where the prelude ends', () => {
    expect(decodeCoded(CODEC.begun, DICTIONARY, begun, { bytesMax: 6 })).toEqual(decoded);
    expect(decodeCoded(CODEC.deflate, DICTIONARY, concatBytes(PRELUDE, begun), { bytesMax: 6 })).toEqual(decoded);
    expect(refused(CODEC.begun, DICTIONARY, begun, 5)).toMatchObject({ code: 'compression' });
    expect(refused(CODEC.begun, DICTIONARY, concatBytes(begun, octets(number(0, 8))))).toMatchObject({
      code: 'compression',
    });
  });
  test('every truncation is refused', () => {
    for (const [codec, data] of [[CODEC.deflate, deflated] as const, [CODEC.begun, begun] as const]) {
      for (let length = 0; length < data.length; length++) {
        expect(refused(codec, DICTIONARY, data.slice(0, length))).toMatchObject({ code: 'compression' });
      }
    }
  });
  test('other codecs are refused, and codec 2 without a prelude', () => {
    const bare = parseDictionary(file(TABLE, new Uint8Array(0), TEXT.length, DEFLATED));
    expect(refused(CODEC.begun, bare, begun)).toMatchObject({ code: 'coding' });
    expect(refused(CODEC.begun, null, begun)).toMatchObject({ code: 'coding' });
    expect(refused(3, DICTIONARY, begun)).toMatchObject({ code: 'coding' });
    expect(refused(3, null, begun)).toMatchObject({ code: 'coding' });
  });
  test('any octets are refused or stay under the cap', () => {
    fc.assert(
      fc.property(fc.constantFrom(CODEC.deflate, CODEC.begun), fc.uint8Array({ maxLength: 100 }), (codec, data) => {
        const result = refusal(() => decodeCoded(codec, DICTIONARY, data, { bytesMax: 100 }));
        if (!(result instanceof Refused)) expect(result.length).toBeLessThanOrEqual(100);
      }),
      { numRuns: 1_000 },
    );
  });
});
