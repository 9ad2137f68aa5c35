import { encodeUtf8, treePath, type TreeFile } from '@pappus/core';
import { crc32 } from './crc32.ts';
import { compareTreePaths } from './order.ts';
import {
  CENTRAL_BYTES,
  CENTRAL_SIGNATURE,
  END_BYTES,
  END_SIGNATURE,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  VERSION_NEEDED,
  viewOf,
  writeFields,
  ZIP_BYTES_MAX,
  ZIP_ENTRIES_MAX,
  ZIP_README,
} from './zip-layout.ts';

/**
 * The files as one archive. The same files give the same octets, in whatever order they come.
 * `readme` becomes README.txt, for people; readers of trees skip it.
 * @throws Refused `path`. Throws Error for a path given twice and for more than the subset holds.
 */
export function writeZip(files: Iterable<TreeFile>, readme?: string): Uint8Array<ArrayBuffer> {
  return joined([...zipPieces(files, readme)]);
}

/** As `writeZip`, piece by piece: the octets of each file are looked at when its turn comes. */
export function* zipPieces(files: Iterable<TreeFile>, readme?: string): Generator<Uint8Array> {
  const writer = new ZipWriter();
  const ordered = [...files].sort((a, b) => compareTreePaths(a.path, b.path));
  for (const { path, bytes } of ordered) yield* [writer.entry(treePath(path), bytes), bytes];
  if (readme !== undefined) {
    const bytes = encodeUtf8(readme);
    yield* [writer.entry(ZIP_README, bytes), bytes];
  }
  yield* writer.end();
}

/**
 * Writes an archive piece by piece, for what does not fit into memory: for each file, `entry(name, bytes)` and then
 * the bytes themselves; at the end, `end()`. For an archive that is the same each time, the caller keeps the order
 * of `compareTreePaths`, with README.txt last.
 */
export class ZipWriter {
  readonly #central: Uint8Array[] = [];
  readonly #names = new Set<string>();
  #offset = 0;
  #centralBytes = 0;

  /** The local header of a file; its bytes follow. Throws Error for a name given twice and beyond the caps. */
  entry(name: string, bytes: Uint8Array): Uint8Array {
    if (this.#names.has(name)) throw new Error(`${name} is in the archive already`);
    this.#names.add(name);
    const crc = crc32(bytes);
    const central = centralHeader(name, bytes.length, crc, this.#offset);
    this.#central.push(central);
    this.#centralBytes += central.length;
    this.#offset += LOCAL_BYTES + name.length + bytes.length;
    const total = this.#offset + this.#centralBytes + END_BYTES;
    if (this.#names.size > ZIP_ENTRIES_MAX || total > ZIP_BYTES_MAX) throw new Error('too much for one archive');
    return localHeader(name, bytes.length, crc);
  }

  /** The central directory and the end record. */
  end(): Uint8Array[] {
    const end = new Uint8Array(END_BYTES);
    const view = viewOf(end);
    view.setUint32(0, END_SIGNATURE, true);
    view.setUint16(8, this.#names.size, true);
    view.setUint16(10, this.#names.size, true);
    view.setUint32(12, this.#centralBytes, true);
    view.setUint32(16, this.#offset, true);
    return [...this.#central, end];
  }
}

function localHeader(name: string, bytes: number, crc: number): Uint8Array {
  const header = new Uint8Array(LOCAL_BYTES + name.length);
  const view = viewOf(header);
  view.setUint32(0, LOCAL_SIGNATURE, true);
  writeFields(view, 4, name.length, bytes, crc);
  header.set(encodeUtf8(name), LOCAL_BYTES);
  return header;
}

function centralHeader(name: string, bytes: number, crc: number, offset: number): Uint8Array {
  const header = new Uint8Array(CENTRAL_BYTES + name.length);
  const view = viewOf(header);
  view.setUint32(0, CENTRAL_SIGNATURE, true);
  view.setUint16(4, VERSION_NEEDED, true);
  writeFields(view, 6, name.length, bytes, crc);
  view.setUint32(42, offset, true);
  header.set(encodeUtf8(name), CENTRAL_BYTES);
  return header;
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
