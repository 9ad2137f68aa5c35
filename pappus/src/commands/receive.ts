import type { Command } from 'commander';
import { gather, type Verdict } from '../gather.ts';
import { LibraryFolder } from '../library-folder.ts';
import { openSource } from '../open.ts';
import { isComplete, jsonReport, reportOn, sayReport } from '../report.ts';
import { EXIT, UserError, note, sayJson } from '../terminal.ts';

interface Options {
  library: string;
  channelId?: string;
  json?: true;
}

export function addReceive(program: Command): void {
  program
    .command('receive')
    .summary('take news from anywhere into a library')
    .description('Merges folders, ZIPs, HTML files and mirrors into one verified copy, in any order.')
    .argument('<what...>', 'folders, ZIPs, HTML files or URLs')
    .requiredOption('--library <folder>', 'where the verified copy is kept')
    .option('--channel-id <id>', 'the channel to accept; else the first one received')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus receive friday.zip http://mirror.example/ --library ~/news\n')
    .action(receive);
}

async function receive(what: string[], { library: folder, channelId, json }: Options): Promise<void> {
  const opened = await LibraryFolder.open(folder, channelId ?? null);
  const verdicts: Verdict[] = [];
  const failures: string[] = [];
  for (const where of what) {
    const failure = await receiveOne(opened, where, verdicts);
    if (failure) failures.push(failure);
  }
  await opened.save();
  for (const failure of failures) note(failure);
  if (failures.length === what.length) throw new UserError(`Nothing was received. What ${folder} had is unharmed.`);
  const report = reportOn(opened.library, verdicts);
  if (json) sayJson(jsonReport(report));
  else sayReport(report, Math.floor(Date.now() / 1000));
  process.exitCode = isComplete(report) && failures.length === 0 ? EXIT.good : EXIT.refused;
}

/** What one source failed with, for the user; the others go on. */
async function receiveOne(opened: LibraryFolder, where: string, verdicts: Verdict[]): Promise<string | null> {
  try {
    const source = await openSource(where);
    verdicts.push(...(await gather(opened.library, source).finally(() => source.close())));
    return null;
  } catch (error) {
    return error instanceof UserError ? error.message : `${where}: the way is broken (${(error as Error).message}). Try another.`;
  }
}
