/** `dns serve` and `receive dns:` as a newsroom and a reader use them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TYPE, decodeLadder, decodeMessage, encodeQuery } from '@pappus/transports/dns';
import { askByTcp } from '@pappus/transports/node';
import { environment, pappusIn } from '../program.ts';
import { ZONE, newsroomWith, publishMore, zoneOf } from './edition.ts';

const POSTS = 12;
const home = mkdtempSync(join(tmpdir(), 'pappus-dns-serve-'));
const pappus = pappusIn(home);
let channel: string;
let server: ChildProcess;
let port: number;

beforeAll(async () => {
  channel = await newsroomWith(POSTS);
  const program = join(import.meta.dirname, '../../src/pappus.ts');
  const args = [program, 'dns', 'serve', '--channel', channel, '--zone', ZONE, '--port', '0'];
  server = spawn(process.execPath, args, { env: environment(home), stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(server.stdout!, 'data')) as [Buffer];
  port = Number(/port (\d+)/.exec(line.toString())![1]);
}, 60_000);

afterAll(async () => {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  rmSync(home, { recursive: true });
});

/** Answers of type TXT for a name; none where it is denied. */
async function textAt(label: string): Promise<Uint8Array[]> {
  let data: Uint8Array[] = [];
  const query = encodeQuery({ id: 3, name: `${label}.${ZONE}`, type: TYPE.TXT, udpBytes: 1_232 });
  await askByTcp('127.0.0.1', port)(
    query,
    (answer) => {
      data = decodeMessage(answer).answers.map((record) => Uint8Array.from(record.data));
      return true;
    },
    AbortSignal.timeout(5_000),
  );
  return data;
}

/** Resolves once the freshest rung names this edition. */
async function servesEdition(edition: number): Promise<void> {
  for (;;) {
    const [strings] = await textAt('h0');
    const octets = Uint8Array.from([...strings!].filter((_, i) => i % 256 !== 0));
    if (decodeLadder(octets).edition >= edition) return;
  }
}

async function received(library: string): Promise<{ posts: { index: number; status: string }[] }> {
  const ended = await pappus(
    'receive',
    `dns:${ZONE}`,
    '--resolver',
    `127.0.0.1:${port}`,
    '--library',
    library,
    '--json',
  );
  return JSON.parse(ended.out) as { posts: { index: number; status: string }[] };
}

const labelsOfTexts = async (edition: number): Promise<string[]> =>
  decodeLadder((await zoneOf(channel)).content.ladder)
    .streams.filter((stream) => stream.edition === edition && stream.layer === 2)
    .flatMap((stream) => stream.labels);

test('a reader gets all, then what a new edition adds; what was withdrawn is served no longer', async () => {
  expect((await received('news')).posts.map(({ status }) => status)).toEqual(Array(POSTS).fill('current'));

  const before = (await zoneOf(channel)).content;
  await publishMore(channel, POSTS, 2);
  await servesEdition(2);
  expect((await received('news')).posts).toHaveLength(2 * POSTS);
  expect(await textAt(before.ladderLabel)).toHaveLength(1); // old rungs may be asked for a week more

  const withWords = await labelsOfTexts(2);
  expect(await textAt(withWords[0]!)).toHaveLength(1);
  expect((await pappus('withdraw', String(POSTS + 2), '--reason', 'person', '--channel', channel)).code).toBe(0);
  await servesEdition(3);
  const { posts } = await received('news');
  expect(posts.filter(({ status }) => status === 'withdrawn')).toHaveLength(1);
  const left = new Set(await labelsOfTexts(2));
  for (const label of withWords.filter((one) => !left.has(one))) expect(await textAt(label)).toEqual([]);
  expect(await textAt(before.ladderLabel)).toEqual([]);
}, 120_000);

test('a stranger to the language of zones is told what to write', async () => {
  const ended = await pappus('dns', 'zone', '--channel', channel, '--zone', 'not a name', '--to', 'x');
  expect([ended.code, ended.err]).toEqual([2, expect.stringMatching(/no name of a zone/)]);
  const none = await pappus('receive', 'dns:x.example', '--resolver', 'nobody', '--library', 'none');
  expect([none.code, none.err]).toEqual([1, expect.stringMatching(/no resolver/)]);
});
