import type { TreeFile, TreePath } from '@pappus/core';

/** How far a read may go. */
export interface ReadLimit {
  /** Read no more than this many octets; a longer file is an error of the way, never a truncated answer. */
  bytes: number;
  signal: AbortSignal;
}

/** Answers for a path. `null`: does not have it. Throws: the way is broken. Never verifies. */
export interface Shelf {
  read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null>;
  /**
   * Told what `read` gave for `path` turned out to be, where that helps it to choose among those it asks. True: it left
   * whoever lied, and may be asked for the path again.
   */
  report?(path: TreePath, good: boolean, bytes?: Uint8Array): boolean;
}

/** A shelf that can name what it holds. Names that are no tree paths are left out. */
export interface ListedShelf extends Shelf {
  list(signal: AbortSignal): AsyncIterable<TreePath>;
}

/** Takes files of a tree. `put` of a mutable path replaces it at once or not at all. */
export interface WritableShelf extends ListedShelf {
  put(path: TreePath, bytes: Uint8Array): Promise<void>;
  /** Takes a retired file away; absent is fine. */
  remove(path: TreePath): Promise<void>;
}

/** Speaks on its own (QR, satellite, sound). Yields files in any order, any of them possibly forged. */
export interface Broadcast {
  hear(signal: AbortSignal): AsyncIterable<TreeFile>;
}
