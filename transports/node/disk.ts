/**
 * All that a folder needs of a disk. The real one is `nodeDisk`; tests put one in its place that loses what was
 * not synced, or fails at a chosen call.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { Refused } from '@pappus/core';

/** A file being written. Nothing of it is sure to outlive a power cut before `sync` has returned. */
export interface DiskFile {
  write: (bytes: Uint8Array) => Promise<void>;
  sync: () => Promise<void>;
  close: () => Promise<void>;
}

/** One name in a folder. */
export interface DiskEntry {
  name: string;
  /** A link, device, socket or pipe is `other`. */
  kind: 'file' | 'folder' | 'other';
}

/** Paths are absolute. Every call throws the system's error (`code` ENOSPC, EIO, …) unless said otherwise. */
export interface Disk {
  /** Makes a new file for writing. Throws EEXIST when anything has that name, a link too. */
  create(path: string): Promise<DiskFile>;
  /** Replaces `to` at once or not at all. Sure to outlive a power cut only after `syncFolder`. */
  rename(from: string, to: string): Promise<void>;
  /** Makes the names in a folder outlive a power cut. */
  syncFolder(path: string): Promise<void>;
  /** Makes one level. Whether it is new. */
  makeFolder(path: string): Promise<boolean>;
  /** `null`: no regular file there; the last name is never followed as a link. @throws Refused `too-large`. */
  read(path: string, bytesMax: number): Promise<Uint8Array | null>;
  /** Empty for what is no folder. */
  list(path: string): Promise<DiskEntry[]>;
  /** The path without any link in it, or `null` when nothing is there. */
  realPath(path: string): Promise<string | null>;
  /** Removes a file or a link; absent is fine. */
  remove(path: string): Promise<void>;
}

/** O_NONBLOCK: a pipe in the folder must not hold up the reader. Windows has neither flag. */
const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO']);

/** The machine's own disk. */
export const nodeDisk: Disk = {
  async create(path) {
    const handle = await open(path, 'wx', 0o644);
    return {
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename,
  async syncFolder(path) {
    if (process.platform === 'win32') return; // a folder cannot be opened there; NTFS journals its names
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async makeFolder(path) {
    return (await orNull(mkdir(path), 'EEXIST')) !== null;
  },
  async read(path, bytesMax) {
    const handle = await unlessAbsent(open(path, READ_NO_LINK));
    if (!handle) return null;
    try {
      return await readWhole(handle, bytesMax);
    } finally {
      await handle.close();
    }
  },
  async list(path) {
    const entries = (await unlessAbsent(readdir(path, { withFileTypes: true }))) ?? [];
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other',
    }));
  },
  realPath: (path) => unlessAbsent(realpath(path)),
  remove: (path) => rm(path, { force: true }),
};

async function readWhole(handle: FileHandle, bytesMax: number): Promise<Uint8Array | null> {
  const stat = await handle.stat();
  if (!stat.isFile()) return null;
  if (stat.size > bytesMax) throw new Refused('too-large', `more than ${bytesMax} octets on the disk`);
  const bytes = new Uint8Array(stat.size);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    filled += bytesRead;
  }
  return bytes;
}

async function unlessAbsent<T>(call: Promise<T>): Promise<T | null> {
  return orNull(call, ...ABSENT);
}

async function orNull<T>(call: Promise<T>, ...codes: string[]): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
