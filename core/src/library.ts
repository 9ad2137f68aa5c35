/**
 * A reader's verified copy of one channel, fed by any number of transports in any order (spec §11).
 * All trust is here: `offer` says accepted, waiting or refused. It has no clock, no disk and no network;
 * whoever holds it keeps `files()` and offers them again next time.
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
import { parseNote } from './note.ts';
import { decodeData, decodePack, encodePack, withoutPost, type LayerItem, type Pack } from './pack.ts';
import {
  ENTRY,
  ENTRY_BYTES,
  decodeRecord,
  decodeTombstone,
  layerDigest,
  textLayerOf,
  type EntryType,
  type PostRecord,
} from './post.ts';
import { ProvenLog, SIZES_NEED, leafNeed, sizeNeed, type Evidence } from './proven.ts';
import { Refused, refusal, type RefusalCode } from './refused.ts';
import { decodeRoot } from './root.ts';
import { formatPath, maxBytesOf, parsePath, treePath, type PathParts, type TreeFile, type TreePath } from './tree.ts';
import { WaitingRoom, waitingId } from './waiting.ts';

export type Outcome =
  | { status: 'accepted' }
  /** `need` names what it waits for: a path, `leaf/<index>`, `record/<index>`, `size/<size>` or `node/…`. */
  | { status: 'waiting'; need: string }
  | { status: 'refused'; code: RefusalCode; detail: string };

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
}

const ACCEPTED: Outcome = { status: 'accepted' };
const FIRST_ROOT = 'root/1';
const HEAD = treePath('head');
const CHECKPOINT = treePath('checkpoint');

/** One reader’s verified copy of one channel. */
export class Library {
  readonly contents = new Contents();
  readonly #options: LibraryOptions;
  readonly #dictionaries = new Map<string, AnyDictionary>();
  readonly #waiting = new WaitingRoom();
  #files = new Map<TreePath, Uint8Array>();
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

  /** Accepted files, as they are to be kept and passed on; evidence as `fork/` files. */
  *files(): Generator<TreeFile> {
    for (const [path, bytes] of [...this.#files, ...(this.#log?.forks ?? [])]) yield { path, bytes };
  }

  /** Files that may yet be accepted, to be kept apart and offered again. */
  waitingFiles(): Iterable<TreeFile> {
    return this.#waiting.files();
  }

  file(path: TreePath): Uint8Array | null {
    return this.#files.get(path) ?? this.#log?.forks.get(path) ?? null;
  }

  /**
   * The layer of a post, verified; null when it has not arrived or was withdrawn. `number` counts from 1.
   * A layer that is not its record's is null too, and counts as not arrived from then on.
   */
  layer(index: number, number: number): Uint8Array | null {
    const post = this.contents.posts.get(index);
    const path = post?.layers[number - 1];
    if (!post || !path) return null;
    const { items } = decodePack(this.#files.get(path)!) as Pack & { kind: 'layers' };
    const item = items.find((i) => i.index === index && i.layer === number)!;
    try {
      return this.#readLayer(item, post.record).slice();
    } catch (error) {
      post.layers[number - 1] = undefined;
      this.#settled.push({ path, outcome: refusedOutcome(error) });
      return null;
    }
  }

  /**
   * The text of a post as blocks; null when it has not arrived, was withdrawn, or the post has none.
   * A text that is committed to but has blocks of a later version is held and passed on; it reads as null.
   */
  text(index: number): Block[] | null {
    const number = textLayerOf(this.contents.posts.get(index)?.record);
    const bytes = number === null ? null : this.layer(index, number);
    const blocks = bytes && refusal(() => decodeBlocks(bytes));
    return blocks instanceof Refused ? null : blocks;
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
      this.#log = new ProvenLog(this.#identity, this.#waiting, this.#fulfil);
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

  /** After a reset what counts is judged anew, under the new keys only. */
  #startAgain(): void {
    const files = [...this.#files].filter(([path]) => !path.startsWith('root/') && !path.startsWith('dict/'));
    for (const [path] of files) this.#files.delete(path);
    this.contents.clear();
    this.#claims.clear();
    const former = this.#log!;
    this.#log = new ProvenLog(this.#identity!, this.#waiting, this.#fulfil);
    this.#log.inherit(former);
    for (const need of this.#waiting.needs) this.#fulfilled.push(need);
    for (const [path, bytes] of files) {
      const outcome = this.#judge({ path, bytes }, parsePath(path));
      if (outcome.status !== 'accepted') this.#settled.push({ path, outcome });
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
      if ('entry' in r) this.contents.types.set(index, r.entry[0] as EntryType);
      else this.#learn(index, r.type, r.record);
      this.contents.entries.set(index, entries[i]!);
    });
  }

  #learn(index: number, type: EntryType, record: Uint8Array): void {
    const { contents } = this;
    contents.types.set(index, type);
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
    entries.forEach((entry, i) => this.contents.types.set(at.index * 256 + i, entry[0] as EntryType));
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
    const isNews = read.some(({ index, record }) => (record ? !contents.posts.has(index) : !contents.types.has(index)));
    for (const { index, entry, record } of read) {
      this.#claims.settle(index);
      contents.entries.set(index, entry);
      if (record) this.#learn(index, entry[0] as EntryType, record);
      else contents.types.set(index, entry[0] as EntryType);
    }
    if (!isNews && !this.#claims.isListed(id)) return null;
    this.#keep(path, bytes);
    contents.foundIn(path, read);
    for (const { index, record } of read) if (record && contents.withdrawn.has(index)) this.#forget(index);
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
      const post = contents.posts.get(item.index);
      if (!post) return recordNeed(item.index);
      const { dictionary } = item.coding;
      if (dictionary !== null && !this.#dictionaries.has(dictionary)) return dictionaryNeed(dictionary);
      if (!isNamed) this.#readLayer(item, post.record);
    }
    const isNews = pack.items.some(({ index, layer }) => {
      const post = contents.posts.get(index);
      return post !== undefined && post.layers[layer - 1] === undefined;
    });
    if (!isNews && !this.#claims.isListed(id)) return null;
    this.#keep(path, bytes);
    this.#hold(path, pack.items);
    for (const { index } of pack.items) if (contents.withdrawn.has(index)) this.#forget(index);
    return null;
  }

  /** A layer whose dictionary is held. @throws Refused `layer` unless it is the one that its record committed to. */
  #readLayer(item: LayerItem, record: PostRecord): Uint8Array {
    const layer = record.layers[item.layer - 1];
    if (!layer) throw new Refused('layer', 'a layer that its record does not name');
    const expected = {
      bytesMax: Math.min(layer.size, LIMITS.textLayerBytes),
      before: [record.title, record.summary],
    };
    const decoded = decodeData(item, expected, this.#dictionary);
    if (!decoded || decoded.length !== layer.size || !equalBytes(layerDigest(item.salt, decoded), layer.digest)) {
      throw new Refused('layer', 'a layer is not the one that its record committed to');
    }
    return decoded;
  }

  #hold(path: TreePath, items: readonly LayerItem[]): void {
    for (const { index, layer } of items) {
      const post = this.contents.posts.get(index);
      if (post) post.layers[layer - 1] = path;
    }
    this.contents.foundIn(path, items);
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
    if (!held?.items.some((item) => item.index === index && !('entry' in item))) return;
    const pack = withoutPost(held, index, this.contents.entries.get(index)!);
    this.#files.delete(path);
    this.contents.notNear(index, path);
    if (pack.items.length === 0) return;
    const rest = encodePack(pack);
    const renamed = formatPath({ kind: 'pack', id: contentId(rest) });
    this.#keep(renamed, rest);
    if (pack.kind === 'layers') this.#hold(renamed, pack.items);
    else this.contents.foundIn(renamed, pack.items);
  }
}

const recordNeed = (index: number): string => `record/${index}`;
const dictionaryNeed = (id: string): string => formatPath({ kind: 'dict', id });

function refusedOutcome(error: unknown): Outcome {
  if (error instanceof Refused) return { status: 'refused', code: error.code, detail: error.detail };
  throw error;
}
