/** What the head of the page and each headline say beside their words, with and without the engine alike. */
import type { LibraryReport, PostReport } from '@pappus/core';
import { ago, day, fill } from './say.ts';
import type { Words } from './words/words.ts';

export interface Standing {
  whole: boolean;
  /** "9 of 12 posts". */
  count: string;
  /** What has not arrived, a sentence each. */
  gaps: string[];
}

/** How much of a channel is here. */
export function standingOf(posts: readonly Pick<PostReport, 'status'>[], words: Words): Standing {
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

/** How old it is, and what is to be said where the next edition should have come; null where it is not late. */
export function ageOf(
  { signedAt, nextBy }: LibraryReport,
  now: number,
  words: Words,
): { since: string; overdue: string | null } {
  const sentence = (template: string, then: number): string =>
    fill(template, words, { ago: ago(then, now, words.lang) });
  return {
    since: sentence(words.signed, signedAt ?? 0),
    overdue: nextBy !== null && nextBy < now ? sentence(words.overdue, nextBy) : null,
  };
}

/** Posts that get a line in the list, newest first. A correction stands for what it corrects. */
export function listed<Post extends Pick<PostReport, 'status'>>(posts: readonly Post[]): Post[] {
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
