/** What resolvers say that a zone holds: ladders, of which any may be old and any may be false. */
import { equalBytes, refusal } from '@pappus/core';
import type { Clock } from '../clock.ts';
import { persist, type BlockFetcher } from './fetching.ts';
import { decodeLadder, type Ladder } from './manifest.ts';
import { POINTER_BYTES, RUNGS, decodePointer, type Rung } from './names.ts';
import { payloadOf, payloadOfAnyLength } from './records.ts';
import type { Resolver, Verdict } from './resolver.ts';

/** A ladder, and who gave it. */
export interface KnownLadder {
  ladder: Ladder;
  bytes: Uint8Array;
  givers: Set<Resolver>;
}

/** Different ladders that are kept; a forger could give them without end. */
const LADDERS_MAX = 8;
/** Of so many readings one asks a long rung too, so that resolvers hold it when the freshest is gone. */
const WARM_ONE_IN = 10;
/** Pauses before the next rung is asked beside the one before. */
const NEXT_RUNG_MS = 700;
const REFUTED_MAX = 64;
/** All rungs were asked for by then as often as makes sense: the next file does not wait for all of it again. */
const FAILED_MS = 10_000;

export interface LadderOptions {
  zone: string;
  /** The channel that is wanted; null: whichever comes first. */
  channel: Uint8Array | null;
  resolvers: readonly Resolver[];
  fetcher: BlockFetcher;
  clock: Clock;
  /** Evenly from 0 to below 1. */
  random: () => number;
}

/** The ladders of one zone. */
export class Ladders {
  readonly #options: LadderOptions;
  readonly #known: KnownLadder[] = [];
  readonly #refuted: string[] = [];
  readonly #open = new AbortController();
  #askedAt = -Infinity;
  #failed: { at: number; error: unknown } = { at: -Infinity, error: null };
  #asking: Promise<void> | null = null;

  constructor(options: LadderOptions) {
    this.#options = options;
  }

  /** Hears no more answers. */
  close(): void {
    this.#open.abort(new Error('closed'));
  }

  /** Those not refuted, the newest first. */
  get known(): readonly KnownLadder[] {
    return this.#known;
  }

  /**
   * Asks anew when the freshest rung may have changed, or nothing is known. Throws when nobody knows the zone, or did
   * a moment ago.
   */
  async refresh(signal: AbortSignal): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#known.length > 0 && now - this.#askedAt < RUNGS[0]!.ttl * 1_000) return;
    if (this.#known.length === 0 && now - this.#failed.at < FAILED_MS) throw this.#failed.error;
    this.#asking ??= this.#climb(signal).finally(() => (this.#asking = null));
    await this.#asking;
  }

  /** What this ladder led to is false: it is forgotten, and those who gave it are asked last. */
  refute(known: KnownLadder): void {
    const at = this.#known.indexOf(known);
    if (at < 0) return;
    this.#known.splice(at, 1);
    this.#refuted.push(keyOf(known.bytes));
    if (this.#refuted.length > REFUTED_MAX) this.#refuted.shift();
    for (const resolver of known.givers) resolver.lied();
  }

  /** The freshest rung first; the others beside it when it does not come, as when its authority cannot be reached. */
  async #climb(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const climbing = new AbortController();
    const stop = (): void => climbing.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const errors: unknown[] = [];
    const ask = (rung: Rung): Promise<void> => this.#askRung(rung, climbing.signal).catch((e) => void errors.push(e));
    try {
      const asked = [ask(RUNGS[0]!)];
      const chance = random() * WARM_ONE_IN;
      if (chance < 1) asked.push(ask(RUNGS[1 + Math.floor(chance * (RUNGS.length - 1))]!));
      for (const rung of RUNGS.slice(1)) {
        if (this.#known.length > 0 || asked.length === 0) break;
        await Promise.race([asked[0], clock.wait(NEXT_RUNG_MS, climbing.signal).catch(() => {})]);
        if (this.#known.length === 0) asked.push(ask(rung));
      }
      while (this.#known.length === 0 && asked.length > 0) await asked.shift();
      signal.throwIfAborted();
      if (this.#known.length === 0) {
        this.#failed = { at: clock.now(), error: errors[0] ?? new Error('no resolver knows the zone') };
        throw this.#failed.error;
      }
      this.#askedAt = clock.now();
    } finally {
      signal.removeEventListener('abort', stop);
      climbing.abort(new Error('done'));
    }
  }

  /** Resolves with the first ladder that reads as one; others that come to the same question are kept as well. */
  async #askRung(rung: Rung, signal: AbortSignal): Promise<void> {
    const { zone, resolvers, clock } = this.#options;
    await persist(resolvers, clock, signal, async (resolver, form) => {
      await resolver.bucket.turn(signal);
      let take!: () => void;
      const taken = new Promise<void>((resolve) => (take = resolve));
      const name = `${form.pieces ? rung.pointer : rung.whole}.${zone}`;
      const { trouble } = resolver.ask(
        name,
        form,
        (data) => {
          if (form.pieces) return this.#follow(payloadOf(form.type, data, POINTER_BYTES), resolver, signal, take);
          if (!this.#add(payloadOfAnyLength(form.type, data), resolver)) return 'false';
          take();
          return 'more';
        },
        this.#hearing(),
      );
      return { taken, trouble };
    });
  }

  /** Answers after the first are heard too, for it may have been injected, and so are those that take long. */
  #hearing(): AbortSignal {
    const hearing = new AbortController();
    const stop = (): void => hearing.abort(new Error('heard enough'));
    this.#options.clock.wait(HEAR_MS, this.#open.signal).then(stop, stop);
    return hearing.signal;
  }

  /** A pointer names the ladder's block, which then comes in pieces like any other. */
  #follow(bytes: Uint8Array | null, resolver: Resolver, signal: AbortSignal, take: () => void): Verdict {
    const pointer = bytes && decodePointer(bytes);
    const { fetcher, channel } = this.#options;
    if (!pointer || (channel && !equalBytes(channel, pointer.channel))) return 'false';
    fetcher.block(pointer.channel, pointer, signal).then(
      (block) => this.#add(block, resolver) && take(),
      () => {},
    );
    return 'more';
  }

  /** False for what is no ladder of the channel, or one that was refuted. */
  #add(bytes: Uint8Array | null, resolver: Resolver): boolean {
    if (!bytes || this.#refuted.includes(keyOf(bytes))) return false;
    const ladder = refusal(() => decodeLadder(bytes));
    const { channel } = this.#options;
    if (ladder instanceof Error || (channel && !equalBytes(channel, ladder.channel))) return false;
    const same = this.#known.find((known) => equalBytes(known.bytes, bytes));
    if (same) same.givers.add(resolver);
    else if (this.#known.length < LADDERS_MAX)
      this.#known.push({ ladder, bytes: bytes.slice(), givers: new Set([resolver]) });
    this.#known.sort((a, b) => b.ladder.edition - a.ladder.edition || b.ladder.time - a.ladder.time);
    return true;
  }
}

const HEAR_MS = 12_000;

function keyOf(bytes: Uint8Array): string {
  return bytes.join();
}
