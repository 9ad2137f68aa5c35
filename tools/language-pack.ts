/**
 * Builds the language pack of a language (file format: core/src/text/decode.ts; docs/decisions/009-text-codec.md).
 *
 *     node tools/language-pack.ts <lang> <out> <phrase octets> <least texts> <articles.jsonl>[@from,to] …
 *
 * Each line is an article with `id`, `lang`, and `body` or `segments`, best also `title`, `summary` and `date`; lines
 * of another `lang` are left out. `@0,900` takes the first 900 lines. A pack has phrases of up to four words that
 * stand in at least so many different texts: a fact about the language, of which nothing ever has to be withdrawn.
 * Ten is a good number where the corpus is large. The mixing weights are learned on a part of the articles, behind
 * phrases of the others. The same input always gives the same file.
 */
import { writeFileSync } from 'node:fs';
import { concatBytes } from '../core/src/base.ts';
import { LIMITS } from '../core/src/limits.ts';
import { decodeRecord } from '../core/src/post.ts';
import { beginItem, codeSymbols, prime, type TextModel } from '../core/src/text/decode.ts';
import { Encoder } from '../core/src/text/encode.ts';
import {
  CODE_LENGTH_MAX,
  codeWeights,
  PACK_VERSION,
  parseLanguagePack,
  symbolCode,
  weightCount,
  WEIGHT_STEP,
} from '../core/src/text/language-pack.ts';
import { begin, INPUTS, load } from '../core/src/text/model.ts';
import { SYMBOL, symbolsOf } from '../core/src/text/symbols.ts';
import { headOf, layerOf, readArticles, RTL, type Article } from './corpus.ts';
import { buildCode, type CodeTable } from './pack-code.ts';
import { choosePhrases, type PhraseChoice } from './phrases.ts';

/** Where the weights begin, in steps. */
const PLAIN_WEIGHT = 6;
/** A step of the common set and a difference from it fit into a signed octet each. */
const WEIGHT_MAX = 63;
/** The weights are learned on about so many articles, of one text in four at most. */
const WEIGHT_ARTICLES = 180;
const PARTS_MIN = 4;
/** How often the weights read these. */
const ROUNDS = 2;
const NO_LAYERS = Uint8Array.of(0x80);
/** A code point that is rarer escapes. */
const RARE = 200_000;
/** Dates in the records that every pack has read, late 2026 and early 2027: two in minutes, in seconds, in days. */
const DATES = [
  [SYMBOL.integer + 1, 29_900_000],
  [SYMBOL.integer + 1, 30_000_000],
  [SYMBOL.integer, 1_795_000_001],
  [SYMBOL.integer + 3, 20_800],
];

/** The octets of a pack. */
export function buildLanguagePack(articles: readonly Article[], choice: PhraseChoice): Uint8Array {
  const table = buildCode(frequenciesOf(articles));
  const packOf = (from: readonly Article[], weights: Weights): Uint8Array => {
    const phrases = codePointsOf(choosePhrases(from, choice).join(' '));
    return encodeLanguagePack(table, weights, [...phrases, SYMBOL.end, ...samples(choice.lang)]);
  };
  const plain = new Int32Array(weightCount(symbolCode(table.symbols, table.lengths))).fill(PLAIN_WEIGHT);
  const common = new Int32Array(INPUTS).fill(PLAIN_WEIGHT);
  const { learners, others } = split(articles);
  const first = prime(parseLanguagePack(packOf(others, { weights: plain, common })));
  return packOf(articles, inSteps(learnWeights(first, learners)));
}

function split(articles: readonly Article[]): { learners: Article[]; others: Article[] } {
  const sources = new Map<string, number>();
  for (const { source } of articles) if (!sources.has(source)) sources.set(source, sources.size);
  const parts = Math.max(PARTS_MIN, Math.round(articles.length / WEIGHT_ARTICLES));
  const learns = ({ source }: Article): boolean => sources.get(source)! % parts === 1;
  return { learners: articles.filter(learns), others: articles.filter((article) => !learns(article)) };
}

function frequenciesOf(articles: readonly Article[]): Map<number, number> {
  const counts = new Map<number, number>();
  let total = 0;
  for (const [i, article] of articles.entries()) {
    const symbols = [
      ...withoutNumbers(symbolsOf(headOf(article, i))!),
      ...withoutNumbers(symbolsOf(layerOf(article))!),
    ];
    for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    total += symbols.length;
  }
  for (let ascii = 0x20; ascii < 0x7f; ascii++)
    counts.set(SYMBOL.codePoint + ascii, counts.get(SYMBOL.codePoint + ascii) ?? 0);
  const least = Math.max(2, total / RARE);
  return new Map([...counts].filter(([symbol, count]) => symbol < SYMBOL.codePoint + 0x7f || count >= least));
}

function withoutNumbers(symbols: readonly number[]): number[] {
  return symbols.filter((_, i) => !isInteger(symbols[i - 1]));
}

function isInteger(symbol: number | undefined): boolean {
  return symbol !== undefined && symbol >= SYMBOL.integer && symbol < SYMBOL.small;
}

function codePointsOf(text: string): number[] {
  return [...text].map((character) => SYMBOL.codePoint + character.codePointAt(0)!);
}

/** What every pack has read last: records and layers as they are, almost without words. */
function samples(lang: string): number[] {
  const text = (words: string): number[] => [...codePointsOf(words), SYMBOL.end];
  const rtl = RTL.includes(lang) ? [SYMBOL.small + 3, SYMBOL.true] : [];
  const layer = [SYMBOL.array, ...text('.'), ...text('.'), ...text('.'), SYMBOL.end];
  return DATES.flatMap((date) => [
    SYMBOL.map,
    SYMBOL.small,
    ...text('.'),
    SYMBOL.small + 1,
    ...text('.'),
    SYMBOL.small + 2,
    ...text(lang),
    ...rtl,
    SYMBOL.small + 4,
    ...date,
    SYMBOL.small + 23,
    ...layer,
  ]);
}

interface Weights {
  weights: Int32Array;
  common: Int32Array;
}

/** Weights as they are in the last round of all articles, on average. */
function learnWeights(text: TextModel, articles: readonly Article[]): { learned: Int32Array; start: Int32Array } {
  const start = beginItem(text, null).slice();
  let learned = start;
  const read = (item: Uint8Array, before: readonly string[] | null): void => {
    const weights = beginItem(text, before);
    weights.set(learned);
    codeSymbols((_, bit) => bit, symbolsOf(item)!);
    learned = weights.slice();
  };
  const sums = new Float64Array(start.length);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, article] of articles.entries()) {
      const head = headOf(article, i);
      const { title, summary } = decodeRecord(concatBytes(head, NO_LAYERS));
      read(head, null);
      read(layerOf(article), [title, summary]);
      if (round === ROUNDS - 1) for (const [k, weight] of learned.entries()) sums[k]! += weight / articles.length;
    }
  }
  return { learned: Int32Array.from(sums, Math.round), start };
}

/** Rounded; sets that no article used are the average of those that one did. */
function inSteps({ learned, start }: { learned: Int32Array; start: Int32Array }): Weights {
  const step = (weight: number): number =>
    Math.max(-WEIGHT_MAX, Math.min(WEIGHT_MAX, Math.round(weight / WEIGHT_STEP)));
  const sets = Array.from({ length: learned.length / INPUTS }, (_, i) => i * INPUTS);
  const used = sets.filter((at) => learned.subarray(at, at + INPUTS).some((weight, i) => weight !== start[at + i]));
  const common = Int32Array.from({ length: INPUTS }, (_, i) => {
    return step(used.reduce((sum, at) => sum + learned[at + i]!, 0) / used.length);
  });
  const weights = new Int32Array(learned.length);
  for (const at of sets) weights.set(common, at);
  for (const at of used) weights.set(learned.subarray(at, at + INPUTS).map(step), at);
  return { weights, common };
}

/** The file of a pack. `primed` are symbols as `symbolsOf` gives them. */
export function encodeLanguagePack(
  table: CodeTable,
  { weights, common }: Weights,
  primed: readonly number[],
): Uint8Array {
  const head = [PACK_VERSION, ...varint(withoutNumbers(primed).length)];
  for (let length = 1; length <= CODE_LENGTH_MAX; length++) {
    const own = table.symbols.filter((_, i) => table.lengths[i] === length);
    head.push(...varint(own.length));
    for (const [i, symbol] of own.entries()) {
      const step = symbol - (own[i - 1] ?? 0);
      head.push(...varint(step < 0 ? -2 * step - 1 : 2 * step));
    }
  }
  const encoder = new Encoder();
  codeWeights(encoder.bit, common.slice(), weights.slice());
  load(symbolCode(table.symbols, table.lengths), null).set(weights.map((weight) => weight * WEIGHT_STEP));
  begin(0, false);
  codeSymbols(encoder.bit, primed);
  return concatBytes(Uint8Array.from(head), encoder.end());
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

if (import.meta.main) {
  const [lang, out, bytes, textsMin, ...sources] = process.argv.slice(2);
  if (lang === undefined || out === undefined || sources.length === 0) {
    console.error(
      'usage: node tools/language-pack.ts <lang> <out> <phrase octets> <least texts> <articles>[@from,to] …',
    );
    process.exit(2);
  }
  const read = sources.flatMap((source) => readArticles(source, lang));
  // An article that was posted twice is one: its phrases must not count as common.
  const articles = [...new Map(read.map((article) => [article.paragraphs.join('\n'), article])).values()];
  const file = buildLanguagePack(articles, { lang, bytes: Number(bytes), textsMin: Number(textsMin) });
  if (file.length > LIMITS.dictionaryBytes) throw new Error('too large: ask for fewer octets of phrases');
  writeFileSync(out, file);
  const { id, symbols, primed } = parseLanguagePack(file);
  console.log(
    `${id} ${lang}: ${articles.length} articles, ${symbols.length} symbols, ${primed} of phrases, ${file.length} octets`,
  );
}
