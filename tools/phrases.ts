/** The phrases of a language pack: what many articles have, and nothing that one has alone. */
import { linesOf, type Article } from './corpus.ts';

/** What a run of 1, 2, … words is worth for each article that has it, and how much of that its nth place in the list. */
const RUN_WORTH = [9, 6, 4, 2];
/** Of syllables and ideographs, which are parts of words. */
const PART_WORTH = [1, 4, 6, 6, 4, 3];
const PLACE_WORTH = [1, 0.35, 0.15, 0.05];
/** The worth that is asked of the next phrases, as a part of what was asked of the last. */
const EASING = 0.97;
const ASKED_LEAST = 1e-3;
/** Octets of phrases that the model's table holds, roughly. */
const TABLE_BYTES = 150_000;
const PARTS = 4;

export interface PhraseChoice {
  lang: string;
  /** Fewest texts that must have a phrase. */
  textsMin: number;
  /** Octets of UTF-8 of the whole list. */
  bytes: number;
}

interface Candidate {
  text: string;
  runs: string[];
  size: number;
  worth: number;
}

/** Phrases that together fill at most `bytes`. */
export function choosePhrases(articles: readonly Article[], choice: PhraseChoice): string[] {
  const { lang, bytes } = choice;
  const worths = WRITTEN_TOGETHER.has(lang) ? PART_WORTH : RUN_WORTH;
  const counts = countArticles(articles, choice, worths.length);
  const places = new Map<string, number>();
  const worthOf = (runs: readonly string[]): number => {
    let sum = 0;
    for (const run of runs) {
      sum += counts.get(run)! * worths[run.split('\n').length - 1]! * (PLACE_WORTH[places.get(run) ?? 0] ?? 0);
    }
    return sum;
  };
  const candidates = [...counts.keys()].sort(byCode).map((key): Candidate => {
    const words = key.split('\n');
    const text = words.join(WRITTEN_TOGETHER.has(lang) ? '' : ' ');
    const runs = runsOf(words, worths.length);
    const size = Buffer.byteLength(text) + 1;
    return { text, runs, size, worth: worthOf(runs) / size };
  });
  const chosen: string[] = [];
  let left = bytes;
  let asked = candidates.reduce((most, { worth }) => Math.max(most, worth), 0);
  for (; asked > ASKED_LEAST; asked *= EASING) {
    for (const candidate of candidates) {
      if (candidate.worth < asked || candidate.size > left) continue;
      // Worth only falls, so what was too little before is not computed again.
      candidate.worth = worthOf(candidate.runs) / candidate.size;
      if (candidate.worth < asked) continue;
      chosen.push(candidate.text);
      left -= candidate.size;
      candidate.worth = 0;
      for (const run of candidate.runs) places.set(run, (places.get(run) ?? 0) + 1);
    }
  }
  return inOrder(chosen, bytes);
}

/**
 * Sorted phrases take the fewest octets. Of a list that is larger than the model's table the end is remembered best:
 * it comes in parts, the most valuable last.
 */
function inOrder(chosen: readonly string[], bytes: number): string[] {
  const size = Math.ceil(chosen.length / (bytes > TABLE_BYTES ? PARTS : 1)) || 1;
  const parts: string[][] = [];
  for (let at = 0; at < chosen.length; at += size) parts.unshift(chosen.slice(at, at + size).sort(byCode));
  return parts.flat();
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All runs of at most `most` words, each by its words with line ends between them. */
function runsOf(words: readonly string[], most: number): string[] {
  const runs: string[] = [];
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= words.length && to - from <= most; to++) runs.push(words.slice(from, to).join('\n'));
  }
  return runs;
}

/** How many articles have each run that enough texts have. */
function countArticles(
  articles: readonly Article[],
  { lang, textsMin }: PhraseChoice,
  most: number,
): Map<string, number> {
  const counts = new Map<string, { articles: number; texts: number; last: string }>();
  for (const article of articles) {
    const runs = new Set(linesOf(article).flatMap((line) => runsOf(wordsOf(lang, line), most)));
    for (const run of runs) {
      const count = counts.get(run) ?? { articles: 0, texts: 0, last: '' };
      // Parts of one text stand side by side.
      if (count.last !== article.source) count.texts++;
      count.articles++;
      count.last = article.source;
      counts.set(run, count);
    }
  }
  return new Map([...counts].filter(([, { texts }]) => texts >= textsMin).map(([run, c]) => [run, c.articles]));
}

/** Languages that put no space between words. */
const WRITTEN_TOGETHER = new Set(['zh', 'my']);
/** A syllable: up to before a consonant or vowel that is neither stacked nor the end of the syllable before. */
const BURMESE_SYLLABLE = /(?<!\u1039)(?=[\u1000-\u102a\u103f\u1040-\u104f](?![\u1039\u103a]))/;
const HAN = /(?<=[\u3000-\u9fff\uff00-\uffef])|(?=[\u3000-\u9fff\uff00-\uffef])/;

function wordsOf(lang: string, line: string): string[] {
  if (lang === 'zh') return line.split(HAN);
  if (lang === 'my') return line.split(BURMESE_SYLLABLE);
  return (lang === 'fa' ? persianForms(line) : line).split(/\s+/).filter((word) => word !== '');
}

/** The model knows both forms of a letter as one; the list has one of them. */
function persianForms(line: string): string {
  return line.replaceAll('ي', 'ی').replaceAll('ك', 'ک');
}
