/**
 * Brings a library up to date from mirrors: first what may have changed, then what the library itself says that it
 * wants, until nothing new comes. The same library asks the same questions in the same order, whoever holds it.
 */
import { isMutable, maxBytes, treePath, wantedPaths, type Library, type Outcome, type TreePath } from '@pappus/core';
import { linkedController } from './clock.ts';
import type { Failover } from './failover.ts';

export interface AskingOptions {
  /** Takes what came; `library.offer` unless given. */
  offer?: (path: TreePath, bytes: Uint8Array) => Outcome;
  /** Told after each few questions how many there were. */
  progress?: (asked: number) => void;
  /** Stops, also what is under way. */
  signal?: AbortSignal;
  /** Files asked for at a time; 6 unless given. */
  atOnce?: number;
}

const ASK_AT_ONCE = 6;
const TRIES_MAX = 3;
const READ_TIMEOUT_MS = 120_000;

/** One bringing up to date: `askForNews`, and then `askForRest` or parts of it. */
export class Asking {
  /** Answers that did not come. */
  readonly failures: Error[] = [];
  /** Files that came, false ones among them. */
  answers = 0;
  readonly #library: Library;
  readonly #options: AskingOptions;
  readonly #asked = new Set<TreePath>();
  /** Whom it asks; another may be put in its place between two calls. */
  shelf: Failover;

  constructor(library: Library, shelf: Failover, options: AskingOptions = {}) {
    this.#library = library;
    this.shelf = shelf;
    this.#options = options;
  }

  /** What would be asked for next, most valuable first. */
  get wanted(): TreePath[] {
    return wantedPaths(this.#library).filter((path) => !this.#asked.has(path));
  }

  /** The few small files that tell what is new. Throws the reason of `signal` only. */
  askForNews(): Promise<void> {
    return this.askFor([...(this.#library.identity ? [] : ['root/1']), 'head', 'checkpoint'].map(treePath));
  }

  /** Everything that is wanted, until nothing more is. Throws the reason of `signal` only. */
  async askForRest(): Promise<void> {
    for (let paths = this.wanted; paths.length > 0; paths = this.wanted) await this.askFor(paths);
  }

  /** These, a few at a time. Throws the reason of `signal` only. */
  async askFor(paths: readonly TreePath[]): Promise<void> {
    const { atOnce = ASK_AT_ONCE } = this.#options;
    for (let at = 0; at < paths.length; at += atOnce) {
      this.#options.signal?.throwIfAborted();
      const some = paths.slice(at, at + atOnce);
      for (const path of some) this.#asked.add(path);
      await Promise.all(some.map((path) => this.#ask(path)));
      this.#options.signal?.throwIfAborted();
      this.#options.progress?.(this.#asked.size);
    }
  }

  /** One answer that does not come does not stop the others; a false one is reported, and another mirror asked. */
  async #ask(path: TreePath): Promise<void> {
    const { controller, release } = linkedController(this.#options.signal ?? new AbortController().signal);
    const timer = setTimeout(() => controller.abort(new Error('no answer in time')), READ_TIMEOUT_MS);
    const limit = { bytes: maxBytes(path), signal: controller.signal };
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        if (isMutable(path)) {
          const verdicts = (await this.shelf.readAll(path, limit)).map((bytes) => this.#judge(path, bytes));
          if (verdicts.length === 0 || verdicts.includes(true)) return;
          continue;
        }
        const bytes = await this.shelf.read(path, limit);
        if (bytes === null || this.#judge(path, bytes)) return;
      }
    } catch (error) {
      if (!this.#options.signal?.aborted) this.failures.push(error as Error);
    } finally {
      clearTimeout(timer);
      release();
    }
  }

  /** False when the answer is a lie or damaged. */
  #judge(path: TreePath, bytes: Uint8Array): boolean {
    const outcome = this.#options.offer?.(path, bytes) ?? this.#library.offer(path, bytes);
    const good = outcome.status !== 'refused' || outcome.code === 'older';
    this.answers++;
    this.shelf.report(path, good, bytes);
    return good;
  }
}
