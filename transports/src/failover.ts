/**
 * Many shelves as one. The best is asked first; the next when it fails, has nothing, or is slower than it usually
 * is. Whether an answer is genuine is not known here: `report` says so afterwards, and a shelf that lied is asked
 * last, and not again for that path.
 */
import { Refused, type TreePath } from '@pappus/core';
import { linkedController, systemClock, type Clock } from './clock.ts';
import { admit } from './limit.ts';
import { Score } from './score.ts';
import type { ReadLimit, Shelf } from './transport.ts';

/** How many are asked, and when. */
export interface FailoverOptions {
  clock?: Clock;
  /** How many shelves are asked at once from the start; 1 unless given. More is faster and costs more. */
  race?: number;
  /** How long `readAll` waits for others after the first answer, in milliseconds; 3,000 unless given. */
  settleMs?: number;
}

/** `readAll` asks this many shelves. */
const OPINIONS = 3;
const SETTLE_MS = 3_000;
const REFUTED_MS = 10 * 60_000;
/** Paths whose givers are remembered for `report`; the oldest is forgotten first. */
const REMEMBERED_PATHS = 4_096;

interface Member {
  shelf: Shelf;
  score: Score;
}

interface Asked {
  began: number;
  outcome: Promise<Outcome>;
}

type Found = Extract<Outcome, { kind: 'found' }>;
type Outcome =
  | { member: Member; kind: 'found'; bytes: Uint8Array }
  | { member: Member; kind: 'absent' }
  | { member: Member; kind: 'failed'; error: unknown };

/** A shelf over shelves: failover, hedging, racing and scoring. */
export class Failover implements Shelf {
  readonly #members: Member[];
  readonly #clock: Clock;
  readonly #race: number;
  readonly #settleMs: number;
  readonly #givers = new Recent<Member[]>();
  readonly #refuted = new Recent<Map<Member, number>>();
  readonly #giversOfBytes = new WeakMap<Uint8Array, Member[]>();

  constructor(shelves: Iterable<Shelf>, options: FailoverOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#race = Math.max(1, options.race ?? 1);
    this.#settleMs = options.settleMs ?? SETTLE_MS;
    this.#members = Array.from(shelves, (shelf) => ({ shelf, score: new Score(this.#clock.now()) }));
  }

  /**
   * The first answer. `null` when no shelf gave one and at least one says that it has none, or each was refuted.
   * When all failed, throws the first `Refused` (as for too long a file) or else AggregateError.
   */
  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    for await (const outcome of this.#outcomes(path, limit, this.#race)) {
      if (outcome.kind !== 'found') continue;
      this.#remember(path, [outcome]);
      return outcome.bytes;
    }
    return null;
  }

  /**
   * All different answers of up to three shelves, the most trusted first: for a path that may change, of which the
   * caller wants the newest. Empty when nobody has it. Throws as `read` does.
   */
  async readAll(path: TreePath, limit: ReadLimit): Promise<Uint8Array[]> {
    const { controller, release } = linkedController(limit.signal);
    const found: Found[] = [];
    try {
      const within = { bytes: limit.bytes, signal: controller.signal };
      for await (const outcome of this.#outcomes(path, within, OPINIONS)) {
        if (outcome.kind !== 'found') continue;
        if (found.push(outcome) === 1) this.#stopLater(controller);
        if (found.length === OPINIONS) break;
      }
    } catch (error) {
      if (found.length === 0 || limit.signal.aborted) throw error;
    } finally {
      controller.abort(new Error('done'));
      release();
    }
    found.sort((a, b) => a.member.score.cost(this.#clock.now()) - b.member.score.cost(this.#clock.now()));
    return this.#remember(path, found);
  }

  /**
   * The verdict on what was last given for `path`, or on these very `bytes` of `readAll`. A bad answer demotes its
   * shelf for an hour or so, and for ten minutes reads of the path go to the others only; not so a shelf that asks
   * many itself, and leaves the one that lied.
   */
  report(path: TreePath, good: boolean, bytes?: Uint8Array): boolean {
    const givers = (bytes ? this.#giversOfBytes.get(bytes) : this.#givers.get(path)) ?? [];
    for (const member of givers) {
      const hasLeftLiar = member.shelf.report?.(path, good, bytes) ?? false;
      if (good) member.score.proved(this.#clock.now());
      else if (!hasLeftLiar) this.#refute(path, member);
    }
    return givers.length > 0 && !good;
  }

  #refute(path: TreePath, member: Member): void {
    member.score.lied(this.#clock.now());
    const refuted = new Map(this.#refuted.get(path));
    this.#refuted.set(path, refuted.set(member, this.#clock.now() + REFUTED_MS));
  }

  /** Asks `width` at once, and one more each time that one fails, has nothing, or takes longer than it should. */
  async *#outcomes(path: TreePath, limit: ReadLimit, width: number): AsyncGenerator<Outcome> {
    const waiting = this.#inOrder(admit(path, limit));
    const { controller, release } = linkedController(limit.signal);
    const within = { bytes: limit.bytes, signal: controller.signal };
    const asked = new Map<Member, Asked>();
    const errors: unknown[] = [];
    let answers = 0;
    let wanted = width;
    try {
      while (asked.size > 0 || (wanted > 0 && waiting.length > 0)) {
        for (const member of waiting.splice(0, wanted - asked.size)) {
          asked.set(member, { began: this.#clock.now(), outcome: this.#ask(member, path, within) });
        }
        const outcome = await this.#next(asked, waiting.length > 0, controller.signal);
        if (outcome === 'slow') {
          wanted = asked.size + 1;
          continue;
        }
        asked.delete(outcome.member);
        if (outcome.kind === 'found') wanted--;
        if (outcome.kind === 'failed') errors.push(outcome.error);
        else answers++;
        yield outcome;
      }
      if (errors.length > 0 && answers === 0) throw worst(errors);
    } finally {
      for (const [member, { began }] of asked) member.score.outrun(this.#clock.now() - began);
      controller.abort(new Error('another shelf was faster'));
      release();
    }
  }

  async #ask(member: Member, path: TreePath, limit: ReadLimit): Promise<Outcome> {
    const { shelf, score } = member;
    const began = this.#clock.now();
    try {
      const bytes = await shelf.read(path, limit);
      const now = this.#clock.now();
      score.answered(now, now - began, bytes !== null);
      return bytes ? { member, kind: 'found', bytes } : { member, kind: 'absent' };
    } catch (error) {
      const now = this.#clock.now();
      if (!limit.signal.aborted) score.failed(now, now - began);
      return { member, kind: 'failed', error };
    }
  }

  /** The next outcome of those asked, or `slow` when the one asked last is late and another could be asked. */
  async #next(asked: Map<Member, Asked>, mayHedge: boolean, outer: AbortSignal): Promise<Outcome | 'slow'> {
    const { controller, release } = linkedController(outer);
    const last = [...asked.keys()].at(-1)!;
    const patience = mayHedge ? last.score.patienceMs() : FOREVER_MS;
    const late = this.#clock.wait(patience, controller.signal).then(() => 'slow' as const);
    try {
      return await Promise.race([late, ...Array.from(asked.values(), ({ outcome }) => outcome)]);
    } finally {
      controller.abort(new Error('answered'));
      release();
    }
  }

  #stopLater(controller: AbortController): void {
    const stop = () => controller.abort(new Error('settled'));
    this.#clock.wait(this.#settleMs, controller.signal).then(stop, () => {});
  }

  #inOrder(path: TreePath): Member[] {
    const now = this.#clock.now();
    const refuted = this.#refuted.get(path);
    const members = this.#members.filter((member) => (refuted?.get(member) ?? 0) <= now);
    return members.sort((a, b) => a.score.cost(now) - b.score.cost(now));
  }

  #remember(path: TreePath, found: Found[]): Uint8Array[] {
    const different: Uint8Array[] = [];
    for (const { member, bytes } of found) {
      const same = different.find((other) => isEqual(other, bytes));
      if (!same) different.push(bytes);
      const givers = this.#giversOfBytes.get(same ?? bytes) ?? [];
      this.#giversOfBytes.set(same ?? bytes, [...givers, member]);
    }
    this.#givers.set(
      path,
      found.map(({ member }) => member),
    );
    return different;
  }
}

function worst(errors: unknown[]): unknown {
  return errors.find((error) => error instanceof Refused) ?? new AggregateError(errors, 'no shelf answered');
}

/** The longest wait that every platform's timer takes. */
const FOREVER_MS = 2 ** 31 - 1;

/** A map that forgets what was set longest ago. */
class Recent<T> {
  readonly #map = new Map<TreePath, T>();

  get(path: TreePath): T | undefined {
    return this.#map.get(path);
  }

  set(path: TreePath, value: T): void {
    this.#map.delete(path);
    this.#map.set(path, value);
    if (this.#map.size > REMEMBERED_PATHS) this.#map.delete(this.#map.keys().next().value!);
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
