/** The story of README, command by command, as a newcomer types it. */
import { readFile, readdir, stat, writeFile, mkdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodePack } from '@pappus/core';
import { startMirror } from '@pappus/transports/node';
import { pappusIn, temporaryFolder } from './program.ts';

const POSTS: Record<string, string> = {
  'a.md': '---\ntitle: پل باز شد\nsummary: پس از سه ماه.\ndate: 2026-11-20\nlang: fa\n---\nپل امروز باز شد.\n',
  'b.md': '---\ntitle: Market opens\ndate: 2026-11-19\nlang: en\n---\nTen stalls.\n\n- bread\n- books\n',
  'c.md': '---\ntitle: Rain\ndate: 2026-11-18\nlang: en\n---\nIt rains.\n',
};

async function courier() {
  const home = await temporaryFolder();
  const pappus = pappusIn(home);
  await mkdir(join(home, 'posts'));
  for (const [name, text] of Object.entries(POSTS)) await writeFile(join(home, 'posts', name), text);
  const made = JSON.parse((await pappus('init', 'courier', '--name', 'Courier', '--lang', 'fa', '--json')).out) as {
    channelId: string;
  };
  await pappus('import', 'posts', '--channel', 'courier');
  const published = await pappus('publish', '--channel', 'courier', '--next-edition-within', '24h', '--json');
  expect(JSON.parse(published.out)).toMatchObject({ editions: [1], posts: [0, 1, 2], size: 4 });
  return { home, pappus, channelId: made.channelId };
}

interface Verified {
  channelId: string;
  size: number;
  nextBy: number;
  posts: { index: number; status: string; title: string | null; lang: string }[];
  missing: number[];
  withdrawn: number[];
  refused: { path: string; code: string }[];
}

describe('the way of an edition', () => {
  test('published once, it verifies the same from folder, ZIP, HTML file, mirror and library', async () => {
    const { home, pappus, channelId } = await courier();
    const mirror = await startMirror({ folder: join(home, 'courier/tree') });
    for (const to of ['x.html', 'x.zip', 'copy/']) expect((await pappus('export', 'courier', '--to', to)).code).toBe(0);
    expect(
      (await pappus('receive', 'x.zip', 'x.html', mirror.url, '--library', 'news', '--channel-id', channelId)).code,
    ).toBe(0);
    const reports = [];
    for (const source of ['courier', 'x.html', 'x.zip', 'copy', mirror.url, 'news']) {
      const { code, out } = await pappus('verify', source, '--channel-id', channelId, '--json');
      expect([source, code]).toEqual([source, 0]);
      reports.push(JSON.parse(out) as Verified);
    }
    await mirror.close();
    for (const report of reports) expect(report).toEqual(reports[0]);
    expect(reports[0]).toMatchObject({ channelId, size: 4, missing: [], withdrawn: [], refused: [], evidence: [] });
    expect(reports[0]!.posts.map((p) => [p.index, p.status, p.lang])).toEqual([
      [0, 'current', 'fa'],
      [1, 'current', 'en'],
      [2, 'current', 'en'],
    ]);
  });

  test('a correction and a withdrawal reach who had the old file, in any order', async () => {
    const { home, pappus } = await courier();
    await pappus('export', 'courier', '--to', 'old.zip');
    const { posts } = JSON.parse((await pappus('verify', 'courier', '--json')).out) as Verified;
    const [rain, market] = ['Rain', 'Market opens'].map((title) => posts.find((p) => p.title === title)!.index);
    expect(
      (await pappus('correct', `${market}`, '--title', 'Market opens on Saturday', '--channel', 'courier')).code,
    ).toBe(0);
    expect((await pappus('withdraw', `${rain}`, '--reason', 'error', '--channel', 'courier')).code).toBe(0);
    await pappus('export', 'courier', '--to', 'new.html');
    for (const [library, ...files] of [
      ['one', 'old.zip', 'new.html'],
      ['two', 'new.html', 'old.zip'],
    ] as const) {
      await pappus('receive', ...files, '--library', library);
      const report = JSON.parse((await pappus('verify', library, '--json')).out) as Verified;
      expect(report.withdrawn).toEqual([rain]);
      expect(report.posts.find((p) => p.index === market)).toMatchObject({ status: 'corrected' });
      expect((await pappus('read', library, `${rain}`)).out).toContain('withdrawn this post because it was wrong');
      expect(await filesWith(join(home, library), 'It rains')).toEqual([]);
    }
  });

  test('after a theft readers follow the root keys, by a file', async () => {
    const { pappus } = await courier();
    await pappus('export', 'courier', '--to', 'stolen.zip');
    await pappus('publish', '--channel', 'courier');
    const rotated = await pappus('rotate', '--stolen-after', '1', '--channel', 'courier', '--json');
    expect(JSON.parse(rotated.out)).toMatchObject({ version: 2, edition: 2 });
    await pappus('export', 'courier', '--to', 'back.zip');
    const received = await pappus('receive', 'stolen.zip', 'back.zip', '--library', 'news', '--json');
    expect(JSON.parse(received.out)).toMatchObject({ missing: [], evidence: [] });
    expect((await pappus('verify', 'news')).code).toBe(0);
  });

  test('room is short: what matters most goes first, and what is missing is said', async () => {
    const { home, pappus } = await courier();
    const whole = (await pappus('export', 'courier', '--to', 'x.zip')) && (await stat(join(home, 'x.zip'))).size;
    expect((await pappus('export', 'courier', '--to', 'small.zip', '--max', `${whole - 100}B`)).code).toBe(0);
    expect((await stat(join(home, 'small.zip'))).size).toBeLessThan(whole);
    const { code, out } = await pappus('verify', 'small.zip', '--json');
    const { posts } = JSON.parse(out) as Verified;
    expect(code).toBe(1);
    expect(posts).toHaveLength(3);
    expect(posts.some((p) => p.status === 'headline')).toBe(true);
    expect((await pappus('export', 'courier', '--to', 'none.zip', '--max', '100B')).code).toBe(2);
  });

  test('what was altered on the way is refused by name, and the rest is read', async () => {
    const { home, pappus } = await courier();
    await pappus('export', 'courier', '--to', 'copy/');
    const packs = await readdir(join(home, 'copy/pack'));
    const contents = await Promise.all(packs.map((name) => readFile(join(home, 'copy/pack', name))));
    const at = contents.findIndex((content) => decodePack(content).kind === 'layers');
    const path = join(home, 'copy/pack', packs[at]!);
    const bytes = contents[at]!;
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    const { code, out } = await pappus('verify', 'copy', '--json');
    expect(code).toBe(1);
    expect((JSON.parse(out) as Verified).refused).toEqual([{ where: 'copy', path: `pack/${packs[at]}`, code: 'name' }]);
    expect((await pappus('verify', 'copy')).err).toContain('altered or damaged on its way');
    await unlink(path);
    expect((await pappus('verify', 'copy')).code).toBe(1);
  });

  test('another channel than the one that was asked for', async () => {
    const { pappus } = await courier();
    const { code, err } = await pappus('verify', 'courier', '--channel-id', 'a'.repeat(51) + 'q');
    expect(code).toBe(1);
    expect(err).toContain('another channel');
  });

  test('a restored backup does not sign', async () => {
    const { home, pappus } = await courier();
    const backup = await readFile(join(home, 'courier/newsroom.db'));
    await pappus('publish', '--channel', 'courier');
    for (const name of ['newsroom.db-wal', 'newsroom.db-shm']) await rm(join(home, 'courier', name), { force: true });
    await writeFile(join(home, 'courier/newsroom.db'), backup);
    const { code, err } = await pappus('publish', '--channel', 'courier');
    expect(code).toBe(1);
    expect(err).toContain('older than what it has published');
  });
});

async function filesWith(folder: string, words: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).includes(words)) found.push(path);
  }
  return found;
}

describe('manners', () => {
  const COMMANDS = [
    'init',
    'import',
    'publish',
    'correct',
    'withdraw',
    'rotate',
    'export',
    'receive',
    'verify',
    'read',
    'mirror',
    'app',
    'adopt',
  ];

  test.each(COMMANDS)('%s --help shows an example', async (command) => {
    const { code, out } = await pappusIn(await temporaryFolder())(command, '--help');
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:\n {2}\$ pappus /);
  });

  test.each([
    ['no command that exists', ['nonsense'], 2],
    ['an option missing', ['init', 'x', '--lang', 'fa'], 2],
    ['no language', ['init', 'x', '--name', 'X', '--lang', 'پارسی'], 2],
    ['no number', ['withdraw', 'one', '--channel', 'x'], 2],
    ['no size', ['export', 'x', '--to', 'y.zip', '--max', 'small'], 2],
    ['no duration', ['publish', '--channel', 'x', '--next-edition-within', 'soon'], 2],
    ['no newsroom', ['publish', '--channel', 'x'], 1],
    ['no file', ['verify', 'nowhere.zip'], 1],
    ['no channel id', ['verify', 'x', '--channel-id', 'short'], 2],
    ['a mirror that is not there', ['verify', 'http://127.0.0.1:9/'], 1],
  ])('%s: one sentence, no stack trace', async (_, args, expected) => {
    const { code, out, err } = await pappusIn(await temporaryFolder())(...args);
    expect([code, out]).toEqual([expected, '']);
    expect(err.trim()).not.toBe('');
    expect(err).not.toMatch(/\n\s+at |This is a bug/);
  });

  test('output in a pipe has no control sequences', async () => {
    const { pappus } = await courier();
    for (const args of [
      ['read', 'courier'],
      ['read', 'courier', '0'],
      ['verify', 'courier'],
    ]) {
      // eslint-disable-next-line no-control-regex
      expect((await pappus(...args)).out).not.toMatch(/\u001b/);
    }
  });

  test('an HTML file of somebody else is named for what it is', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'page.html'), '<!doctype html><title>News</title>');
    const { code, err } = await pappusIn(home)('verify', 'page.html');
    expect(code).toBe(1);
    expect(err).toContain('page.html');
    expect(err).not.toContain('This is a bug');
  });
});
