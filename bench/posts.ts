/** Posts for the timing cases: words of no language, the same in every run. */
import { encodeBlocks, encodeUtf8, type Block, type NewPost } from '@pappus/core';

export interface BenchPost {
  title: string;
  summary: string;
  paragraphs: string[];
  lang: 'fa' | 'en';
  /** Seconds since 1970. */
  date: number;
}

const TEXT_BYTES = 2_900;
const FIRST_DATE = 1_790_000_000;
const WORDS = 2_000;
const SYLLABLES = {
  fa: ['با', 'در', 'می', 'نو', 'را', 'سی', 'گر', 'چه', 'پا', 'خو', 'ژا', 'کن', 'ده', 'بر', 'شی', 'تا', 'لو', 'مان'],
  en: [
    'ba',
    'den',
    'mi',
    'no',
    'ra',
    'see',
    'gor',
    'che',
    'pa',
    'cho',
    'ja',
    'ken',
    'do',
    'bur',
    'shi',
    'ta',
    'lo',
    'man',
  ],
} as const;

/** Mulberry32: numbers from 0 to 1 that every run repeats. */
export function seededNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Half of them in two-octet letters, half in ASCII; each with `TEXT_BYTES` of text. */
export function benchPosts(count: number): BenchPost[] {
  const number = seededNumbers(1);
  const words = { fa: wordList('fa', number), en: wordList('en', number) };
  return Array.from({ length: count }, (_, i) => {
    const lang = i % 2 === 0 ? 'fa' : 'en';
    const write = (bytes: number): string => sentence(words[lang], bytes, number);
    const paragraphs = [700, 700, 700, TEXT_BYTES - 2_100].map(write);
    return { title: write(70), summary: write(160), paragraphs, lang, date: FIRST_DATE + 600 * i };
  });
}

function wordList(lang: 'fa' | 'en', number: () => number): string[] {
  const syllables = SYLLABLES[lang];
  const syllable = (): string => syllables[Math.floor(number() * syllables.length)]!;
  return Array.from({ length: WORDS }, () => Array.from({ length: 1 + Math.floor(number() * 3) }, syllable).join(''));
}

/** Common words are common: the third power of an even draw. */
function sentence(words: readonly string[], bytes: number, number: () => number): string {
  let text = words[0]!;
  for (let octets = encodeUtf8(text).length; octets < bytes;) {
    const word = words[Math.floor(number() ** 3 * words.length)]!;
    text += ` ${word}`;
    octets += encodeUtf8(word).length + 1;
  }
  return `${text}.`;
}

/** Any text as one string, as peers without blocks carry it. */
export function textOf(post: BenchPost): string {
  return post.paragraphs.join('\n\n');
}

export function newPostOf(post: BenchPost): NewPost {
  const blocks = post.paragraphs.map((value): Block => ({ type: 'paragraph', children: [{ type: 'text', value }] }));
  const { title, summary, lang, date } = post;
  return {
    record: {
      title,
      summary,
      lang,
      rtl: lang === 'fa',
      date,
      byline: '',
      tags: [],
      link: '',
      translationOf: null,
      replaces: null,
    },
    layers: [{ kind: 1, mediaType: '', bytes: encodeBlocks(blocks) }],
  };
}
