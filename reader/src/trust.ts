/** How it is known what is shown: in plain words first, the proof one tap deeper. And what it cannot do. */
import { spokenId } from '@pappus/core';
import type { Page } from './page.ts';
import { day, fill, inFours } from './say.ts';
import { ageOf, standingOf } from './standing.ts';
import { h, type Child } from './tree.ts';
import type { Words } from './words/words.ts';

/** Signed by whom, how whole, how old; what was left out and why; the octets to compare. */
export function howScreen(page: Page): Child[] {
  const { words, report, shell } = page;
  return [
    h('h2', null, words.howIKnow),
    h('ul', { class: 'signs' }, signs(page)),
    report.evidence.length > 0 && h('p', { class: 'warning' }, words.evidence),
    faultsOf(page),
    h('p', null, words.compareHint),
    spoken(report.channelId),
    shell.code?.(),
    h('p', null, words.proves),
    h('p', { class: 'step' }, h('a', { href: '#limits' }, words.limitsTitle)),
    h('details', null, h('summary', null, words.proofTitle), proof(page)),
  ];
}

/** The channel's eight words, four in a line. */
export function spoken(channelId: string): Child {
  return h('p', null, h('bdi', { class: 'spoken' }, spokenId(channelId).join(' ')));
}

function signs({ report, posts, words, now }: Page): Child[] {
  const { name, signedAt } = report;
  const { whole, count, gaps } = standingOf(posts, words);
  const { since, overdue } = ageOf(report, now, words);
  if (signedAt === null) return [h('li', { class: 'care' }, words.unsigned)];
  return [
    h('li', { class: 'good' }, fill(words.signedBy, words, { name })),
    h('li', { class: whole ? 'good' : 'care' }, [count, ...(whole ? [words.whole] : gaps)].join(' · ')),
    h('li', { class: overdue && 'care' }, `${since} · ${day(signedAt, words.lang)}`),
    overdue && h('li', { class: 'care' }, overdue),
  ];
}

function proof({ report, words }: Page): Child[] {
  const number = (value: number | null): string => value?.toLocaleString(words.lang) ?? '–';
  const date = (seconds: number | null): string => (seconds === null ? '–' : day(seconds, words.lang));
  const facts: [string, string][] = [
    [words.channelId, inFours(report.channelId)],
    [words.edition, number(report.edition)],
    [words.entries, number(report.size)],
    [words.signedOn, date(report.signedAt)],
    [words.nextOn, date(report.nextBy)],
    [words.rootHash, report.rootHash ?? '–'],
    [words.logKey, report.logKey],
  ];
  return [
    h(
      'dl',
      null,
      facts.map(([name, value]) => [h('dt', null, name), h('dd', null, h('bdi', { class: 'code' }, value))]),
    ),
    report.evidence.map(({ held, other }) => h('pre', { dir: 'ltr' }, `${held}\n${other}`)),
  ];
}

/** Files that were left out, a sentence each. */
export function faultsOf({ faults, words }: Pick<Page, 'faults' | 'words'>): Child {
  if (faults.length === 0) return null;
  return [
    h('p', { class: 'warning' }, words.leftOut),
    h(
      'ul',
      { class: 'faults' },
      faults.map(({ path, code }) => h('li', null, words.refusals[code], ' ', h('bdi', { class: 'code' }, path))),
    ),
  ];
}

/** What a reader must know before she relies on it. */
export function limitsScreen(words: Words): Child[] {
  return [
    h('h2', null, words.limitsTitle),
    h(
      'ol',
      { class: 'limits' },
      words.limits.map((limit) => h('li', null, limit)),
    ),
  ];
}
