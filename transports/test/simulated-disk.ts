/**
 * A disk in memory that forgets what was not synced when the power goes, and fails at a chosen call.
 *
 * After a cut, a file has the content of its last `sync`, or none if it never had one; a folder has the names of its
 * last `syncFolder`. A real disk may have kept more: `cutPower(chance)` keeps each unsynced change or not, as
 * `chance` says. A new name and an old one are never mixed: `rename` is atomic, as POSIX says.
 */
import { basename, dirname } from 'node:path';
import { Refused } from '@pappus/core';
import type { Disk, DiskEntry, DiskFile } from '../node/disk.ts';

type Node = File | Folder;

class File {
  content: Uint8Array = new Uint8Array();
  synced: Uint8Array = new Uint8Array();
}

class Folder {
  names = new Map<string, Node>();
  synced = new Map<string, Node>();
}

export interface Failure {
  /** Counted from 1, from the moment of `failAt`. */
  call: number;
  /** ENOSPC at a write leaves half of it written. POWER: this call and all later ones fail until `cutPower`. */
  code: 'EIO' | 'ENOSPC' | 'POWER';
  /** The call does its work and fails all the same. */
  persists?: boolean;
}

export class SimulatedDisk implements Disk {
  /** Every call that may fail, in order: `rename /tree/checkpoint`. */
  readonly calls: string[] = [];
  readonly #top = new Folder();
  #failure: (Failure & { from: number }) | null = null;
  #isOff = false;

  /** `folders` exist from the start and last. */
  constructor(...folders: string[]) {
    for (const path of folders) this.#makeLasting(path);
  }

  failAt(failure: Failure): void {
    this.#failure = { ...failure, from: this.calls.length };
  }

  /** The power goes and comes back. `chance` says of each unsynced change whether the disk kept it. */
  cutPower(chance: () => boolean = () => false): void {
    this.#isOff = false;
    this.#failure = null;
    forget(this.#top, chance);
  }

  async create(path: string): Promise<DiskFile> {
    const file = new File();
    await this.#step(`create ${path}`, () => {
      const names = this.#folder(dirname(path)).names;
      if (names.has(basename(path))) throw failed('EEXIST', path);
      names.set(basename(path), file);
    });
    return {
      write: (bytes) => this.#write(path, file, bytes),
      sync: () => this.#step(`sync ${path}`, () => void (file.synced = file.content.slice())),
      close: async () => {},
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step(`rename ${to}`, () => {
      const node = this.#node(from);
      if (!node) throw failed('ENOENT', from);
      this.#folder(dirname(to)).names.set(basename(to), node);
      this.#folder(dirname(from)).names.delete(basename(from));
    });
  }

  async syncFolder(path: string): Promise<void> {
    await this.#step(`syncFolder ${path}`, () => {
      const folder = this.#folder(path);
      folder.synced = new Map(folder.names);
    });
  }

  async makeFolder(path: string): Promise<boolean> {
    if (this.#node(path)) return false;
    await this.#step(`makeFolder ${path}`, () => {
      this.#folder(dirname(path)).names.set(basename(path), new Folder());
    });
    return true;
  }

  async read(path: string, bytesMax: number): Promise<Uint8Array | null> {
    const node = this.#node(path);
    if (!(node instanceof File)) return null;
    if (node.content.length > bytesMax) throw new Refused('too-large', 'on the simulated disk');
    return node.content.slice();
  }

  async list(path: string): Promise<DiskEntry[]> {
    const node = this.#node(path);
    if (!(node instanceof Folder)) return [];
    return [...node.names].map(([name, held]) => ({ name, kind: held instanceof File ? 'file' : 'folder' }));
  }

  async realPath(path: string): Promise<string | null> {
    return this.#node(path) ? path : null;
  }

  async remove(path: string): Promise<void> {
    if (!this.#node(path)) return;
    await this.#step(`remove ${path}`, () => void this.#folder(dirname(path)).names.delete(basename(path)));
  }

  async #write(path: string, file: File, bytes: Uint8Array): Promise<void> {
    const append = (more: Uint8Array) => void (file.content = Uint8Array.from([...file.content, ...more]));
    try {
      await this.#step(`write ${path}`, () => append(bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') append(bytes.subarray(0, bytes.length >> 1));
      throw error;
    }
  }

  async #step(call: string, work: () => void): Promise<void> {
    if (this.#isOff) throw failed('POWER', call);
    this.calls.push(call);
    const failure = this.#failure;
    if (!failure || this.calls.length - failure.from !== failure.call) return work();
    if (failure.persists) work();
    this.#isOff = failure.code === 'POWER';
    throw failed(failure.code, call);
  }

  #node(path: string): Node | undefined {
    let node: Node | undefined = this.#top;
    for (const name of path.split('/').filter(Boolean)) {
      node = node instanceof Folder ? node.names.get(name) : undefined;
    }
    return node;
  }

  #folder(path: string): Folder {
    const node = this.#node(path);
    if (!(node instanceof Folder)) throw failed('ENOENT', path);
    return node;
  }

  #makeLasting(path: string): void {
    let folder = this.#top;
    for (const name of path.split('/').filter(Boolean)) {
      const next = (folder.names.get(name) as Folder | undefined) ?? new Folder();
      folder.names.set(name, next);
      folder.synced.set(name, next);
      folder = next;
    }
  }
}

function forget(folder: Folder, chance: () => boolean): void {
  const kept = new Map(folder.synced);
  for (const name of new Set([...folder.names.keys(), ...folder.synced.keys()])) {
    const now = folder.names.get(name);
    if (now === folder.synced.get(name) || !chance()) continue;
    if (now) kept.set(name, now);
    else kept.delete(name);
  }
  folder.names = kept;
  folder.synced = new Map(kept);
  for (const node of kept.values()) {
    if (node instanceof Folder) forget(node, chance);
    else node.content = node.synced = chance() ? node.content : node.synced;
  }
}

function failed(code: string, what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
