/**
 * A tree as a folder. A file is complete or absent, whatever happens: it is written under another name, synced,
 * renamed, and then its folder is synced. When `put` returns, the file outlives a power cut.
 */
import { randomBytes } from 'node:crypto';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isMutable, refusal, treePath, type TreeFile, type TreePath } from '@pappus/core';
import { admit } from '../src/limit.ts';
import { compareTreePaths } from '../src/order.ts';
import type { ReadLimit, WritableShelf } from '../src/transport.ts';
import { nodeDisk, type Disk, type DiskFile } from './disk.ts';

/** The folders at the top of a tree; any other is somebody else's and is not looked into. */
const TOP_FOLDERS = new Set(['root', 'edition', 'pack', 'dict', 'fork', 'tile']);
/** Tree paths are no longer than this, so a deeper walk finds nothing. */
const PATH_CHARS_MAX = 64;
const WRITES_AT_ONCE = 8;

/** Links are nothing here: they are not read, not listed, and never written through. */
export class FolderShelf implements WritableShelf {
  readonly #root: string;
  readonly #disk: Disk;
  /** Folders whose own names this shelf has already synced. */
  readonly #lasting = new Set<string>();
  #realRoot: string | null = null;

  /** `root` is made at the first `put` if it is absent; the folder that it is in must exist. */
  constructor(root: string, disk: Disk = nodeDisk) {
    this.#root = resolve(root);
    this.#disk = disk;
  }

  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    const file = join(this.#root, admit(path, limit));
    if (!(await this.#isInside(dirname(file)))) return null;
    const bytes = await this.#disk.read(file, limit.bytes);
    limit.signal.throwIfAborted();
    return bytes;
  }

  /** In ascending order of folders and names. */
  async *list(signal: AbortSignal): AsyncIterable<TreePath> {
    yield* this.#walk('', signal);
  }

  async put(path: TreePath, bytes: Uint8Array): Promise<void> {
    const folder = await this.#write(path, bytes);
    await this.#disk.syncFolder(folder);
  }

  /**
   * Takes a whole edition. Each file is synced, each folder once; `head` and then `checkpoint` come after
   * everything that they name is sure to last. If it throws, the old checkpoint still stands.
   */
  async putAll(files: Iterable<TreeFile> | AsyncIterable<TreeFile>): Promise<void> {
    const folders = new Set<string>();
    const heads: TreeFile[] = [];
    await inParallel(files, WRITES_AT_ONCE, async (file) => {
      if (isMutable(treePath(file.path))) heads.push(file);
      else folders.add(await this.#write(file.path, file.bytes));
    });
    for (const folder of folders) await this.#disk.syncFolder(folder);
    heads.sort((a, b) => compareTreePaths(b.path, a.path));
    for (const { path, bytes } of heads) await this.put(path, bytes);
  }

  async remove(path: TreePath): Promise<void> {
    const file = join(this.#root, treePath(path));
    if (!(await this.#isInside(dirname(file)))) return;
    await this.#disk.remove(file);
    await this.#disk.syncFolder(dirname(file));
  }

  async *#walk(folder: string, signal: AbortSignal): AsyncIterable<TreePath> {
    const entries = await this.#disk.list(join(this.#root, folder));
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, kind } of entries) {
      signal.throwIfAborted();
      const path = folder === '' ? name : `${folder}/${name}`;
      if (kind === 'folder' && isPartOfTree(path)) yield* this.#walk(path, signal);
      if (kind !== 'file') continue;
      const checked = refusal(() => treePath(path));
      if (typeof checked === 'string') yield checked;
    }
  }

  /** Everything but the last sync; gives the folder that still needs it. */
  async #write(path: TreePath, bytes: Uint8Array): Promise<string> {
    const file = join(this.#root, treePath(path));
    const folder = dirname(file);
    await this.#ensureFolder(folder);
    if (!(await this.#isInside(folder))) throw new Error('a link stands in the way inside the folder');
    await replaceFile(this.#disk, file, (target) => target.write(bytes));
    return folder;
  }

  /** A folder that is already there may be left from a cut: its name is synced too, once. */
  async #ensureFolder(folder: string): Promise<void> {
    if (this.#lasting.has(folder)) return;
    if (folder !== this.#root) await this.#ensureFolder(dirname(folder));
    const isNew = await this.#disk.makeFolder(folder);
    if (isNew || folder !== this.#root) await this.#disk.syncFolder(dirname(folder));
    this.#lasting.add(folder);
  }

  async #isInside(folder: string): Promise<boolean> {
    this.#realRoot ??= await this.#disk.realPath(this.#root);
    if (this.#realRoot === null) return false;
    const expected = join(this.#realRoot, relative(this.#root, folder));
    return (await this.#disk.realPath(folder)) === expected;
  }
}

/** Runs `work` on up to `width` items at a time. When one fails, the others that have begun still end first. */
async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  try {
    for await (const item of items) {
      const run = work(item).then(() => void running.delete(run));
      run.catch(() => {}); // told below, by the race or at the end
      running.add(run);
      if (running.size >= width) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running);
  }
}

function isPartOfTree(path: string): boolean {
  return path.length < PATH_CHARS_MAX && TOP_FOLDERS.has(path.split('/', 1)[0]!);
}

/**
 * Writes a file so that its name has the old content or all of the new; an attempt that fails leaves nothing.
 * The name lasts once the caller has synced the folder.
 */
export async function replaceFile(disk: Disk, path: string, write: (file: DiskFile) => Promise<void>): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.part`);
  const file = await disk.create(draft);
  try {
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(draft, path);
  } catch (error) {
    await disk.remove(draft).catch(() => {}); // the first error is the one to tell
    throw error;
  }
}
