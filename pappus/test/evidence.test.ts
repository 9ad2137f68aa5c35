/** A contradiction between two signed heads, as a reader keeps it and hands it on. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatNote, noteOf, sha256, treePath, type TreeFile } from '@pappus/core';
import { FolderShelf, startMirror } from '@pappus/transports/node';
import { TestNewsroom } from '../../core/test/newsroom.ts';
import { pappusIn, temporaryFolder } from './program.ts';

test('evidence lies in the library as a file of its tree, and goes where its files go', async () => {
  const home = await temporaryFolder();
  const pappus = pappusIn(home);
  const newsroom = new TestNewsroom();
  newsroom.publish({ stories: [{ title: 'Bridge closed', text: ['Until May.'] }] });
  const files = [...newsroom.files].map(([path, bytes]): TreeFile => ({ path: treePath(path), bytes }));
  await new FolderShelf(join(home, 'tree')).putAll(files);
  await cp(join(home, 'tree'), join(home, 'twin'), { recursive: true });
  const other = formatNote(
    noteOf(newsroom.sign(newsroom.size, sha256(new Uint8Array(1)), 1_790_900_000), newsroom.keys),
  );
  await new FolderShelf(join(home, 'twin')).put(treePath('checkpoint'), other);
  const evidenceOf = async (source: string): Promise<unknown[]> =>
    (JSON.parse((await pappus('verify', source, '--json')).out) as { evidence: unknown[] }).evidence;

  await pappus('receive', 'tree', '--library', 'news', '--channel-id', newsroom.channelId);
  expect(await evidenceOf('news')).toEqual([]);
  await pappus('receive', 'twin', '--library', 'news');
  const evidence = await evidenceOf('news');
  expect(evidence).toMatchObject([{ other: String(Buffer.from(other)) }]);
  for (const to of ['x.html', 'x.zip', 'copy/']) {
    await pappus('export', 'news', '--to', to);
    expect([to, await evidenceOf(to.replace('/', ''))]).toEqual([to, evidence]);
  }
  const shelf = new FolderShelf(join(home, 'news'));
  const forks: string[] = [];
  for await (const path of shelf.list(AbortSignal.timeout(9_000))) if (path.startsWith('fork/')) forks.push(path);
  expect(forks).toHaveLength(1);
  const mirror = await startMirror({ folder: join(home, 'news') });
  expect(await (await fetch(new URL(forks[0]!, mirror.url))).text()).toBe(String(Buffer.from(other)));
  await mirror.close();
});
