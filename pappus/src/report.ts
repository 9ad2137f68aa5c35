/** What a library holds, for a person and for a program. */
import {
  describeLibrary,
  postIndexes,
  postsOf,
  spokenId,
  statusOf,
  type Library,
  type LibraryReport,
  type PostReport,
  type RefusalCode,
} from '@pappus/core';
import type { Verdict } from './gather.ts';
import { wordsFor } from '@pappus/reader/words';
import { UserError, ago, counted, faint, note, say, strong } from './terminal.ts';

export interface Report {
  library: LibraryReport;
  isWhole: boolean;
  posts: PostReport[];
  missing: number[];
  withdrawn: number[];
  refused: { where: string; path: string; code: string }[];
  waiting: { where: string; path: string; need: string }[];
}

/** @throws UserError when no channel is known yet. */
export function reportOn(library: Library, verdicts: readonly Verdict[]): Report {
  const described = describeLibrary(library);
  const report: Omit<Report, 'library' | 'isWhole'> = {
    posts: [],
    missing: [],
    withdrawn: [],
    refused: [],
    waiting: [],
  };
  for (const { where, path, outcome } of verdicts) {
    if (outcome.status === 'refused') report.refused.push({ where, path, code: outcome.code });
    if (outcome.status === 'waiting') report.waiting.push({ where, path, need: outcome.need });
  }
  if (!described) {
    const why = report.refused[0];
    throw new UserError(why ? refusalLine(why) : 'There is no channel here: its first file, root/1, is missing.');
  }
  for (const post of postsOf(library)) {
    if (post.status === 'missing') report.missing.push(post.index);
    else report.posts.push(post);
    if (post.status === 'withdrawn') report.withdrawn.push(post.index);
  }
  return { library: described, isWhole: isWhole(library), ...report };
}

/** Everything of what the newest head names arrived, and nothing contradicts it. */
export function isWhole(library: Library): boolean {
  if (!library.log?.size || library.evidence.length > 0) return false;
  for (const index of postIndexes(library)) if (/missing|headline/.test(statusOf(library, index))) return false;
  return true;
}

/** Everything arrived and nothing was refused; an older head beside a newer one is no fault. */
export function isComplete(report: Report): boolean {
  const faults = report.refused.filter(({ code }) => code !== 'older');
  return report.isWhole && faults.length === 0 && report.waiting.length === 0;
}

/** The answer of `verify --json`. */
export function jsonReport({ library, posts, missing, withdrawn, refused, waiting }: Report): unknown {
  const { channelId, name, logKey, size, rootHash, signedAt, nextBy, edition, evidence } = library;
  const list = posts.map(({ index, status, record, replacedBy, reason }) => ({
    index,
    status,
    lang: record?.lang ?? null,
    title: record?.title ?? null,
    date: record?.date ?? null,
    ...(replacedBy !== null && { replacedBy }),
    ...(reason !== null && { reason }),
  }));
  const spoken = spokenId(channelId).join(' ');
  const checkpoint = { channelId, spokenId: spoken, name, logKey, size, rootHash, signedAt, nextBy, edition };
  return { ...checkpoint, posts: list, missing, withdrawn, refused, waiting, evidence };
}

/** A few lines that say whose this is, how much of it is here, and how old it is. `now` in seconds. */
export function sayReport(report: Report, now: number): void {
  const { library, posts, missing, withdrawn } = report;
  const texts = posts.filter((p) => p.status === 'current' || p.status === 'corrected').length;
  const headlines = posts.filter((p) => p.status === 'headline').length;
  say(`${strong(library.name)}  ${faint(library.channelId)}`);
  say(faint(`in words: ${spokenId(library.channelId).join(' ')}`));
  if (library.signedAt === null) {
    say('No signed head has arrived yet: nothing can be shown.');
  } else {
    const total = texts + headlines + missing.length;
    say(`signed by ${library.name} · ${texts} of ${counted(total, 'post')} · signed ${ago(library.signedAt, now)}`);
    if (library.nextBy !== null && library.nextBy < now) {
      say(`A newer edition was expected ${ago(library.nextBy, now)}: it may have been withheld. Ask by another way.`);
    }
  }
  if (headlines > 0) say(`Here with the headline only: ${counted(headlines, 'post')}.`);
  if (missing.length > 0) say(`Not here yet: ${counted(missing.length, 'post')}.`);
  if (withdrawn.length > 0) say(`Withdrawn by the newsroom: ${counted(withdrawn.length, 'post')}.`);
  if (!library.linked) say('Two signed heads are not yet shown to be of one history: more files will tell.');
  sayFaults(report);
}

function sayFaults({ library, refused, waiting }: Report): void {
  for (const fault of refused) note(refusalLine(fault));
  if (waiting.length > 0) note(`Waiting for others: ${counted(waiting.length, 'file')}. Bring more of the channel.`);
  if (library.evidence.length > 0) {
    note('EVIDENCE: this channel\u2019s key signed two histories. Both heads are kept; show them to others:');
    for (const { held, other } of library.evidence) note(`\n${held}\n${other}`);
  }
}

function refusalLine({ where, path, code }: Report['refused'][number]): string {
  return `${where}: ${path}: ${wordsFor('en').refusals[code as RefusalCode]} (${code})`;
}
