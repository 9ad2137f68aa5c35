/** Opens whatever a user names (folder, newsroom, library, ZIP, HTML file, URL) as a shelf of tree files. */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '@pappus/core';
import { Failover, HttpShelf, MemoryShelf, readHtml, type ListedShelf } from '@pappus/transports';
import { FolderShelf, askOnNewConnection, openZipFile } from '@pappus/transports/node';
import { wordsFor } from '@pappus/reader/words';
import { UserError } from './terminal.ts';

interface OpenedFiles {
  kind: 'files';
  /** As the user named it. */
  where: string;
  shelf: ListedShelf;
  close(): Promise<void>;
}

export interface OpenedMirrors {
  kind: 'mirrors';
  where: string;
  shelf: Failover;
  close(): Promise<void>;
}

export type Opened = OpenedFiles | OpenedMirrors;

const HTML_BYTES_MAX = 512 * 2 ** 20;
const SHORT_BREATH_BYTES = 12_288;
const ZIP_MAGIC = 'PK\u0003\u0004';

/** @throws UserError when it is not there or is nothing that carries a channel. */
export async function openSource(where: string): Promise<Opened> {
  if (isUrl(where)) return openMirrors([where], false);
  const found = await stat(where).catch(() => null);
  if (!found) throw new UserError(`${where} is not here. Check the name; nothing was changed.`);
  if (found.isDirectory()) return openFolder(where);
  try {
    return (await magicOf(where)) === ZIP_MAGIC ? await openZip(where) : await openHtml(where, found.size);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new UserError(`${where}: ${wordsFor('en').refusals[error.code]} (${error.code}: ${error.detail})`, 1, {
      cause: error,
    });
  }
}

export function isUrl(where: string): boolean {
  return /^https?:\/\//i.test(where);
}

/**
 * Several mirrors of one channel as one source: whichever answers best is asked, and one that lies is left.
 * `shortBreath`: at most 12 KB a connection, for networks that freeze longer ones.
 */
export function openMirrors(urls: readonly string[], shortBreath: boolean): Opened {
  const options = shortBreath ? { pieceBytes: SHORT_BREATH_BYTES, ask: askOnNewConnection } : {};
  const shelf = new Failover(urls.map((url) => new HttpShelf(url, options)));
  return { where: urls.join(' '), kind: 'mirrors', shelf, close: async () => {} };
}

/** A newsroom's folder keeps its tree inside. */
async function openFolder(where: string): Promise<Opened> {
  const isNewsroom = await stat(join(where, 'newsroom.db')).catch(() => null);
  const shelf = new FolderShelf(isNewsroom ? join(where, 'tree') : where);
  return { where, kind: 'files', shelf, close: async () => {} };
}

async function openZip(where: string): Promise<Opened> {
  const { shelf, close } = await openZipFile(where);
  return { where, kind: 'files', shelf, close };
}

async function openHtml(where: string, size: number): Promise<Opened> {
  if (size > HTML_BYTES_MAX) throw new Refused('too-large', 'HTML file');
  const shelf = new MemoryShelf();
  for (const { path, bytes } of readHtml(new Uint8Array(await readFile(where)))) await shelf.put(path, bytes);
  return { where, kind: 'files', shelf, close: async () => {} };
}

async function magicOf(where: string): Promise<string> {
  const file = await open(where);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
