import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import index from '../../spec/vectors/index.json';
import { concatBytes, decodeBase64, decodeHex, encodeHex } from '../src/base.ts';
import { encode, type Cbor } from '../src/encoding.ts';
import { refusal, Refused } from '../src/refused.ts';
import { decodeText, prime } from '../src/text/decode.ts';
import { encodeText } from '../src/text/encode.ts';
import { parseLanguagePack } from '../src/text/language-pack.ts';
import { readItem, symbolsOf, type SymbolSource } from '../src/text/symbols.ts';
import { rates, squash, SQUASH_ZERO, stretch } from '../src/text/tables.ts';

const vectors = index.units.text;
const PACK = decodeBase64(vectors.pack);
const TEXT = prime(parseLanguagePack(PACK));
const GOOD = vectors.items.find(({ what }) => what === 'after title and summary')!;
const BEFORE = GOOD.before!;

/** The good item still decodes: nothing of the last one is left. */
function expectUnharmed(): void {
  expect(encodeHex(decodeText(TEXT, decodeHex(GOOD.data), 1_000, BEFORE))).toBe(GOOD.item);
}

const codeOf = (read: () => unknown): string => {
  const result = refusal(read);
  return result instanceof Refused ? result.code : 'none';
};

const text = fc.string({ unit: 'binary', maxLength: 40 });
const scalar = fc.oneof(
  text,
  fc.nat(),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.nat(40).map((days) => days * 86_400),
  fc.constantFrom(null, false, true),
);
const value = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(22), tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
})).value;
/** The head of a record: a map that ends behind its key 23. */
const head = fc.array(fc.tuple(fc.nat(22), scalar), { maxLength: 8 }).map((entries) => {
  return encode(new Map<number, Cbor>([...entries, [23, null]])).slice(0, -1);
});
const item = fc.oneof(value.map(encode), head);

describe('items as symbols', () => {
  const sourceOf = (symbols: readonly number[]): SymbolSource => {
    let at = 0;
    return { symbol: () => symbols[at++] ?? 1, number: () => symbols[at++] ?? 0 };
  };
  test('are the same octets again', () => {
    fc.assert(
      fc.property(item, (octets) => {
        expect(readItem(sourceOf(symbolsOf(octets)!), octets.length)).toEqual(octets);
      }),
      { numRuns: 500 },
    );
  });
  test.each([
    ['octets', '4101'],
    ['a negative number', '20'],
    ['a number without room', '1b0000000100000001'],
    ['a map with a whole key 23', 'a11700'],
    ['a longer head than needed', '1801'],
    ['nothing', ''],
    ['half a text', '6261'],
    ['a tag', 'c001'],
    ['a lone surrogate', '63eda080'],
    ['an inner head', '81a117'],
    ['octets behind the value', '0000'],
  ])('are not %s', (_, hex) => {
    expect(symbolsOf(decodeHex(hex))).toBeNull();
    expect(encodeText(TEXT, decodeHex(hex), null)).toBeNull();
  });
  test.each([
    ['a missing value', [1]],
    ['an escape', [0]],
    ['a structure inside a text', [36 + 97, 3]],
    ['a key that is none', [4, 36 + 97]],
    ['keys that do not rise', [4, 13, 12, 12, 12]],
    ['too deep a nesting', Array.from({ length: 18 }, () => 3)],
  ])('end at %s', (_, symbols) => {
    expect(refusal(() => readItem(sourceOf(symbols), 100))).toMatchObject({ code: 'compression' });
  });
  test('end at the cap', () => {
    const endless = { symbol: (): number => 36 + 97, number: (): number => 0 };
    expect(refusal(() => readItem(endless, 100))).toMatchObject({ detail: 'decodes to too much' });
    const opening = { symbol: (): number => 2, number: (): number => 0 };
    expect(readItem(opening, 1)).toEqual(decodeHex('60'));
    const exact = symbolsOf(encode(['abc']))!;
    expect(readItem(sourceOf(exact), 5)).toHaveLength(5);
    expect(refusal(() => readItem(sourceOf(exact), 4))).toMatchObject({ code: 'compression' });
  });
});

describe('the tables', () => {
  test('are monotonic and inverse', () => {
    for (let x = -2_046; x <= 2_047; x++) {
      expect(squash[SQUASH_ZERO + x]!).toBeGreaterThanOrEqual(squash[SQUASH_ZERO + x - 1]!);
    }
    for (let p = 1; p < 4_096; p++) expect(stretch[p]!).toBeGreaterThanOrEqual(stretch[p - 1]!);
    expect([squash[1], squash[SQUASH_ZERO], squash[4_095]]).toEqual([23, 32_768, 65_513]);
    expect([rates[0], rates[1], rates[60]]).toEqual([29_789, 15_603, 536]);
  });
});

describe('encodeText and decodeText', () => {
  test('give back every item, alone and after another', () => {
    fc.assert(
      fc.property(item, fc.option(fc.array(text, { maxLength: 2 })), (octets, before) => {
        const data = encodeText(TEXT, octets, before)!;
        expect(decodeText(TEXT, data, octets.length, before)).toEqual(octets);
      }),
      { numRuns: 60 },
    );
  });
  test('a text that was read before shortens the same again', () => {
    const text = 'Something that no pack would know: qwxz, zxwq and jkvb.';
    const layer = encode([text]);
    const alone = encodeText(TEXT, layer, null)!.length;
    expect(encodeText(TEXT, layer, [text, ''])!.length).toBeLessThan(alone / 2);
  });
  test('other texts before, or none, is no help', () => {
    const data = decodeHex(GOOD.data);
    for (const before of [null, [], ['other', '']]) {
      const result = refusal(() => decodeText(TEXT, data, 1_000, before));
      if (!(result instanceof Refused)) expect(encodeHex(result)).not.toBe(GOOD.item);
    }
    expectUnharmed();
  });
  test('octets behind the data are refused, and a length below the own', () => {
    const data = decodeHex(GOOD.data);
    const long = concatBytes(data, new Uint8Array(5));
    expect(refusal(() => decodeText(TEXT, long, 1_000, BEFORE))).toMatchObject({ code: 'compression' });
    const short = decodeHex(GOOD.item).length - 1;
    expect(refusal(() => decodeText(TEXT, data, short, BEFORE))).toMatchObject({ code: 'compression' });
    expectUnharmed();
  });
});

describe('damage', () => {
  const DATA = decodeHex(GOOD.data);
  const BYTES_MAX = 200;
  const endsWell = (data: Uint8Array): boolean => {
    const result = refusal(() => decodeText(TEXT, data, BYTES_MAX, BEFORE));
    if (result instanceof Refused) expect(result.code).toBe('compression');
    else expect(result.length).toBeLessThanOrEqual(BYTES_MAX);
    return !(result instanceof Refused) && encodeHex(result) === GOOD.item;
  };
  test('a flipped bit never passes for the item', () => {
    for (let bit = 0; bit < 8 * DATA.length; bit += 7) {
      const damaged = DATA.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      // The last octet may have spare bits.
      if (bit < 8 * (DATA.length - 1)) expect(endsWell(damaged)).toBe(false);
      else endsWell(damaged);
    }
    expectUnharmed();
  });
  test('a cut ends', () => {
    for (let length = 0; length < DATA.length - 1; length++) expect(endsWell(DATA.slice(0, length))).toBe(false);
    expectUnharmed();
  });
  test('random octets end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => void endsWell(data)),
      { numRuns: 200 },
    );
    expectUnharmed();
  });
  test('a bomb ends at the cap', () => {
    const bomb = encodeText(TEXT, encode(['خبر '.repeat(5_000)]), null)!;
    expect(bomb.length).toBeLessThan(200);
    const result = refusal(() => decodeText(TEXT, bomb, 1_000, null));
    expect(result).toMatchObject({ code: 'compression', detail: 'decodes to too much' });
    expectUnharmed();
  });
});

describe('parseLanguagePack', () => {
  const refused = (bytes: Uint8Array): unknown => refusal(() => parseLanguagePack(bytes));
  test('names a pack by its file', () => {
    expect(parseLanguagePack(PACK).id).toMatch(/^[a-z2-7]{25}[aeimquy4]$/);
  });
  test('refuses another version, a large file, too many phrases', () => {
    expect(refused(concatBytes(Uint8Array.of(1), PACK.subarray(1)))).toMatchObject({ code: 'coding' });
    expect(refused(new Uint8Array(0))).toMatchObject({ code: 'coding' });
    expect(refused(new Uint8Array(65_537))).toMatchObject({ code: 'too-large' });
    const many = concatBytes(decodeHex('0281801000'), PACK.subarray(2));
    expect(refused(many)).toBeInstanceOf(Refused);
  });
  test('refuses every cut of its head, and priming a cut behind it', () => {
    const { stream } = parseLanguagePack(PACK);
    for (let length = 0; length < PACK.length - stream.length; length += 3) {
      expect(refused(PACK.slice(0, length))).toBeInstanceOf(Refused);
    }
    const cut = parseLanguagePack(PACK.slice(0, PACK.length - 20));
    expect(codeOf(() => prime(cut))).toBe('compression');
    const long = parseLanguagePack(concatBytes(PACK, new Uint8Array(5)));
    expect(codeOf(() => prime(long))).toBe('compression');
  });
  test('refuses a code that is not complete', () => {
    const lengths = (counts: number[], symbols: number[]): Uint8Array => Uint8Array.of(2, 0, ...counts, ...symbols);
    expect(
      refused(
        lengths(
          [2, 0, 2],
          Array.from({ length: 17 }, () => 0),
        ),
      ),
    ).toMatchObject({ code: 'encoding' });
    expect(refused(Uint8Array.of(2, 0, ...new Uint8Array(20)))).toMatchObject({ code: 'encoding' });
  });
  test('takes or refuses a head with a flipped bit', () => {
    const size = PACK.length - parseLanguagePack(PACK).stream.length;
    for (let bit = 0; bit < 8 * size; bit++) {
      const damaged = PACK.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const result = refusal(() => parseLanguagePack(damaged));
      if (!(result instanceof Refused)) expect(result.id).not.toBe(parseLanguagePack(PACK).id);
    }
  });
  test('takes a word of the language for less than another', () => {
    const cost = (word: string): number => encodeText(TEXT, encode([word.repeat(3)]), null)!.length;
    expect(cost('خبرهای امروز ')).toBeLessThan(cost('روزامخب رهای'));
  });
});
