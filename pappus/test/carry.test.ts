/** Carrying for days: from everywhere at once, through kills, without asking for what is held. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Library, inOfferOrder, postsOf, type TreeFile } from '@pappus/core';
import { readHtml } from '@pappus/transports';
import { Authority, type Zone } from '@pappus/transports/dns';
import { serveDns, type DnsServer } from '@pappus/transports/node';
import { ZONE, newsroomWith, publishMore, zoneOf } from './dns/edition.ts';
import { environment, pappusIn, type Ended } from './program.ts';

const FROZEN_AFTER_BYTES = 16_384;
/** Nobody listens there. */
const DEAD = 'http://127.0.0.1:9/';
const EDITIONS = 4;
const POSTS = 30;
/** Issue: nothing is lost by 100 kills; as many run with PAPPUS_SLOW=1. */
const KILLS = process.env['PAPPUS_SLOW'] ? 100 : 12;

const home = mkdtempSync(join(tmpdir(), 'pappus-carry-'));
const pappus = pappusIn(home);
const servers: Server[] = [];
let channel: string;
let zone: Zone;
let authority: DnsServer;
let channelId: string;

interface Reply {
  isComplete: boolean;
  accepted: number;
  edition: number;
  costs: { where: string; files: number; queries: number; refused: number; trouble: string | null }[];
}

beforeAll(async () => {
  channel = await newsroomWith(POSTS);
  for (let i = 2; i <= EDITIONS; i++) await publishMore(channel, POSTS, i);
  zone = await zoneOf(channel);
  authority = await serveDns({ authority: new Authority(zone), hosts: ['127.0.0.1'], port: 0 });
  channelId = (JSON.parse((await pappus('verify', channel, '--json')).out) as { channelId: string }).channelId;
}, 60_000);

afterAll(async () => {
  await authority.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(home, { recursive: true });
});

/** A mirror of the channel that alters what it gives, or stops. */
async function mirror(answer: (bytes: Buffer, asked: number) => Buffer, freezes = false): Promise<string> {
  let asked = 0;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://mirror');
    const found = readOrNull(join(channel, 'tree', pathname));
    if (!found) return void response.writeHead(404).end();
    const whole = answer(found, ++asked);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = from === undefined ? whole : whole.subarray(Number(from), Number(to) + 1);
    if (from !== undefined && part.length === 0) return void response.writeHead(416).end();
    const range = { 'Content-Range': `bytes ${from}-${Number(from) + part.length - 1}/${whole.length}` };
    response.writeHead(from === undefined ? 200 : 206, {
      'Content-Length': part.length,
      ...(from !== undefined && range),
    });
    if (!freezes || part.length <= FROZEN_AFTER_BYTES) return void response.end(part);
    response.write(part.subarray(0, FROZEN_AFTER_BYTES)); // and then nothing more, for ever
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.parentPath.includes('waiting'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** What a reader lacks who has nothing but these files. */
function needsOf(files: Iterable<TreeFile>): string[] {
  const library = new Library();
  for (const { path, bytes } of inOfferOrder([...files])) library.offer(path, bytes);
  expect([...postsOf(library)]).toHaveLength(EDITIONS * POSTS);
  return library.needs;
}

const replyOf = ({ out }: Ended): Reply => JSON.parse(out) as Reply;

describe('carry', () => {
  test('converges on all news from a zone, a freezing and a forging mirror and half a folder', async () => {
    const half = join(home, 'half');
    await pappus('export', channel, '--to', half, '--since', String(EDITIONS));
    const freezing = await mirror((bytes) => bytes, true);
    const forging = await mirror((bytes, asked) => (asked % 2 ? Buffer.from(bytes).fill(7, 20, 40) : bytes));
    const ways = [
      '--dns',
      ZONE,
      '--resolver',
      `127.0.0.1:${authority.port}`,
      '--mirror',
      freezing,
      forging,
      DEAD,
      '--folder',
      half,
    ];
    const ended = await pappus('carry', '--library', 'all', '--channel-id', channelId, '--once', '--json', ...ways);
    const reply = replyOf(ended);
    expect(reply).toMatchObject({ isComplete: true, edition: EDITIONS });
    expect(reply.costs.find(({ where }) => where === DEAD)).toMatchObject({
      files: 0,
      trouble: expect.stringContaining('ECONNREFUSED') as string,
    });
    expect(ended.code).toBe(0);
    const { posts } = JSON.parse((await pappus('verify', 'all', '--json')).out) as { posts: { status: string }[] };
    expect(posts.filter(({ status }) => status === 'current')).toHaveLength(EDITIONS * POSTS);
  }, 120_000);

  test('asks only for what is new once nothing is missing', async () => {
    const ways = ['--dns', ZONE, '--resolver', `127.0.0.1:${authority.port}`];
    const carry = async (): Promise<Reply> =>
      replyOf(await pappus('carry', '--library', 'asks', '--channel-id', channelId, '--once', '--json', ...ways));
    expect(await carry()).toMatchObject({ isComplete: true });
    const before = authority.answered.queries;
    expect(await carry()).toMatchObject({ isComplete: true, accepted: 0 });
    expect(authority.answered.queries - before).toBeLessThanOrEqual(10); // a ladder, and the blocks of the head
  }, 60_000);

  test('wants to know which channel', async () => {
    const ended = await pappus('carry', '--library', 'none', '--dns', ZONE, '--once');
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/--channel-id/);
  });

  test(`${KILLS} kills lose nothing that was on disk`, async () => {
    let kill = (): void => {};
    let left = 0;
    const slow = await mirror((bytes) => {
      if (--left === 0) kill();
      return bytes;
    });
    const library = join(home, 'killed');
    const args = ['carry', '--library', library, '--channel-id', channelId, '--once', '--mirror', slow];
    let before: string[] = [];
    for (let i = 1; i <= KILLS; i++) {
      const program = join(import.meta.dirname, '../src/pappus.ts');
      const child = spawn(process.execPath, [program, ...args], { env: environment(home), stdio: 'ignore' });
      left = 1 + ((i * 7) % 23);
      kill = () => child.kill('SIGKILL');
      await once(child, 'exit');
      const now = existsSync(library) ? filesIn(library) : [];
      for (const file of before.filter((path) => !/head|checkpoint/.test(path))) expect(now).toContain(file);
      before = now;
    }
    kill = () => {};
    expect((await pappus(...args)).code).toBe(0);
    const verified = await pappus('verify', library, '--json');
    expect(JSON.parse(verified.out)).toMatchObject({ refused: [], missing: [], waiting: [] });
  }, 240_000);
});

describe('those near by', () => {
  test('get the reader, a page with a code for cameras, files of three sizes, and a mirror', async () => {
    const program = join(import.meta.dirname, '../src/pappus.ts');
    const args = ['carry', '--library', 'all', '--port', '0', '--host', '127.0.0.1'];
    const child = spawn(process.execPath, [program, ...args], {
      cwd: home,
      env: environment(home),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = new URL(line.toString().split('\n')[0]!);
    const page = await (await fetch(url)).text();
    expect(page).toMatch(/<svg[^>]*role="img"[^>]*aria-label="http:\/\/127/);
    expect(page).toMatch(/dir="rtl"/);
    const sizes: number[] = [];
    for (const [, name] of page.matchAll(/href="([a-z]+\.(?:html|zip))"/g)) {
      const bytes = new Uint8Array(await (await fetch(new URL(name!, url))).arrayBuffer());
      sizes.push(bytes.length);
      if (name === 'all.html') expect(needsOf(readHtml(bytes))).toEqual([]);
    }
    expect(sizes).toHaveLength(4);
    expect(sizes[0]).toBeLessThan(sizes[2]!);
    expect((await (await fetch(new URL('/', url))).text()).toLowerCase()).toContain('<!doctype html>');
    const head = new Uint8Array(await (await fetch(new URL('/head', url))).arrayBuffer());
    expect(Buffer.from(head).equals(readFileSync(join(channel, 'tree/head')))).toBe(true);
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).toBe(0);
  }, 60_000);
});
