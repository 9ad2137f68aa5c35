/** The app as a command writes it and a mirror serves it. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linesOf, pappusIn, temporaryFolder } from './program.ts';

/** `pappus mirror` as it runs, and its address. */
async function mirror(home: string, ...args: string[]): Promise<string> {
  const { value } = await linesOf(home, 'mirror', ...args, '--port', '0').next();
  return value as string;
}

test('pappus app writes what pappus mirror serves, and a tree with the app in it stays a tree', async () => {
  const home = await temporaryFolder();
  const pappus = pappusIn(home);
  await pappus('init', 'courier', '--name', 'Courier', '--lang', 'en');
  const before = await readdir(join(home, 'courier/tree'));
  const written = await pappus('app', '--to', 'courier/tree', '--json');
  const { files } = JSON.parse(written.out) as { files: string[] };
  expect((await readdir(join(home, 'courier/tree'))).sort()).toEqual([...before, ...files].sort());
  const url = await mirror(home, 'courier');
  for (const name of files) {
    const answer = await fetch(new URL(name === 'index.html' ? '' : name, url));
    expect([name, answer.status]).toEqual([name, 200]);
    const served = Buffer.from(await answer.arrayBuffer());
    expect(served.equals(await readFile(join(home, 'courier/tree', name)))).toBe(true);
    expect([answer.headers.get('set-cookie'), answer.headers.get('etag'), answer.headers.get('last-modified')]).toEqual(
      [null, null, null],
    );
  }
  const policy = (await fetch(url)).headers.get('content-security-policy');
  expect(policy).toContain(`default-src 'none'`);
  expect(policy).toContain(`frame-ancestors 'none'`);
  expect((await fetch(new URL('root/1', url))).status).toBe(200);
  for (const name of ['nothing.js', 'app.js?x', '../newsroom.db', 'constructor'])
    expect((await fetch(new URL(name, url))).status).toBe(404);
});

test('pappus mirror --no-app serves the channel alone', async () => {
  const home = await temporaryFolder();
  await pappusIn(home)('init', 'courier', '--name', 'Courier', '--lang', 'en');
  const url = await mirror(home, 'courier', '--no-app');
  expect(await (await fetch(url)).text()).toContain('mirror of a news channel');
  expect((await fetch(new URL('app.js', url))).status).toBe(404);
});
