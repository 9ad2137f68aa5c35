/** The text codec's vectors: the same octets, and the same state of every pack that comes with us, in any engine. */
import { describe, expect, test } from 'vitest';
import index from '../../spec/vectors/index.json';
import { decodeBase64, decodeHex, encodeHex } from '../src/base.ts';
import { sha256 } from '../src/crypto.ts';
import { encode } from '../src/encoding.ts';
import { decodeRun, decodeText, prime, type TextModel } from '../src/text/decode.ts';
import { encodeRun, encodeText } from '../src/text/encode.ts';
import { parseLanguagePack } from '../src/text/language-pack.ts';

const vectors = index.units.text;
/** Data URLs by path. */
const FILES = import.meta.glob<string>('../packs/*.pack', { query: '?url&inline', import: 'default', eager: true });
const TEXT = prime(parseLanguagePack(decodeBase64(vectors.pack)));
const stateOf = ({ learned }: TextModel): string => encodeHex(sha256(new Uint8Array(learned.buffer)));
const packOf = (name: string): Uint8Array => decodeBase64(FILES[`../packs/${name}`]!.replace(/.*,/, ''));

/** `item` is coded to `data`, and `data` decoded to `item`. */
function expectBothWays(
  text: TextModel,
  { item, before, data }: { item: string; before: string[] | null; data: string },
) {
  const octets = decodeHex(item);
  expect(encodeHex(encodeText(text, octets, before)!)).toBe(data);
  expect(encodeHex(decodeText(text, decodeHex(data), octets.length, before))).toBe(item);
}

describe('text vectors', () => {
  test('the tiny pack primes to its state', () => {
    expect(stateOf(TEXT)).toBe(vectors.primed);
  });
  test.each(vectors.items)('item: $what', (item) => expectBothWays(TEXT, item));
  test.each(vectors.runs)('a run', ({ items, data }) => {
    const heads = items.map(decodeHex);
    expect(encodeHex(encodeRun(TEXT, heads)!)).toBe(data);
    expect(encodeHex(decodeRun(TEXT, decodeHex(data), items.join('').length / 2))).toBe(items.join(''));
  });
  test('the longest text layer', () => {
    const { word, times, octets, data } = vectors.longest;
    const layer = encode([word.repeat(times)]);
    expect(layer.length).toBe(octets);
    expect(encodeHex(sha256(decodeText(TEXT, decodeHex(data), octets, null)))).toBe(encodeHex(sha256(layer)));
  });
  test('are of all packs', () => {
    expect(vectors.packs.map(({ name }) => `../packs/${name}`)).toEqual(Object.keys(FILES).sort());
  });
  test.each(vectors.packs)('pack: $name', ({ name, id, primed, item, data }) => {
    const text = prime(parseLanguagePack(packOf(name)));
    expect([text.pack.id, stateOf(text)]).toEqual([id, primed]);
    expectBothWays(text, { item, before: null, data });
  });
});
