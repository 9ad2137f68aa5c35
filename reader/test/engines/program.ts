/** A program that a test starts and ends, with a home of its own that goes with it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const START_MS = 30_000;
const END_MS = 5_000;

/** The first of `names`, paths or names of programs, that is on this machine; else null. */
export function findProgram(...names: string[]): string | null {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const paths = names.flatMap((name) => (name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name))));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** A new folder for a program's profile. */
export function newHome(): string {
  return mkdtempSync(join(tmpdir(), 'pappus-engine-'));
}

export interface StartOptions {
  home: string;
  env?: Record<string, string>;
  /** What the program says when it is ready; null where it says nothing. */
  ready: RegExp | null;
}

export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #home: string;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');
  /** The first group of `ready`. */
  said = '';

  private constructor(child: ChildProcess, home: string) {
    this.#child = child;
    this.#home = home;
    this.#ended = new Promise((resolve) => child.once('close', resolve));
    process.once('exit', this.#kill);
  }

  /** Starts it and waits until it is ready. Of its output, the third pipe counts too. */
  static async start(path: string, args: string[], { home, env, ready }: StartOptions): Promise<Program> {
    const child = spawn(path, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, HOME: home, ...env },
    });
    const program = new Program(child, home);
    if (!ready) {
      for (const pipe of child.stdio) pipe?.on('data', () => {}); // lest it waits for a reader
      return program;
    }
    let output = '';
    const said = new Promise<string>((resolve, reject) => {
      for (const pipe of child.stdio.slice(1)) {
        pipe?.on('data', (chunk) => {
          output += String(chunk);
          const match = ready.exec(output);
          if (match) resolve(match[1] ?? '');
        });
      }
      child.once('error', reject);
      child.once('close', () => reject(new Error(`${path} ended:\n${output}`)));
      setTimeout(() => reject(new Error(`${path} is not ready:\n${output}`)), START_MS).unref();
    });
    program.said = await said.catch(async (error: unknown) => {
      await program.end();
      throw error;
    });
    return program;
  }

  async end(): Promise<void> {
    const late = setTimeout(this.#kill, END_MS);
    this.#child.kill();
    await this.#ended;
    clearTimeout(late);
    process.removeListener('exit', this.#kill);
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}
