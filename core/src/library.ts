/**
 * A reader's verified copy of one channel, fed by any number of transports in any order (spec §11).
 * All trust is here: `offer` says accepted, waiting or refused. It has no clock, no disk and no network;
 * whoever holds it keeps `files()` and offers them again next time, or lends it a store to keep them in.
 */
import { equalBytes } from './base.ts';
import { decodeBlocks, type Block } from './blocks.ts';
import { parseAnyDictionary, type AnyDictionary } from './codec.ts';
import { Claims } from './claims.ts';
import { Contents } from './contents.ts';
import { contentId } from './crypto.ts';
import { decodeMark, decodeSuffix, requireReadable, type Suffix } from './edition.ts';
import { readHeadlines, type ReadHeadline } from './headlines.ts';
import { Identity } from './identity.ts';
import { LIMITS } from './limits.ts';
import { leafHash, parseEntryBundle } from './log.ts';
import { readLayer } from './layer.ts';
import { parseNote } from './note.ts';
import { ACCEPTED, refusedOutcome, type Outcome } from './outcome.ts';
import { decodePack, encodePack, recordOf, withoutPost, type Pack } from './pack.ts';
import { ENTRY, ENTRY_BYTES, decodeRecord, decodeTombstone, type EntryType, type PostRecord } from './post.ts';
import { Posts, type Records } from './posts.ts';
import { ProvenLog, SIZES_NEED, leafNeed, sizeNeed, type Evidence } from './proven.ts';
import { Refused, refusal } from './refused.ts';
import { decodeRoot } from './root.ts';
import {
  formatPath,
  maxBytesOf,
  parsePath,
  treePath,
  type FileStore,
  type PathParts,
  type TreeFile,
  type TreePath,
} from './tree.ts';
import { WaitingRoom, waitingId } from './waiting.ts';

export interface LibraryOptions {
  /** Pins the channel; without it the first valid `root/1` decides. */
  channelId?: string | null;
  /** Dictionary files that this reader brings along. */
  dictionaries?: Iterable<Uint8Array>;
  /**
   * Takes a layers pack that a proven mark names by its name alone, so that the signature covers each of its octets,
   * and checks a layer against its record once it is read (spec §11). Opening many posts then costs little.
   */
  layersWhenRead?: boolean;
  /** Keeps what is accepted; empty at first. A Map unless given. */
  files?: FileStore;
  /** Keeps decoded records of this library. A Map unless given. */
  records?: (library: Library) => Records;
}

const FIRST_ROOT = 'root/1';
const HEAD = treePath('head');
const CHECKPOINT = treePath('checkpoint');

/** One reader’s verified copy of one channel. */
export class Library {
  readonly contents: Contents;
  readonly #options: LibraryOptions;
  readonly #dictionaries = new Map<string, AnyDictionary>();
  readonly #waiting = new WaitingRoom();
  readonly #files: FileStore;
  #fulfilled: string[] = [];
  /** First index in the held head; its records are there as words. */
  #headFirst = Infinity;
  #settled: { path: TreePath; outcome: Outcome }[] = [];
  #identity: Identity | null = null;
  #log: ProvenLog | null = null;
  readonly #claims = new Claims();
  /** By their octets: headline packs of the newsroom that wait for the rest of their edition, and are judged again. */
  readonly #read = new WeakMap<Uint8Array, { id: string; read: ReadHeadline[] }>();

  constructor(options: LibraryOptions = {}) {
    this.#options = options;
    this.#files = options.files ?? new Map<TreePath, Uint8Array>();
    this.contents = new Contents(new Posts(this.#files, options.records?.(this) ?? new Map()));
    for (const bytes of options.dictionaries ?? []) this.#dictionaries.set(contentId(bytes), parseAnyDictionary(bytes));
  }

  /**
   * Takes one file of a tree. The bytes must not be altered afterwards.
   * Never throws for what is in them: the outcome says it.
   */
  offer(path: string, bytes: Uint8Array): Outcome {
    let parts: PathParts;
    try {
      parts = parsePath(path);
    } catch (error) {
      return refusedOutcome(error);
    }
    const outcome = this.#judge({ path: path as TreePath, bytes }, parts);
    this.#retryWaiting();
    return outcome;
  }

  /** Outcomes, since the last call, of files that had been waiting. */
  takeSettled(): { path: TreePath; outcome: Outcome }[] {
    return this.#settled.splice(0);
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  get log(): ProvenLog | null {
    return this.#log;
  }

  get evidence(): readonly Evidence[] {
    return this.#log?.evidence ?? [];
  }

  /** What waiting files wait for. */
  get needs(): string[] {
    return this.#waiting.needs;
  }

  /** Names of the accepted files; evidence is among them as `fork/` files. */
  paths(): Iterable<TreePath> {
    return this.#files.keys();
  }

  /** Accepted files, as they are to be kept and passed on. */
  *files(): Generator<TreeFile> {
    for (const path of this.paths()) {
      const bytes = this.file(path);
      if (bytes) yield { path, bytes };
    }
  }

  /** Files that may yet be accepted, to be kept apart and offered again. */
  waitingFiles(): Iterable<TreeFile> {
    return this.#waiting.files();
  }

  /** Whether `file` would give something, as far as is known without reading it. */
  holds(path: TreePath): boolean {
    return this.#files.has(path);
  }

  file(path: TreePath): Uint8Array | null {
    return this.#files.get(path) ?? null;
  }

  /**
   * The layer of a post, verified; null when it has not arrived or was withdrawn. `number` counts from 1.
   * A layer that is not its record's is null too, and counts as not arrived from then on.
   */
  layer(index: number, number: number): Uint8Array | null {
    const { posts } = this.contents;
    const path = posts.pack(index, number);
    const record = posts.record(index);
    const bytes = path && this.#files.get(path);
    if (!record || !bytes) return null;
    const { items } = decodePack(bytes) as Pack & { kind: 'layers' };
    const item = items.find((i) => i.index === index && i.layer === number)!;
    try {
      return readLayer(item, record, this.#dictionary).slice();
    } catch (error) {
      posts.foundIn(null, index, number);
      this.#settled.push({ path, outcome: refusedOutcome(error) });
      return null;
    }
  }

  /**
   * The text of a post as blocks; null when it has not arrived, was withdrawn, or the post has none.
   * A text that is committed to but has blocks of a later version is held and passed on; it reads as null.
   */
  text(index: number): Block[] | null {
    const number = this.contents.posts.textLayer(index);
    const bytes = number === null ? null : this.layer(index, number);
    const blocks = bytes && refusal(() => decodeBlocks(bytes));
    return blocks instanceof Refused ? null : blocks;
  }

  /** The records of a pack of headlines, by index; none where it is not held. */
  *recordsIn(path: TreePath): Generator<[index: number, record: PostRecord]> {
    const bytes = this.#files.get(path);
    for (const item of bytes ? decodePack(bytes).items : [])
      if ('tail' in item) yield [item.index, decodeRecord(recordOf(item, this.#dictionary)!)];
  }

  #judge(file: TreeFile, parts: PathParts): Outcome {
    try {
      if (file.bytes.length > maxBytesOf(parts)) throw new Refused('too-large', 'more octets than this path may have');
      const held = this.file(file.path);
      if (held && equalBytes(held, file.bytes)) return ACCEPTED;
      const need = this.#take(file, parts);
      if (need === null) return ACCEPTED;
      this.#waiting.add(need, waitingId(file, parts), file, this.#isExpected(parts));
      return { status: 'waiting', need };
    } catch (error) {
      return refusedOutcome(error);
    }
  }

  /** Named by something proven: such a file never makes room for others while it waits. */
  #isExpected(parts: PathParts): boolean {
    if (parts.kind === 'pack') return this.#claims.isListed(parts.id);
    if (parts.kind === 'edition') return parts.number < (this.contents.newestMark?.mark.number ?? 0);
    return parts.kind === 'dict' || parts.kind === 'root';
  }

  #retryWaiting(): void {
    for (let need = this.#fulfilled.pop(); need !== undefined; need = this.#fulfilled.pop()) {
      for (const file of this.#waiting.take(need)) {
        const outcome = this.#judge(file, parsePath(file.path));
        if (outcome.status !== 'waiting') this.#settled.push({ path: file.path, outcome });
      }
    }
  }

  readonly #fulfil = (need: string): void => {
    if (need === SIZES_NEED) {
      const sizes = this.#waiting.needs.filter((n) => n.startsWith('size/'));
      for (const size of sizes) if (this.#log!.rootAt(Number(size.slice(5)))) this.#fulfilled.push(size);
    } else if (this.#waiting.has(need)) {
      this.#fulfilled.push(need);
    }
  };

  /** Null: accepted. Else what the file waits for. */
  #take({ path, bytes }: TreeFile, parts: PathParts): string | null {
    if (parts.kind === 'dict') return this.#takeDictionary(path, parts.id, bytes);
    if (parts.kind === 'root') return this.#takeRoot(path, parts.number, bytes);
    const log = this.#log;
    if (!log) return FIRST_ROOT;
    switch (parts.kind) {
      case 'checkpoint':
        return this.#orAfterNextRoot({ path, bytes }, () => {
          log.offerCheckpoint(parseNote(bytes));
          return this.#keep(path, bytes);
        });
      case 'head':
        return this.#orAfterNextRoot({ path, bytes }, () => this.#takeHead(log, path, bytes));
      case 'fork':
        if (contentId(bytes) !== parts.id) throw new Refused('name', 'content does not have this name');
        return this.#orAfterNextRoot({ path, bytes }, () => log.offerFork(parseNote(bytes)));
      case 'edition':
        return this.#takeEdition(log, path, parts.number, bytes);
      case 'tile': {
        const need = log.offerTile(parts.level, parts.index, parts.width, bytes);
        return need ?? this.#keep(path, bytes);
      }
      case 'entries':
        return this.#takeEntries(log, path, parts, bytes);
      case 'pack':
        return this.#takePack(log, path, parts.id, bytes);
    }
  }

  #keep(path: TreePath, bytes: Uint8Array): null {
    this.#files.set(path, bytes);
    return null;
  }

  #takeDictionary(path: TreePath, id: string, bytes: Uint8Array): null {
    if (contentId(bytes) !== id) throw new Refused('name', 'content does not have this name');
    if (!this.#dictionaries.has(id)) {
      if (this.#dictionaries.size >= LIMITS.dictionaries) throw new Refused('full', 'too many dictionaries');
      this.#dictionaries.set(id, parseAnyDictionary(bytes));
    }
    this.#fulfil(path);
    return this.#keep(path, bytes);
  }

  #takeRoot(path: TreePath, number: number, bytes: Uint8Array): string | null {
    const signed = decodeRoot(bytes);
    if (signed.root.version !== number) throw new Refused('root', 'version and path differ');
    const identity = this.#identity;
    if (!identity) {
      if (number > 1) return formatPath({ kind: 'root', number: number - 1 });
      this.#identity = new Identity(signed, this.#options.channelId ?? null);
      this.#log = this.#newLog(this.#identity);
    } else if (number <= identity.version) {
      if (!identity.holds(signed))
        throw new Refused(number === 1 ? 'channel' : 'root', 'another root of this version is held');
    } else if (number > identity.version + 1) {
      return formatPath({ kind: 'root', number: number - 1 });
    } else if (identity.advance(signed)) {
      this.#keep(path, bytes);
      this.#startAgain();
    }
    this.#fulfil(path);
    this.#fulfil(`after/${path}`);
    return this.#keep(path, bytes);
  }

  #newLog(identity: Identity): ProvenLog {
    return new ProvenLog(identity, this.#waiting, this.#fulfil, this.#files);
  }

  /** After a reset what counts is judged anew, under the new keys only. */
  #startAgain(): void {
    const files = [...this.files()].filter(({ path }) => !/^(root|dict|fork)\//.test(path));
    for (const { path } of files) this.#files.delete(path);
    this.contents.clear();
    this.#claims.clear();
    const former = this.#log!;
    this.#log = this.#newLog(this.#identity!);
    this.#log.inherit(former);
    for (const need of this.#waiting.needs) this.#fulfilled.push(need);
    for (const file of files) {
      const outcome = this.#judge(file, parsePath(file.path));
      if (outcome.status !== 'accepted') this.#settled.push({ path: file.path, outcome });
    }
  }

  /** What an unknown key signed may be good once the next root names that key. */
  #orAfterNextRoot(file: TreeFile, take: () => string | null): string | null {
    try {
      return take();
    } catch (error) {
      if (error instanceof Refused && error.code === 'signature') {
        const next = formatPath({ kind: 'root', number: this.#identity!.version + 1 });
        this.#waiting.add(`after/${next}`, waitingId(file, parsePath(file.path)), file, false);
      }
      throw error;
    }
  }

  readonly #dictionary = (id: string): AnyDictionary | null => this.#dictionaries.get(id) ?? null;

  #takeHead(log: ProvenLog, path: TreePath, bytes: Uint8Array): string | null {
    const suffix = decodeSuffix(bytes, this.#dictionary);
    if (typeof suffix === 'string') return formatPath({ kind: 'dict', id: suffix });
    requireReadable(suffix);
    const entries = log.offerHead(suffix);
    this.#learnSuffix(suffix, entries);
    this.#files.delete(CHECKPOINT);
    this.#headFirst = suffix.first;
    return this.#keep(path, bytes);
  }

  #takeEdition(log: ProvenLog, path: TreePath, number: number, bytes: Uint8Array): string | null {
    const suffix = decodeSuffix(bytes, this.#dictionary);
    if (typeof suffix === 'string') return formatPath({ kind: 'dict', id: suffix });
    const last = suffix.records.at(-1)!;
    if (!('record' in last) || last.type !== ENTRY.mark || suffix.signature) throw new Refused('encoding', 'edition');
    const mark = decodeMark(last.record);
    if (mark.number !== number) throw new Refused('proof', 'edition number and path differ');
    requireReadable(suffix);
    const entries = log.offerEdition(suffix, mark);
    if (entries === null) return sizeNeed(suffix.size);
    this.#learnSuffix(suffix, entries);
    this.#closeEditions();
    return this.#keep(path, bytes);
  }

  #learnSuffix(suffix: Suffix, entries: readonly Uint8Array[]): void {
    suffix.records.forEach((r, i) => {
      const index = suffix.first + i;
      this.contents.entries.set(index, entries[i]!);
      if ('record' in r) this.#learn(index, r.type, r.record);
    });
  }

  #learn(index: number, type: EntryType, record: Uint8Array): void {
    const { contents } = this;
    if (type === ENTRY.post) contents.addPost(index, decodeRecord(record));
    if (type === ENTRY.mark) this.#learnMark(index, record);
    if (type === ENTRY.tombstone) {
      const tombstone = decodeTombstone(record);
      if (contents.addTombstone(index, tombstone)) this.#forget(tombstone.index);
    }
    if (this.#waiting.mayAwait(index)) this.#fulfil(recordNeed(index));
  }

  #learnMark(index: number, record: Uint8Array): void {
    const mark = decodeMark(record);
    this.contents.addMark(index, mark);
    for (const pack of mark.packs) this.#claims.list(pack.id);
  }

  #takeEntries(log: ProvenLog, path: TreePath, at: { index: number; width: number }, bytes: Uint8Array): string | null {
    const entries = parseEntryBundle(bytes, at.width);
    for (const [i, entry] of entries.entries()) {
      const index = at.index * 256 + i;
      if (!log.hasLeaf(index)) return leafNeed(index);
      if (entry.length !== ENTRY_BYTES || !log.isLeaf(index, leafHash(entry))) throw new Refused('entry', 'bundle');
    }
    entries.forEach((entry, i) => this.contents.entries.set(at.index * 256 + i, entry));
    return this.#keep(path, bytes);
  }

  #takePack(log: ProvenLog, path: TreePath, id: string, bytes: Uint8Array): string | null {
    const known = this.#read.get(bytes);
    if (known?.id === id) return this.#takeHeadlines(log, path, bytes, known);
    if (contentId(bytes) !== id) throw new Refused('name', 'content does not have this name');
    const pack = decodePack(bytes);
    if (pack.kind === 'layers') return this.#takeLayers(path, id, bytes, pack);
    const read = readHeadlines(pack.items, this.#dictionary);
    return typeof read === 'string' ? dictionaryNeed(read) : this.#takeHeadlines(log, path, bytes, { id, read });
  }

  #takeHeadlines(
    log: ProvenLog,
    path: TreePath,
    bytes: Uint8Array,
    { id, read }: { id: string; read: ReadHeadline[] },
  ): string | null {
    const { contents } = this;
    for (const { index, leaf } of read) if (!log.hasLeaf(index)) this.#claims.add(index, leaf, id);
    this.#closeEditions(read[0]!.index);
    for (const { index, leaf } of read) {
      const proven = log.isLeaf(index, leaf);
      if (proven === null) {
        if (this.#claims.isListed(id)) this.#read.set(bytes, { id, read });
        return leafNeed(index);
      }
      if (!proven) throw new Refused('entry', 'a record is not the one that the log committed to');
    }
    this.#read.delete(bytes);
    const isNews = read.some(({ index, record }) =>
      record ? !contents.posts.has(index) : !contents.entries.get(index),
    );
    for (const { index, entry, record } of read) {
      this.#claims.settle(index);
      contents.entries.set(index, entry);
      if (record) this.#learn(index, ENTRY.post, record);
    }
    if (!isNews && !this.#claims.isListed(id)) return null;
    this.#keep(path, bytes);
    const worded = read.filter(({ record }) => record);
    contents.foundIn(path, worded);
    for (const { index } of worded) if (contents.withdrawn.has(index)) this.#forget(index);
    return null;
  }

  /** Claims of strangers that spoil an edition are dropped; then the listed ones alone decide. */
  #closeEditions(index?: number): void {
    const claimed = (i: number): Uint8Array | null => this.#claims.leaf(i);
    try {
      this.#log!.closeEditions(claimed, index);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#claims.dropStrangers();
      this.#log!.closeEditions(claimed, index);
    }
  }

  #takeLayers(path: TreePath, id: string, bytes: Uint8Array, pack: Pack & { kind: 'layers' }): string | null {
    const { contents } = this;
    const isNamed = this.#options.layersWhenRead === true && this.#claims.isListed(id);
    for (const item of pack.items) {
      if (contents.withdrawn.has(item.index)) continue;
      const record = contents.posts.record(item.index);
      if (!record) return recordNeed(item.index);
      const { dictionary } = item.coding;
      if (dictionary !== null && !this.#dictionaries.has(dictionary)) return dictionaryNeed(dictionary);
      if (!isNamed) readLayer(item, record, this.#dictionary);
    }
    const { posts } = contents;
    const isNews = pack.items.some(({ index, layer }) => posts.has(index) && posts.pack(index, layer) === null);
    if (!isNews && !this.#claims.isListed(id)) return null;
    this.#keep(path, bytes);
    contents.foundIn(path, pack.items);
    for (const { index } of pack.items) if (contents.withdrawn.has(index)) this.#forget(index);
    return null;
  }

  /** Rewrites every held pack that has words of a withdrawn post. */
  #forget(index: number): void {
    for (const path of this.contents.packsNear(index)) this.#rewrite(path, index);
    if (index >= this.#headFirst) this.#dropHead();
    this.#fulfil(recordNeed(index));
  }

  /** A head older than the withdrawal may hold the words; the bare checkpoint takes its place. */
  #dropHead(): void {
    this.#headFirst = Infinity;
    if (!this.#files.delete(HEAD)) return;
    const checkpoint = this.#log!.checkpoint();
    if (checkpoint) this.#keep(CHECKPOINT, checkpoint);
  }

  #rewrite(path: TreePath, index: number): void {
    const bytes = this.#files.get(path);
    const held = bytes && decodePack(bytes);
    if (held && !held.items.some((item) => item.index === index && !('entry' in item))) return;
    this.#files.delete(path);
    this.contents.notNear(index, path);
    const pack = held && withoutPost(held, index, this.contents.entries.get(index)!);
    if (!pack?.items.length) return;
    const rest = encodePack(pack);
    const renamed = formatPath({ kind: 'pack', id: contentId(rest) });
    this.#keep(renamed, rest);
    const worded = pack.items.filter((item) => !('entry' in item));
    this.contents.foundIn(renamed, worded);
  }
}

const recordNeed = (index: number): string => `record/${index}`;
const dictionaryNeed = (id: string): string => formatPath({ kind: 'dict', id });
