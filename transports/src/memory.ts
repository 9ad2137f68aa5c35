import { treePath, type TreeFile, type TreePath } from '@pappus/core';
import { admit, requireWithin } from './limit.ts';
import type { ReadLimit, WritableShelf } from './transport.ts';

/** A tree in memory. It copies what it takes and what it gives, so nobody else can change what it holds. */
export class MemoryShelf implements WritableShelf {
  readonly #files = new Map<TreePath, Uint8Array>();

  /** @throws Refused `path` when one of `files` is at no path of a tree. */
  constructor(files: Iterable<TreeFile> = []) {
    for (const { path, bytes } of files) this.#files.set(treePath(path), bytes.slice());
  }

  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    const bytes = this.#files.get(admit(path, limit));
    if (!bytes) return null;
    requireWithin(bytes.length, limit);
    return bytes.slice();
  }

  async *list(signal: AbortSignal): AsyncIterable<TreePath> {
    for (const path of this.#files.keys()) {
      signal.throwIfAborted();
      yield path;
    }
  }

  async put(path: TreePath, bytes: Uint8Array): Promise<void> {
    this.#files.set(treePath(path), bytes.slice());
  }

  async remove(path: TreePath): Promise<void> {
    this.#files.delete(treePath(path));
  }
}
