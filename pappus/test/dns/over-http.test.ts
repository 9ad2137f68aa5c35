/** `pappus dns serve` over HTTP, as a web server in front of it asks, and a reader with a computer. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linesOf, pappusIn, temporaryFolder } from '../program.ts';

test('a zone is read over HTTP, and a port that is taken is said', async () => {
  const home = await temporaryFolder();
  const pappus = pappusIn(home);
  await pappus('init', 'courier', '--name', 'Courier', '--lang', 'en');
  await mkdir(join(home, 'drafts'));
  const story = '---\ntitle: Bridge closed\ndate: 2026-09-20\n---\n\nUntil spring.\n';
  await writeFile(join(home, 'drafts', 'bridge.md'), story);
  await pappus('import', 'drafts', '--channel', 'courier');
  await pappus('publish', '--channel', 'courier');
  const serve = ['dns', 'serve', '--channel', 'courier', '--zone', 'n.example.org', '--port', '0'];
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const refused = await pappus(...serve, '--http', String(port));
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Choose another with --http')]);

  const lines = linesOf(home, ...serve, '--http', '0');
  expect((await lines.next()).value).toContain('dns:n.example.org');
  const { value: resolver } = (await lines.next()) as { value: string };
  expect(resolver).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/dns-query$/);
  const received = await pappus('receive', 'dns:n.example.org', '--resolver', resolver, '--library', 'news');
  expect(received.err + received.out).toContain('Courier');
  expect((await pappus('read', 'news')).out).toContain('Bridge closed');
});
