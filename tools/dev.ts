/**
 * `npm start`: a newsroom with demonstration news, a web mirror, and a reader's page, all on this machine.
 * Nothing opens outside loopback.
 */
import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { webApp } from '@pappus/reader/app';
import { startMirror } from '@pappus/transports/node';
import { makeDemo } from './demo.ts';

const say = (text = ''): void => void process.stdout.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'pappus-'));
process.env['XDG_STATE_HOME'] = join(folder, 'state');
process.once('exit', () => void rm(folder, { recursive: true, force: true }));
say('Making a newsroom with invented news …');

const channel = join(folder, 'newsroom');
const channelId = await makeDemo(channel);

const beside = async (name: string) => (await webApp()).get(name) ?? null;
const mirror = await startMirror({ folder: join(channel, 'tree'), beside });
say('A reader receives it from the mirror, verifies it and makes one file …');
const library = join(folder, 'library');
await mkdir(library);
await pappus('receive', mirror.url, '--library', library, '--channel-id', channelId);
const page = join(folder, 'naroon.html');
await pappus('export', library, '--to', page);

const reader = createServer((_, response) => {
  readFile(page).then(
    (html) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' })
        .end(html),
    () => response.writeHead(500).end(),
  );
});
await new Promise<void>((resolve) => reader.listen(0, '127.0.0.1', resolve));
const { port } = reader.address() as AddressInfo;

say(`
  reader      http://127.0.0.1:${port}/        the page that checks itself
  one file    ${page}
  mirror      ${mirror.url}       the channel as files; in a browser, the reader as an app
  newsroom    ${channel}
  channel id  ${channelId}

Try in another terminal:
  npx pappus verify ${mirror.url}
  npx pappus read ${page}

Everything is on this machine and goes away with Ctrl+C.`);

const stop = (): void => {
  void Promise.all([mirror.close(), new Promise((resolve) => reader.close(resolve))]).then(() => process.exit(0));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

/** Runs the program as a user would. */
async function pappus(...args: string[]): Promise<void> {
  const program = new URL('../pappus/src/pappus.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`pappus ${args[0]} ended with ${String(code)}`);
}
