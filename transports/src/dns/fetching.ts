/**
 * Gets blocks through resolvers. Each question is asked again, of the resolver that is worth most at the time, until
 * an answer holds; no question ends at its first answer, for whoever injects answers is first.
 */
import { linkedController, type Clock } from '../clock.ts';
import { concatBytes } from '@pappus/core';
import { blockLabel, piecesOf } from './names.ts';
import { payloadOf } from './records.ts';
import { FORMS, type Attempt, type Form, type Resolver, type Trouble, type Verdict } from './resolver.ts';

/** A block that is wanted. */
export interface WantedBlock {
  label: string;
  bytes: number;
}

/** Gives up a block after so many questions. */
const ATTEMPTS_MAX = 24;
/** An answer that says no counts as so many questions without one. */
const NO_COUNTS = 2;
/**
 * A question that is merely lost is asked again as it was, for the resolver has the answer by then. One that stays
 * unanswered for longer is lost behind the resolver, which asks nobody twice at once for the same.
 */
const ASKED_IN_ONE_FORM = 3;
/** Resolvers that serve what has expired do so only after they have tried for ten seconds. */
const LAST_WAIT_MS = 12_000;
/** One resolver is not asked the same again so soon after it failed to find it. */
const FAILED_MS = 1_000;
const JUST_FAILED_COSTS_MS = 60_000;
const AT_ONCE = 64;
/** A block that nobody waits for any more is asked for so much longer. */
const LINGER_MS = 1_000;
/** Different answers kept for one piece; a forger could give them without end. */
const CANDIDATES_MAX = 4;

/** Sends one round of questions to a resolver, in this form. */
export type AskRound = (resolver: Resolver, form: Form, signal: AbortSignal) => Promise<Attempt>;

/** Asks until an answer holds. Throws when nobody gives it, or the reason of `signal`. */
export async function persist(
  resolvers: readonly Resolver[],
  clock: Clock,
  signal: AbortSignal,
  ask: AskRound,
): Promise<void> {
  const { controller, release } = linkedController(signal);
  const pasts = new Map(resolvers.map((resolver): [Resolver, Past] => [resolver, new Past()]));
  let [isTaken, mayCome, attempts] = [false, false, 0];
  let takeAny!: () => void;
  const any = new Promise<void>((resolve) => (takeAny = resolve)).then(() => void (isTaken = true));
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  aborted.catch(() => {});
  try {
    let last: Trouble = 'silent';
    while (!isTaken && attempts < ATTEMPTS_MAX) {
      const [resolver, past] = best(pasts, clock.now());
      const { answersOnce } = resolver;
      const form = past.next(resolver.form);
      const asked = await Promise.race([ask(resolver, form, controller.signal), any, aborted]);
      if (!asked) break;
      void asked.taken.then(takeAny);
      void asked.trouble.then((trouble) => past.saw(form, trouble, clock.now()));
      const late = silence(clock, resolver.retryMs(past.turns), controller.signal);
      late.catch(() => {});
      const outcome = await Promise.race([any, asked.trouble, late, aborted]);
      if (!outcome) break;
      last = outcome;
      mayCome ||= outcome === 'silent' || !answersOnce;
      attempts += isNo(outcome) || (answersOnce && outcome !== 'silent') ? NO_COUNTS : 1;
      if (outcome === 'silent') {
        resolver.silent();
        past.silences++;
      }
      if (!isTaken && outcome !== 'silent' && resolvers.length === 1) {
        const pauseMs = past.next(resolver.form) === form ? FAILED_MS : FAILED_MS / 4;
        await Promise.race([any, clock.wait(pauseMs, controller.signal)]);
      }
    }
    if (isTaken) return;
    if (!mayCome) throw noneHas(last);
    const end = clock.wait(LAST_WAIT_MS, controller.signal).then(() => 'end' as const);
    end.catch(() => {});
    if ((await Promise.race([any, end, aborted])) === 'end') throw noneHas(last);
  } finally {
    controller.abort(new Error('done'));
    release();
  }
}

const noneHas = (last: Trouble): Error => new Error(`no resolver has it (${last})`);

/** The second wait lets in answers that came while something else was computed. */
async function silence(clock: Clock, ms: number, signal: AbortSignal): Promise<Trouble> {
  await clock.wait(ms, signal);
  await clock.wait(1, signal);
  return 'silent';
}

const isNo = (trouble: Trouble): boolean => trouble === 'failed' || trouble === 'absent';

/** What came of asking one resolver for one thing. */
class Past {
  silences = 0;
  readonly #denied = new Set<Form>();
  #failedAt = -Infinity;

  /** How often the form has changed because it stayed silent. */
  get turns(): number {
    return Math.floor(this.silences / ASKED_IN_ONE_FORM);
  }

  /**
   * Every other turn in what the resolver likes, whose answer it may have by now, and in between in the others, one
   * after another. Not again in what it said no to: it keeps that it failed for up to a minute, but for this form alone.
   */
  next(liked: Form): Form {
    const at = (turn: number): Form => FORMS[(FORMS.indexOf(liked) + (turn % 2 ? (turn + 1) / 2 : 0)) % FORMS.length]!;
    const turns = Array.from({ length: 2 * FORMS.length }, (_, i) => at(this.turns + i));
    return turns.find((form) => !this.#denied.has(form)) ?? turns[0]!;
  }

  saw(form: Form, trouble: Trouble, now: number): void {
    if (isNo(trouble)) this.#denied.add(form);
    this.#failedAt = now;
  }

  hasFailed(now: number): boolean {
    return now - this.#failedAt < FAILED_MS;
  }
}

/** The cheapest that has not just failed for this; else the cheapest. */
function best(pasts: ReadonlyMap<Resolver, Past>, now: number): [Resolver, Past] {
  const cost = ([resolver, past]: [Resolver, Past]): number =>
    resolver.costMs() + (past.hasFailed(now) ? JUST_FAILED_COSTS_MS : 0);
  return [...pasts].reduce((a, b) => (cost(b) < cost(a) ? b : a));
}

/** A block that came or is under way, and how many wait for it. */
interface Coming {
  block: Promise<Uint8Array>;
  wanting: number;
  controller: AbortController;
}

/** Blocks of one channel under one zone. */
export class BlockFetcher {
  readonly #zone: string;
  readonly #resolvers: readonly Resolver[];
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** Blocks that came, and those under way: files share them. */
  readonly #blocks = new Map<string, Coming>();

  constructor(zone: string, resolvers: readonly Resolver[], clock: Clock) {
    this.#zone = zone;
    this.#resolvers = resolvers;
    this.#clock = clock;
  }

  /** The block, certified by its label. Throws when nobody gives it, or the reason of `signal`. */
  async block(channel: Uint8Array, wanted: WantedBlock, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted();
    const coming = this.#blocks.get(wanted.label) ?? this.#begin(channel, wanted);
    coming.wanting++;
    try {
      return await unlessAborted(coming.block, signal);
    } finally {
      if (--coming.wanting === 0) void this.#linger(wanted.label, coming);
    }
  }

  /** Stops all that is under way. */
  close(): void {
    for (const { controller } of this.#blocks.values()) controller.abort(new Error('closed'));
  }

  #begin(channel: Uint8Array, wanted: WantedBlock): Coming {
    const controller = new AbortController();
    const coming = { block: this.#fetch(channel, wanted, controller.signal), wanting: 0, controller };
    this.#blocks.set(wanted.label, coming);
    coming.block.catch(() => this.#forget(wanted.label, coming));
    if (this.#blocks.size > BLOCKS_KEPT) this.#blocks.delete(this.#blocks.keys().next().value!);
    return coming;
  }

  /** What one file asked for ahead is wanted by the next: its answer must not be lost between the two. */
  async #linger(label: string, coming: Coming): Promise<void> {
    const { block, controller } = coming;
    const late = this.#clock.wait(LINGER_MS, controller.signal).then(() => true);
    const isLate = await Promise.race([block.then(() => false), late]).catch(() => false);
    if (isLate && coming.wanting > 0) return;
    if (isLate) this.#forget(label, coming);
    controller.abort(new Error('nobody wants it'));
  }

  #forget(label: string, coming: Coming): void {
    if (this.#blocks.get(label) === coming) this.#blocks.delete(label);
  }

  async #fetch(channel: Uint8Array, wanted: WantedBlock, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running++;
    try {
      signal.throwIfAborted();
      const want = new Want(channel, wanted);
      await persist(this.#resolvers, this.#clock, signal, (...how) => this.#ask(want, ...how));
      return want.block!;
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  /**
   * One round: the block, or those of its pieces that are still needed. Pieces have names of their own: they come
   * where somebody, or a cache, denies the block's.
   */
  async #ask(want: Want, resolver: Resolver, form: Form, signal: AbortSignal): Promise<Attempt> {
    const asked: Attempt[] = [];
    for (const part of want.questions(form)) {
      await resolver.bucket.turn(signal);
      const judge = (data: Uint8Array[]): Verdict => part.judge(payloadOf(form.type, data, part.bytes));
      asked.push(resolver.ask(`${part.label}.${this.#zone}`, form, judge, signal));
    }
    return {
      taken: form.pieces ? want.whole : asked[0]!.taken,
      trouble: Promise.race(asked.map(({ trouble }) => trouble)),
    };
  }
}

const BLOCKS_KEPT = 512;

/** What another waits for as well: only this waiting ends with the signal. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop!: () => void;
  const aborted = new Promise<never>((_, reject) => (stop = () => reject(signal.reason)));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

interface Part {
  label: string;
  bytes: number;
  /** Whether these octets are what was asked for, as far as can be told. */
  judge: (payload: Uint8Array | null) => Verdict;
}

/** What has come of one block. A piece cannot be certified alone: its candidates wait for those of the others. */
class Want {
  block: Uint8Array | null = null;
  /** Resolves once the block is there. */
  readonly whole: Promise<void>;
  readonly #channel: Uint8Array;
  readonly #wanted: WantedBlock;
  readonly #pieces: Uint8Array[][];
  #finish!: () => void;

  constructor(channel: Uint8Array, wanted: WantedBlock) {
    this.#channel = channel;
    this.#wanted = wanted;
    this.#pieces = piecesOf(wanted.label, wanted.bytes).map(() => []);
    this.whole = new Promise((resolve) => (this.#finish = resolve));
  }

  questions(form: Form): Part[] {
    const { label, bytes } = this.#wanted;
    if (!form.pieces)
      return [{ label, bytes, judge: (payload) => (payload && this.#holds(payload) ? 'holds' : 'false') }];
    const parts = piecesOf(label, bytes).map((piece, i) => ({
      ...piece,
      judge: (payload: Uint8Array | null): Verdict => (payload ? this.#addPiece(i, payload) : 'false'),
    }));
    const missing = parts.filter((_, i) => this.#pieces[i]!.length === 0);
    return missing.length > 0 ? missing : parts;
  }

  #holds(block: Uint8Array): boolean {
    if (blockLabel(this.#channel, block) !== this.#wanted.label) return false;
    this.block = block.slice();
    this.#finish();
    return true;
  }

  #addPiece(at: number, piece: Uint8Array): Verdict {
    const candidates = this.#pieces[at]!;
    if (candidates.length < CANDIDATES_MAX && !candidates.some((other) => other.join() === piece.join()))
      candidates.push(piece.slice());
    return this.#join(0, []) ? 'holds' : 'more';
  }

  /** Tries the candidates of each piece with those of the others. */
  #join(at: number, before: Uint8Array[]): boolean {
    if (at === this.#pieces.length) return this.#holds(concatBytes(...before));
    return this.#pieces[at]!.some((piece) => this.#join(at + 1, [...before, piece]));
  }
}
