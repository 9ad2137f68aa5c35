/**
 * The accepted files of a library where they lie: what is on the disk is read when it is asked for and held against a
 * digest, what is new stays in memory until `save`.
 */
import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxBytes, type FileStore, type TreeFile, type TreePath } from '@pappus/core';
import type { FolderShelf } from '@pappus/transports/node';

/** As `FolderShelf` reads: no link, and no waiting for a pipe. */
const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Digest of what nobody has read. */
const UNREAD = '';

/** A file that has changed on the disk behind its back, or cannot be read, is not here any more. */
export class DiskFiles implements FileStore {
  readonly #folder: string;
  /** Null: it lies on the disk as it was accepted. */
  readonly #held = new Map<TreePath, Uint8Array | null>();
  /** Digests of what lies on the disk, accepted or not. */
  readonly #lying = new Map<TreePath, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes note of what lies on the disk. It counts as held once it is set. */
  found({ path, bytes }: TreeFile): void {
    this.#lying.set(path, digestOf(bytes));
  }

  get(path: TreePath): Uint8Array | undefined {
    const held = this.#held.get(path);
    if (held !== null) return held;
    const bytes = read(join(this.#folder, path), maxBytes(path));
    if (bytes && digestOf(bytes) === this.#lying.get(path)) return bytes;
    this.#held.delete(path);
    this.#lying.delete(path);
    return undefined;
  }

  has(path: TreePath): boolean {
    return this.#held.has(path);
  }

  set(path: TreePath, bytes: Uint8Array): void {
    this.#held.set(path, this.#lying.get(path) === digestOf(bytes) ? null : bytes);
  }

  /** Whatever lies there goes with the next `save`, even what could not be read: it may hold the words. */
  delete(path: TreePath): boolean {
    if (!this.#lying.has(path)) this.#lying.set(path, UNREAD);
    return this.#held.delete(path);
  }

  keys(): Iterable<TreePath> {
    return this.#held.keys();
  }

  /** Writes what is new, the head last. */
  async save(tree: FolderShelf): Promise<void> {
    const changed: TreeFile[] = [];
    for (const [path, bytes] of this.#held) if (bytes) changed.push({ path, bytes });
    await tree.putAll(changed);
    for (const file of changed) {
      this.found(file);
      if (this.#held.get(file.path) === file.bytes) this.#held.set(file.path, null);
    }
  }

  /** Takes away what lies on the disk and is not wanted there. */
  async clean(tree: FolderShelf, isWanted: (path: TreePath) => boolean): Promise<void> {
    for (const path of this.#lying.keys()) {
      if (isWanted(path)) continue;
      this.#lying.delete(path);
      await tree.remove(path);
    }
  }
}

function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64');
}

function read(path: string, bytesMax: number): Uint8Array | null {
  let file: number | null = null;
  try {
    file = openSync(path, READ_NO_LINK);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > bytesMax) return null;
    const { buffer, byteOffset, length } = readFileSync(file);
    return new Uint8Array(buffer, byteOffset, length);
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}
