/** Articles of a corpus, and what the codec sees of them. */
import { readFileSync } from 'node:fs';
import { encodeBlocks } from '../core/src/blocks.ts';
import { encodeRecord, LAYER } from '../core/src/post.ts';

export interface Article {
  lang: string;
  title: string | null;
  summary: string | null;
  /** ISO 8601, null where unknown. */
  date: string | null;
  paragraphs: string[];
  /** Parts of one text have one source: what only they have is not common. */
  source: string;
}

interface Line {
  id: string;
  lang: string;
  title?: string | null;
  summary?: string | null;
  date?: string | null;
  body?: string;
  segments?: string[];
}

export const RTL: readonly string[] = ['ar', 'fa', 'ckb', 'ps', 'ur'];
const TITLE_CHARACTERS_MAX = 100;
/** Dates of the made-up records, seconds: from 2020 on, a day and some between two. */
const FIRST_DATE = 1_577_836_800;
const DATE_STEP = 90_061;
/** A long text counts as several articles of this many segments. */
const SEGMENTS = 10;

/** `path@from,to` takes the lines from number `from`, counted from 0, to before `to`. */
export function readArticles(source: string, lang: string): Article[] {
  const [, path, from, to] = /^(.*?)(?:@(\d+),(\d+))?$/.exec(source)!;
  const lines = readFileSync(path!, 'utf8').trimEnd().split('\n');
  return lines
    .slice(Number(from ?? 0), to === undefined ? undefined : Number(to))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.lang === lang)
    .flatMap(articlesOf);
}

function articlesOf({ id, lang, title = null, summary = null, date = null, body, segments }: Line): Article[] {
  const common = { lang, date, source: id };
  if (segments === undefined) return [{ ...common, title, summary, paragraphs: (body ?? '').split(/\n\n+/) }];
  const articles: Article[] = [];
  for (let at = 0; at < segments.length; at += SEGMENTS) {
    articles.push({ ...common, title: null, summary: null, paragraphs: segments.slice(at, at + SEGMENTS) });
  }
  return articles;
}

/** Title, summary and paragraphs. */
export function linesOf({ title, summary, paragraphs }: Article): string[] {
  return [title ?? '', summary ?? '', ...paragraphs].filter((text) => text !== '');
}

/** The head of a record; what the corpus lacks is made up. */
export function headOf(article: Article, i: number): Uint8Array {
  const { lang, title, summary, date, paragraphs } = article;
  const [first = '', second = ''] = paragraphs;
  const record = {
    title: title ?? [...first].slice(0, TITLE_CHARACTERS_MAX).join(''),
    summary: summary ?? (title === null ? second : first).split('. ')[0]!,
    lang,
    rtl: RTL.includes(lang),
    date: date === null ? FIRST_DATE + i * DATE_STEP : Date.parse(`${date}T00:00:00Z`) / 1000,
    byline: '',
    tags: [],
    link: '',
    translationOf: null,
    replaces: null,
    layers: [{ kind: LAYER.text, size: 1, digest: new Uint8Array(32), mediaType: '' }],
  };
  return encodeRecord(record).head;
}

/** The text layer. */
export function layerOf({ paragraphs }: Article): Uint8Array {
  const texts = paragraphs.filter((text) => text !== '');
  return encodeBlocks(texts.map((value) => ({ type: 'paragraph', children: [{ type: 'text', value }] })));
}
