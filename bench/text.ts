/**
 * The text codec beside others, each item compressed alone: writes TEXT.md.
 *
 *     node bench/text.ts [--articles …]
 *
 * No text that is measured was in what its pack was made from.
 */
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  concatBytes,
  decodeRecord,
  decodeText,
  encodeText,
  parseLanguagePack,
  prime,
  type TextModel,
} from '@pappus/core';
import { builtInDictionaries } from '@pappus/newsroom';
import { encodeCoded } from '../newsroom/src/compress/encode.ts';
import { headOf, layerOf, readArticles, type Article } from '../tools/corpus.ts';
import { buildLanguagePack } from '../tools/language-pack.ts';
import { choosePhrases } from '../tools/phrases.ts';
import { rss } from './bytes.ts';
import { argument } from './measure.ts';

const FOLDER = import.meta.dirname;
const DATA = argument('articles', join(FOLDER, '../../shared/data/articles'));
const PACKS = join(FOLDER, '../core/packs');
const FARS = join(DATA, 'fa-fars.jsonl');
const TEHRAN_TIMES = join(DATA, 'en-tehrantimes.jsonl');
const TICO = join(DATA, 'multi-tico19.jsonl');
const XQUAD = join(DATA, 'multi-xquad.jsonl');
const PER_FEED = 50;
const MADE_OF_TICO = ['ar', 'ru', 'zh', 'my', 'ckb', 'ur', 'ps'];

interface Row {
  name: string;
  pack: Uint8Array;
  tests: readonly Article[];
  /** What the other codecs have: phrases of the same articles, where they take any. */
  phrases: Uint8Array | null;
}

interface Sizes {
  [column: string]: number;
}

const average = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

const gzip = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;
const brotli = (bytes: Uint8Array): number =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
/** Without the four octets that begin every frame. */
const zstd = (bytes: Uint8Array, dictionary: Uint8Array | null): number => {
  const params = { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_contentSizeFlag]: 0 };
  return zstdCompressSync(bytes, dictionary === null ? { params } : { params, dictionary }).length - 4;
};

/** Title and summary, which stand before a text. */
function wordsOf(head: Uint8Array): string[] {
  const { title, summary } = decodeRecord(concatBytes(head, NO_LAYERS));
  return [title, summary];
}

const NO_LAYERS = Uint8Array.of(0x80);

function deflated(bytes: Uint8Array, lang: string): number {
  const file = builtInDictionaries().find((book) => book.lang === lang && !('stream' in book.dictionary));
  const dictionary = file && !('stream' in file.dictionary) ? file.dictionary : null;
  return encodeCoded(dictionary, bytes).data.length;
}

function weigh({ pack, tests, phrases }: Row): Sizes {
  const text = prime(parseLanguagePack(pack));
  const items = tests.map((article, i) => ({ head: headOf(article, i), layer: layerOf(article), lang: article.lang }));
  const both = (size: (bytes: Uint8Array, lang: string) => number): number =>
    average(items.map(({ head, layer, lang }) => size(head, lang) + size(layer, lang)));
  const own = items.map(({ head, layer }) => ({
    h: encodeText(text, head, null)!.length,
    t: encodeText(text, layer, null)!.length,
    th: encodeText(text, layer, wordsOf(head))!.length,
  }));
  return {
    'pack kB': pack.length / 1000,
    raw: both((bytes) => bytes.length),
    gzip: both(gzip),
    zstd: both((bytes) => zstd(bytes, null)),
    'zstd + list': phrases === null ? Number.NaN : both((bytes) => zstd(bytes, phrases)),
    brotli: both(brotli),
    'codec 1, 2': both(deflated),
    H: average(own.map(({ h }) => h)),
    T: average(own.map(({ t }) => t)),
    'T after H': average(own.map(({ th }) => th)),
    'H + T after H': average(own.map(({ h, th }) => h + th)),
  };
}

function packFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(PACKS, `${name}.pack`)));
}

function listOf(articles: readonly Article[], lang: string, textsMin: number): Uint8Array {
  return new TextEncoder().encode(choosePhrases(articles, { lang, textsMin, bytes: 112_640 }).join(' '));
}

function rows(): Row[] {
  const fars = readArticles(`${FARS}@900,1200`, 'fa');
  const times = readArticles(`${TEHRAN_TIMES}@1500,2038`, 'en');
  const farsList = listOf(readArticles(`${FARS}@0,900`, 'fa'), 'fa', 10);
  const timesList = listOf(readArticles(`${TEHRAN_TIMES}@0,1500`, 'en'), 'en', 10);
  const tico = readArticles(TICO, 'fa');
  const bare = buildLanguagePack(readArticles(`${FARS}@0,900`, 'fa'), { lang: 'fa', textsMin: 10, bytes: 0 });
  return [
    { name: 'fa: Fars, own domain', pack: packFile('fa'), tests: fars, phrases: farsList },
    { name: 'fa large: Fars, own domain', pack: packFile('fa-large'), tests: fars, phrases: farsList },
    { name: 'fa: TICO-19, other domain', pack: packFile('fa'), tests: tico, phrases: farsList },
    { name: 'fa large: TICO-19, other domain', pack: packFile('fa-large'), tests: tico, phrases: farsList },
    { name: 'fa without phrases: TICO-19', pack: bare, tests: tico, phrases: null },
    { name: 'en: Tehran Times, own domain', pack: packFile('en'), tests: times, phrases: timesList },
    { name: 'en large: Tehran Times, own domain', pack: packFile('en-large'), tests: times, phrases: timesList },
    { name: 'en: XQuAD, other domain', pack: packFile('en'), tests: readArticles(XQUAD, 'en'), phrases: timesList },
    ...['ar', 'ru', 'zh'].map((lang) => {
      return {
        name: `${lang}: XQuAD, other domain`,
        pack: packFile(lang),
        tests: readArticles(XQUAD, lang),
        phrases: null,
      };
    }),
    ...MADE_OF_TICO.map(heldOut),
  ];
}

/** A pack of two texts in three, on the others: what the shipped one of all has not to compare with. */
function heldOut(lang: string): Row {
  const all = readArticles(TICO, lang);
  const sources = [...new Set(all.map(({ source }) => source))];
  const isTest = ({ source }: Article): boolean => sources.indexOf(source) % 3 === 2;
  const train = all.filter((article) => !isTest(article));
  const choice = { lang, textsMin: 3, bytes: 131_072 };
  const phrases = new TextEncoder().encode(choosePhrases(train, choice).join(' '));
  return {
    name: `${lang}: TICO-19, own domain`,
    pack: buildLanguagePack(train, choice),
    tests: all.filter(isTest),
    phrases,
  };
}

function feedOf(articles: readonly Article[]): number {
  const items = articles.map((article, i) => {
    const [first = ''] = article.paragraphs;
    const summary = article.summary ?? first.split('. ')[0]!;
    const date = article.date ?? '2026-01-01';
    return { id: String(i), title: article.title ?? '', summary, body: article.paragraphs.join('\n\n'), date };
  });
  let octets = 0;
  for (let at = 0; at < items.length; at += PER_FEED)
    octets += gzip(new TextEncoder().encode(rss(items.slice(at, at + PER_FEED))));
  return octets / items.length;
}

/** Best of several runs: others work on the machine. */
function speeds(): string {
  const file = packFile('fa');
  let text: TextModel | null = null;
  let primeMs = Infinity;
  for (let run = 0; run < 8; run++) {
    const started = performance.now();
    text = prime(parseLanguagePack(file));
    primeMs = Math.min(primeMs, performance.now() - started);
  }
  const layers = readArticles(`${FARS}@900,1000`, 'fa').map(layerOf);
  const coded = layers.map((layer) => encodeText(text!, layer, null)!);
  let rate = 0;
  for (let run = 0; run < 12; run++) {
    const started = performance.now();
    coded.forEach((data, i) => decodeText(text!, data, layers[i]!.length, null));
    const ms = performance.now() - started;
    rate = Math.max(rate, layers.reduce((sum, { length }) => sum + length, 0) / ms / 1000);
  }
  const state = (text!.learned.byteLength / 1e6).toFixed(1);
  return `Text layers of Fars, best of 12 runs on a shared machine: ${rate.toFixed(2)} MB of UTF-8 a second decoded in Node ${process.version}. Priming with fa.pack (${file.length} octets, ${text!.pack.primed} symbols): ${primeMs.toFixed(0)} ms, best of 8. State ${state} MB, and as much to work in, which all packs share.`;
}

function tableOf(weighed: readonly { name: string; tests: number; sizes: Sizes }[]): string {
  const columns = Object.keys(weighed[0]!.sizes);
  const lines = weighed.map(({ name, tests, sizes }) => {
    const cells = columns.map((column) => {
      const value = sizes[column]!;
      return Number.isNaN(value) ? '' : value.toFixed(column === 'pack kB' || column === 'H' ? 1 : 0);
    });
    return `| ${[`${name} (${tests})`, ...cells].join(' | ')} |`;
  });
  return [`| | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---:|').join('')}`, ...lines].join('\n');
}

function page(): string {
  const weighed = rows().map((row) => {
    process.stderr.write(`${row.name}\n`);
    return { name: row.name, tests: row.tests.length, sizes: weigh(row) };
  });
  const fars = feedOf(readArticles(`${FARS}@900,1200`, 'fa'));
  const times = feedOf(readArticles(`${TEHRAN_TIMES}@1500,2038`, 'en'));
  const ratio = (i: number, feed: number): string => (weighed[i]!.sizes['H + T after H']! / feed).toFixed(3);
  return `# Text codec: one post alone

Written by \`node bench/text.ts\`; nothing here is edited by hand. Octets an article, averaged; each item is
compressed alone. H is the head of a record (title, summary, language, direction, date), T its text layer; the other
columns are H and T together, each alone. \`zstd + list\` has 110 kB of the same phrases as a dictionary, \`codec 1, 2\`
what the newsroom did before, with its own dictionary where there is one. No measured text was in its pack.

${tableOf(weighed)}

RSS 2.0 of 50 items with full text, gzip -9: ${fars.toFixed(0)} octets an article of Fars, ${times.toFixed(0)} of Tehran Times.
H + T after H is ${ratio(0, fars)} of that in Persian, ${ratio(1, fars)} with the large pack; in English ${ratio(5, times)} and ${ratio(6, times)}.
A Persian text of another domain takes ${(weighed[2]!.sizes['H + T after H']! / weighed[4]!.sizes['H + T after H']!).toFixed(3)} of what it takes without phrases.

${speeds()}

PPMd and zpaq were not run here: \`design/notes/codec.md\` has 572 octets for PPMd primed with 256 KB of Fars (all in
one), and 469 for zpaq primed with 3.4 MB, the practical limit, on other test articles (3,635 octets each).
SKIPPED: phones and WebKit.

The TICO-19 rows of "own domain" have packs of two texts in three, medicine all of them; pieces of ten sentences stand
for articles, with the first words of each as its title. Such a pack says little about news.
`;
}

const text = page();
writeFileSync(join(FOLDER, 'TEXT.md'), text);
process.stdout.write(text);
