import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHex, encodeUtf8 } from '../src/base.ts';
import { inflate } from '../src/inflate.ts';
import { refusal, Refused } from '../src/refused.ts';
import { canonical, code, dynamicHeader, fixed, number, octets, padded } from './bits.ts';

const LAST = '1';
const STORED = '00';
const FIXED = '10';
const DYNAMIC = '01';
const END = fixed(256);
const ABC = [...'abc'].map((c) => fixed(c.charCodeAt(0))).join('');
/** Length 3 and length 258; `distance` follows with its five bits. */
const COPY_3 = fixed(257);
const COPY_258 = fixed(285);
const distance = (symbol: number): string => code(symbol, 5);

/** Written by zlib at level 9: one dynamic block. */
const SEEDS = decodeHex(
  '554edb09c0200c5ce50670834e23f5d4822868c0f58b0996fa9110ee954bcde1f615830c98999dc796ec65034f0d48cd9934f5362f48a68e42df619c9e' +
    '2b7a7934e7f4184c14ca40f4a5d88713daa25f1b25adeed2bf',
);
const SEEDS_TEXT =
  'go, can seed where where where that where wind go, seed grow; the the seed the seed grow; seed can go, that grow; ' +
  'the the go, the lets fall wind the lets fall go, the where that lets seed wind ';

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const run = (bytes: Uint8Array, dictionary?: Uint8Array): Uint8Array =>
  inflate(bytes, { maxBytes: 65_536 }, dictionary);
const refused = (bytes: Uint8Array, dictionary?: Uint8Array): unknown => refusal(() => run(bytes, dictionary));
const because = (detail: string): object => ({ code: 'compression', detail });

describe('stored blocks', () => {
  const stored = (last: string, bytes: number[], check = bytes.length ^ 0xffff): string =>
    `${last}${STORED}00000${number(bytes.length, 16)}${number(check, 16)}${bytes.map((b) => number(b, 8)).join('')}`;

  test('are copied', () => {
    expect(run(octets(stored('0', [1, 2]), stored('0', []), stored(LAST, [255])))).toEqual(Uint8Array.of(1, 2, 255));
  });
  test('may be empty', () => {
    expect(run(octets(stored(LAST, [])))).toHaveLength(0);
  });
  test('start at the next octet after other blocks', () => {
    const before = `0${FIXED}${ABC}${END}`;
    const padding = '1'.repeat((8 - ((before.length + 3) % 8)) % 8);
    const after = stored(LAST, [100]).slice(8);
    expect(text(run(octets(before, LAST, STORED, padding, after)))).toBe('abcd');
  });
  test('are refused when their two lengths differ', () => {
    expect(refused(octets(stored(LAST, [1], 1)))).toMatchObject(because('stored length'));
  });
  test('are refused when they end too early', () => {
    expect(refused(octets(stored(LAST, [1, 2])).slice(0, -1))).toMatchObject(because('ends too early'));
  });
});

describe('fixed blocks', () => {
  test('say every octet', () => {
    const all = Array.from({ length: 256 }, (_, i) => i);
    expect([...run(octets(LAST, FIXED, all.map(fixed).join(''), END))]).toEqual(all);
  });
  test('copy what is still being written', () => {
    expect(text(run(octets(LAST, FIXED, ABC, COPY_258, distance(2), END)))).toBe('abc'.repeat(87));
  });
  test('copy from a dictionary, and across its end', () => {
    const dictionary = encodeUtf8('seed');
    const stream = octets(LAST, FIXED, ABC, fixed(261), distance(4), '1', END);
    expect(text(run(stream, dictionary))).toBe('abceedabce');
  });
  test('reach 32,768 octets back', () => {
    const dictionary = new Uint8Array(32_768).fill(7, 0, 3);
    const far = distance(29) + '1'.repeat(13);
    expect([...run(octets(LAST, FIXED, COPY_3, far, END), dictionary)]).toEqual([7, 7, 7]);
  });
  test('are refused when they reach further than there is', () => {
    const stream = octets(LAST, FIXED, ABC, COPY_3, distance(4), '0', END);
    expect(refused(stream)).toMatchObject(because('distance too far'));
    expect(text(run(stream, encodeUtf8('dd')))).toBe('abcdda');
  });
  test('are refused with length codes 286 and 287', () => {
    for (const symbol of [286, 287]) {
      expect(refused(octets(LAST, FIXED, fixed(symbol), END))).toMatchObject(because('no such length code'));
    }
  });
  test('are refused with distance codes 30 and 31', () => {
    for (const symbol of [30, 31]) {
      const stream = octets(LAST, FIXED, ABC, COPY_3, distance(symbol), '0'.repeat(13), END);
      expect(refused(stream)).toMatchObject(because('no such distance code'));
    }
  });
});

describe('dynamic blocks', () => {
  /** Codes of 1, 2, … 15, 15 bits: through the first table and its subtables. */
  const steps = Array.from({ length: 15 }, (_, i) => [97 + i, i + 1]);
  const deep = padded({ ...Object.fromEntries(steps), 256: 15 }, 257);
  const block = (literals: number[], distances: number[], body: string): Uint8Array =>
    octets(LAST, DYNAMIC, dynamicHeader(literals, distances), body);

  test('of another encoder are read', () => {
    expect(text(run(SEEDS))).toBe(SEEDS_TEXT);
  });
  test('have codes of up to 15 bits', () => {
    const codes = canonical(deep);
    const letters = 'abcdefghijklmnoonmlkjihgfedcba';
    const body = [...letters].map((c) => codes[c.charCodeAt(0)]).join('');
    expect(text(run(block(deep, [0], body + codes[256])))).toBe(letters);
  });
  test('may have a lone distance code of one bit', () => {
    const literals = padded({ 97: 1, 256: 2, 257: 2 }, 258);
    expect(text(run(block(literals, [1], '011010')))).toBe('aaaa');
    expect(refused(block(literals, [1], '011110'))).toMatchObject(because('no such distance code'));
    expect(refused(block(literals, [2], '0110010'))).toMatchObject(because('an incomplete code'));
  });
  test('may have no distance code, if they copy nothing', () => {
    const literals = padded({ 97: 1, 256: 2, 257: 2 }, 258);
    expect(text(run(block(literals, [0], '010')))).toBe('a');
    expect(refused(block(literals, [0], '01100'))).toMatchObject(because('no such distance code'));
  });
  test('are refused with too many codes', () => {
    const all = padded({ 97: 1, 256: 1 }, 257);
    const wide = (literals: number, distances: number): Uint8Array =>
      block([...all, ...padded({}, literals - 257)], padded({}, distances), '');
    expect(refused(wide(287, 1))).toMatchObject(because('too many codes'));
    expect(refused(wide(257, 31))).toMatchObject(because('too many codes'));
    expect(refused(wide(286, 30))).toMatchObject(because('ends too early'));
  });
  test('are refused with codes that are not complete', () => {
    expect(refused(block(padded({ 97: 2, 256: 1 }, 257), [0], ''))).toMatchObject(because('an incomplete code'));
    expect(refused(block(padded({ 256: 1 }, 257), [0], '0'))).toMatchObject(because('an incomplete code'));
    expect(refused(block(padded({ 97: 1, 98: 1, 256: 1 }, 257), [0], ''))).toMatchObject(
      because('more codes than bits allow'),
    );
    expect(refused(block(padded({ 97: 1, 256: 1 }, 257), [1, 1, 1], ''))).toMatchObject(
      because('more codes than bits allow'),
    );
  });
  test('are refused without a code for their end', () => {
    expect(refused(block(padded({ 97: 1, 98: 1 }, 257), [0], '0'))).toMatchObject(
      because('no code for the end of the block'),
    );
  });
  test('are refused when a run repeats nothing or too much', () => {
    // Code lengths of one bit: for 0 and 16, then for 0 and 18.
    const header = (lengths: string): string => LAST + DYNAMIC + number(0, 5) + number(0, 5) + number(0, 4) + lengths;
    const repeats = header(number(1, 3) + number(0, 3) + number(0, 3) + number(1, 3));
    expect(refused(octets(repeats, '1', number(0, 2)))).toMatchObject(because('nothing to repeat'));
    const zeros = header(number(0, 3) + number(0, 3) + number(1, 3) + number(1, 3));
    const run138 = `1${number(127, 7)}`;
    expect(refused(octets(zeros, run138, run138))).toMatchObject(because('too many code lengths'));
  });
});

describe('a stream', () => {
  const samples: [string, Uint8Array, Uint8Array][] = [
    ['stored', Uint8Array.of(1, 3, 0, 252, 255, 9, 9, 9), Uint8Array.of(9, 9, 9)],
    ['literals', octets(LAST, FIXED, ABC, END), encodeUtf8('abc')],
    ['fixed', octets(LAST, FIXED, ABC, COPY_258, distance(2), END), encodeUtf8('abc'.repeat(87))],
    ['dynamic', SEEDS, encodeUtf8(SEEDS_TEXT)],
  ];

  test('of a reserved block type is refused', () => {
    expect(refused(octets(LAST, '11'))).toMatchObject(because('reserved block type'));
  });
  test('must not be empty', () => {
    expect(refused(new Uint8Array(0))).toMatchObject(because('ends too early'));
  });
  test.each(samples)('%s: every truncation is refused', (_, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      expect(refused(bytes.slice(0, length))).toMatchObject(because('ends too early'));
    }
  });
  test.each(samples)('%s: octets after it are refused', (_, bytes) => {
    expect(refused(Uint8Array.of(...bytes, 0))).toMatchObject(because('octets after the end'));
  });
  test.each(samples)('%s: the cap is exact', (_, bytes, decoded) => {
    expect(inflate(bytes, { maxBytes: decoded.length })).toEqual(decoded);
    const over = refusal(() => inflate(bytes, { maxBytes: decoded.length - 1 }));
    expect(over).toMatchObject(because('decodes to too much'));
  });
  test.each(samples)('%s: a flipped bit is refused or stays under the cap', (_, bytes) => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const result = refusal(() => inflate(damaged, { maxBytes: 300 }));
      if (result instanceof Refused) expect(result.code).toBe('compression');
      else expect(result.length).toBeLessThanOrEqual(300);
    }
  });
  test('of any octets is refused or stays under the cap', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 50 }), (bytes, dictionary) => {
        const result = refusal(() => inflate(bytes, { maxBytes: 500 }, dictionary));
        if (!(result instanceof Refused)) expect(result.length).toBeLessThanOrEqual(500);
      }),
      { numRuns: 2_000 },
    );
  });
  test('that decodes to 10 MB stops at the cap', () => {
    const copies = `${COPY_258}${distance(0)}`.repeat(40_000);
    const bomb = octets(LAST, FIXED, fixed(0), copies, END);
    expect(refusal(() => inflate(bomb, { maxBytes: 1_000_000 }))).toMatchObject(because('decodes to too much'));
    expect(inflate(bomb, { maxBytes: 10_320_001 })).toHaveLength(10_320_001);
  });
  test('gives octets of its own', () => {
    const first = run(SEEDS);
    run(octets(LAST, FIXED, ABC, END));
    expect(text(first)).toBe(SEEDS_TEXT);
  });
  test('is read well after one that was refused', () => {
    refused(SEEDS.slice(0, 40));
    expect(text(run(SEEDS))).toBe(SEEDS_TEXT);
  });
});
