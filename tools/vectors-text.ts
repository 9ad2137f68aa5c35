/** Vectors of the text codec (spec 6): a tiny pack, items of many scripts under it, and the packs that come with us. */
import { readFileSync, readdirSync } from 'node:fs';
import {
  decodeHex,
  encode,
  encodeBase64,
  encodeBlocks,
  encodeHex,
  encodeRecord,
  encodeRun,
  encodeText,
  encodeUtf8,
  parseLanguagePack,
  prime,
  sha256,
  type TextModel,
} from '@pappus/core';
import { INPUTS } from '../core/src/text/model.ts';
import { symbolCode, weightCount } from '../core/src/text/language-pack.ts';
import { SYMBOL } from '../core/src/text/symbols.ts';
import { encodeLanguagePack } from './language-pack.ts';

const PACKS = new URL('../core/packs/', import.meta.url);
const TEXT_LAYER_BYTES = 262_144;
const TINY_PHRASES = 'the news of the day سلام خبرهای امروز и новости дня ';
const PLAIN_WEIGHT = 6;

/** Twelve scripts; most of them the tiny pack lacks. */
const SCRIPTS = {
  latin: 'The news of the day.',
  arabic: 'سلام، خبرهای امروز کوتاه است. كيف الحال؟',
  cyrillic: 'Новости дня и ночи.',
  han: '今天的新闻。',
  burmese: 'ယနေ့ သတင်းများ။',
  hebrew: 'חדשות היום',
  devanagari: 'आज की ख़बरें।',
  greek: 'Τα νέα της ημέρας',
  georgian: 'დღის ამბები',
  hangul: '오늘의 뉴스',
  thai: 'ข่าววันนี้',
  ethiopic: 'የዛሬ ዜና',
};

const ODDITIES = {
  empty: '',
  letter: 'a',
  emoji: '😀👩\u200d👩\u200d👧🇮🇷',
  bidi: '\u200eabc\u200f \u202bسلام\u202c \u2066x\u2069',
  'joiners and marks alone': '\u200c\u200d\u0301\u064e\u093f',
  controls: 'a\nb\tc\u0000',
  'last code point': '\u{10ffff}\ud7ff\ue000',
};

/** A code of eight bits for every symbol. */
function tinyPack(): Uint8Array {
  const own = new Set(
    [...(TINY_PHRASES + SCRIPTS.latin + SCRIPTS.cyrillic + SCRIPTS.arabic)].map((c) => c.codePointAt(0)!),
  );
  for (let codePoint = 0x20; own.size < 256 - SYMBOL.codePoint; codePoint++) own.add(codePoint);
  const codePoints = [...own].sort((a, b) => a - b).map((codePoint) => SYMBOL.codePoint + codePoint);
  const symbols = [...Array.from({ length: SYMBOL.codePoint }, (_, i) => i), ...codePoints];
  const table = { symbols, lengths: symbols.map(() => 8) };
  const sets = weightCount(symbolCode(table.symbols, table.lengths));
  const weights = {
    common: new Int32Array(INPUTS).fill(PLAIN_WEIGHT),
    weights: new Int32Array(sets).map((_, i) => PLAIN_WEIGHT + (Math.floor(i / INPUTS) % 9 === 0 ? (i % 5) - 2 : 0)),
  };
  const phrases = [...TINY_PHRASES].map((c) => SYMBOL.codePoint + c.codePointAt(0)!);
  return encodeLanguagePack(table, weights, [...phrases, SYMBOL.end, SYMBOL.integer + 1, 29_900_000]);
}

function paragraph(value: string): Uint8Array {
  return encodeBlocks([{ type: 'paragraph', children: [{ type: 'text', value }] }]);
}

const HEAD = encodeRecord({
  title: 'The news',
  summary: 'خبرهای امروز',
  lang: 'fa',
  rtl: true,
  date: 1_794_000_060,
  byline: 'a',
  tags: ['news', ''],
  link: 'https://news.example/1',
  translationOf: 23,
  replaces: 24,
  layers: [{ kind: 1, size: 1, digest: new Uint8Array(32), mediaType: '' }],
}).head;

/** Whole maps, every kind of block, and numbers of each length. */
const STRUCTURES = {
  head: HEAD,
  'record without layers': encodeRecord({
    title: 'a',
    summary: '',
    lang: '',
    rtl: false,
    date: 86_400,
    byline: '',
    tags: [],
    link: '',
    translationOf: null,
    replaces: null,
    layers: [],
  }).head,
  blocks: encodeBlocks([
    { type: 'heading', depth: 2, children: [{ type: 'text', value: 'news' }] },
    { type: 'list', start: null, children: [[{ type: 'thematicBreak' }], []] },
    { type: 'list', start: 2 ** 31, children: [] },
    { type: 'table', header: 1, rows: [[[{ type: 'text', value: '' }], [{ type: 'break' }]]] },
    {
      type: 'paragraph',
      children: [{ type: 'link', url: 'https://a.example/', children: [{ type: 'text', value: 'a' }] }],
    },
  ]),
  numbers: encode([0, 23, 24, 25, 999, 10_000, 86_400, 86_401, 65_535, 2 ** 32 - 1, 60 * (2 ** 32 - 1), false]),
  'nothing but a number': decodeHex('1a6ab13b80'),
  'sixteen arrays': decodeHex(`${'81'.repeat(16)}80`),
};

/** All vectors of the text codec, as JSON would hold them. */
export function textVectors() {
  const pack = tinyPack();
  const text = prime(parseLanguagePack(pack));
  const layers = Object.entries({ ...SCRIPTS, ...ODDITIES }).map(([what, value]) =>
    one(text, what, paragraph(value), null),
  );
  const structures = Object.entries(STRUCTURES).map(([what, item]) => one(text, what, item, null));
  const following = one(text, 'after title and summary', paragraph(`${SCRIPTS.arabic} ${SCRIPTS.latin}`), [
    SCRIPTS.arabic,
    '',
  ]);
  return {
    pack: encodeBase64(pack),
    primed: hashOf(text),
    items: [...layers, ...structures, following],
    runs: [run(text)],
    longest: longest(text),
    packs: packFiles().map(ofPack),
  };
}

function one(text: TextModel, what: string, item: Uint8Array, before: string[] | null) {
  const data = encodeText(text, item, before);
  if (data === null) throw new Error(`outside the domain: ${what}`);
  return { what, item: encodeHex(item), before, data: encodeHex(data) };
}

/** Heads of several records in one code, as a segment has them. */
function run(text: TextModel) {
  const heads = [HEAD, STRUCTURES['record without layers'], HEAD, STRUCTURES['record without layers']];
  return { items: heads.map(encodeHex), data: encodeHex(encodeRun(text, heads)!) };
}

/** The longest text layer that a reader takes: one paragraph of a word, over and over. */
function longest(text: TextModel) {
  const word = 'خبر ';
  const times = Math.floor((TEXT_LAYER_BYTES - 6) / encodeUtf8(word).length);
  const item = paragraph(word.repeat(times));
  return { word, times, octets: item.length, data: encodeHex(encodeText(text, item, null)!) };
}

/** SHA-256 of the primed state: its 32-bit numbers, lowest octet first. */
function hashOf({ learned }: TextModel): string {
  return encodeHex(sha256(new Uint8Array(learned.buffer)));
}

function packFiles(): string[] {
  return readdirSync(PACKS)
    .filter((name) => name.endsWith('.pack'))
    .sort();
}

function ofPack(name: string) {
  const text = prime(parseLanguagePack(new Uint8Array(readFileSync(new URL(name, PACKS)))));
  const data = encodeText(text, HEAD, null)!;
  return { name, id: text.pack.id, primed: hashOf(text), item: encodeHex(HEAD), data: encodeHex(data) };
}
