/**
 * A published channel, checked by programs that share no code with us: one in Python, written from the text in spec/
 * with the standard library alone, and one in Go with the reference implementation of the log (golang.org/x/mod).
 * PAPPUS_SLOW=1 does the same with 70,000 posts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatVkey, spokenId, type Block } from '@pappus/core';
import { Newsroom, type Draft } from '@pappus/newsroom';

const SLOW = process.env['PAPPUS_SLOW'] === '1';
const POSTS = SLOW ? 70_000 : 2_000;
/** Few enough at once that the newsroom codes them as well as it can, with the text codec. */
const CODED_WELL = 40;
const MINUTES_MAX = (SLOW ? 60 : 2) * 60_000;
const PASSPHRASE = 'only for a test';

const GOPATH = '/usr/share/gocode';
const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasGo = spawnSync('go', ['version']).status === 0 && existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog'));

const WORDS: Record<string, string[]> = {
  en: ['bridge', 'market', 'water', 'school', 'closed', 'opens', 'today', 'river', 'north', 'people'],
  fa: ['پل', 'بازار', 'آب', 'مدرسه', 'بسته', 'باز', 'امروز', 'رود', 'شمال', 'مردم'],
  ar: ['جسر', 'سوق', 'ماء', 'مدرسة', 'مغلق', 'مفتوح', 'اليوم', 'نهر', 'شمال', 'الناس'],
  ru: ['мост', 'рынок', 'вода', 'школа', 'закрыт', 'открыт', 'сегодня', 'река', 'север', 'люди'],
  tr: ['köprü', 'pazar', 'su', 'okul', 'kapalı', 'açık', 'bugün', 'nehir', 'kuzey', 'halk'],
};
const LANGUAGES = Object.keys(WORDS);

/** Draft number n: other words in another language than its neighbours. */
function draft(n: number): Draft {
  const lang = LANGUAGES[n % LANGUAGES.length]!;
  const words = WORDS[lang]!;
  const sentence = (from: number): string =>
    Array.from({ length: 6 }, (_, i) => words[(from + i * (n % 7)) % words.length]).join(' ');
  const paragraph = (value: string): Block => ({ type: 'paragraph', children: [{ type: 'text', value }] });
  const body = [paragraph(`${sentence(n)}.`), paragraph(`${sentence(n + 3)} ${n}.`)];
  const source = { sourceId: `test ${n}`, date: 1_790_000_000 + n, byline: '', tags: [], link: '' };
  return { ...source, title: `${sentence(n + 1)} ${n}`, summary: '', lang, body };
}

async function publish(folder: string): Promise<Newsroom> {
  const newsroom = await Newsroom.create(folder, {
    name: 'The Independent Test',
    lang: 'en',
    rootKeys: 3,
    threshold: 2,
    passphrase: PASSPHRASE,
    mirrors: [],
  });
  await newsroom.addDrafts(Array.from({ length: CODED_WELL }, (_, n) => draft(n)));
  await newsroom.publish();
  await newsroom.addDrafts(Array.from({ length: POSTS - CODED_WELL - 1 }, (_, n) => draft(CODED_WELL + n)));
  await newsroom.publish({ nextWithin: 3_600 });
  await newsroom.correct(1, (before) => ({ ...before, title: `${before.title}, corrected` }));
  await newsroom.withdraw(2, 'person', null);
  const same = { rootKeys: true, lastGoodEdition: null, mirrors: null, passphrase: PASSPHRASE, rootKeyFiles: [] };
  await newsroom.rotate({ ...same, logKey: true });
  return newsroom;
}

function run(program: string, args: string[], env: Record<string, string> = {}): Record<string, unknown> {
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(stderr);
  if (SLOW) process.stdout.write(`${program}: ${((performance.now() - started) / 1_000).toFixed(1)} s ${stdout}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe(`a channel of ${POSTS} posts`, () => {
  const here = import.meta.dirname;
  const stateBefore = process.env['XDG_STATE_HOME'];
  let folder = '';
  let newsroom: Newsroom | null = null;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pappus-independent-'));
    process.env['XDG_STATE_HOME'] = join(folder, 'state');
    const started = performance.now();
    newsroom = await publish(join(folder, 'newsroom'));
    if (SLOW) process.stdout.write(`published in ${((performance.now() - started) / 1_000).toFixed(1)} s\n`);
  }, MINUTES_MAX);

  afterAll(async () => {
    newsroom?.close();
    if (stateBefore === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = stateBefore;
    await rm(folder, { recursive: true, force: true });
  });

  const byPython = () => run('python3', ['-B', join(here, 'independent.py'), newsroom!.treeFolder]);
  const byGo = () => {
    const env = { GO111MODULE: 'off', GOPATH, GOFLAGS: '', GOCACHE: join(folder, 'go') };
    const key = formatVkey(newsroom!.identity.keys.log);
    return run('go', ['run', join(here, 'independent.go'), newsroom!.treeFolder, key], env);
  };

  test.skipIf(!hasPython)('holds by Python (package python3)', { timeout: MINUTES_MAX }, () => {
    const { size, edition: editions } = newsroom!.store.head()!;
    const { channelId: channel } = newsroom!.identity;
    const counts = { records: POSTS - 1, layers: POSTS - 1, tombstones: 1, roots: 2, dictionaries: 8 };
    expect(byPython()).toMatchObject({
      channel,
      spoken: spokenId(channel).join(' '),
      size,
      proofs: size,
      editions,
      ...counts,
    });
  });

  test.skipIf(!hasGo)('holds by Go (packages golang-go, golang-golang-x-mod-dev)', { timeout: MINUTES_MAX }, () => {
    const { size } = newsroom!.store.head()!;
    expect(byGo()).toMatchObject({ size, proofs: size });
  });

  test.skipIf(!hasPython || !hasGo)('a flipped bit is found by both', { timeout: MINUTES_MAX }, async () => {
    const path = join(newsroom!.treeFolder, 'tile/0/000');
    const bytes = await readFile(path);
    try {
      await writeFile(path, Buffer.from(bytes.map((octet, i) => (i === 4_000 ? octet ^ 1 : octet))));
      expect(byPython).toThrow('AssertionError: tile');
      expect(byGo).toThrow('invalid transparency proof');
    } finally {
      await writeFile(path, bytes);
    }
  });
});
