/**
 * A web mirror as a shelf. Every reader asks in the same way, and nothing in a question tells who asks or what he
 * has: no cookie, referrer, validator, query or redirect; each answer is read only as far as the limit allows, and
 * only while it comes at a bearable speed.
 */
import type { TreePath } from '@pappus/core';
import { linkedController, systemClock, type Clock } from './clock.ts';
import { admit, requireWithin } from './limit.ts';
import type { ReadLimit, Shelf } from './transport.ts';

/** One GET. `range` is the value of a Range header (RFC 9110 §14.2). */
export type Ask = (url: URL, range: string | null, signal: AbortSignal) => Promise<Answer>;

/** What came back. The caller reads `body` to its end or leaves it; both free the connection. */
export interface Answer {
  status: number;
  /** A header's value, by its lower-case name. */
  header(name: string): string | null;
  body: AsyncIterable<Uint8Array>;
}

/** How a mirror is asked. */
export interface HttpOptions {
  /** How to ask; `askByFetch` unless given. */
  ask?: Ask;
  clock?: Clock;
  /** A slower answer is given up; 0 waits for ever. Octets per second, over each ten seconds; 64 unless given. */
  minBytesPerSecond?: number;
  /**
   * Asks for no more than this many octets at a time (Range), for networks that freeze a connection after some
   * 16 KB. Whether each piece has a connection of its own is up to `ask`.
   */
  pieceBytes?: number;
}

const SPEED_WINDOW_MS = 10_000;
const MIN_BYTES_PER_SECOND = 64;

/** Files below a URL, on any host that serves files. */
export class HttpShelf implements Shelf {
  readonly #base: URL;
  readonly #ask: Ask;
  readonly #clock: Clock;
  readonly #minBytesPerSecond: number;
  readonly #pieceBytes: number | null;

  /** Throws Error unless `base` is http or https, without user, query and fragment. */
  constructor(base: string | URL, options: HttpOptions = {}) {
    this.#base = directoryUrl(base);
    this.#ask = options.ask ?? askByFetch;
    this.#clock = options.clock ?? systemClock;
    this.#minBytesPerSecond = options.minBytesPerSecond ?? MIN_BYTES_PER_SECOND;
    this.#pieceBytes = options.pieceBytes ?? null;
  }

  /** 404 and 410 are `null`; any other status but 200 (206, 416 for pieces) is an error, redirects too. */
  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    const url = new URL(admit(path, limit), this.#base);
    const { controller, release } = linkedController(limit.signal);
    const gathered = new Gathered(limit.bytes);
    try {
      const watch = this.#watchSpeed(gathered, controller);
      return await Promise.race([this.#gather(url, gathered, controller.signal), watch]);
    } catch (error) {
      limit.signal.throwIfAborted(); // the caller's own reason, whatever the platform made of it
      throw error;
    } finally {
      controller.abort(new Error('done'));
      release();
    }
  }

  async #gather(url: URL, gathered: Gathered, signal: AbortSignal): Promise<Uint8Array | null> {
    if (this.#pieceBytes === null) {
      const answer = await this.#ask(url, null, signal);
      return (await take(answer, gathered)) ? gathered.bytes() : null;
    }
    for (;;) {
      const from = gathered.octets;
      const answer = await this.#ask(url, `bytes=${from}-${from + this.#pieceBytes - 1}`, signal);
      const outcome = await takePiece(answer, gathered, this.#pieceBytes);
      if (outcome === 'absent') return null;
      if (outcome === 'complete') return gathered.bytes();
    }
  }

  /** Never resolves: rejects when the answer is too slow, or as `controller` says. */
  async #watchSpeed(gathered: Gathered, controller: AbortController): Promise<never> {
    for (;;) {
      const before = gathered.octets;
      await this.#clock.wait(SPEED_WINDOW_MS, controller.signal);
      const perSecond = ((gathered.octets - before) * 1_000) / SPEED_WINDOW_MS;
      const least = this.#minBytesPerSecond;
      if (perSecond < least) throw new Error(`slower than ${least} octets a second`);
    }
  }
}

/**
 * Asks through the platform's `fetch`. The two headers have fixed values, because a browser would put the reader's
 * languages there.
 */
export async function askByFetch(url: URL, range: string | null, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, {
    headers: { accept: '*/*', 'accept-language': '*', ...(range === null ? {} : { range }) },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    redirect: 'error',
    signal,
  });
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    body: response.body ? chunksOf(response.body) : noBody(),
  };
}

/** What has arrived, up to a limit. */
class Gathered {
  octets = 0;
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws Refused `too-large`. */
  announce(octets: number): void {
    requireWithin(this.octets + octets, { bytes: this.#limit });
  }

  add(chunk: Uint8Array): void {
    this.announce(chunk.length);
    this.octets += chunk.length;
    this.#chunks.push(chunk);
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.octets);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }
}

/** Whether the mirror has the file; then all of it is gathered. */
async function take(answer: Answer, gathered: Gathered): Promise<boolean> {
  if (answer.status === 404 || answer.status === 410) return false;
  if (answer.status !== 200) throw new Error(`the mirror answered ${answer.status}`);
  await takeBody(answer, gathered);
  return true;
}

async function takePiece(
  answer: Answer,
  gathered: Gathered,
  pieceBytes: number,
): Promise<'absent' | 'more' | 'complete'> {
  const from = gathered.octets;
  if (answer.status === 416) return 'complete'; // the file ends where this piece would begin
  if (answer.status !== 206) {
    if (from > 0) throw new Error(`the mirror answered ${answer.status} in the middle of a file`);
    return (await take(answer, gathered)) ? 'complete' : 'absent'; // it does not know Range, and sends all
  }
  const range = contentRange(answer);
  if (range && range.from !== from) throw new Error('the mirror sent another piece');
  if (range) gathered.announce(range.total - from);
  await takeBody(answer, gathered);
  const isLast = range ? gathered.octets >= range.total : gathered.octets - from < pieceBytes;
  if (!isLast && gathered.octets === from) throw new Error('the mirror sent an empty piece');
  return isLast ? 'complete' : 'more';
}

async function takeBody(answer: Answer, gathered: Gathered): Promise<void> {
  const announced = Number(answer.header('content-length') ?? 0);
  if (announced > 0) gathered.announce(announced);
  for await (const chunk of answer.body) gathered.add(chunk);
}

/** RFC 9110 §14.4. `null` when the mirror does not say, or its host hides the header from scripts. */
function contentRange(answer: Answer): { from: number; total: number } | null {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(answer.header('content-range') ?? '');
  return match && { from: Number(match[1]), total: Number(match[2]) };
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    reader.cancel().catch(() => {}); // ends the connection of an answer that is not wanted
  }
}

async function* noBody(): AsyncIterable<Uint8Array> {}

function directoryUrl(base: string | URL): URL {
  const url = new URL(base);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !isPlain) throw new Error('a mirror is a plain http or https address');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
