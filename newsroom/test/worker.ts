/** A newsroom in another process, and what is known of it from its acknowledgements alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { PostReport } from '@pappus/core';
import { Notary } from './auditor.ts';

/** A process that runs commands; all that it said so far is in `lines`. */
export class Worker {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #heard: (() => void)[] = [];
  #isOver = false;
  #complaint = '';

  constructor(folder: string, environment: Record<string, string>) {
    const env = { ...process.env, ...environment };
    this.#process = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), folder], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env,
    });
    this.#process.stderr!.on('data', (chunk) => (this.#complaint += String(chunk)));
    this.#process.stdin!.on('error', () => {});
    const reader = createInterface({ input: this.#process.stdout! });
    reader.on('line', (line) => {
      this.lines.push(line);
      this.#wake();
    });
    this.#ended = new Promise<void>((resolve) => reader.on('close', resolve)).then(() => {
      this.#isOver = true;
      this.#wake();
    });
  }

  #wake(): void {
    for (const heard of this.#heard.splice(0)) heard();
  }

  async until(line: string): Promise<void> {
    while (!this.lines.some((l) => l === line || l.startsWith(`${line} `))) {
      if (this.#isOver)
        throw new Error(`the process ended by itself; it said: ${this.lines.join(' | ')} ${this.#complaint}`);
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  send(command: string): void {
    this.#process.stdin!.write(`${command}\n`);
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}

/** What the parent knows of one newsroom, from acknowledgements alone. */
export class Ledger {
  readonly notary = new Notary();
  /** Titles of acknowledged posts by index. */
  readonly acknowledged = new Map<number, string>();
  readonly withdrawn = new Set<number>();
  readonly attempted = new Set<string>();
  /** A post whose withdrawal was begun and not acknowledged. */
  readonly perhapsWithdrawn = new Set<number>();

  begin(command: string): void {
    const [what, name] = command.split(' ') as [string, string];
    if (what === 'publish') this.attempted.add(name);
    if (what === 'withdraw') this.perhapsWithdrawn.add(Number(name));
    if (what === 'correct') this.attempted.add(`${this.acknowledged.get(Number(name))}+`);
  }

  acknowledge(line: string): void {
    const [, what, name, ...posts] = line.split(' ') as [string, string, string, ...string[]];
    if (what === 'publish') this.acknowledged.set(Number(posts.at(-1)), name);
    if (what === 'correct') this.acknowledged.set(Number(posts[0]), `${this.acknowledged.get(Number(name))}+`);
    if (what === 'withdraw') this.withdrawn.add(Number(name));
  }

  /** Posts that a command may name: acknowledged, and surely not withdrawn nor corrected. */
  open(): number[] {
    const corrected = new Set(
      [...this.attempted].filter((title) => title.endsWith('+')).map((title) => title.slice(0, -1)),
    );
    return [...this.acknowledged]
      .filter(([i, title]) => !this.perhapsWithdrawn.has(i) && !corrected.has(title))
      .map(([i]) => i);
  }

  lostAmong(posts: readonly PostReport[]): string[] {
    const at = new Map(posts.map((post) => [post.index, post]));
    const titles = posts.flatMap((post) => (post.record ? [post.record.title] : []));
    return [
      ...[...this.acknowledged]
        .filter(([i, title]) => {
          const post = at.get(i);
          return post?.record?.title !== title && !(post?.status === 'withdrawn' && this.perhapsWithdrawn.has(i));
        })
        .map(([i, title]) => `post ${i} "${title}"`),
      ...[...this.withdrawn].filter((i) => at.get(i)?.status !== 'withdrawn').map((i) => `withdrawal of ${i}`),
      ...titles.filter((title, i) => titles.indexOf(title) !== i).map((title) => `"${title}" is there twice`),
      ...titles.filter((title) => !this.attempted.has(title)).map((title) => `"${title}" is from nowhere`),
    ];
  }
}

/** A random command that a newsroom with this ledger can carry out. */
export function nextCommand(ledger: Ledger, chance: () => number, serial: number): string {
  const open = ledger.open();
  const post = open[Math.floor(chance() * open.length)];
  const roll = chance();
  if (roll < 0.08) return `rotate ${['log', 'root', 'both'][Math.floor(chance() * 3)]!}`;
  if (roll < 0.5 || post === undefined) return `publish p${serial}`;
  return roll < 0.75 ? `correct ${post}` : `withdraw ${post}`;
}
