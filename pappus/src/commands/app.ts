import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { webApp } from '@pappus/reader/app';
import { nodeDisk, replaceFile } from '@pappus/transports/node';
import { say, sayJson } from '../terminal.ts';

interface Options {
  to: string;
  json?: true;
}

export function addApp(program: Command): void {
  program
    .command('app')
    .summary('write the reader as a web app')
    .description(
      'Writes the app that readers open and install, as a few files for any static web server. In the folder of a tree it offers that channel.',
    )
    .requiredOption('--to <folder>', 'where the files go; others there stay')
    .option('--json', 'the answer for programs')
    .addHelpText('after', '\nExample:\n  $ pappus app --to courier/tree\n')
    .action(writeApp);
}

/** The worker last: it names the digests of all others. */
async function writeApp({ to, json }: Options): Promise<void> {
  const files = await webApp();
  await mkdir(to, { recursive: true });
  for (const [name, { bytes }] of files) await replaceFile(nodeDisk, join(to, name), (file) => file.write(bytes));
  await nodeDisk.syncFolder(to);
  const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
  if (json) return sayJson({ to, files: [...files.keys()], bytes });
  say(`${to}: ${files.size} files, ${bytes} bytes. Serve the folder over https, so that readers can install it.`);
}
