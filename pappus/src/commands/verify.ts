import type { Command } from 'commander';
import { gather, newLibrary } from '../gather.ts';
import { openSource } from '../open.ts';
import { isComplete, jsonReport, reportOn, sayReport } from '../report.ts';
import { EXIT, sayJson } from '../terminal.ts';

interface Options {
  channelId?: string;
  json?: true;
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .summary('check every byte of a channel')
    .description(
      'Checks a folder, ZIP, HTML file, mirror or library: who signed it, what is complete, what is missing.',
    )
    .argument('<source>', 'folder, ZIP, HTML file, URL or library')
    .option('--channel-id <id>', 'the channel that it must be')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus verify edition.html\n')
    .action(verify);
}

async function verify(where: string, { channelId, json }: Options): Promise<void> {
  const library = newLibrary(channelId ?? null);
  const source = await openSource(where);
  const verdicts = await gather(library, source).finally(() => source.close());
  const report = reportOn(library, verdicts);
  if (json) sayJson(jsonReport(report));
  else sayReport(report, Math.floor(Date.now() / 1000));
  process.exitCode = isComplete(report) ? EXIT.good : EXIT.refused;
}
