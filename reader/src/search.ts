/**
 * Finds posts by words as people type them: with or without vowel signs, in Arabic or Persian letters and digits,
 * with a joiner, a space or nothing between the parts of a word.
 */
import type { PostRecord, PostReport } from '@pappus/core';

/** Vowel signs and other marks, tatweel, joiners, bidi controls: people leave them out or cannot see them. */
const UNSEEN =
  /[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u061c\u0640\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/g;
/** Letters that look alike and are typed for one another. Those with a hamza or madda lost it as a mark. */
const ALIKE: Record<string, string> = { ي: 'ی', ى: 'ی', ك: 'ک', ٱ: 'ا', ة: 'ه', ە: 'ه', ہ: 'ه', ھ: 'ه' };
const ALIKE_OR_DIGIT = /[يىكٱةەہھ٠-٩۰-۹]/g;
/** Thai to Khmer, kana and Han: nothing stands between two words. */
const UNSPACED = /^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff]/;
const PREFIX = /(^| )(ن?می) /g;
const SUFFIX = / (های?|هایی|تر|ترین)(?= |$)/g;
const PREFIXED = /^(ن?می)(?=..)/;
const SUFFIXED = /(..)(های?|هایی|تر|ترین)$/;

/** `text` with one spelling for all that reads alike; `fold(fold(text))` is `fold(text)`. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(UNSEEN, '')
    .toLowerCase()
    .replace(ALIKE_OR_DIGIT, (letter) => ALIKE[letter] ?? `${letter.charCodeAt(0) & 15}`)
    .normalize('NFKD'); // marks of other scripts that something stood between
}

/** Searches a list of posts. What was folded of a record stays with the record, so a new list costs nothing. */
export class Search {
  readonly #posts: readonly PostReport[];
  readonly #textOf: (index: number) => string;

  /** `textOf`: the words of a post's text, '' when there is none; it is asked for one post at a time. */
  constructor(posts: readonly PostReport[], textOf: (index: number) => string) {
    this.#posts = posts.filter(({ record }) => record).sort((a, b) => b.index - a.index);
    this.#textOf = textOf;
  }

  /** Folds a headline a step. To be run while the reader is about to type; `headlines` does what is left of it. */
  *prepare(): Generator<void> {
    for (const { record } of this.#posts) yield void headlineOf(record!);
  }

  /** Indexes of posts whose title, summary, byline and tags together begin words with all words of `query`; newest first. */
  headlines(query: string): number[] {
    const matches = matcher(query);
    return this.#posts.flatMap(({ index, record }) => (matches(headlineOf(record!)) ? [index] : []));
  }

  /**
   * Indexes of further posts where that holds once the text is counted in, newest first. A text a step: null where
   * nothing was found. Whoever has a newer query leaves the rest.
   */
  *texts(query: string): Generator<number | null> {
    const matches = matcher(query);
    for (const { index, record } of this.#posts) {
      const headline = headlineOf(record!);
      if (!matches(headline)) yield matches(headline + wordsOf(this.#textOf(index))) ? index : null;
    }
  }
}

const folded = new WeakMap<PostRecord, string>();

function headlineOf(record: PostRecord): string {
  let words = folded.get(record);
  if (words === undefined) {
    const { title, summary, byline, tags } = record;
    folded.set(record, (words = wordsOf([title, summary, byline, ...tags].join(' '))));
  }
  return words;
}

/** Folded words, a space before each. */
function wordsOf(text: string): string {
  return ` ${fold(text)}`.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trimEnd();
}

function matcher(query: string): (words: string) => boolean {
  const typed = wordsOf(query).slice(1);
  const joined = typed.replace(PREFIX, '$1$2').replace(SUFFIX, '$1');
  const ways = [...new Set([typed, joined])].map((way) => way.split(' ').map(spellings));
  // Letters are rarer than spaces: looked for first, they are found missing three times as fast.
  const begins = (words: string, [letters, begin]: [string, string]): boolean =>
    words.includes(letters) && words.includes(begin);
  return (words) => ways.some((way) => way.every((word) => word.some((spelling) => begins(words, spelling))));
}

/** How a word may stand in a text: whole, or with its prefix or suffix apart. Each bare, and as it begins there. */
function spellings(word: string): [letters: string, begin: string][] {
  const all = new Set([word, word.replace(PREFIXED, '$1 '), word.replace(SUFFIXED, '$1 $2')]);
  return [...all].map((letters) => [letters, UNSPACED.test(letters) ? letters : ` ${letters}`]);
}
