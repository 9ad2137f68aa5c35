import type { Command } from 'commander';
import { Newsroom } from '@pappus/newsroom';
import { readPassphrase } from '../passphrase.ts';
import { EXIT, UserError, note, parseCount, parseZones, say, sayJson } from '../terminal.ts';

interface Options {
  channel: string;
  logKey?: true;
  rootKeys?: true;
  stolenAfter?: string;
  mirror?: string[];
  zone?: string[];
  rootKey: string[];
  passphraseFile?: string;
  json?: true;
}

export function addRotate(program: Command): void {
  program
    .command('rotate')
    .summary('change keys, mirrors or zones, also after a theft')
    .description(
      'Makes the next version of the identity, signed by enough root keys. Readers follow it offline, by any file. ' +
        'After a theft name the last edition that is yours: everything signed later with the stolen key is void.',
    )
    .requiredOption('--channel <folder>', 'the newsroom')
    .option('--log-key', 'a new key for signing editions')
    .option('--root-keys', 'new root keys')
    .option('--stolen-after <edition>', 'the signing key was stolen; this edition is the last that counts')
    .option('--mirror <url...>', 'the addresses of mirrors from now on')
    .option('--zone <name...>', 'the zones of DNS that carry the channel from now on')
    .option('--root-key <file...>', 'root key files, when they are not in the newsroom\u2019s folder', [])
    .option('--passphrase-file <file>', 'a file whose first line opens the root keys')
    .option('--json', 'the answer for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pappus rotate --log-key --channel courier\n  $ pappus rotate --stolen-after 412 --root-key /media/a/root-1-1.key /media/b/root-1-2.key --channel courier\n',
    )
    .action(rotate);
}

async function rotate(options: Options): Promise<void> {
  const { channel, stolenAfter, mirror: mirrors = null } = options;
  const lastGoodEdition = stolenAfter === undefined ? null : parseCount(stolenAfter, 'edition', 1);
  const logKey = options.logKey === true || lastGoodEdition !== null;
  const zones = options.zone === undefined ? null : parseZones(options.zone);
  if (!logKey && !options.rootKeys && !mirrors && !zones) {
    throw new UserError(
      'Say what changes: --log-key, --root-keys, --stolen-after, --mirror or --zone. Nothing was changed.',
      EXIT.usage,
    );
  }
  const passphrase = await readPassphrase(options.passphraseFile, 'known');
  const newsroom = await Newsroom.open(channel);
  try {
    const { version, published, rootKeyFiles } = await newsroom.rotate({
      logKey,
      rootKeys: options.rootKeys === true,
      lastGoodEdition,
      mirrors,
      zones,
      passphrase,
      rootKeyFiles: options.rootKey,
    });
    if (options.json) return sayJson({ version, edition: published.editions[0], rootKeyFiles });
    say(`The identity is now version ${version}; edition ${published.editions[0]} carries it to readers.`);
    if (options.rootKeys)
      note(`New root keys:\n  ${rootKeyFiles.join('\n  ')}\nMove each to a medium of its own, and delete it here.`);
    if (lastGoodEdition !== null)
      note(
        `Posts after edition ${lastGoodEdition} wait as drafts again: look at them, then pappus publish --channel ${channel}`,
      );
  } finally {
    newsroom.close();
  }
}
