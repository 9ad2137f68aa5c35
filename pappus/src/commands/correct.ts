import type { Command } from 'commander';
import { Newsroom, importSource, type Draft } from '@pappus/newsroom';
import { EXIT, UserError, parseCount, say, sayJson } from '../terminal.ts';

interface Options {
  channel: string;
  title?: string;
  summary?: string;
  with?: string;
  json?: true;
}

export function addCorrect(program: Command): void {
  program
    .command('correct')
    .summary('publish a post that takes the place of another')
    .description('Publishes a correction. Readers see the new post, and that it corrects the old one.')
    .argument('<post>', 'index of the post, as "pappus read" shows it')
    .requiredOption('--channel <folder>', 'the newsroom')
    .option('--title <text>', 'the new headline')
    .option('--summary <text>', 'the new summary')
    .option('--with <file>', 'a Markdown file that replaces the post; its front matter may name title and summary')
    .option('--json', 'the answer for programs')
    .addHelpText(
      'after',
      '\nExample:\n  $ pappus correct 17 --title "Three, not two, bridges closed" --channel courier\n',
    )
    .action(correct);
}

async function correct(post: string, options: Options): Promise<void> {
  const index = parseCount(post, 'index of a post', 0);
  if (!options.title && !options.summary && !options.with) {
    throw new UserError('Say what changes: --title, --summary or --with a file. Nothing was published.', EXIT.usage);
  }
  const replacement = options.with === undefined ? null : await readReplacement(options.with);
  const newsroom = await Newsroom.open(options.channel);
  try {
    const made = await newsroom.correct(index, (before) => changed(before, replacement, options));
    if (options.json) sayJson({ post: made, corrects: index });
    else say(`Post ${made} now takes the place of post ${index}.`);
  } finally {
    newsroom.close();
  }
}

async function readReplacement(file: string): Promise<Draft> {
  const { drafts, refused } = await importSource(file);
  if (drafts.length !== 1) {
    throw new UserError(`${file}: ${refused[0]?.why ?? 'one post is needed'} Nothing was published.`);
  }
  return drafts[0]!;
}

function changed(before: Draft, replacement: Draft | null, { title, summary }: Options): Draft {
  const draft = replacement ? { ...before, ...filled(replacement) } : { ...before };
  if (title) draft.title = title;
  if (summary) draft.summary = summary;
  return draft;
}

/** Fields that the replacement leaves empty stay as they were. */
function filled({ title, summary, body, byline, tags, date }: Draft): Partial<Draft> {
  return {
    ...(title && { title }),
    ...(summary && { summary }),
    ...(body.length > 0 && { body }),
    ...(byline && { byline }),
    ...(tags.length > 0 && { tags }),
    ...(date !== null && { date }),
  };
}
