import type { Command } from 'commander';
import { Newsroom } from '@pappus/newsroom';
import { Progress, counted, note, parseDuration, say, sayJson } from '../terminal.ts';

interface Options {
  channel: string;
  nextEditionWithin?: string;
  json?: true;
}

export function addPublish(program: Command): void {
  program
    .command('publish')
    .summary('sign the drafts into a new edition')
    .description('Signs all waiting drafts into the next edition. Without drafts the edition says only: still here.')
    .requiredOption('--channel <folder>', 'the newsroom')
    .option('--next-edition-within <time>', 'when readers may expect the next one, for instance 24h')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus publish --channel courier --next-edition-within 24h\n')
    .action(publish);
}

async function publish({ channel, nextEditionWithin, json }: Options): Promise<void> {
  const nextWithin = nextEditionWithin === undefined ? null : parseDuration(nextEditionWithin);
  const newsroom = await Newsroom.open(channel);
  const progress = new Progress('signing');
  try {
    const onProgress = (done: number, total: number): void => progress.at(done, total);
    const published = await newsroom.publish({ nextWithin, onProgress });
    progress.end();
    if (json) return sayJson(published);
    const editions =
      published.editions.length === 1
        ? `Edition ${published.editions[0]}`
        : `Editions ${published.editions[0]} to ${published.editions.at(-1)}`;
    say(`${editions}: ${counted(published.posts.length, 'post')}. The log has ${published.size} entries.`);
    note(
      `Next: copy ${newsroom.treeFolder} to any web server, or pappus export ${newsroom.treeFolder} --to edition.html`,
    );
  } finally {
    progress.end();
    newsroom.close();
  }
}
