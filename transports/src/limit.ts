/** What each shelf does at its door: checks the path, the signal and the size. */
import { Refused, treePath, type TreePath } from '@pappus/core';
import type { ReadLimit } from './transport.ts';

/**
 * Checks again at run time what the type promises, because the next step is a disk, a URL or an archive.
 * @throws Refused `path`; the signal's reason when it has already fired.
 */
export function admit(path: TreePath, limit: ReadLimit): TreePath {
  limit.signal.throwIfAborted();
  return treePath(path);
}

/** Holds a size in octets against the limit, before anything is allocated. @throws Refused `too-large`. */
export function requireWithin(octets: number, limit: Pick<ReadLimit, 'bytes'>): void {
  if (octets > limit.bytes) throw new Refused('too-large', `more than ${limit.bytes} octets`);
}
