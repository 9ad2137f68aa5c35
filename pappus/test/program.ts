/** Runs the program as a user does, in a home of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../src/pappus.ts', import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pappus-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function environment(home: string): NodeJS.ProcessEnv {
  return { ...process.env, XDG_STATE_HOME: join(home, 'state'), PAPPUS_PASSPHRASE: 'correct horse battery' };
}

/** What a user starts: the source, or the program as one file. */
export interface Started {
  command: readonly [file: string, ...args: string[]];
  env: NodeJS.ProcessEnv;
}

/** The program with its paths relative to `home`. */
export function pappusIn(home: string, started?: Started): (...args: string[]) => Promise<Ended> {
  const { command, env } = started ?? { command: [process.execPath, PROGRAM], env: environment(home) };
  const [file, ...first] = command;
  return async (...args) => {
    const child = spawn(file, [...first, ...args], {
      cwd: home,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended: Ended = { code: null, out: '', err: '' };
    child.stdout.on('data', (chunk) => (ended.out += String(chunk)));
    child.stderr.on('data', (chunk) => (ended.err += String(chunk)));
    ended.code = await new Promise((resolve) => child.once('close', resolve));
    return ended;
  };
}

/** Starts a command that goes on until the test ends; gives the lines that it says. */
export function linesOf(home: string, ...args: string[]): AsyncIterator<string> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: home,
    env: environment(home),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'close');
  });
  return createInterface(child.stdout)[Symbol.asyncIterator]();
}
