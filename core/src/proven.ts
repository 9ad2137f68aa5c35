/**
 * What is proven of one channel's log: signed heads, the nodes under them, and contradictions between them
 * (spec §10). It judges hashes and signatures only; records are the library's business.
 */
import { decodeUtf8, equalBytes } from './base.ts';
import { contentId } from './crypto.ts';
import { baseOf, noteOf, proveSuffix, verifyHead, type Mark, type SignedHead, type Suffix } from './edition.ts';
import type { Identity, SigningKeys } from './identity.ts';
import { LIMITS } from './limits.ts';
import { Frontier, HASH_BYTES, TILE_WIDTH, lastTiles, peaks, rootOfPeaks, subtreeRoot, tileNodes } from './log.ts';
import { Nodes } from './nodes.ts';
import {
  formatCheckpoint,
  formatNote,
  parseCheckpoint,
  verifyNote,
  type Note,
  type VerifiedSignature,
} from './note.ts';
import { Refused, refusal } from './refused.ts';
import { formatPath, type FileStore } from './tree.ts';
import type { WaitingRoom } from './waiting.ts';

/** Two signed heads that cannot both be true, as notes: anyone who knows the channel can check them. */
export interface Evidence {
  held: string;
  other: string;
}

/** The posts of an edition, between the end of the edition before and its own suffix. */
interface OpenEdition {
  base: Frontier;
  first: number;
  frontier: readonly Uint8Array[];
}

/** Entry bundles need leaves and tiles need their parents; each is named like this. */
export const leafNeed = (index: number): string => `leaf/${index}`;
export const sizeNeed = (size: number): string => `size/${size}`;
export const nodeNeed = (level: number, index: number): string => `node/${level}/${index}`;
/** A new head may prove the last tiles, and tiles may prove the sizes of editions. */
export const HEAD_NEED = 'head';
export const SIZES_NEED = 'size/*';

/** Tiles kept because they may turn out to be the last of their level. */
const LAST_TILES_MAX = 8_192;

/** The signed heads of one channel and what they prove. */
export class ProvenLog {
  readonly evidence: Evidence[] = [];
  readonly #identity: Identity;
  readonly #waiting: Pick<WaitingRoom, 'mayAwait'>;
  readonly #fulfil: (need: string) => void;
  readonly #files: Pick<FileStore, 'set'>;
  readonly #nodes = new Nodes();
  /** Roots that count: signed, or named by a root of the identity. */
  readonly #anchors = new Map<number, Uint8Array>();
  readonly #open = new Map<number, OpenEdition>();
  readonly #lastTiles = new Map<string, Uint8Array>();
  /** Sizes whose last tiles are proven. */
  readonly #tiled = new Set<number>();
  /** Heads not yet shown to be part of one history with `head`. */
  #unlinked: SignedHead[] = [];
  #head: SignedHead | null = null;
  /** Sizes that an offered fork gives a root hash of, as long as none is proven there. */
  readonly #doubted = new Set<number>();

  /**
   * `fulfil` need not hear of each hash that is proven, only of those that `waiting` may await; `files` take the other
   * head of each piece of evidence.
   */
  constructor(
    identity: Identity,
    waiting: Pick<WaitingRoom, 'mayAwait'>,
    fulfil: (need: string) => void,
    files: Pick<FileStore, 'set'>,
  ) {
    this.#identity = identity;
    this.#waiting = waiting;
    this.#fulfil = fulfil;
    this.#files = files;
    for (const { size, root } of identity.anchors) this.#anchors.set(size, root);
  }

  /** Takes over the evidence of a log that was judged under former keys. */
  inherit({ evidence }: ProvenLog): void {
    this.evidence.push(...evidence);
  }

  /** The newest head by the channel's present keys. */
  get head(): SignedHead | null {
    return this.#head;
  }

  /** Entries that are vouched for: by the newest head, or by a root that resets the log. */
  get size(): number {
    return this.#head?.size ?? Math.max(0, ...this.#identity.anchors.map((anchor) => anchor.size));
  }

  /** Whether every head met so far is shown to be part of one history. */
  get linked(): boolean {
    this.#link();
    return this.#unlinked.length === 0;
  }

  leaf(index: number): Uint8Array | null {
    return this.#nodes.get(0, index);
  }

  hasLeaf(index: number): boolean {
    return this.#nodes.hasLeaf(index);
  }

  /** Whether this is the leaf hash at `index`; null when none is proven. */
  isLeaf(index: number, hash: Uint8Array): boolean | null {
    return this.#nodes.isLeaf(index, hash);
  }

  /** The root hash at a size, where it is proven. */
  rootAt(size: number): Uint8Array | null {
    return this.#anchors.get(size) ?? this.#nodes.rootAt(size);
  }

  /** The note of the newest head, as octets of the file `checkpoint`. */
  checkpoint(): Uint8Array | null {
    return this.#head && formatNote(noteOf(this.#head, this.#identity.keys));
  }

  /**
   * Takes a signed suffix. Returns the entries that it proves.
   * @throws Refused `signature`, `former-key`, `proof`, `fork` or `older`.
   */
  offerHead(suffix: Suffix): Uint8Array[] {
    if (suffix.signature === null) throw new Refused('signature', 'a head without signatures');
    const { entries, leaves, root } = proveSuffix(suffix);
    const head: SignedHead = { size: suffix.size, root, signature: suffix.signature };
    this.#requireSignature((keys) => verifyHead(head, keys));
    this.#requireOneHistory(head, suffix, leaves);
    this.#requireNotOlder(head);
    this.#adopt(head);
    this.#putSuffix(suffix, leaves);
    return entries;
  }

  /** Takes a bare checkpoint. @throws Refused `note`, `channel`, `signature`, `former-key`, `fork` or `older`. */
  offerCheckpoint(note: Note): void {
    const head = this.#headOf(note);
    this.#requireOneHistory(head, null, []);
    this.#requireNotOlder(head);
    this.#adopt(head);
  }

  /**
   * Takes a checkpoint that is said to contradict the log: evidence if it does. Null when it is judged, else what it
   * waits for. @throws Refused `note`, `channel`, `signature` or `former-key`.
   */
  offerFork(note: Note): string | null {
    const head = this.#headOf(note);
    const known = this.rootAt(head.size);
    if (known === null) {
      this.#doubted.add(head.size);
      return sizeNeed(head.size);
    }
    if (!equalBytes(known, head.root)) this.#keepEvidence(head);
    return null;
  }

  #headOf(note: Note): SignedHead {
    const checkpoint = parseCheckpoint(note.text);
    if (checkpoint.origin !== this.#identity.keys.log.name) throw new Refused('channel', 'checkpoint of another log');
    if (note.text !== formatCheckpoint(checkpoint)) throw new Refused('note', 'a checkpoint with extension lines');
    if (checkpoint.size === 0) throw new Refused('note', 'an empty log says nothing');
    let verified: VerifiedSignature[] = [];
    this.#requireSignature((keys) => (verified = requireBoth(verifyNote(note, [keys.log, keys.clock]))));
    const [log, clock] = verified as [VerifiedSignature, VerifiedSignature];
    const signature = { time: clock.time!, log: log.bytes, clock: clock.bytes.subarray(8) };
    return { size: checkpoint.size, root: checkpoint.root, signature };
  }

  /** Takes an edition's suffix; null: its root hash is not proven yet. @throws Refused `proof`. */
  offerEdition(suffix: Suffix, mark: Mark): Uint8Array[] | null {
    const base = baseOf(suffix, mark);
    const { entries, leaves, root } = proveSuffix(suffix);
    const proven = this.rootAt(suffix.size);
    if (proven === null) return null;
    if (!equalBytes(proven, root)) throw new Refused('proof', 'the edition is not part of the signed log');
    const before = this.rootAt(mark.from);
    if (before && !equalBytes(before, mark.rootBefore))
      throw new Refused('proof', 'the edition rewrites what was before');
    this.#putSuffix(suffix, leaves);
    this.#putPeaks(base);
    if (mark.from > 0) this.#anchors.set(mark.from, mark.rootBefore);
    this.#open.set(suffix.size, { base, first: suffix.first, frontier: suffix.frontier });
    this.#fulfil(sizeNeed(mark.from));
    return entries;
  }

  /**
   * Tries to prove the posts of open editions that touch `index` from leaf hashes that packs claim.
   * @throws Refused `entry` when all are there and do not fit.
   */
  closeEditions(claimed: (index: number) => Uint8Array | null, index?: number): void {
    for (const [size, edition] of this.#open) {
      const from = edition.base.size;
      if (index !== undefined && (index < from || index >= edition.first)) continue;
      if (this.#hasLeaves(from, edition.first)) {
        this.#open.delete(size);
        continue;
      }
      const leaves = this.#claims(from, edition.first, claimed);
      if (leaves === null) continue;
      const frontier = edition.base.copy();
      for (const leaf of leaves) frontier.append(leaf);
      if (!frontier.hashes.every((hash, i) => equalBytes(hash, edition.frontier[i]!))) {
        throw new Refused('entry', 'records of an edition are not those of the log');
      }
      this.#open.delete(size);
      leaves.forEach((leaf, i) => this.#put(0, from + i, leaf));
      this.#settleForks();
    }
  }

  #hasLeaves(from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (!this.#nodes.hasLeaf(i)) return false;
    return true;
  }

  #claims(from: number, to: number, claimed: (index: number) => Uint8Array | null): Uint8Array[] | null {
    const leaves: Uint8Array[] = [];
    for (let i = from; i < to; i++) {
      const leaf = this.leaf(i) ?? claimed(i);
      if (leaf === null) return null;
      leaves.push(leaf);
    }
    return leaves;
  }

  /** Takes a tile. Null when it is proven, else what it waits for. @throws Refused `encoding` or `proof`. */
  offerTile(level: number, index: number, width: number, hashes: Uint8Array): string | null {
    if (hashes.length !== width * HASH_BYTES) throw new Refused('encoding', 'tile of another size');
    const parent = width === TILE_WIDTH ? this.#nodes.get(8 * (level + 1), index) : null;
    if (parent) {
      if (!equalBytes(subtreeRoot(hashes), parent)) throw new Refused('proof', 'tile does not give its parent');
      this.#putTile(level, index, hashes);
      return null;
    }
    if (!this.#knownTile(level, index, width)) {
      this.#keepLastTile(`${level}/${index}/${width}`, hashes);
      this.#tryLastTiles();
    }
    const known = this.#knownTile(level, index, width);
    if (known && !equalBytes(known, hashes)) throw new Refused('proof', 'tile is not part of the signed log');
    if (known) return null;
    return width === TILE_WIDTH ? nodeNeed(8 * (level + 1), index) : HEAD_NEED;
  }

  #keepLastTile(key: string, hashes: Uint8Array): void {
    this.#lastTiles.set(key, hashes);
    if (this.#lastTiles.size > LAST_TILES_MAX) this.#lastTiles.clear();
  }

  /** A partial tile of just this width, or the beginning of the full one. */
  #lastTile(level: number, index: number, width: number): Uint8Array | null {
    const exact = this.#lastTiles.get(`${level}/${index}/${width}`);
    return exact ?? this.#lastTiles.get(`${level}/${index}/${TILE_WIDTH}`)?.subarray(0, width * HASH_BYTES) ?? null;
  }

  #knownTile(level: number, index: number, width: number): Uint8Array | null {
    const hashes = new Uint8Array(width * HASH_BYTES);
    for (let i = 0; i < width; i++) {
      const hash = this.#nodes.get(8 * level, index * TILE_WIDTH + i);
      if (hash === null) return null;
      hashes.set(hash, i * HASH_BYTES);
    }
    return hashes;
  }

  /**
   * The last tiles of all levels hold the peaks: together they give the root, or one of them is wrong.
   * A last tile that is full holds no peak, so the root says nothing of it: its parent proves it.
   */
  #tryLastTiles(): void {
    for (const [size, root] of this.#anchors) {
      if (this.#tiled.has(size)) continue;
      const tiles = lastTiles(size).map((t) => ({
        ...t,
        hashes: this.#lastTile(t.level, t.index, t.width) ?? this.#knownTile(t.level, t.index, t.width),
      }));
      const partial = tiles.filter((t) => t.width < TILE_WIDTH);
      if (partial.some((t) => t.hashes === null)) continue;
      const read = tileNodes((level) => tiles[level]!.hashes!);
      if (!equalBytes(rootOfPeaks(peaks(size).map((p) => read(p.level, p.index)!)), root)) {
        for (const t of tiles) this.#lastTiles.delete(`${t.level}/${t.index}/${t.width}`); // one lies, nobody knows which
        continue;
      }
      this.#tiled.add(size);
      for (const t of partial.reverse()) this.#putTile(t.level, t.index, t.hashes!.subarray(0, t.width * HASH_BYTES));
      this.#fulfil(HEAD_NEED);
    }
  }

  #putTile(level: number, index: number, hashes: Uint8Array): void {
    for (let i = 0; i * HASH_BYTES < hashes.length; i++) {
      this.#put(8 * level, index * TILE_WIDTH + i, hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
    }
    this.#fulfil(SIZES_NEED);
  }

  #putSuffix(suffix: Suffix, leaves: readonly Uint8Array[]): void {
    this.#putPeaks(new Frontier(suffix.first, suffix.frontier));
    leaves.forEach((leaf, i) => this.#put(0, suffix.first + i, leaf));
    this.#settleForks();
  }

  #settleForks(): void {
    for (const size of this.#doubted) {
      if (this.rootAt(size) === null) continue;
      this.#doubted.delete(size);
      this.#fulfil(sizeNeed(size));
    }
  }

  #putPeaks(frontier: Frontier): void {
    peaks(frontier.size).forEach((p, i) => this.#put(p.level, p.index, frontier.hashes[i]!));
  }

  #put(level: number, index: number, hash: Uint8Array): void {
    if (!this.#nodes.put(level, index, hash)) for (const head of this.#unlinked) this.#keepEvidence(head);
    if (!this.#waiting.mayAwait(index)) return;
    if (level === 0) this.#fulfil(leafNeed(index));
    else if (level % 8 === 0) this.#fulfil(nodeNeed(level, index));
  }

  #adopt(head: SignedHead): void {
    if (this.#head && this.#head.size < head.size) this.#unlinked.push(this.#head);
    this.#head = head;
    this.#anchors.set(head.size, head.root);
    this.#fulfil(sizeNeed(head.size));
    this.#fulfil(HEAD_NEED);
  }

  #requireNotOlder({ size, signature }: SignedHead): void {
    const held = this.#head;
    if (!held || size > held.size || (size === held.size && signature.time >= held.signature.time)) return;
    throw new Refused('older', 'a newer head is held');
  }

  /** Tells `signature` (nobody we know) from `former-key` (somebody who may no longer sign). */
  #requireSignature(verify: (keys: SigningKeys) => void): void {
    const verdict = refusal(() => verify(this.#identity.keys));
    if (!(verdict instanceof Refused)) return;
    const former = this.#identity.formerKeys.some((keys) => !(refusal(() => verify(keys)) instanceof Refused));
    throw former ? new Refused('former-key', 'signed by a key that the channel has replaced') : verdict;
  }

  /** @throws Refused `fork`, and keeps the evidence, when a head contradicts what is proven. */
  #requireOneHistory(head: SignedHead, suffix: Suffix | null, leaves: readonly Uint8Array[]): void {
    this.#link();
    const known = this.rootAt(head.size);
    if (known && !equalBytes(known, head.root)) this.#fork(head);
    if (!suffix) return;
    const at = peaks(suffix.first);
    if (at.some((p, i) => this.#nodes.contradicts(p.level, p.index, suffix.frontier[i]!))) this.#fork(head);
    if (leaves.some((leaf, i) => this.#nodes.contradicts(0, suffix.first + i, leaf))) this.#fork(head);
    const held = this.#head;
    if (!held || held.size < suffix.first || held.size > suffix.size) return;
    const frontier = new Frontier(suffix.first, suffix.frontier);
    for (const leaf of leaves.slice(0, held.size - suffix.first)) frontier.append(leaf);
    if (!equalBytes(frontier.root(), held.root)) this.#fork(head);
  }

  /** Compares heads met earlier with the newest, as far as what is proven since allows it. */
  #link(): void {
    const newest = this.#head;
    if (!newest || this.#unlinked.length === 0) return;
    this.#unlinked = this.#unlinked.filter((head) => {
      const root = this.#nodes.rootBelow(newest.size, newest.root, head.size);
      if (root === null) return true;
      if (root !== 'contradiction' && equalBytes(root, head.root)) return false;
      this.#keepEvidence(head);
      return true;
    });
  }

  #fork(other: SignedHead): never {
    this.#keepEvidence(other);
    throw new Refused('fork', 'contradicts another head by the same newsroom');
  }

  #keepEvidence(other: SignedHead): void {
    const { keys } = this.#identity;
    const fork = formatNote(noteOf(other, keys));
    const text = decodeUtf8(fork);
    if (this.evidence.length >= LIMITS.evidence || this.evidence.some((known) => known.other === text)) return;
    this.#files.set(formatPath({ kind: 'fork', id: contentId(fork) }), fork);
    const held = formatNote(noteOf(this.#head ?? other, keys));
    this.evidence.push({ held: decodeUtf8(held), other: text });
  }
}

function requireBoth(verified: VerifiedSignature[]): VerifiedSignature[] {
  if (verified.length !== 2) throw new Refused('signature', 'log key and clock key both sign');
  return verified;
}
