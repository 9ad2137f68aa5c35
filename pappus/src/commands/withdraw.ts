import { Option, type Command } from 'commander';
import { REASONS, type Reason } from '@pappus/core';
import { Newsroom } from '@pappus/newsroom';
import { note, parseCount, say, sayJson } from '../terminal.ts';

interface Options {
  channel: string;
  reason: Reason;
  replacement?: string;
  json?: true;
}

export function addWithdraw(program: Command): void {
  program
    .command('withdraw')
    .summary('take a post back')
    .description('Takes a post back: its words leave the channel; that there was a post, and why it went, stays.')
    .argument('<post>', 'index of the post, as "pappus read" shows it')
    .requiredOption('--channel <folder>', 'the newsroom')
    .addOption(new Option('--reason <class>', 'why, as readers see it').choices([...REASONS]).default('unstated'))
    .option('--replacement <post>', 'a post to read instead')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus withdraw 17 --reason person --channel courier\n')
    .action(withdraw);
}

async function withdraw(post: string, { channel, reason, replacement, json }: Options): Promise<void> {
  const index = parseCount(post, 'index of a post', 0);
  const instead = replacement === undefined ? null : parseCount(replacement, 'index of a post', 0);
  const newsroom = await Newsroom.open(channel);
  try {
    const { editions } = await newsroom.withdraw(index, reason, instead);
    if (json) return sayJson({ withdrawn: index, edition: editions[0] });
    say(`Post ${index} is withdrawn with edition ${editions[0]}.`);
    note('Who kept a copy can still prove that it was published; readers who follow you no longer see it.');
  } finally {
    newsroom.close();
  }
}
