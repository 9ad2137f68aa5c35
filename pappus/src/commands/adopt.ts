import type { Command } from 'commander';
import { Newsroom } from '@pappus/newsroom';
import { openSource } from '../open.ts';
import { counted, note, say, sayJson } from '../terminal.ts';

interface Options {
  channel: string;
  json?: true;
}

/** `pappus adopt`: a restored newsroom takes over what it had published since. */
export function addAdopt(program: Command): void {
  program
    .command('adopt')
    .summary('take over what a restored backup lacks')
    .description(
      'Brings a newsroom that was restored from a backup up to what it has published: from a copy of its tree or from a mirror.',
    )
    .argument('<source>', 'folder, ZIP, HTML file or URL with the newest state')
    .requiredOption('--channel <folder>', 'the newsroom')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus adopt https://mirror.example/ --channel courier\n')
    .action(adopt);
}

async function adopt(where: string, { channel, json }: Options): Promise<void> {
  const source = await openSource(where);
  const newsroom = await Newsroom.open(channel);
  try {
    const adopted = await newsroom.adopt(source.shelf);
    if (json) return sayJson(adopted);
    say(
      `Took over ${adopted.size - adopted.from} entries with ${counted(adopted.posts, 'post')}. The log has ${adopted.size} entries.`,
    );
    note(`Next: pappus publish --channel ${channel}`);
  } finally {
    newsroom.close();
    await source.close();
  }
}
