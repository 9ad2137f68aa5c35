/**
 * A library on disk: the accepted files as a tree, so that the folder itself can be served, exported or passed
 * on, signed heads that contradict it among them; beside it what still waits. Loading verifies everything again.
 *
 *     <folder>/root/1, head, pack/…      accepted
 *     <folder>/waiting/…                 not judged yet
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RecentRecords, formatPath, inOfferOrder, maxBytes, type Library, type TreePath } from '@pappus/core';
import { FolderShelf } from '@pappus/transports/node';
import { DiskFiles } from './disk-files.ts';
import { newLibrary } from './gather.ts';

const TIMEOUT_MS = 600_000;
/** Records of a few editions: a text is checked against its record soon after that came. */
const RECORDS_MAX = 1_024;

export class LibraryFolder {
  readonly library: Library;
  readonly #tree: FolderShelf;
  readonly #files: DiskFiles;
  readonly #waiting: FolderShelf;
  /** What lies in the folder of waiting files. */
  #waitingThere = new Map<TreePath, Uint8Array>();

  private constructor(folder: string, channelId: string | null) {
    this.#tree = new FolderShelf(folder);
    this.#files = new DiskFiles(folder);
    this.#waiting = new FolderShelf(join(folder, 'waiting'));
    const records = (library: Library): RecentRecords => new RecentRecords(library, RECORDS_MAX);
    this.library = newLibrary(channelId, { files: this.#files, records });
  }

  /** Opens a library, making the folder when it is absent. `channelId` pins the channel. */
  static async open(folder: string, channelId: string | null): Promise<LibraryFolder> {
    await mkdir(folder, { recursive: true });
    const opened = new LibraryFolder(folder, channelId);
    await opened.#load();
    opened.library.takeSettled();
    return opened;
  }

  /** Packs come edition by edition, so that no text waits for its headline. */
  async #load(): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const lying = new Set(inOfferOrder(await namesIn(this.#tree, signal)).map(({ path }) => path));
    const take = async (path: TreePath): Promise<void> => {
      if (!lying.delete(path)) return;
      const bytes = await this.#tree.read(path, { bytes: maxBytes(path), signal });
      if (!bytes) return;
      this.#files.found({ path, bytes });
      this.library.offer(path, bytes);
    };
    for (const path of lying) if (!path.startsWith('pack/')) await take(path);
    for (const { mark } of this.library.contents.marks.values())
      for (const { id } of mark.packs) await take(formatPath({ kind: 'pack', id }));
    for (const path of lying) await take(path);
    for (const { path } of inOfferOrder(await namesIn(this.#waiting, signal))) {
      const bytes = await this.#waiting.read(path, { bytes: maxBytes(path), signal });
      if (!bytes) continue;
      this.#waitingThere.set(path, bytes);
      this.library.offer(path, bytes);
    }
  }

  /** Writes what is new, the head last; then takes away what the library no longer holds. */
  async save(): Promise<void> {
    const { library } = this;
    await this.#files.save(this.#tree);
    const waiting = new Map([...library.waitingFiles()].map(({ path, bytes }) => [path, bytes]));
    const changed = [...waiting].filter(([path, bytes]) => this.#waitingThere.get(path) !== bytes);
    if (changed.length > 0) await this.#waiting.putAll(changed.map(([path, bytes]) => ({ path, bytes })));
    for (const path of this.#waitingThere.keys()) if (!waiting.has(path)) await this.#waiting.remove(path);
    this.#waitingThere = waiting;
    await this.#files.clean(this.#tree, (path) => library.holds(path));
  }
}

async function namesIn(shelf: FolderShelf, signal: AbortSignal): Promise<{ path: TreePath }[]> {
  const names: { path: TreePath }[] = [];
  for await (const path of shelf.list(signal)) names.push({ path });
  return names;
}
