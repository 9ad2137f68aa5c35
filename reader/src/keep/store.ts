/**
 * What a reader keeps on her device: channels that she follows, their files, posts that she saved, and her settings.
 * A library is verified again whenever it is loaded, so that nothing on the disk needs to be trusted.
 */
import {
  Library,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  inOfferOrder,
  makeReady,
  refusal,
  treePath,
  type TreeFile,
} from '@pappus/core';
import { inSlices } from '../slices.ts';
import { deleteCells, openCells, type Change, type IndexedCells } from './cells.ts';
import { openSealed, saltOf, sealUnder } from './sealed.ts';
import { SteadyCells, type Trouble } from './steady.ts';

export type { Trouble } from './steady.ts';

export interface Channel {
  channelId: string;
  name: string;
  /** Addresses that the reader gave herself; those that the newsroom signed stand in its root. */
  mirrors: string[];
}

export interface SavedPost {
  channelId: string;
  index: number;
}

export interface Settings {
  /** BCP 47; null: as the browser says. */
  lang: string | null;
  /** Of the browser's own text size. */
  textPercent: number;
  theme: 'device' | 'light' | 'dark';
  /** Nothing is ever asked of a mirror or a resolver. */
  receiveOnly: boolean;
  /** Addresses of resolvers that she chose, through which zones of DNS are asked. */
  resolvers: string[];
  /** Whether to remember where she stopped reading. */
  keepHistory: boolean;
}

/** Small things, each kept whole. */
interface Notes {
  channels: Channel[];
  saved: SavedPost[];
  settings: Settings;
  /** By channel id, the index of the post that was read last. */
  positions: Record<string, number>;
}

const NEW_NOTES: Notes = {
  channels: [],
  saved: [],
  settings: { lang: null, textPercent: 100, theme: 'device', receiveOnly: false, resolvers: [], keepHistory: false },
  positions: {},
};
const NOTES = 'notes';

/** Where a channel lies: `tree/` and `waiting/` before its id. */
type Part = 'tree' | 'waiting';
const groupOf = (part: Part, channelId: string): string => `${part}/${channelId}`;

/** One reader's things. Nothing rejects for a disk that fails: `trouble` says it, and memory goes on. */
export class Store {
  #disk: IndexedCells | null;
  #salt: Uint8Array | null;
  #cells: SteadyCells;
  /** By group: what the cells hold by name. */
  readonly #held = new Map<string, Map<string, Uint8Array>>();
  #keeping = Promise.resolve();

  private constructor(disk: IndexedCells | null, salt: Uint8Array | null) {
    this.#disk = disk;
    this.#salt = salt;
    this.#cells = new SteadyCells(disk);
  }

  /** What is kept without a passphrase, until `unlock`. */
  static async open(): Promise<Store> {
    try {
      const disk = await openCells();
      return new Store(disk, await saltOf(disk));
    } catch {
      return new Store(null, null);
    }
  }

  /** Null: everything that was given is on disk. Else it is in memory only, and is tried again with the next writing. */
  get trouble(): Trouble | null {
    return this.#cells.trouble;
  }

  /** Whether a passphrase was ever set on this device. */
  get asksPassphrase(): boolean {
    return this.#salt !== null;
  }

  /** Goes to what a passphrase opens; under a wrong one that is as empty as at the first start. */
  async unlock(passphrase: string): Promise<void> {
    if (!this.#disk || !this.#salt) return;
    this.#cells = new SteadyCells(await openSealed(this.#disk, this.#salt, passphrase));
    this.#held.clear();
  }

  /**
   * Seals what is kept, and all that will be, where no passphrase was set before. The disk may still show for a while
   * what was there. Rejects with the platform's error where it does not take it; then it goes on at the next `unlock`.
   */
  async setPassphrase(passphrase: string): Promise<void> {
    if (!this.#disk || this.#salt) return;
    this.#disk = await this.#disk.alone();
    this.#cells = new SteadyCells(await sealUnder(this.#disk, passphrase));
    this.#salt = await saltOf(this.#disk);
    this.#held.clear();
  }

  /** A note as it was kept; as for a new reader where there is none or it is damaged. */
  async note<Name extends keyof Notes>(name: Name): Promise<Notes[Name]> {
    const cell = (await this.#cells.all(NOTES)).find((note) => note.name === name);
    const fresh = structuredClone(NEW_NOTES[name]);
    if (!cell) return fresh;
    try {
      const kept = JSON.parse(decodeUtf8(cell.bytes)) as Notes[Name];
      return Array.isArray(fresh) ? kept : { ...fresh, ...kept };
    } catch {
      return fresh;
    }
  }

  keepNote<Name extends keyof Notes>(name: Name, note: Notes[Name]): Promise<void> {
    return this.#cells.write([{ group: NOTES, name, bytes: encodeUtf8(JSON.stringify(note)) }]);
  }

  /** Adds a channel, or says anew what is known of it. */
  async follow(channel: Channel): Promise<void> {
    const others = (await this.note('channels')).filter(({ channelId }) => channelId !== channel.channelId);
    await this.keepNote('channels', [...others, channel]);
  }

  /** Forgets a channel and everything of it. */
  async unfollow(channelId: string): Promise<void> {
    const gone: Change[] = [];
    for (const part of ['tree', 'waiting'] as const)
      for (const cell of await this.#cells.all(groupOf(part, channelId))) gone.push({ ...cell, bytes: null });
    await this.#cells.write(gone);
    const [channels, saved, positions] = [
      await this.note('channels'),
      await this.note('saved'),
      await this.note('positions'),
    ];
    delete positions[channelId];
    await this.keepNote('positions', positions);
    await this.keepNote(
      'saved',
      saved.filter((post) => post.channelId !== channelId),
    );
    await this.keepNote(
      'channels',
      channels.filter((channel) => channel.channelId !== channelId),
    );
  }

  /** The library of a channel, verified anew, a little at a time. */
  async load(channelId: string): Promise<Library> {
    const library = new Library({ channelId, layersWhenRead: true });
    await offerSlowly(library, await this.#files('tree', channelId));
    await offerSlowly(library, await this.#files('waiting', channelId));
    library.takeSettled();
    return library;
  }

  async #files(part: Part, channelId: string): Promise<TreeFile[]> {
    const files = await this.#read(groupOf(part, channelId));
    return [...files].flatMap(([name, bytes]) => {
      const path = refusal(() => treePath(name));
      return typeof path === 'string' ? [{ path, bytes }] : [];
    });
  }

  async #read(group: string): Promise<Map<string, Uint8Array>> {
    const held = new Map((await this.#cells.all(group)).map(({ name, bytes }) => [name, bytes]));
    this.#held.set(group, held);
    return held;
  }

  /** Keeps what is new in a library, and drops what it dropped, at once. One keeping at a time, in order. */
  keep(library: Library): Promise<void> {
    this.#keeping = this.#keeping.then(() => this.#keepNow(library));
    return this.#keeping;
  }

  async #keepNow(library: Library): Promise<void> {
    const { channelId } = library.identity!;
    await this.#cells.write([
      ...(await this.#changes(groupOf('tree', channelId), named(library.files()))),
      ...(await this.#changes(groupOf('waiting', channelId), named(library.waitingFiles()))),
    ]);
  }

  async #changes(group: string, wanted: ReadonlyMap<string, Uint8Array>): Promise<Change[]> {
    const held = this.#held.get(group) ?? (await this.#read(group));
    this.#held.set(group, new Map(wanted));
    const isHeld = (name: string, bytes: Uint8Array): boolean => {
      const old = held.get(name);
      return old === bytes || (old !== undefined && equalBytes(old, bytes));
    };
    return [
      ...[...held.keys()].filter((name) => !wanted.has(name)).map((name) => ({ group, name, bytes: null })),
      ...[...wanted].filter(([name, bytes]) => !isHeld(name, bytes)).map(([name, bytes]) => ({ group, name, bytes })),
    ];
  }

  /**
   * Deletes everything of this origin: the database, caches, local storage and the service worker. What a browser
   * wrote to its disk before may still be found there by those who search it.
   */
  async clear(): Promise<void> {
    this.#held.clear();
    this.#cells = new SteadyCells(null);
    this.#disk?.close();
    const workers = (await navigator.serviceWorker?.getRegistrations().catch(() => [])) ?? [];
    await Promise.all(workers.map((worker) => worker.unregister()));
    if ('caches' in globalThis) for (const name of await caches.keys().catch(() => [])) await caches.delete(name);
    for (const name of ['localStorage', 'sessionStorage'] as const) clearStorage(name);
    await deleteCells().catch(() => {}); // where the browser keeps nothing, nothing is there
  }
}

/** Some browsers refuse to name a storage that they do not give. */
function clearStorage(name: 'localStorage' | 'sessionStorage'): void {
  try {
    globalThis[name].clear();
  } catch {
    // nothing was kept there
  }
}

function named(files: Iterable<TreeFile>): Map<string, Uint8Array> {
  return new Map(Array.from(files, ({ path, bytes }) => [path, bytes]));
}

/** Offers files in a good order without holding the page up. */
export function offerSlowly(library: Library, files: readonly TreeFile[]): Promise<void> {
  return inSlices(offering(library, files), () => {});
}

function* offering(library: Library, files: readonly TreeFile[]): Generator<void> {
  for (const { path, bytes } of inOfferOrder(files)) {
    if (path.startsWith('dict/')) yield* makeReady(bytes);
    library.offer(path, bytes);
    yield;
  }
}
