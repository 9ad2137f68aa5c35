/**
 * Suffixes of the log (spec §9): the records from some index up to a size, and the few hashes that prove them.
 *
 * The file `head` is a signed suffix that holds the newest headlines: the first screen in one object.
 * The file `edition/<n>` is an unsigned suffix that holds what edition n added beside posts, its mark last;
 * it counts once its root hash is that of a signed head, or follows from the edition after it.
 *
 *     suffix = { 0: 1, 1: size, 2: first index, 3: hashes of the peaks of `first index`,
 *                4: hashes of those peaks of the edition's start that are not among 3 (editions only),
 *                5: [coding, …], 6: [[coding number, octets, data], …],
 *                7: [row, …]  one for each index,
 *                8: [time, log signature, clock signature] (head only) }
 *     row    = [type, salt ‖ tail, octets of the head, segment number]   or   [entry]
 *
 * Heads of records of one language are compressed together in a segment: a suffix holds nothing that is
 * withdrawn alone, since `head` is made anew for each edition and an edition file has no posts.
 * A bare entry stands for a withdrawn post. Peaks, then each leaf appended, give the root hash.
 */
import { concatBytes, decodeBase32, encodeBase32, equalBytes } from './base.ts';
import { decode, encode, type Cbor, type CborMap } from './encoding.ts';
import { asArray, asBytes, asInteger, asMap } from './fields.ts';
import { LIMITS } from './limits.ts';
import { Frontier, HASH_BYTES, commonPeaks, leafHash, peaks } from './log.ts';
import { formatCheckpoint, keyId, verifyNote, type Note, type NoteKey } from './note.ts';
import {
  CodingTable,
  codingAt,
  decodeCodings,
  decodeData,
  type Coded,
  type Coding,
  type Dictionaries,
} from './pack.ts';
import { ENTRY, ENTRY_BYTES, SALT_BYTES, decodeRecord, decodeTombstone, entryOf, type EntryType } from './post.ts';
import { Refused } from './refused.ts';

/** What makes a root hash a head: time in seconds and two Ed25519 signatures of 64 octets. */
export interface HeadSignature {
  time: number;
  log: Uint8Array;
  clock: Uint8Array;
}

/** A signed size and root hash: a checkpoint without what every reader can derive. */
export interface SignedHead {
  size: number;
  root: Uint8Array;
  signature: HeadSignature;
}

export type SuffixRecord = { type: EntryType; salt: Uint8Array; record: Uint8Array } | { entry: Uint8Array };

export interface Suffix {
  size: number;
  first: number;
  /** Hashes of the peaks of `first`. */
  frontier: Uint8Array[];
  /** Editions: what `baseOf` needs to give the frontier at the edition's start; else empty. */
  base: Uint8Array[];
  /** One for each index from `first` to `size`. */
  records: SuffixRecord[];
  /** Null in editions. */
  signature: HeadSignature | null;
}

/** What an edition says of itself, in the last entry that it adds. */
export interface Mark {
  /** Number of the edition, from 1. */
  number: number;
  /** Seconds since 1970 by the newsroom's clock. */
  time: number;
  /** When the next edition is expected at the latest; null when the newsroom promises nothing. */
  nextBy: number | null;
  /** Index of the first entry that the edition added, and the root hash of the log before it. */
  from: number;
  rootBefore: Uint8Array;
  packs: PackRef[];
  /** Packs of earlier editions that others replace: they held something withdrawn. */
  retired: string[];
}

export interface PackRef {
  id: string;
  kind: 'headlines' | 'layers';
  /** First and last index in the pack. */
  first: number;
  last: number;
  sizeBytes: number;
}

/** A record on its way into a suffix, its layers cut off as `tail` (see `encodeRecord`). */
export interface RecordInput {
  type: EntryType;
  salt: Uint8Array;
  head: Uint8Array;
  tail: Uint8Array;
  /** Records of one language are compressed together. */
  lang: string;
}

/** A record, or the bare entry of one that does not travel. */
export type SuffixInput = RecordInput | { entry: Uint8Array };

/**
 * Codes one item, or the heads of several records of one language to stand one after the other. `before` is what a reader has
 * read by then: null, or for a text title and summary of its record.
 */
export type Compress = (items: readonly Uint8Array[], lang: string, before: readonly string[] | null) => Coded;

/** Octets of a suffix; `inputs` take the place of its records. */
export function encodeSuffix(
  suffix: Omit<Suffix, 'records'>,
  inputs: readonly SuffixInput[],
  compress: Compress,
): Uint8Array {
  const langs = [...new Set(inputs.flatMap((r) => ('entry' in r ? [] : [r.lang])))];
  const codings = new CodingTable();
  const segments = langs.map((lang): Cbor => {
    const heads = inputs.flatMap((r) => ('entry' in r || r.lang !== lang ? [] : [r.head]));
    const { coding, data } = compress(heads, lang, null);
    return [codings.number(coding), heads.reduce((sum, head) => sum + head.length, 0), data];
  });
  const map: CborMap = new Map<number, Cbor>([
    [0, 1],
    [1, suffix.size],
    [2, suffix.first],
    [3, concatBytes(...suffix.frontier)],
    [5, codings.encode()],
    [6, segments],
    [7, inputs.map((r) => encodeRow(r, langs))],
  ]);
  if (suffix.base.length > 0) map.set(4, concatBytes(...suffix.base));
  if (suffix.signature) map.set(8, [suffix.signature.time, suffix.signature.log, suffix.signature.clock]);
  return encode(map);
}

function encodeRow(input: SuffixInput, langs: readonly string[]): Cbor {
  if ('entry' in input) return [input.entry];
  return [input.type, concatBytes(input.salt, input.tail), input.head.length, langs.indexOf(input.lang)];
}

/**
 * Reads a suffix; verifies nothing. Gives the id of a dictionary instead when one is needed that is not held.
 * @throws Refused `encoding`, `proof`, `too-large`, `compression` or `coding`.
 */
export function decodeSuffix(bytes: Uint8Array, dictionaries: Dictionaries): Suffix | string {
  if (bytes.length > LIMITS.editionBytes) throw new Refused('too-large', 'suffix');
  const map = asMap(decode(bytes), 'suffix');
  if (map.get(0) !== 1) throw new Refused('encoding', 'suffix of another version');
  const size = asInteger(map.get(1), 'size', 1, LIMITS.logSize);
  const first = asInteger(map.get(2), 'first index', 0, size - 1);
  const base = map.get(4);
  const rows = asArray(map.get(7), 'records', LIMITS.editionEntries);
  if (rows.length !== size - first) throw new Refused('encoding', 'not one record for each index');
  const segments = decodeSegments(map, dictionaries);
  if (typeof segments === 'string') return segments;
  return {
    size,
    first,
    frontier: decodeHashes(map.get(3), peaks(first).length),
    base: base === undefined ? [] : decodeHashes(base),
    records: decodeRows(rows, segments),
    signature: decodeSignature(map.get(8)),
  };
}

function decodeSignature(value: Cbor | undefined): HeadSignature | null {
  if (value === undefined) return null;
  const [time, log, clock] = asArray(value, 'signature', 3);
  return {
    time: asInteger(time, 'time', 0, 2 ** 40),
    log: asBytes(log, 'log signature', 64),
    clock: asBytes(clock, 'clock signature', 64),
  };
}

function decodeHashes(value: Cbor | undefined, count?: number): Uint8Array[] {
  const bytes = asBytes(value, 'hashes');
  const found = bytes.length / HASH_BYTES;
  if (found > 64 || !Number.isInteger(found) || (count !== undefined && found !== count)) {
    throw new Refused('proof', 'wrong number of hashes');
  }
  return Array.from({ length: found }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** Runs of record heads, each read from its start. */
interface Segment {
  bytes: Uint8Array;
  at: number;
}

function decodeSegments(map: CborMap, dictionaries: Dictionaries): Segment[] | string {
  const codings: Coding[] = decodeCodings(map.get(5));
  const segments: Segment[] = [];
  let room: number = LIMITS.textLayerBytes;
  for (const value of asArray(map.get(6), 'segments', 64)) {
    const [number, length, data] = asArray(value, 'segment', 3);
    const size = asInteger(length, 'segment size', 0, room);
    room -= size;
    const coding = codingAt(codings, number);
    const bytes = decodeData({ coding, data: asBytes(data, 'data') }, { bytesMax: size, isRun: true }, dictionaries);
    if (bytes === null) return coding.dictionary!;
    if (bytes.length !== size) throw new Refused('compression', 'segment of another size');
    segments.push({ bytes, at: 0 });
  }
  return segments;
}

function decodeRows(rows: readonly Cbor[], segments: readonly Segment[]): SuffixRecord[] {
  const records = rows.map((row) => decodeRow(asArray(row, 'row', 4), segments));
  if (segments.some((s) => s.at !== s.bytes.length)) throw new Refused('encoding', 'octets that belong to no record');
  return records;
}

function decodeRow(row: readonly Cbor[], segments: readonly Segment[]): SuffixRecord {
  if (row.length === 1) return { entry: asBytes(row[0], 'entry', ENTRY_BYTES) };
  const type = asInteger(row[0], 'entry type', ENTRY.post, ENTRY.mark) as EntryType;
  const sides = asBytes(row[1], 'salt and tail');
  const segment = segments[asInteger(row[3], 'segment number', 0, segments.length - 1)]!;
  const start = segment.at;
  segment.at += asInteger(row[2], 'head size', 0, LIMITS.recordBytes);
  if (sides.length < SALT_BYTES || segment.at > segment.bytes.length) throw new Refused('encoding', 'row');
  const record = concatBytes(segment.bytes.subarray(start, segment.at), sides.subarray(SALT_BYTES));
  return { type, salt: sides.subarray(0, SALT_BYTES), record };
}

/** The entry of each record, and the root hash that peaks and entries give. @throws Refused `proof`. */
export function proveSuffix(suffix: Suffix): { entries: Uint8Array[]; leaves: Uint8Array[]; root: Uint8Array } {
  const frontier = new Frontier(suffix.first, suffix.frontier);
  const entries = suffix.records.map((r) => ('entry' in r ? r.entry : entryOf(r.type, r.salt, r.record)));
  const leaves = entries.map(leafHash);
  for (const leaf of leaves) frontier.append(leaf);
  return { entries, leaves, root: frontier.root() };
}

/**
 * The frontier at the start of an edition, out of the suffix's own and its `base`: it must give the root hash
 * that the mark names, so that `base` is under the newsroom's signature too. @throws Refused `proof`.
 */
export function baseOf(suffix: Suffix, { from, rootBefore }: Mark): Frontier {
  if (from > suffix.first) throw new Refused('proof', 'an edition starts after its suffix');
  const shared = suffix.frontier.slice(0, commonPeaks(from, suffix.first));
  const base = new Frontier(from, [...shared, ...suffix.base]);
  if (!equalBytes(base.root(), rootBefore)) throw new Refused('proof', 'the edition does not follow what it names');
  return base;
}

/** The `base` of an edition that starts at `from` with this frontier, and whose suffix starts at `first`. */
export function baseFor(from: Frontier, first: number): Uint8Array[] {
  return from.hashes.slice(commonPeaks(from.size, first));
}

/** The checkpoint note of a head: what the file `checkpoint` holds. */
export function noteOf({ size, root, signature }: SignedHead, keys: { log: NoteKey; clock: NoteKey }): Note {
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(signature.time));
  return {
    text: formatCheckpoint({ origin: keys.log.name, size, root }),
    signatures: [
      { name: keys.log.name, keyId: keyId(keys.log), bytes: signature.log },
      { name: keys.clock.name, keyId: keyId(keys.clock), bytes: concatBytes(time, signature.clock) },
    ],
  };
}

/** @throws Refused `signature` unless log key and clock key both signed this head. */
export function verifyHead(head: SignedHead, keys: { log: NoteKey; clock: NoteKey }): void {
  verifyNote(noteOf(head, keys), [keys.log, keys.clock]);
}

/** The record of a mark (spec §5). */
export function encodeMark(mark: Mark): Uint8Array {
  const packs = mark.packs.map((p): Cbor => [
    decodeBase32(p.id),
    p.kind === 'headlines' ? 0 : 1,
    p.first,
    p.last - p.first,
    p.sizeBytes,
  ]);
  const map: CborMap = new Map<number, Cbor>([
    [0, mark.number],
    [1, mark.time],
    [3, mark.from],
    [4, packs],
    [6, mark.rootBefore],
  ]);
  if (mark.nextBy !== null) map.set(2, mark.nextBy);
  if (mark.retired.length > 0) map.set(5, mark.retired.map(decodeBase32));
  return encode(map);
}

/** @throws Refused `encoding` or `too-large`. */
export function decodeMark(bytes: Uint8Array): Mark {
  const map = asMap(decode(bytes), 'mark');
  const nextBy = map.get(2);
  return {
    number: asInteger(map.get(0), 'edition number', 1, LIMITS.logSize),
    time: asInteger(map.get(1), 'time', 0, 2 ** 40),
    nextBy: nextBy === undefined ? null : asInteger(nextBy, 'next edition', 0, 2 ** 40),
    from: asInteger(map.get(3), 'first entry', 0, LIMITS.logSize),
    packs: asArray(map.get(4), 'packs', LIMITS.editionEntries).map(decodePackRef),
    rootBefore: asBytes(map.get(6), 'root before', HASH_BYTES),
    retired: asArray(map.get(5) ?? [], 'retired packs', LIMITS.editionEntries).map((id) =>
      encodeBase32(asBytes(id, 'pack id', 16)),
    ),
  };
}

function decodePackRef(value: Cbor): PackRef {
  const [id, kind, first, span, size] = asArray(value, 'pack reference', 8);
  const start = asInteger(first, 'first index', 0, LIMITS.logSize);
  return {
    id: encodeBase32(asBytes(id, 'pack id', 16)),
    kind: asInteger(kind, 'pack kind', 0, 1) === 0 ? 'headlines' : 'layers',
    first: start,
    last: start + asInteger(span, 'span', 0, LIMITS.logSize),
    sizeBytes: asInteger(size, 'pack size', 1, LIMITS.packBytes),
  };
}

/** A suffix is taken whole or not at all: a malformed record refuses it before anything is learnt. */
export function requireReadable(suffix: Suffix): void {
  for (const r of suffix.records) {
    if ('entry' in r) continue;
    if (r.type === ENTRY.post) decodeRecord(r.record);
    if (r.type === ENTRY.mark) decodeMark(r.record);
    if (r.type === ENTRY.tombstone) decodeTombstone(r.record);
  }
}
