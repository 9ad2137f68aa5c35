/**
 * A library on disk: the accepted files as a tree, so that the folder itself can be served, exported or passed
 * on, signed heads that contradict it among them; beside it what still waits. Loading verifies everything again.
 *
 *     <folder>/root/1, head, pack/…      accepted
 *     <folder>/waiting/…                 not judged yet
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, inOfferOrder, maxBytes, type Library, type TreeFile, type TreePath } from '@pappus/core';
import { FolderShelf } from '@pappus/transports/node';
import { newLibrary } from './gather.ts';

const TIMEOUT_MS = 600_000;

export class LibraryFolder {
  readonly library: Library;
  readonly #tree: FolderShelf;
  readonly #waiting: FolderShelf;
  /** What lies on disk. */
  #onDisk = new Map<TreePath, Uint8Array>();

  private constructor(folder: string, library: Library) {
    this.library = library;
    this.#tree = new FolderShelf(folder);
    this.#waiting = new FolderShelf(join(folder, 'waiting'));
  }

  /** Opens a library, making the folder when it is absent. `channelId` pins the channel. */
  static async open(folder: string, channelId: string | null): Promise<LibraryFolder> {
    await mkdir(folder, { recursive: true });
    const opened = new LibraryFolder(folder, newLibrary(channelId));
    await opened.#load(opened.#tree, true);
    await opened.#load(opened.#waiting, false);
    opened.library.takeSettled();
    return opened;
  }

  async #load(shelf: FolderShelf, isTree: boolean): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const names: { path: TreePath }[] = [];
    for await (const path of shelf.list(signal)) names.push({ path });
    for (const { path } of inOfferOrder(names)) {
      const bytes = await shelf.read(path, { bytes: maxBytes(path), signal });
      if (!bytes) continue;
      if (isTree) this.#onDisk.set(path, bytes);
      this.library.offer(path, bytes);
    }
  }

  /** Writes what is new, the head last; then takes away what the library no longer holds. */
  async save(): Promise<void> {
    const held = new Map([...this.library.files()].map((file) => [file.path, file.bytes]));
    const changed = [...held].filter(([path, bytes]) => !sameOnDisk(this.#onDisk.get(path), bytes));
    await this.#tree.putAll(changed.map(([path, bytes]): TreeFile => ({ path, bytes })));
    for (const path of this.#onDisk.keys()) if (!held.has(path)) await this.#tree.remove(path);
    this.#onDisk = held;
    await this.#saveWaiting();
  }

  async #saveWaiting(): Promise<void> {
    const files = new Map([...this.library.waitingFiles()].map((file) => [file.path, file.bytes]));
    const old: TreePath[] = [];
    for await (const path of this.#waiting.list(AbortSignal.timeout(TIMEOUT_MS))) old.push(path);
    if (files.size > 0) await this.#waiting.putAll([...files].map(([path, bytes]) => ({ path, bytes })));
    for (const path of old) if (!files.has(path)) await this.#waiting.remove(path);
  }
}

function sameOnDisk(old: Uint8Array | undefined, bytes: Uint8Array): boolean {
  return old !== undefined && equalBytes(old, bytes);
}
