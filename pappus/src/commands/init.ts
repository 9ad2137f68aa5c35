import type { Command } from 'commander';
import { spokenId } from '@pappus/core';
import { Newsroom, copyLargePacks } from '@pappus/newsroom';
import { readPassphrase } from '../passphrase.ts';
import { EXIT, UserError, note, parseCount, parseZones, say, sayJson, strong } from '../terminal.ts';

interface Options {
  name: string;
  lang: string;
  rootKeys: string;
  rootThreshold: string;
  mirror: string[];
  zone: string[];
  largePacks?: true;
  passphraseFile?: string;
  json?: true;
}

export function addInit(program: Command): void {
  program
    .command('init')
    .summary('make a newsroom')
    .description('Makes a newsroom in a folder: a channel of its own, with keys that only this folder has.')
    .argument('<folder>', 'a folder that is empty or absent')
    .requiredOption('--name <name>', 'what readers see')
    .requiredOption('--lang <tag>', 'language of most posts (BCP 47), for instance fa')
    .option('--root-keys <n>', 'how many root keys to make', '3')
    .option('--root-threshold <n>', 'how many of them must agree to change the identity', '2')
    .option('--mirror <url...>', 'addresses of mirrors, signed into the identity', [])
    .option('--zone <name...>', 'zones of DNS that carry the channel, signed into the identity', [])
    .option('--large-packs', 'code Persian and English in fewer bytes, which readers need 40 kB once to read')
    .option('--passphrase-file <file>', 'a file whose first line opens the root keys')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus init courier --name "The Courier" --lang fa\n')
    .action(init);
}

async function init(folder: string, options: Options): Promise<void> {
  const rootKeys = parseCount(options.rootKeys, 'number of root keys', 1);
  const threshold = parseCount(options.rootThreshold, 'threshold', 1);
  if (rootKeys > 16 || threshold > rootKeys) {
    throw new UserError(
      'At most 16 root keys, and no more may be needed than there are. Nothing was made.',
      EXIT.usage,
    );
  }
  if (!/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(options.lang)) {
    throw new UserError(`"${options.lang}" is no language tag. Write for instance fa, ar, en or zh-Hant.`, EXIT.usage);
  }
  const passphrase = await readPassphrase(options.passphraseFile, 'new');
  const { name, lang, mirror: mirrors } = options;
  const zones = parseZones(options.zone);
  const newsroom = await Newsroom.create(folder, { name, lang, rootKeys, threshold, passphrase, mirrors, zones });
  if (options.largePacks) await copyLargePacks(newsroom.packsFolder);
  const { channelId } = newsroom.identity;
  const files = newsroom.rootKeyFiles();
  newsroom.close();
  const spoken = spokenId(channelId).join(' ');
  if (options.json) return sayJson({ channelId, spokenId: spoken, name, rootKeyFiles: files });
  say(`${strong(name)} is ready in ${folder}.\n\nChannel id, to be given to readers:\n  ${strong(channelId)}\n`);
  say(`The same in words, to print and to read aloud:\n  ${strong(spoken)}\n`);
  say(`Root keys (${threshold} of ${rootKeys} change the identity or recover it after a theft):`);
  for (const file of files) say(`  ${file}`);
  note('\nMove each root key file to a medium of its own, in different places, and delete it here.');
  note(`Next: pappus import <feed or folder> --channel ${folder}, then pappus publish --channel ${folder}`);
}
