import type { Command } from 'commander';
import { Newsroom, importSource, type Imported } from '@pappus/newsroom';
import { EXIT, Progress, UserError, counted, note, say, sayJson } from '../terminal.ts';

interface Options {
  channel: string;
  base?: string;
  json?: true;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .summary('take news from feeds or Markdown as drafts')
    .description(
      'Takes items from a feed (RSS, Atom, JSON Feed; address or file) or a folder of Markdown with front matter.',
    )
    .argument('<source...>', 'addresses, files or folders')
    .requiredOption('--channel <folder>', 'the newsroom')
    .option('--base <url>', 'address of the site, for relative links in files')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus import https://example.org/feed.xml ./posts --channel courier\n')
    .action(importAll);
}

async function importAll(sources: string[], { channel, base, json }: Options): Promise<void> {
  const newsroom = await Newsroom.open(channel);
  const total = { added: 0, known: 0, refused: [] as Imported['refused'] };
  try {
    for (const source of sources) {
      const progress = new Progress(`importing ${source}`);
      const onProgress = (done: number, of: number): void => progress.at(done, of);
      const imported = await importSource(source, { onProgress, ...(base !== undefined && { base }) });
      progress.end();
      const lang = imported.lang;
      const drafts = imported.drafts.map((draft) => ({ ...draft, lang: draft.lang || lang }));
      const { added, known, refused } = await newsroom.addDrafts(drafts);
      total.added += added;
      total.known += known;
      total.refused.push(...imported.refused, ...refused);
    }
  } finally {
    newsroom.close();
  }
  for (const { where, why } of json ? [] : total.refused) note(`left out: ${where}: ${why}`);
  if (json) sayJson(total);
  else say(`${counted(total.added, 'new draft')}, ${total.known} known already, ${total.refused.length} left out.`);
  if (total.added > 0 && !json) note(`Next: pappus publish --channel ${channel}`);
  if (total.added + total.known === 0 && total.refused.length > 0) {
    throw new UserError(
      'Nothing could be imported; the reasons are above. Drafts and posts are unharmed.',
      EXIT.refused,
    );
  }
}
