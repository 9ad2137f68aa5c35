/** How often a resolver is asked: a token bucket that learns what the resolver bears. */
import type { Clock } from '../clock.ts';

/** Queries in a second. */
export interface Pace {
  start: number;
  max: number;
  /** How many at once after a rest. */
  burst: number;
}

/** What operators of resolvers bear from one address, as far as they say. */
export const PACE: Pace = { start: 5, max: 20, burst: 10 };

const PACE_MIN = 0.5;
const GOOD_BEFORE_FASTER = 20;

/** Turns are given in the order in which they were asked for. */
export class Bucket {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #waiting = new Set<() => void>();
  #perSecond: number;
  #tokens: number;
  #filledAt: number;
  #good = 0;
  #slowedAt = -Infinity;
  /** What it was before silence slowed it; null when nothing is to be taken back. */
  #beforeSilence: number | null = null;
  #isServing = false;

  constructor(clock: Clock, pace: Pace) {
    this.#clock = clock;
    this.#pace = pace;
    this.#perSecond = pace.start;
    this.#tokens = pace.burst;
    this.#filledAt = clock.now();
  }

  /** Milliseconds until a turn that is asked for now would come. */
  delayMs(): number {
    const short = this.#waiting.size + 1 - this.#level();
    return short <= 0 ? 0 : (short / this.#perSecond) * 1_000;
  }

  /** Resolves when it may ask; rejects with the signal's reason, and then nobody's turn is lost. */
  turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = (): void => {
        this.#waiting.delete(go);
        reject(signal.reason);
      };
      const go = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.add(go);
      void this.#serve();
    });
  }

  /**
   * It answered well. An answer after the question had been given up for lost shows that silence was mere latency:
   * what was slowed for it is taken back (as RFC 4015 does for TCP).
   */
  good(isLate: boolean): void {
    if (isLate && this.#beforeSilence !== null) this.#perSecond = Math.max(this.#perSecond, this.#beforeSilence);
    this.#beforeSilence = null;
    if (++this.#good < GOOD_BEFORE_FASTER) return;
    this.#good = 0;
    this.#perSecond = Math.min(this.#pace.max, this.#perSecond * 2);
  }

  /** It refuses: half as often from now on, for at most once in `withinMs`. */
  slower(withinMs: number): void {
    this.#beforeSilence = null;
    this.#halve(withinMs);
  }

  /** It falls silent: as if it refused, as far as is known. */
  silent(withinMs: number): void {
    this.#beforeSilence ??= this.#perSecond;
    this.#halve(withinMs);
  }

  #halve(withinMs: number): void {
    const now = this.#clock.now();
    this.#good = 0;
    if (now - this.#slowedAt < withinMs) return;
    this.#slowedAt = now;
    this.#level();
    this.#tokens = Math.min(this.#tokens, 1);
    this.#perSecond = Math.max(PACE_MIN, this.#perSecond / 2);
  }

  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#waiting.size > 0) {
      if (this.#level() >= 1) {
        const [next] = this.#waiting;
        this.#waiting.delete(next!);
        this.#tokens -= 1;
        next!();
      } else {
        await this.#clock.wait(Math.max(1, ((1 - this.#tokens) / this.#perSecond) * 1_000), NEVER);
      }
    }
    this.#isServing = false;
  }

  #level(): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#pace.burst, this.#tokens + ((now - this.#filledAt) / 1_000) * this.#perSecond);
    this.#filledAt = now;
    return this.#tokens;
  }
}

const NEVER = new AbortController().signal;
