/**
 * Reads the strict ZIP subset of `zip-layout.ts`. The whole directory is held against the whole archive before a
 * file is given out, so an archive is taken or refused in one piece; contents are held against their CRC-32 at each
 * read. README.txt may stand among the entries, once, and is not a file of the tree.
 */
import { Refused, refusal, treePath, type TreePath } from '@pappus/core';
import { crc32 } from './crc32.ts';
import { admit, requireWithin } from './limit.ts';
import type { ListedShelf, ReadLimit } from './transport.ts';
import {
  CENTRAL_BYTES,
  CENTRAL_SIGNATURE,
  END_BYTES,
  END_SIGNATURE,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  readFields,
  viewOf,
  ZIP_BYTES_MAX,
  ZIP_ENTRIES_MAX,
  ZIP_NAME_BYTES_MAX,
  ZIP_README,
  type EntryFields,
} from './zip-layout.ts';

/** Octets that can be read at any place: an archive in memory, or an open file. */
export interface ByteSource {
  readonly bytes: number;
  /** Exactly `length` octets from `offset`; the caller does not change them. Throws when they are not there. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

interface Entry {
  name: string;
  fields: EntryFields;
  offset: number;
}

/** A ZIP as a shelf. Made by `openZip`. */
export class ZipShelf implements ListedShelf {
  readonly #source: ByteSource;
  readonly #entries: Map<string, Entry>;

  constructor(source: ByteSource, entries: Map<string, Entry>) {
    this.#source = source;
    this.#entries = entries;
  }

  /** @throws Refused `container` when the contents do not fit their CRC-32; `too-large`. */
  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    const entry = this.#entries.get(admit(path, limit));
    if (!entry) return null;
    requireWithin(entry.fields.bytes, limit);
    const bytes = await this.#source.read(contentsAt(entry), entry.fields.bytes);
    limit.signal.throwIfAborted();
    if (crc32(bytes) !== entry.fields.crc) throw new Refused('container', 'contents do not fit their CRC-32');
    return bytes.slice();
  }

  /** In the order of the archive. */
  async *list(signal: AbortSignal): AsyncIterable<TreePath> {
    for (const name of this.#entries.keys()) {
      signal.throwIfAborted();
      if (name !== ZIP_README) yield treePath(name);
    }
  }
}

/** Opens an archive. @throws Refused `container` for anything outside the subset, `too-large` beyond the caps. */
export async function openZip(archive: Uint8Array | ByteSource): Promise<ZipShelf> {
  const source = archive instanceof Uint8Array ? sourceOf(archive) : archive;
  requireWithin(source.bytes, { bytes: ZIP_BYTES_MAX });
  require(source.bytes >= END_BYTES, 'shorter than an end record');
  const endAt = source.bytes - END_BYTES;
  const { count, offset } = readEnd(await source.read(endAt, END_BYTES), endAt);
  const entries = readDirectory(await source.read(offset, endAt - offset), count);
  for (const entry of entries) await requireLocalHeader(source, entry);
  const last = entries.at(-1);
  require((last ? endOf(last) : 0) === offset, 'octets between the last entry and the directory');
  return new ZipShelf(source, new Map(entries.map((entry) => [entry.name, entry])));
}

function sourceOf(archive: Uint8Array): ByteSource {
  return {
    bytes: archive.length,
    read: async (offset, length) => archive.subarray(offset, offset + length),
  };
}

function readEnd(bytes: Uint8Array, endAt: number): { count: number; offset: number } {
  const view = viewOf(bytes);
  require(view.getUint32(0, true) === END_SIGNATURE, 'no end record in the last 22 octets');
  require(view.getUint32(4, true) === 0, 'more than one disk');
  const count = view.getUint16(10, true);
  require(view.getUint16(8, true) === count, 'two counts of entries');
  const directoryBytes = view.getUint32(12, true);
  const offset = view.getUint32(16, true);
  require(offset + directoryBytes === endAt, 'the directory does not end at the end record');
  require(view.getUint16(20, true) === 0, 'a comment');
  const bytesMax = Math.min(count, ZIP_ENTRIES_MAX) * (CENTRAL_BYTES + ZIP_NAME_BYTES_MAX);
  require(directoryBytes <= bytesMax, 'a directory too long for its count');
  return { count, offset };
}

function readDirectory(bytes: Uint8Array, count: number): Entry[] {
  const view = viewOf(bytes);
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = 0;
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const entry = readCentralHeader(bytes, view, at);
    require(entry.offset === offset, 'entries overlap or leave a gap');
    require(!names.has(entry.name), 'a name twice');
    names.add(entry.name);
    entries.push(entry);
    at += CENTRAL_BYTES + entry.fields.nameBytes;
    offset = endOf(entry);
  }
  require(at === bytes.length, 'octets after the directory');
  return entries;
}

function readCentralHeader(bytes: Uint8Array, view: DataView, at: number): Entry {
  require(at + CENTRAL_BYTES <= bytes.length, 'the directory ends too early');
  require(view.getUint32(at, true) === CENTRAL_SIGNATURE, 'no directory header where one is due');
  const fields = readFields(view, at + 6);
  requirePlain(fields);
  require(view.getUint16(at + 32, true) === 0, 'a comment on an entry');
  require(view.getUint16(at + 34, true) === 0, 'an entry on another disk');
  requireRegularFile(view.getUint8(at + 5), view.getUint32(at + 38, true));
  const nameAt = at + CENTRAL_BYTES;
  require(nameAt + fields.nameBytes <= bytes.length, 'the directory ends too early');
  const name = readName(bytes.subarray(nameAt, nameAt + fields.nameBytes));
  return { name, fields, offset: view.getUint32(at + 42, true) };
}

function requirePlain(fields: EntryFields): void {
  require(fields.method !== 8, 'deflated: entries are stored, for their contents are compressed already');
  require(fields.method === 0, 'a compression method outside the subset');
  require(fields.flags === 0, 'encrypted, with a data descriptor, or another flag outside the subset');
  require(fields.versionNeeded <= 20, 'needs a later version of ZIP');
  require(fields.compressedBytes === fields.bytes, 'two sizes for a stored entry');
  require(fields.extraBytes === 0, 'an extra field');
  require(fields.nameBytes <= ZIP_NAME_BYTES_MAX, 'a name longer than any path of a tree');
}

/** APPNOTE §4.4.2, §4.4.15: host 3 puts st_mode into the upper half, all hosts the DOS attributes into the lower. */
function requireRegularFile(host: number, attributes: number): void {
  const DOS_FOLDER_OR_LABEL = 0x18;
  const kind = (attributes >>> 28) & 0xf;
  require((attributes & DOS_FOLDER_OR_LABEL) === 0, 'an entry that is no file');
  require(host === 0 || host === 3, 'made for a system outside the subset');
  require(host === 0 ? attributes >>> 16 === 0 : kind === 0 || kind === 8, 'a link or another entry that is no file');
}

function readName(bytes: Uint8Array): string {
  const name = String.fromCharCode(...bytes);
  if (name === ZIP_README) return name;
  const path = refusal(() => treePath(name));
  if (path instanceof Refused) throw new Refused('container', 'a name that is no path of a tree', { cause: path });
  return path;
}

async function requireLocalHeader(source: ByteSource, { name, fields, offset }: Entry): Promise<void> {
  require(offset + LOCAL_BYTES + fields.nameBytes <= source.bytes, 'an entry beyond the end');
  const bytes = await source.read(offset, LOCAL_BYTES + fields.nameBytes);
  const view = viewOf(bytes);
  require(view.getUint32(0, true) === LOCAL_SIGNATURE, 'no local header where one is due');
  const local = readFields(view, 4);
  for (const key of Object.keys(fields) as (keyof EntryFields)[]) {
    require(local[key] === fields[key], `local header and directory differ: ${key}`);
  }
  require(readName(bytes.subarray(LOCAL_BYTES)) === name, 'local header and directory differ: name');
}

function contentsAt(entry: Entry): number {
  return entry.offset + LOCAL_BYTES + entry.fields.nameBytes;
}

function endOf(entry: Entry): number {
  return contentsAt(entry) + entry.fields.bytes;
}

function require(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Refused('container', otherwise);
}
