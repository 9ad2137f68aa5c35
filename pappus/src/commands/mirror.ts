import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { webApp } from '@pappus/reader/app';
import { startMirror } from '@pappus/transports/node';
import { UserError, note, parseCount, portError, say } from '../terminal.ts';

interface Options {
  port: string;
  host: string;
  app: boolean;
}

export function addMirror(program: Command): void {
  program
    .command('mirror')
    .summary('serve a channel to browsers and programs')
    .description(
      'Serves a tree or library over HTTP, with the reader as a page at /: no log, no cookies, the same bytes for everyone. Any static server over the folder does as well; pappus app writes the reader there.',
    )
    .argument('<folder>', 'a tree, newsroom or library')
    .option('--port <n>', 'the port; 0 takes a free one', '8080')
    .option('--host <address>', 'the address to listen on; 0.0.0.0 for everyone', '127.0.0.1')
    .option('--no-app', 'only the files of the channel, without the reader at /')
    .addHelpText('after', '\nExample:\n  $ pappus mirror courier/tree --port 8080\n')
    .action(mirror);
}

async function mirror(where: string, { port, host, app }: Options): Promise<void> {
  const isNewsroom = await stat(join(where, 'newsroom.db')).catch(() => null);
  const folder = isNewsroom ? join(where, 'tree') : where;
  if (!(await stat(folder).catch(() => null))?.isDirectory())
    throw new UserError(`${where} is no folder. Nothing is served.`);
  const beside = app ? async (name: string) => (await webApp()).get(name) ?? null : async () => null;
  const started = await startMirror({ folder, host, port: parseCount(port, 'port', 0), beside }).catch(
    (error: NodeJS.ErrnoException) => {
      throw portError(error, `Port ${port}`, '--port');
    },
  );
  say(started.url);
  if (app) webApp().catch(() => {}); // the first who asks should not wait; whoever asks is told
  note('Serving until you press Ctrl+C. Whoever asks sees this address, and this machine sees who asks.');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await started.close();
}
