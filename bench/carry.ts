/**
 * What `pappus carry` takes of memory with 100,000 posts: while it loads, once it says that nothing is missing, after
 * the page for those near by, a file and each form of all news were asked for, and after a second round. JSON on stdout.
 *
 *     node bench/carry.ts [--posts 100000] [--tree <folder, made when absent>] [--program <pappus>]
 */
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { useSha256 } from '@pappus/core';
import { Books } from '@pappus/newsroom';
import { startMirror } from '@pappus/transports/node';
import { BenchChannel } from './channel.ts';
import { argument } from './measure.ts';
import { benchPosts, newPostOf } from './posts.ts';

const POSTS = Number(argument('posts', '100000'));
const PER_EDITION = 256;
const PROGRAM = argument('program', join(import.meta.dirname, '../pappus/src/pappus.ts'));
const work = mkdtempSync(join(tmpdir(), 'pappus-carry-'));
const ID = 'channel-id';

useSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));

/** A tree whose posts have a title, a summary and one paragraph, as most news of messengers. */
function makeTree(folder: string): void {
  const { compressQuickly } = new Books();
  const channel = new BenchChannel({ compress: compressQuickly });
  const posts = benchPosts(POSTS).map((post) => newPostOf({ ...post, paragraphs: post.paragraphs.slice(0, 1) }));
  channel.publish(posts, PER_EDITION);
  for (const [path, bytes] of channel.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  writeFileSync(join(folder, ID), channel.channelId);
}

interface State {
  state: string;
  seconds: number;
  residentMB: number;
  highestMB: number;
}

function octetsIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name)).length, 0);
}

async function measure(tree: string, library: string, mirror: string): Promise<State[]> {
  const channelId = readFileSync(join(tree, ID), 'utf8');
  const args = ['carry', '--library', library, '--channel-id', channelId, '--mirror', mirror];
  args.push('--port', '0', '--host', '127.0.0.1', '--every', '1m', '--json');
  const started = performance.now();
  const [file, ...first] = PROGRAM.endsWith('.ts') ? [process.execPath, PROGRAM] : [PROGRAM];
  const child = spawn(file, [...first, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const states: State[] = [];
  const note = (state: string): void => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const megabytes = (name: string): number =>
      Number((Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) * 1.024e-3).toFixed(1));
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
    states.push({ state, seconds, residentMB: megabytes('VmRSS'), highestMB: megabytes('VmHWM') });
    process.stderr.write(`${JSON.stringify(states.at(-1))}\n`);
  };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value as string;
  const ask = async (name: string): Promise<void> => {
    const answer = await fetch(new URL(name, url));
    const octets = (await answer.arrayBuffer()).byteLength;
    note(`${name}: ${answer.status}, ${octets} octets`);
  };
  const url = await next();
  note('loaded');
  const complete = async (): Promise<void> => {
    for (let round = { isComplete: false }; !round.isComplete;) {
      let text = '';
      for (let line = ''; line !== '}'; text += line) line = await next();
      round = JSON.parse(text) as typeof round;
    }
  };
  await complete();
  note('nothing is missing');
  await ask('/head');
  await complete();
  note('second round');
  for (const name of argument('ask', 'take,texts.html,all.zip,all.html').split(',')) await ask(`/${name}`);
  await complete();
  note('another round');
  child.kill('SIGINT');
  await once(child, 'exit');
  return states;
}

try {
  const tree = argument('tree', join(work, 'tree'));
  if (!existsSync(tree)) makeTree(tree);
  const mirror = await startMirror({ folder: tree, cacheBytes: 0 });
  const copied = join(work, 'copied');
  cpSync(tree, copied, { recursive: true });
  const carried = { posts: POSTS, octets: octetsIn(tree), held: await measure(tree, copied, mirror.url) };
  const gathered = argument('gather', 'yes') === 'yes' ? await measure(tree, join(work, 'empty'), mirror.url) : null;
  process.stdout.write(`${JSON.stringify({ ...carried, gathered }, null, 2)}\n`);
  await mirror.close();
} finally {
  rmSync(work, { recursive: true, force: true });
}
