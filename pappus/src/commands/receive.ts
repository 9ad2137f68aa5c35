import type { Command } from 'commander';
import { Refused, type TreePath } from '@pappus/core';
import { wordsFor } from '@pappus/reader/words';
import { gather, type Verdict } from '../gather.ts';
import { LibraryFolder } from '../library-folder.ts';
import { isUrl, isZone, openAsked, openSource, type Opened } from '../open.ts';
import { isComplete, jsonReport, reportOn, sayReport } from '../report.ts';
import { EXIT, UserError, note, sayJson } from '../terminal.ts';

interface Options {
  library: string;
  channelId?: string;
  shortBreath?: true;
  resolver: string[];
  json?: true;
}

export function addReceive(program: Command): void {
  program
    .command('receive')
    .summary('take news from anywhere into a library')
    .description('Merges folders, ZIPs, HTML files and mirrors into one verified copy, in any order.')
    .argument('<what...>', 'folders, ZIPs, HTML files, URLs of mirrors, or dns:<zone>')
    .requiredOption('--library <folder>', 'where the verified copy is kept')
    .option('--channel-id <id>', 'the channel to accept; else the first one received')
    .option('--short-breath', 'at most 12 KB a connection, where longer ones are frozen')
    .option('--resolver <address...>', 'whom to ask for dns: zones, instead of the system\u2019s resolvers', [])
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus receive friday.zip http://mirror.example/ --library ~/news\n')
    .action(receive);
}

async function receive(what: string[], options: Options): Promise<void> {
  const { library: folder, channelId, shortBreath, resolver: resolvers, json } = options;
  const opened = await LibraryFolder.open(folder, channelId ?? null);
  const verdicts: Verdict[] = [];
  const failures: string[] = [];
  const isAsked = (where: string): boolean => isUrl(where) || isZone(where);
  const asked = what.filter(isAsked);
  const sources = what.filter((where) => !isAsked(where)).map((where) => () => openSource(where));
  const isWanted = (path: TreePath): boolean => !opened.library.holds(path);
  const ask = { shortBreath: shortBreath === true, resolvers, channelId: channelId ?? null, isWanted };
  if (asked.length > 0) sources.push(async () => openAsked(asked, ask));
  for (const open of sources) {
    const failure = await receiveOne(opened, open, verdicts);
    if (failure) failures.push(failure);
  }
  await opened.save();
  for (const failure of failures) note(failure);
  if (failures.length === sources.length) throw new UserError(`Nothing was received. What ${folder} had is unharmed.`);
  const report = reportOn(opened.library, verdicts);
  if (json) sayJson(jsonReport(report));
  else sayReport(report, Math.floor(Date.now() / 1000));
  process.exitCode = isComplete(report) && failures.length === 0 ? EXIT.good : EXIT.refused;
}

/** What one source failed with, for the user; the others go on. */
async function receiveOne(
  opened: LibraryFolder,
  open: () => Promise<Opened>,
  verdicts: Verdict[],
): Promise<string | null> {
  try {
    const source = await open();
    verdicts.push(...(await gather(opened.library, source).finally(() => source.close())));
    return null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    if (error instanceof Refused) return `${wordsFor('en').refusals[error.code]} (${error.code}: ${error.detail})`;
    throw error;
  }
}
