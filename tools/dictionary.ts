/**
 * Builds the compression dictionary of a language (file format: core/src/codec.ts).
 *
 *     node tools/dictionary.ts <lang> <out> <articles.jsonl>[@modulus,remainder] …
 *
 * Each line is an article with `title`, `summary`, `body` or `segments`; lines of another `lang` are left out.
 * `@6,5` takes the lines whose number, from 0, leaves 5 when divided by 6.
 *
 * The text of a dictionary is a list of phrases that stand in at least PHRASE_ARTICLES different articles: a fact
 * about the language, of which nothing ever has to be withdrawn. The same input always gives the same file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { concatBytes, encodeUtf8 } from '../core/src/base.ts';
import { CODE_POINTS_MAX, parseDictionary, recode } from '../core/src/codec.ts';
import { LIMITS } from '../core/src/limits.ts';
import { FIXED } from '../newsroom/src/compress/block.ts';
import { deflateSmallest } from '../newsroom/src/compress/encode.ts';
import { findMatches, indexHistory, type History, type Matches } from '../newsroom/src/compress/matches.ts';
import {
  cheapestParse,
  costsOfCode,
  costsOfFrequencies,
  countSymbols,
  type Costs,
  type Frequencies,
} from '../newsroom/src/compress/parse.ts';
import { encodePrelude } from '../newsroom/src/compress/prelude.ts';
import { headOf, layerOf, RTL, type Article as CorpusArticle } from './corpus.ts';

/** Fewest articles that must have a phrase, and most words of one. */
const PHRASE_ARTICLES = 3;
const PHRASE_WORDS_MAX = 6;
/** A phrase is worth the pieces of this many characters in it, each by the number of articles that have it. */
const PIECE_CHARACTERS = 5;
/** What is left of a piece's worth after each chosen phrase that has it. */
const PIECE_DECAY = 0.3;
/** A phrase costs its room to this power: measured, a little less than proportional. */
const ROOM_POWER = 0.8;
/** The worth that is asked of the next phrases, as a part of what was asked of the last. */
const EASING = 0.97;
/** The prelude's code is made for articles that the text was not built from: as many parts, each left out once. */
const FOLDS = 4;
const ROUNDS = 6;
/** A headline counts as several times its symbols: it is what everybody fetches. */
const HEADLINE_WEIGHT = 4;

/** Code points of a language's writing that a small corpus may lack. */
const ALPHABETS: Record<string, string> = {
  fa: 'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیيكآأإؤئءةىًٌٍَُِّْٰ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩«»،؛؟٪٫٬…–—“”‘’\u200c\u200d\u200e\u200f\u00a0',
  ar: 'ابتثجحخدذرزسشصضطظعغفقكلمنهويآأإؤئءةىًٌٍَُِّْٰـ٠١٢٣٤٥٦٧٨٩«»،؛؟٪٫٬…–—“”‘’\u200e\u200f\u00a0',
  ru: 'абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ«»„“”’…–—№°\u00a0',
  en: '“”‘’…–—«»£€°é\u00a0',
};

export interface Article {
  lang?: string;
  title?: string | null;
  summary?: string | null;
  body?: string;
  segments?: string[];
}

/** The octets of a dictionary file. */
export function buildDictionary(lang: string, articles: readonly Article[]): Uint8Array {
  const codePoints = chooseCodePoints(lang, articles.map(paragraphsOf));
  const prelude = encodePrelude(symbolsOf(lang, codePoints, articles));
  return encodeDictionary(codePoints, prelude, buildText(lang, codePoints, articles));
}

/** The file of a dictionary; `parseDictionary` reads it. */
export function encodeDictionary(codePoints: readonly number[], prelude: Uint8Array, text: Uint8Array): Uint8Array {
  const deflated = deflateSmallest(text, new Uint8Array(0));
  const table = encodeUtf8(String.fromCodePoint(...codePoints));
  const textSize = Uint8Array.of(text.length >> 8, text.length & 0xff);
  const head = Uint8Array.of(1, codePoints.length);
  return concatBytes(head, table, Uint8Array.of(prelude.length), prelude, textSize, deflated);
}

function buildText(lang: string, codePoints: readonly number[], articles: readonly Article[]): Uint8Array {
  const glue = recode({ codePoints }, glueOf(lang));
  const room = LIMITS.dictionaryTextBytes - glue.length - 1;
  const phrases = choosePhrases(
    articles.map(paragraphsOf),
    room,
    (text) => recode({ codePoints }, encodeUtf8(text)).length,
  );
  // The most valuable phrases stand last: near copies cost fewer bits.
  return concatBytes(recode({ codePoints }, encodeUtf8(phrases.toReversed().join(' ') + ' ')), glue);
}

/** How often each symbol of DEFLATE occurs in items that the dictionary was not built from. */
function symbolsOf(lang: string, codePoints: readonly number[], articles: readonly Article[]): Frequencies {
  const samples: Sample[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = articles.filter((_, i) => i % FOLDS !== fold);
    const history = indexHistory(buildText(lang, codePoints, others));
    for (const [i, article] of articles.entries()) {
      if (i % FOLDS !== fold) continue;
      samples.push(sampleOf(recode({ codePoints }, headOf(inCorpus(lang, article), i)), history, HEADLINE_WEIGHT));
      samples.push(sampleOf(recode({ codePoints }, layerOf(inCorpus(lang, article))), history, 1));
    }
  }
  let frequencies = countAll(samples, costsOfCode(FIXED.literals, FIXED.distances));
  for (let round = 0; round < ROUNDS; round++) frequencies = countAll(samples, costsOfFrequencies(frequencies));
  return frequencies;
}

/** A recoded item, the copies it could be made of, and how much it counts. */
interface Sample {
  item: Uint8Array;
  matches: Matches;
  weight: number;
}

function sampleOf(item: Uint8Array, history: History, weight: number): Sample {
  return { item, matches: findMatches(history, item), weight };
}

function countAll(samples: readonly Sample[], costs: Costs): Frequencies {
  const sum = countSymbols({ values: new Uint16Array(0), distances: new Uint16Array(0) });
  for (const { item, matches, weight } of samples) {
    const { literals, distances } = countSymbols(cheapestParse(item, matches, 0, item.length, costs));
    literals.forEach((frequency, i) => (sum.literals[i]! += weight * frequency));
    distances.forEach((frequency, i) => (sum.distances[i]! += weight * frequency));
  }
  return sum;
}

/** As the pack's tool sees it; dates are made up, for a dictionary knows none. */
function inCorpus(lang: string, article: Article): CorpusArticle {
  const { title = null, summary = null } = article;
  const paragraphs = paragraphsOf({ ...article, title: null, summary: null });
  return { lang, title, summary, date: null, paragraphs, source: '' };
}

function paragraphsOf({ title, summary, body, segments }: Article): string[] {
  return [title ?? '', summary ?? '', ...(segments ?? body?.split('\n') ?? [])].filter((text) => text !== '');
}

/** The commonest code points outside ASCII, most frequent first, and then the alphabet's remaining ones. */
export function chooseCodePoints(lang: string, texts: readonly string[][]): number[] {
  const counts = new Map<number, number>();
  for (const character of ALPHABETS[lang] ?? '') counts.set(character.codePointAt(0)!, 0);
  for (const character of texts.flat().join('')) {
    const codePoint = character.codePointAt(0)!;
    if (codePoint >= 0x80 && codePoint <= 0xffff) counts.set(codePoint, (counts.get(codePoint) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return sorted.map(([codePoint]) => codePoint).slice(0, CODE_POINTS_MAX);
}

/**
 * Phrases of whole words, most valuable first, that fit into `room` when joined by spaces. Each is worth the
 * pieces that no phrase before it has; a threshold sinks, and whatever still reaches it is taken.
 */
function choosePhrases(texts: readonly string[][], room: number, sizeOf: (text: string) => number): string[] {
  const pieceArticles = countArticles(texts, (line) => piecesOf(line));
  const phrases = [...countArticles(texts, wordRuns)].filter(([, articles]) => articles >= PHRASE_ARTICLES);
  const chosen: string[] = [];
  const worthLeft = new Map(pieceArticles);
  const worthOf = (text: string): number => {
    let sum = 0;
    for (const piece of piecesOf(` ${text} `)) sum += worthLeft.get(piece) ?? 0;
    return sum / (text.length + 1) ** ROOM_POWER;
  };
  const waiting = phrases.map(([text]) => ({ text, worth: worthOf(text), size: sizeOf(text) + 1 }));
  waiting.sort((a, b) => (a.text < b.text ? -1 : 1));
  let left = room;
  for (let asked = Math.max(...waiting.map(({ worth }) => worth)); asked > 0.01; asked *= EASING) {
    for (const phrase of waiting) {
      if (phrase.worth < asked || phrase.size > left) continue;
      // Worth only falls, so what was too little before is not computed again.
      phrase.worth = worthOf(phrase.text);
      if (phrase.worth < asked) continue;
      chosen.push(phrase.text);
      left -= phrase.size;
      phrase.worth = 0;
      for (const piece of piecesOf(` ${phrase.text} `)) worthLeft.set(piece, worthLeft.get(piece)! * PIECE_DECAY);
    }
  }
  return chosen;
}

/** In how many articles each part of a line stands. */
function countArticles(texts: readonly string[][], partsOf: (line: string) => Set<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const lines of texts) {
    const parts = new Set<string>();
    for (const line of lines) for (const part of partsOf(` ${wordsOf(line).join(' ')} `)) parts.add(part);
    for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return counts;
}

function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}

function piecesOf(line: string): Set<string> {
  const pieces = new Set<string>();
  for (let at = 0; at + PIECE_CHARACTERS <= line.length; at++) pieces.add(line.slice(at, at + PIECE_CHARACTERS));
  return pieces;
}

function wordRuns(line: string): Set<string> {
  const words = wordsOf(line);
  const runs = new Set<string>();
  for (let from = 0; from < words.length; from++) {
    for (let count = 1; count <= PHRASE_WORDS_MAX && from + count <= words.length; count++) {
      runs.add(words.slice(from, from + count).join(' '));
    }
  }
  return runs;
}

/** What stands around the text of every item: heads of CBOR, and the fields of a record that seldom differ. */
function glueOf(lang: string): Uint8Array {
  const link = [0x07, 0x78, 0x40, ...encodeUtf8('https://www.')];
  const paragraphs = [...encodeUtf8('. '), 0x79, 0x01, 0x2e, 0x79, 0x02, 0x2e, 0x78];
  const start = [0xa6, 0x00, 0x78];
  const language = [
    0x02,
    0x60 + lang.length,
    ...encodeUtf8(lang),
    ...(RTL.includes(lang) ? [0x03, 0xf5] : []),
    0x04,
    0x1a,
  ];
  return Uint8Array.from([...link, ...paragraphs, ...start, ...language]);
}

function readArticles(source: string, lang: string): Article[] {
  const [, path, modulus, remainder] = /^(.*?)(?:@(\d+),(\d+))?$/.exec(source)!;
  return readFileSync(path!, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((_, i) => modulus === undefined || i % Number(modulus) === Number(remainder))
    .map((line) => JSON.parse(line) as Article)
    .filter((article) => article.lang === lang);
}

function textOf(article: Article): string {
  return paragraphsOf({ ...article, title: null, summary: null }).join('\n');
}

if (import.meta.main) {
  const [lang, out, ...sources] = process.argv.slice(2);
  if (lang === undefined || out === undefined || sources.length === 0) {
    console.error('usage: node tools/dictionary.ts <lang> <out> <articles.jsonl>[@modulus,remainder] …');
    process.exit(2);
  }
  const read = sources.flatMap((source) => readArticles(source, lang));
  // An article that was posted twice is one: its phrases must not count as common.
  const articles = [...new Map(read.map((article) => [textOf(article), article])).values()];
  const file = buildDictionary(lang, articles);
  writeFileSync(out, file);
  const { id, codePoints, text } = parseDictionary(file);
  console.log(
    `${id} ${lang}: ${articles.length} articles, ${codePoints.length} code points, ${text.length} octets in ${file.length}`,
  );
}
