/** A file that was taken away must soon be gone from memory too; a checkpoint that was replaced, at once. */
const IMMUTABLE_MS = 60_000;
const MUTABLE_MS = 1_000;

interface Held<T> {
  value: T;
  octets: number;
  until: number;
}

/** What was asked for last, as much as fits. A key that is being loaded is loaded once for all who ask. */
export class MirrorCache<T> {
  readonly #held = new Map<string, Held<T>>();
  readonly #loading = new Map<string, Promise<T | null>>();
  readonly #octetsMax: number;
  readonly #sizeOf: (value: T) => number;
  readonly #now: () => number;
  #octets = 0;

  /** `octetsMax` bounds the sum of `sizeOf` over all values held. */
  constructor(octetsMax: number, sizeOf: (value: T) => number, now: () => number = performance.now.bind(performance)) {
    this.#octetsMax = octetsMax;
    this.#sizeOf = sizeOf;
    this.#now = now;
  }

  get(key: string): T | null {
    const held = this.#held.get(key);
    if (!held) return null;
    this.#forget(key, held);
    if (held.until <= this.#now()) return null;
    this.#keep(key, held);
    return held.value;
  }

  /** `null` is not kept: the next question asks `read` again. */
  load(key: string, read: () => Promise<T | null>, isMutable: boolean): Promise<T | null> {
    const running = this.#loading.get(key);
    if (running) return running;
    const loading = read()
      .then((value) => {
        const until = this.#now() + (isMutable ? MUTABLE_MS : IMMUTABLE_MS);
        if (value !== null) this.#keep(key, { value, octets: this.#sizeOf(value), until });
        return value;
      })
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  #keep(key: string, held: Held<T>): void {
    this.#held.set(key, held);
    this.#octets += held.octets;
    for (const [oldest, other] of this.#held) {
      if (this.#octets <= this.#octetsMax) break;
      this.#forget(oldest, other);
    }
  }

  #forget(key: string, held: Held<T>): void {
    this.#held.delete(key);
    this.#octets -= held.octets;
  }
}
