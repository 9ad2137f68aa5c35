import type { Clock } from '../src/clock.ts';

interface Waiting {
  at: number;
  wake: () => void;
}

/** A clock that only the test moves. */
export class ManualClock implements Clock {
  #now = 0;
  #waiting: Waiting[] = [];

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { at: this.#now + ms, wake: resolve };
      if (signal.aborted) return reject(signal.reason);
      this.#waiting.push(waiting);
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        reject(signal.reason);
      });
    });
  }

  /** Wakes everyone who is due, in order, and lets all that follows from each waking happen. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      this.#waiting.sort((a, b) => a.at - b.at);
      const next = this.#waiting[0];
      if (!next || next.at > end) break;
      this.#waiting.shift();
      this.#now = next.at;
      next.wake();
    }
    this.#now = end;
    await settled();
  }
}

/** After all promises that can go on without the outer world have done so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
