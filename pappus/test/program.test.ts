/** The program as one file, alone in an empty folder: it does what the source does, to the octet. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { pappusIn, type Ended } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const ZONE = 'n.example.org';
const BUILD_MS = 120_000;
const STARTS = 7;
const POST = '---\ntitle: The bridge is open\ndate: 2026-03-01\n---\n\nFrom today on people cross the river on foot.\n';

const place = mkdtempSync(join(tmpdir(), 'pappus-program-test-'));
const alone = join(place, 'alone');
const PROGRAM = join(alone, 'pappus');
/** No PATH, so no Node either. */
const env = { XDG_STATE_HOME: join(place, 'state'), PAPPUS_PASSPHRASE: 'correct horse battery' };

const source = pappusIn(alone);
const program = pappusIn(alone, { command: [PROGRAM], env });

async function good(ended: Promise<Ended>): Promise<string> {
  const { code, out, err } = await ended;
  expect(code, err + out).toBe(0);
  return out;
}

async function buildTo(to: string): Promise<void> {
  const child = spawn(process.execPath, ['tools/program.ts', '--to', to], { cwd: ROOT, stdio: 'inherit' });
  expect((await once(child, 'close'))[0]).toBe(0);
}

const octets = (name: string): Buffer => readFileSync(join(alone, name));
const filesIn = (folder: string): string[] =>
  readdirSync(join(alone, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(alone, folder, name)).isFile())
    .sort();

function expectSameFolders(one: string, other: string): void {
  expect(filesIn(one)).toEqual(filesIn(other));
  for (const name of filesIn(one))
    expect([name, octets(join(one, name)).equals(octets(join(other, name)))]).toEqual([name, true]);
}

beforeAll(async () => {
  await buildTo(join(place, 'built/pappus'));
  mkdirSync(alone);
  cpSync(join(place, 'built/pappus'), PROGRAM);
}, BUILD_MS);
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('the program alone', () => {
  let channelId = '';

  test('starts without Node', async () => {
    expect(await good(program('--version'))).toBe(await good(source('--version')));
    const times: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const from = performance.now();
      await program('--version');
      times.push(performance.now() - from);
    }
    const median = times.toSorted((a, b) => a - b)[(STARTS - 1) / 2]!;
    process.stdout.write(`the program: ${statSync(PROGRAM).size} octets, starts and ends in ${median.toFixed(0)} ms\n`);
  });

  test('is told nothing by the environment of Node', async () => {
    const told = pappusIn(alone, { command: [PROGRAM], env: { ...env, NODE_OPTIONS: '--require ./not-there.cjs' } });
    expect(await good(told('--version'))).toMatch(/^\d/);
  });

  test('publishes', async () => {
    writeFileSync(join(alone, 'bridge.md'), POST);
    const init = await good(program('init', 'courier', '--name', 'Courier', '--lang', 'en', '--json'));
    channelId = (JSON.parse(init) as { channelId: string }).channelId;
    await good(program('import', 'bridge.md', '--channel', 'courier'));
    await good(program('publish', '--channel', 'courier'));
  });

  test('brings its large packs', async () => {
    await good(program('init', 'large', '--name', 'Large', '--lang', 'en', '--large-packs'));
    const packs = filesIn('large/packs');
    expect(packs).toEqual(['en.pack', 'fa.pack']);
    for (const name of packs) {
      const own = readFileSync(join(ROOT, 'core/packs', name.replace('.pack', '-large.pack')));
      expect(octets(`large/packs/${name}`).equals(own)).toBe(true);
    }
  });

  test.each(['html', 'zip'])('exports the same %s as the source', async (form) => {
    await good(program('export', 'courier', '--to', `program.${form}`));
    await good(source('export', 'courier', '--to', `source.${form}`));
    expect(octets(`program.${form}`).equals(octets(`source.${form}`))).toBe(true);
  });

  test('exports the same folder, app and zone as the source', async () => {
    for (const [who, pappus] of [
      ['program', program],
      ['source', source],
    ] as const) {
      await good(pappus('export', 'courier', '--to', `${who}-tree/`));
      await good(pappus('app', '--to', `${who}-app`));
      await good(pappus('dns', 'zone', '--channel', 'courier', '--zone', ZONE, '--to', `${who}.zone`));
    }
    expectSameFolders('program-tree', 'source-tree');
    expectSameFolders('program-app', 'source-app');
    expect(octets('program.zone').equals(octets('source.zone'))).toBe(true);
  });

  test('verifies, receives, carries and reads', async () => {
    await good(program('verify', 'program.html'));
    await good(program('receive', 'program.zip', '--library', 'received', '--channel-id', channelId));
    await good(
      program('carry', '--library', 'carried', '--channel-id', channelId, '--folder', 'program.html', '--once'),
    );
    for (const library of ['received', 'carried'])
      expect(await good(program('read', library))).toContain('The bridge is open');
    expect(await good(program('read', 'carried', '0'))).toContain('people cross the river');
  });

  test.each([
    ['a mirror with the app', ['mirror', 'courier', '--port', '0'], ''],
    ['those near by', ['carry', '--library', 'carried', '--port', '0', '--host', '127.0.0.1'], 'take'],
  ])('serves %s', async (_, args, page) => {
    const child = spawn(PROGRAM, args, { cwd: alone, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
    const url = new URL('./', String(line).split('\n')[0]);
    expect((await fetch(new URL(page, url))).status).toBe(200);
    const app = Buffer.from(await (await fetch(new URL('app.js', url))).arrayBuffer());
    expect(app.equals(octets('source-app/app.js'))).toBe(true);
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  });

  test('corrects, withdraws, changes its zones, and takes all of it over into a backup', async () => {
    cpSync(join(alone, 'courier'), join(alone, 'backup'), { recursive: true });
    await good(program('correct', '0', '--title', 'The bridge is open again', '--channel', 'courier'));
    await good(program('withdraw', '0', '--channel', 'courier'));
    await good(program('rotate', '--zone', ZONE, '--channel', 'courier'));
    await good(program('adopt', 'courier/tree', '--channel', 'backup'));
    const read = await good(program('read', 'backup'));
    expect(read).toContain('The bridge is open again');
    expect(read).toMatch(/0\s+withdrawn/);
  });

  test('answers DNS, over which others receive', async () => {
    const args = ['dns', 'serve', '--channel', 'courier', '--zone', ZONE, '--port', '0'];
    const child = spawn(PROGRAM, args, { cwd: alone, env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [, port] = /port (\d+)/.exec(String(line))!;
    const asked = ['receive', `dns:${ZONE}`, '--resolver', `127.0.0.1:${port}`, '--channel-id', channelId];
    await good(program(...asked, '--library', 'by-dns'));
    expect(await good(program('read', 'by-dns'))).toContain('The bridge is open again');
  });
});

test(
  'the same source gives the same program, which names no place of the machine that built it',
  async () => {
    const again = join(place, 'again/pappus');
    await buildTo(again);
    const bytes = octets('pappus');
    expect(bytes.equals(readFileSync(again))).toBe(true);
    expect([ROOT, place, 'pappus-program-'].filter((name) => bytes.includes(name))).toEqual([]);
  },
  BUILD_MS,
);

test('is not put together with another Node', async () => {
  const other = join(place, 'node');
  writeFileSync(other, 'v20.0.0');
  const args = ['tools/program.ts', '--node', other, '--to', join(place, 'never')];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = (await once(child.stderr, 'data')) as [Buffer];
  expect(String(said)).toContain('Nothing was built');
  expect((await once(child, 'close'))[0]).toBe(1);
});
