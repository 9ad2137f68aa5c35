import { readFileSync } from 'node:fs';
import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDictionary, recode, refusal, Refused } from '@pappus/core';
import { decodeCoded } from '../../core/src/codec.ts';
import { inflate } from '../../core/src/inflate.ts';
import { builtInDictionaries } from '../src/dictionaries.ts';
import { deflate, deflateBegun } from '../src/compress/deflate.ts';
import { deflateSmallest, encodeCoded, encodeQuickly } from '../src/compress/encode.ts';
import { codeLengths } from '../src/compress/huffman.ts';
import { indexHistory } from '../src/compress/matches.ts';

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const NEWS = utf8(
  'به گزارش خبرگزاری، وزیر علوم گفت: این طرح تا پایان سال جاری در همهٔ استان‌ها اجرا خواهد شد.\n' +
    'وی با بیان این مطلب افزود: دانشگاه‌های کشور در سال جاری با این طرح همکاری خواهند کرد. '.repeat(3),
);
const WORDS = utf8('the wind lets the seed go and the seed goes where the wind goes, over the wall and over the road');

/** Octets with repetition, as text has it: pieces of some words and of chance. */
const items = fc
  .array(fc.oneof(fc.constantFrom('the ', 'seed ', 'wind ', 'aaaaaaaa', 'قاصدک '), fc.string({ maxLength: 6 })), {
    maxLength: 120,
  })
  .map((pieces) => utf8(pieces.join('')));
const dictionaries = fc.oneof(fc.constant(new Uint8Array(0)), fc.constant(WORDS), fc.uint8Array({ maxLength: 300 }));

function zlibInflate(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array {
  return new Uint8Array(inflateRawSync(bytes, dictionary.length > 0 ? { dictionary } : {}));
}

describe('inflate', () => {
  const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_RLE, constants.Z_FIXED];

  test('reads what zlib writes, at every level and strategy', () => {
    const options = fc.record({
      level: fc.nat(9),
      strategy: fc.constantFrom(...strategies),
      memLevel: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(items, dictionaries, options, (item, dictionary, chosen) => {
        const settings: ZlibOptions = dictionary.length > 0 ? { ...chosen, dictionary } : chosen;
        const bytes = new Uint8Array(deflateRawSync(item, settings));
        expect(inflate(bytes, { maxBytes: item.length }, dictionary)).toEqual(item);
      }),
      { numRuns: 300 },
    );
  });
  test('reads large streams of many blocks', () => {
    const item = new Uint8Array(300_000).map((_, i) => (Math.imul(i, 2_654_435_761) >>> 13) % (1 + (i >> 12)));
    for (const level of [1, 6, 9]) {
      expect(inflate(new Uint8Array(deflateRawSync(item, { level })), { maxBytes: item.length })).toEqual(item);
    }
  });
  test('takes nothing that zlib refuses', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const ours = refusal(() => inflate(bytes, { maxBytes: 100_000 }));
        if (!(ours instanceof Refused)) expect(ours).toEqual(zlibInflate(bytes, new Uint8Array(0)));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('deflate', () => {
  test('writes what zlib and our inflate read', () => {
    fc.assert(
      fc.property(items, dictionaries, (item, dictionary) => {
        const bytes = deflate(item, indexHistory(dictionary));
        expect(zlibInflate(bytes, dictionary)).toEqual(item);
        expect(inflate(bytes, { maxBytes: item.length }, dictionary)).toEqual(item);
      }),
      { numRuns: 200 },
    );
  });
  test.each([
    ['nothing', new Uint8Array(0)],
    ['one octet', Uint8Array.of(7)],
    ['a long run', new Uint8Array(70_000)],
    ['chance, stored', new Uint8Array(70_000).map((_, i) => Math.imul(i + 1, 2_654_435_761) >>> 11)],
    [
      'two kinds of text',
      new Uint8Array([...Array(4_000)].map((_, i) => (i < 2_000 ? (i * i) % 7 : 100 + ((i * i * i) % 11)))),
    ],
  ])('writes %s', (_, item) => {
    const bytes = deflate(item, indexHistory(new Uint8Array(0)));
    expect(zlibInflate(bytes, new Uint8Array(0))).toEqual(item);
    expect(bytes.length).toBeLessThanOrEqual(deflateRawSync(item, { level: 9 }).length);
  });
  test('reaches the first octet of a full dictionary', () => {
    const dictionary = new Uint8Array(32_768).map((_, i) => (i < 20 ? 200 + i : 0));
    const bytes = deflate(dictionary.slice(0, 20), indexHistory(dictionary));
    expect(zlibInflate(bytes, dictionary)).toEqual(dictionary.slice(0, 20));
    expect(bytes.length).toBeLessThan(8);
  });
  test('gives fewer octets than zlib for news, always the same', () => {
    const zlib = deflateRawSync(NEWS, { level: 9, memLevel: 9 });
    const bytes = deflate(NEWS, indexHistory(new Uint8Array(0)));
    expect(bytes.length).toBeLessThan(zlib.length);
    expect(deflate(NEWS, indexHistory(new Uint8Array(0)))).toEqual(bytes);
    expect(deflateSmallest(NEWS, WORDS).length).toBeLessThanOrEqual(zlib.length);
  });
});

describe('codeLengths', () => {
  /** The least sum of frequency x length without a limit: by joining the two rarest, again and again. */
  function huffmanCost(frequencies: number[]): number {
    const heap = frequencies.filter((n) => n > 0);
    let cost = 0;
    while (heap.length > 1) {
      heap.sort((a, b) => b - a);
      const joined = heap.pop()! + heap.pop()!;
      cost += joined;
      heap.push(joined);
    }
    return cost;
  }
  const cost = (frequencies: number[], lengths: Uint8Array): number =>
    frequencies.reduce((sum, frequency, i) => sum + frequency * lengths[i]!, 0);

  test('cost what Huffman codes cost', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 2, maxLength: 40 }), (frequencies) => {
        if (frequencies.filter((n) => n > 0).length < 2) return;
        expect(cost(frequencies, codeLengths(frequencies, 40))).toBe(huffmanCost(frequencies));
      }),
    );
  });
  test('keep the limit with a complete code', () => {
    const fibonacci = [1, 1];
    while (fibonacci.length < 30) fibonacci.push(fibonacci.at(-1)! + fibonacci.at(-2)!);
    for (const limit of [5, 7, 15]) {
      const lengths = codeLengths(fibonacci, limit);
      expect(Math.max(...lengths)).toBe(limit);
      expect(lengths.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
    }
    expect([...codeLengths([1, 1, 2, 4, 8], 3)]).toEqual([3, 3, 3, 3, 1]);
  });
  test('are one bit for a lone symbol, none for none', () => {
    expect([...codeLengths([0, 3, 0], 15)]).toEqual([0, 1, 0]);
    expect([...codeLengths([0, 0], 15)]).toEqual([0, 0]);
  });
});

/** Those of DEFLATE. */
const DICTIONARIES = builtInDictionaries().flatMap(({ lang, dictionary }) => {
  return 'stream' in dictionary ? [] : [{ lang, dictionary }];
});

describe('encodeCoded', () => {
  const decoded = (bytes: Uint8Array, lang: string | null, encode = encodeCoded): Uint8Array => {
    const dictionary = DICTIONARIES.find((d) => d.lang === lang)?.dictionary ?? null;
    const { coding, data } = encode(dictionary, bytes);
    expect(data.length).toBeLessThanOrEqual(bytes.length);
    return decodeCoded(coding.codec, coding.dictionary === null ? null : dictionary, data, { bytesMax: bytes.length });
  };
  test('is undone by decodeCoded, in every language and none', () => {
    const langs = fc.constantFrom(null, ...DICTIONARIES.map(({ lang }) => lang));
    fc.assert(
      fc.property(fc.oneof(items, fc.uint8Array()), langs, (bytes, lang) => {
        expect(new Uint8Array(decoded(bytes, lang))).toEqual(bytes);
        expect(new Uint8Array(decoded(bytes, lang, encodeQuickly))).toEqual(bytes);
      }),
      { numRuns: 60 },
    );
  });
  test('takes codec 0 for what does not get smaller', () => {
    expect(encodeCoded(null, Uint8Array.of(1, 2, 3)).coding).toEqual({ codec: 0, dictionary: null });
  });
  test('goes on from the prelude of the dictionary', () => {
    const dictionary = DICTIONARIES.find(({ lang }) => lang === 'fa')!.dictionary;
    const { coding, data } = encodeCoded(dictionary, NEWS);
    expect(coding).toEqual({ codec: 2, dictionary: dictionary.id });
    expect(data.length).toBeLessThan(0.32 * NEWS.length);
    expect(encodeQuickly(dictionary, NEWS).data.length).toBeLessThan(1.05 * data.length);
  });
});

describe.each(DICTIONARIES.map(({ lang }) => lang))('the dictionary %s', (lang) => {
  const bytes = readFileSync(new URL(`../../core/dictionaries/${lang}.dict`, import.meta.url));
  const dictionary = parseDictionary(bytes);

  test('has a prelude that zlib reads before an item', () => {
    const { literalLengths: literals, distanceLengths: distances } = dictionary.prelude!;
    const item = recode(dictionary, NEWS);
    const data = deflateBegun(item, indexHistory(dictionary.text), { literals, distances, header: null })!;
    expect(zlibInflate(Buffer.concat([preludeOf(bytes), data]), dictionary.text)).toEqual(item);
  });
  test('says every octet by its prelude', () => {
    const all = Uint8Array.from({ length: 512 }, (_, i) => (i * 37) & 255);
    const { coding, data } = encodeQuickly(dictionary, all);
    expect(decodeCoded(coding.codec, coding.dictionary === null ? null : dictionary, data, { bytesMax: 512 })).toEqual(
      all,
    );
    expect(dictionary.prelude!.literalLengths.every((length) => length > 0)).toBe(true);
    expect(dictionary.prelude!.literalLengths).toHaveLength(286);
    expect(dictionary.prelude!.distanceLengths).toHaveLength(30);
  });

  /** Where it stands by the layout of codec.ts: version, n, code points of two or three octets, size. */
  function preludeOf(file: Buffer): Buffer {
    let at = 2;
    for (let i = 0; i < file[1]!; i++) at += file[at]! < 0xe0 ? 2 : 3;
    return file.subarray(at + 1, at + 1 + file[at]!);
  }
});
