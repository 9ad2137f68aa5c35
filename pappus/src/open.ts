/** Opens whatever a user names (folder, newsroom, library, ZIP, HTML file, URL) as a shelf of tree files. */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '@pappus/core';
import { HttpShelf, MemoryShelf, readHtml, type ListedShelf, type Shelf } from '@pappus/transports';
import { FolderShelf, openZipFile } from '@pappus/transports/node';
import { wordsFor } from '@pappus/reader/words';
import { UserError } from './terminal.ts';

export interface Opened {
  /** As the user named it. */
  where: string;
  kind: 'folder' | 'zip' | 'html' | 'url';
  shelf: Shelf;
  /** The same shelf where it can name what it holds; null for URLs. */
  listed: ListedShelf | null;
  close(): Promise<void>;
}

const HTML_BYTES_MAX = 512 * 2 ** 20;
const ZIP_MAGIC = 'PK\u0003\u0004';

/** @throws UserError when it is not there or is nothing that carries a channel. */
export async function openSource(where: string): Promise<Opened> {
  if (/^https?:\/\//i.test(where)) return openUrl(where);
  const found = await stat(where).catch(() => null);
  if (!found) throw new UserError(`${where} is not here. Check the name; nothing was changed.`);
  if (found.isDirectory()) return openFolder(where);
  try {
    return (await magicOf(where)) === ZIP_MAGIC ? await openZip(where) : await openHtml(where, found.size);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new UserError(`${where}: ${wordsFor('en').refusals[error.code]} (${error.code}: ${error.detail})`, 1, { cause: error });
  }
}

function openUrl(where: string): Opened {
  return { where, kind: 'url', shelf: new HttpShelf(where), listed: null, close: async () => {} };
}

/** A newsroom's folder keeps its tree inside. */
async function openFolder(where: string): Promise<Opened> {
  const isNewsroom = await stat(join(where, 'newsroom.db')).catch(() => null);
  const shelf = new FolderShelf(isNewsroom ? join(where, 'tree') : where);
  return { where, kind: 'folder', shelf, listed: shelf, close: async () => {} };
}

async function openZip(where: string): Promise<Opened> {
  const { shelf, close } = await openZipFile(where);
  return { where, kind: 'zip', shelf, listed: shelf, close };
}

async function openHtml(where: string, size: number): Promise<Opened> {
  if (size > HTML_BYTES_MAX) throw new Refused('too-large', 'HTML file');
  const shelf = new MemoryShelf();
  for (const { path, bytes } of readHtml(new Uint8Array(await readFile(where)))) await shelf.put(path, bytes);
  return { where, kind: 'html', shelf, listed: shelf, close: async () => {} };
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
