/** What the head of the page and each headline say beside their words, with and without the engine alike. */
import type { PostReport } from '@pappus/core';
import { day, fill } from './say.ts';
import type { Words } from './words/words.ts';

export interface Standing {
  whole: boolean;
  /** "9 of 12 posts". */
  count: string;
  /** What has not arrived, a sentence each. */
  gaps: string[];
}

/** How much of a channel is here. */
export function standingOf(posts: readonly PostReport[], words: Words): Standing {
  const expected = posts.filter((post) => post.status !== 'withdrawn');
  const headlines = expected.filter((post) => post.status === 'headline').length;
  const missing = expected.filter((post) => post.status === 'missing').length;
  const here = expected.length - headlines - missing;
  return {
    whole: here === expected.length,
    count: fill(words.posts, words, { here, all: expected.length }),
    gaps: [
      ...(headlines > 0 ? [fill(words.headlinesOnly, words, { count: headlines })] : []),
      ...(missing > 0 ? [fill(words.missing, words, { count: missing })] : []),
    ],
  };
}

/** Posts that get a line in the list, newest first. A correction stands for what it corrects. */
export function listed(posts: readonly PostReport[]): PostReport[] {
  return posts.filter((post) => post.status !== 'corrected' && post.status !== 'missing').reverse();
}

/** The small print under a headline: first its day, in its own language, then what `words` say of it. */
export function factsOf({ record, status }: PostReport, words: Words): { date: string; notes: string[] } {
  const { date, lang, replaces } = record!;
  return {
    date: date === null ? '' : day(date, lang),
    notes: [...(replaces === null ? [] : [words.correction]), ...(status === 'headline' ? [words.textMissing] : [])],
  };
}
