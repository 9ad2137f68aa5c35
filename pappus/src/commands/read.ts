import type { Command } from 'commander';
import { latestOf, postOf, type Library, type PostReport } from '@pappus/core';
import { wordsFor } from '@pappus/reader/words';
import { gather, newLibrary } from '../gather.ts';
import { openSource } from '../open.ts';
import { reportOn, sayReport, type Report } from '../report.ts';
import { EXIT, UserError, faint, parseCount, say, sayJson, strong } from '../terminal.ts';
import { directed, harmless, isolated, typeset, wrap } from '../typeset.ts';

interface Options {
  channelId?: string;
  all?: true;
  json?: true;
}

const HEADLINES = 30;
export function addRead(program: Command): void {
  program
    .command('read')
    .summary('read news in the terminal')
    .description(
      'Shows the headlines of a channel, newest first, or the text of one post; verified before it is shown.',
    )
    .argument('<source>', 'folder, ZIP, HTML file, URL or library')
    .argument('[post]', 'index of a post')
    .option('--channel-id <id>', 'the channel that it must be')
    .option('--all', `all headlines, not only the newest ${HEADLINES}`)
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus read edition.html\n  $ pappus read edition.html 17\n')
    .action(read);
}

async function read(where: string, post: string | undefined, { channelId, all, json }: Options): Promise<void> {
  const index = post === undefined ? null : parseCount(post, 'index of a post', 0);
  const library = newLibrary(channelId ?? null);
  const source = await openSource(where);
  const verdicts = await gather(library, source).finally(() => source.close());
  const report = reportOn(library, verdicts);
  if (index !== null) return readPost(library, report, index, json === true);
  const newest = report.posts.filter((p) => p.status !== 'corrected').reverse();
  const shown = all ? newest : newest.slice(0, HEADLINES);
  if (json) return sayJson(shown.map((p) => ({ index: p.index, status: p.status, ...p.record, layers: undefined })));
  sayReport(report, Math.floor(Date.now() / 1000));
  say();
  for (const headline of shown) sayHeadline(headline);
  if (shown.length < newest.length) say(faint(`… ${newest.length - shown.length} more: --all`));
}

function sayHeadline({ index, status, record }: PostReport): void {
  if (!record) {
    say(`${faint(`${index}`.padStart(5))}  ${faint('withdrawn by the newsroom')}`);
    return;
  }
  const mark = status === 'headline' ? faint(' (text not here)') : '';
  const title = record.title ? harmless(record.title) : '…';
  say(directed([`${faint(`${index}`.padStart(5))}  ${isolated(strong(title))}${mark}`], record.rtl));
}

function readPost(library: Library, report: Report, index: number, json: boolean): void {
  if (index >= report.library.size)
    throw new UserError(`There is no post ${index}; the newest index is ${report.library.size - 1}.`);
  const post = postOf(library, index);
  const text = library.text(index);
  if (json) {
    sayJson({
      index,
      status: post.status,
      replacedBy: post.replacedBy,
      reason: post.reason,
      ...post.record,
      layers: undefined,
      text,
    });
    return;
  }
  if (post.status === 'withdrawn') {
    say(wordsFor('en').withdrawn[post.reason ?? 'unstated']);
    if (post.replacedBy !== null) say(`Read post ${post.replacedBy} instead.`);
    return;
  }
  if (!post.record)
    throw new UserError(`Post ${index} has not arrived, or is no post. Bring more of the channel, then try again.`);
  sayPost(post, text, report);
  if (latestOf(library, index) !== index)
    say(`\nThe newsroom has corrected this post: read post ${latestOf(library, index)}.`);
  if (!text && post.record.layers.length > 0) {
    say(faint('\nThe text has not arrived.'));
    process.exitCode = EXIT.refused;
  }
}

function sayPost({ record }: PostReport, text: ReturnType<Library['text']>, { library }: Report): void {
  const columns = process.stdout.columns ?? 78;
  const { title, summary, byline, date, lang, rtl } = record!;
  const lines = wrap(harmless(title), columns).map(strong);
  const day =
    date === null ? '' : new Intl.DateTimeFormat(validLocale(lang), { dateStyle: 'long' }).format(date * 1000);
  const credit = [byline, day]
    .filter(Boolean)
    .map((part) => isolated(harmless(part)))
    .join(' · ');
  if (credit) lines.push(faint(credit));
  if (summary) lines.push('', ...wrap(harmless(summary), columns));
  if (text) lines.push('', ...typeset(text, columns));
  say(directed(lines, rtl));
  say(faint(`\nsigned by ${harmless(library.name)}, unchanged`));
}

function validLocale(lang: string): string {
  try {
    return Intl.getCanonicalLocales(lang)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
