/** Hostile mirrors beside an honest one: the reader gets everything, and nothing that is false. */
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startMirror } from '@pappus/transports/node';
import { pappusIn, temporaryFolder } from './program.ts';

async function serve(folder: string): Promise<string> {
  const mirror = await startMirror({ folder });
  onTestFinished(() => mirror.close());
  return mirror.url;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A channel of three editions, and a copy of its tree as it was after the second. */
async function channel() {
  const home = await temporaryFolder();
  const pappus = pappusIn(home);
  await pappus('init', 'courier', '--name', 'Courier', '--lang', 'en');
  for (const edition of [1, 2, 3]) {
    if (edition === 3) await cp(join(home, 'courier/tree'), join(home, 'yesterday'), { recursive: true });
    await mkdir(join(home, `posts-${edition}`));
    for (let i = 0; i < 8; i++) {
      const text = `---\ntitle: Post ${i} of edition ${edition}\ndate: 2026-11-2${edition}\nlang: en\n---\n${'News of the town. '.repeat(40)}${i}\n`;
      await writeFile(join(home, `posts-${edition}`, `${edition}-${i}.md`), text);
    }
    await pappus('import', `posts-${edition}`, '--channel', 'courier');
    await pappus('publish', '--channel', 'courier');
  }
  return { home, pappus, tree: join(home, 'courier/tree') };
}

async function forgedCopy(tree: string, copy: string): Promise<string> {
  await cp(tree, copy, { recursive: true });
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    await writeFile(path, bytes);
  }
  return copy;
}

test('forging, rolled-back, endless and redirecting mirrors beside an honest one', async () => {
  const { home, pappus, tree } = await channel();
  const redirecting = createServer((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
  const endless = createServer((_, response) => {
    response.writeHead(200);
    const pour = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 120)));
    };
    response.on('drain', pour);
    pour();
  });
  const mirrors = [
    await serve(await forgedCopy(tree, join(home, 'forged'))),
    await listen(redirecting),
    await listen(endless),
    await serve(join(home, 'yesterday')),
    await serve(tree),
  ];
  const channelId = (JSON.parse((await pappus('verify', 'courier', '--json')).out) as { channelId: string }).channelId;
  const received = await pappus('receive', ...mirrors, '--library', 'news', '--channel-id', channelId, '--json');
  const report = JSON.parse(received.out) as { edition: number; posts: { status: string }[]; missing: number[] };
  expect(report.edition).toBe(3);
  expect(report.missing).toEqual([]);
  expect(report.posts.map((p) => p.status)).toEqual(Array<string>(24).fill('current'));
  expect(JSON.parse((await pappus('verify', 'news', '--json')).out)).toMatchObject({ refused: [], evidence: [] });
});

test('yesterday’s mirror after today’s: nothing goes back', async () => {
  const { home, pappus, tree } = await channel();
  await pappus('receive', await serve(tree), '--library', 'news');
  const again = await pappus('receive', await serve(join(home, 'yesterday')), '--library', 'news', '--json');
  expect(again.code).toBe(0);
  expect(JSON.parse(again.out)).toMatchObject({
    edition: 3,
    missing: [],
    refused: [
      { path: 'checkpoint', code: 'older' },
      { path: 'head', code: 'older' },
    ],
  });
});

test('a line that freezes after 16 KB: short breath brings everything', async () => {
  const { pappus, tree } = await channel();
  const freezing = createServer((request, response) => {
    const path = join(tree, new URL(request.url!, 'http://x').pathname);
    readFile(path).then(
      (bytes) => {
        const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
        const [from, to] = range
          ? [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)]
          : [0, bytes.length - 1];
        const part = bytes.subarray(from, to + 1);
        const headers = { 'content-length': part.length, 'content-range': `bytes ${from}-${to}/${bytes.length}` };
        response.writeHead(range ? 206 : 200, headers);
        if (part.length <= 15_000) response.end(part);
        else response.write(part.subarray(0, 15_000));
      },
      () => response.writeHead(404).end(),
    );
  });
  const received = await pappus('receive', await listen(freezing), '--library', 'news', '--short-breath');
  expect([received.code, received.err]).toEqual([0, '']);
  expect(received.out).toContain('24 of 24 posts');
});
