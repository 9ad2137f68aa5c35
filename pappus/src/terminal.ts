/** How the program speaks: answers on stdout, progress and messages on stderr, one exit code for each kind of end. */
import { styleText } from 'node:util';
import { zoneName } from '@pappus/transports/dns';

/** 0: done. 1: something was refused or is missing. 2: the command was not understood. */
export const EXIT = { good: 0, refused: 1, usage: 2 } as const;

/** A message for the user: what happened, what is safe, what to do next. */
export class UserError extends Error {
  override name = 'UserError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.refused, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** Why something failed; of several failures the first. */
export function reasonOf(failure: unknown): string {
  const first: unknown = failure instanceof AggregateError ? failure.errors[0] : failure;
  const { message, cause } = first as Error;
  return `${message}${cause instanceof Error ? `: ${cause.message}` : ''}`;
}

/** A message beside the answer. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** "1 post", "2 posts". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const strong = (text: string): string => styleText('bold', text, { stream: process.stdout });
export const faint = (text: string): string => styleText('dim', text, { stream: process.stdout });

const QUIET_MS = 1_000;
const REPAINT_MS = 120;

/** One line on stderr for work that lasts longer than a second; silent in pipes. */
export class Progress {
  readonly #what: string;
  readonly #started = performance.now();
  #painted = 0;

  constructor(what: string) {
    this.#what = what;
  }

  /** `total` is null when nobody knows it. */
  at(done: number, total: number | null): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#started < QUIET_MS || now - this.#painted < REPAINT_MS) return;
    this.#painted = now;
    const amount = total === null ? `${done}` : `${done} of ${total}`;
    process.stderr.write(`\r\u001b[K${this.#what}: ${amount}`);
  }

  end(): void {
    if (this.#painted > 0) process.stderr.write('\r\u001b[K');
  }
}

/** "3 days ago", in the language of the interface. `now` and `then` in seconds. */
export function ago(then: number, now: number, locale = 'en'): string {
  const seconds = Math.max(0, now - then);
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  for (const [unit, length] of units) if (seconds >= length) return format.format(-Math.floor(seconds / length), unit);
  return format.format(-seconds, 'second');
}

/** "30m", "24h", "7d" in seconds. @throws UserError. */
export function parseDuration(text: string): number {
  const match = /^([1-9][0-9]{0,5})(m|h|d)$/.exec(text);
  if (!match) throw new UserError(`"${text}" is no duration. Write for instance 24h, 90m or 7d.`, EXIT.usage);
  return Number(match[1]) * { m: 60, h: 3_600, d: 86_400 }[match[2] as 'm' | 'h' | 'd'];
}

/** "300KB", "1.5MB" in octets; KB is 1,000. @throws UserError. */
export function parseSize(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*(B|KB|MB|GB)$/i.exec(text);
  if (!match) throw new UserError(`"${text}" is no size. Write for instance 300KB or 2MB.`, EXIT.usage);
  const unit = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 }[match[2]!.toLowerCase() as 'b' | 'kb' | 'mb' | 'gb'];
  return Math.floor(Number(match[1]) * unit);
}

/** A whole number from `min`. @throws UserError. */
export function parseCount(text: string, what: string, min: number): number {
  if (!/^[0-9]{1,9}$/.test(text) || Number(text) < min) {
    throw new UserError(`"${text}" is no ${what}. Write a whole number from ${min}.`, EXIT.usage);
  }
  return Number(text);
}

/** Names of zones of DNS, in lower case. @throws UserError. */
export function parseZones(texts: readonly string[]): string[] {
  return texts.map((text) => {
    const name = zoneName(text);
    if (name === null)
      throw new UserError(`"${text}" is no name of a zone. Write for instance n.example.org.`, EXIT.usage);
    return name;
  });
}

/** For a port that cannot be had; any other error as it is. `what` names the port, `options` those that change it. */
export function portError(error: NodeJS.ErrnoException, what: string, options: string): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES' && error.code !== 'EADDRNOTAVAIL') return error;
  return new UserError(
    `${what} is taken or not allowed. Choose another with ${options}; ports under 1024 need the rights of root.`,
    EXIT.usage,
    { cause: error },
  );
}
