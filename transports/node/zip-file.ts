import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { maxBytes, Refused, type TreePath } from '@pappus/core';
import { compareTreePaths } from '../src/order.ts';
import type { ListedShelf } from '../src/transport.ts';
import { openZip, type ByteSource, type ZipShelf } from '../src/zip.ts';
import { ZIP_README } from '../src/zip-layout.ts';
import { ZipWriter } from '../src/zip-writer.ts';
import { nodeDisk, type Disk } from './disk.ts';
import { replaceFile } from './folder.ts';

/** An archive on a disk, open. */
export interface ZipFile {
  shelf: ZipShelf;
  close: () => Promise<void>;
}

/**
 * Opens an archive without loading it: memory grows with the number of its files, not with their size.
 * @throws Refused as `openZip` does; the system's error when the file cannot be opened.
 */
export async function openZipFile(path: string): Promise<ZipFile> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    const shelf = await openZip(await sourceOf(handle));
    return { shelf, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Writes all that a shelf lists as one archive, file by file, replacing `path` at once or not at all.
 * The same octets as `writeZip` gives for the same files.
 */
export async function writeZipFile(
  path: string,
  from: ListedShelf,
  signal: AbortSignal,
  options: { readme?: string; disk?: Disk } = {},
): Promise<void> {
  const disk = options.disk ?? nodeDisk;
  const target = resolve(path);
  await replaceFile(disk, target, async (file) => {
    for await (const part of archiveOf(from, signal, options.readme)) await file.write(part);
  });
  await disk.syncFolder(dirname(target));
}

async function* archiveOf(from: ListedShelf, signal: AbortSignal, readme?: string): AsyncIterable<Uint8Array> {
  const paths: TreePath[] = [];
  for await (const path of from.list(signal)) paths.push(path);
  const writer = new ZipWriter();
  for (const path of paths.sort(compareTreePaths)) {
    const bytes = await from.read(path, { bytes: maxBytes(path), signal });
    if (bytes) yield* [writer.entry(path, bytes), bytes];
  }
  if (readme !== undefined) {
    const bytes = new TextEncoder().encode(readme);
    yield* [writer.entry(ZIP_README, bytes), bytes];
  }
  yield* writer.end();
}

async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new Refused('container', 'not a regular file');
  return { bytes: stat.size, read: (offset, length) => readExactly(handle, offset, length) };
}

async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new Error('the archive became shorter while it was read');
    filled += bytesRead;
  }
  return bytes;
}
