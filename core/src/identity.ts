/** The chain of roots that a library has verified, and who may sign heads under it (spec §8). */
import { equalBytes } from './base.ts';
import { channelIdOf, noteKeys, verifyRoot, type Root, type SignedRoot } from './root.ts';
import { Refused } from './refused.ts';
import type { NoteKey } from './note.ts';

export interface SigningKeys {
  log: NoteKey;
  clock: NoteKey;
}

/** A size and root hash that count without a signature of the log key. */
export interface Anchor {
  size: number;
  root: Uint8Array;
}

/** A chain of verified roots, from root/1 to the newest. */
export class Identity {
  readonly channelId: string;
  #chain: SignedRoot[];

  /** Starts from root/1. @throws Refused `root`, or `channel` when it is not the root of `expected`. */
  constructor(first: SignedRoot, expected: string | null) {
    if (first.root.version !== 1) throw new Refused('root', 'not a first root');
    this.channelId = channelIdOf(first.body);
    if (expected !== null && this.channelId !== expected) throw new Refused('channel', 'another channel');
    verifyRoot(first, null);
    this.#chain = [first];
  }

  get root(): Root {
    return this.#chain.at(-1)!.root;
  }

  get version(): number {
    return this.#chain.length;
  }

  /** Whether the chain holds exactly this body at its version. */
  holds(signed: SignedRoot): boolean {
    const held = this.#chain[signed.root.version - 1];
    return held !== undefined && equalBytes(held.body, signed.body);
  }

  /** Goes one version forward; returns whether heads of before are now void. @throws Refused `root`. */
  advance(next: SignedRoot): boolean {
    verifyRoot(next, this.#chain.at(-1)!);
    const isReset = next.root.resetFrom !== null;
    if (isReset && this.#chain.some(({ root }) => equalBytes(root.logKey, next.root.logKey))) {
      throw new Refused('root', 'a former log key does not come back');
    }
    this.#chain.push(next);
    return isReset;
  }

  /** Keys of the newest root. */
  get keys(): SigningKeys {
    return noteKeys(this.channelId, this.root);
  }

  /** Keys that signed once and no more, newest first. */
  get formerKeys(): SigningKeys[] {
    const { keys } = this;
    return this.#chain
      .map((signed) => noteKeys(this.channelId, signed.root))
      .filter((k) => !equalBytes(k.log.publicKey, keys.log.publicKey))
      .reverse();
  }

  /** What the roots vouch for; a later reset to a smaller size voids the anchors above it. */
  get anchors(): Anchor[] {
    let anchors: Anchor[] = [];
    for (const { root } of this.#chain) {
      const reset = root.resetFrom;
      if (reset) anchors = [...anchors.filter((a) => a.size <= reset.size), reset];
    }
    return anchors;
  }
}
