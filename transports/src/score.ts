const HALF_LIFE_MS = 5 * 60_000;
const LIE_HALF_LIFE_MS = 60 * 60_000;
/** Until a shelf has answered: assumed latency and its spread. */
const FIRST_LATENCY_MS = 500;
const FIRST_SPREAD_MS = 250;
const PATIENCE_MIN_MS = 50;
const PATIENCE_MAX_MS = 10_000;
/** Weight of a new sample against all before: of TCP's timer (RFC 6298 §2). */
const LATENCY_WEIGHT = 1 / 8;
const SPREAD_WEIGHT = 1 / 4;
/** A lie makes a shelf this many times as dear: it comes after all that are merely slow or failing. */
const LIE_FACTOR = 1_000;

/**
 * What one shelf has lately been worth. All of it fades: after some half-lives a shelf that failed is asked again as
 * if nothing had been. Moments are milliseconds of a `Clock`.
 */
export class Score {
  #latencyMs = FIRST_LATENCY_MS;
  #spreadMs = FIRST_SPREAD_MS;
  #hasAnswered = false;
  #failures = 0;
  #lies = 0;
  #fadedAt: number;

  constructor(now: number) {
    this.#fadedAt = now;
  }

  /** An answer came; an absent file counts as a small failure, for a shelf that has nothing is of no use first. */
  answered(now: number, latencyMs: number, found: boolean): void {
    this.#fade(now);
    this.#sample(latencyMs);
    this.#failures = found ? this.#failures / 2 : this.#failures + 0.1;
  }

  failed(now: number, elapsedMs: number): void {
    this.#fade(now);
    this.#failures += 1;
    this.outrun(elapsedMs);
  }

  /** It was asked for so long without an answer: an answer takes at least as long. */
  outrun(elapsedMs: number): void {
    if (elapsedMs > this.#latencyMs) this.#sample(elapsedMs);
  }

  proved(now: number): void {
    this.#fade(now);
    this.#lies /= 2;
  }

  lied(now: number): void {
    this.#fade(now);
    this.#lies += 1;
  }

  /** Expected milliseconds until a good answer, more or less: lower is asked first. */
  cost(now: number): number {
    this.#fade(now);
    return this.#latencyMs * (1 + this.#failures * 4) * (1 + this.#lies * LIE_FACTOR);
  }

  /** How long to wait for an answer before another shelf is asked too: nearly all answers come within it. */
  patienceMs(): number {
    return Math.min(PATIENCE_MAX_MS, Math.max(PATIENCE_MIN_MS, this.#latencyMs + 4 * this.#spreadMs));
  }

  #sample(latencyMs: number): void {
    if (!this.#hasAnswered) {
      this.#hasAnswered = true;
      this.#latencyMs = latencyMs;
      this.#spreadMs = latencyMs / 2;
      return;
    }
    this.#spreadMs += SPREAD_WEIGHT * (Math.abs(latencyMs - this.#latencyMs) - this.#spreadMs);
    this.#latencyMs += LATENCY_WEIGHT * (latencyMs - this.#latencyMs);
  }

  #fade(now: number): void {
    const elapsedMs = now - this.#fadedAt;
    this.#fadedAt = now;
    this.#failures *= 2 ** (-elapsedMs / HALF_LIFE_MS);
    this.#lies *= 2 ** (-elapsedMs / LIE_HALF_LIFE_MS);
  }
}
