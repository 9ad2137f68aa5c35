/** What a headline pack says, ready to be compared with the log. */
import { leafHash } from './log.ts';
import { recordOf, type Dictionaries, type EntryItem, type HeadlineItem } from './pack.ts';
import { ENTRY, entryOf } from './post.ts';

export interface ReadHeadline {
  index: number;
  entry: Uint8Array;
  leaf: Uint8Array;
  /** Null for a bare entry. */
  record: Uint8Array | null;
}

/** Entries, leaf hashes and records of items, or the id of a dictionary that is missing. @throws Refused as `recordOf`. */
export function readHeadlines(
  items: readonly (HeadlineItem | EntryItem)[],
  dictionaries: Dictionaries,
): ReadHeadline[] | string {
  const read: ReadHeadline[] = [];
  for (const item of items) {
    const record = 'entry' in item ? null : recordOf(item, dictionaries);
    if (!('entry' in item) && record === null) return item.coding.dictionary!;
    const entry = 'entry' in item ? item.entry : entryOf(ENTRY.post, item.salt, record!);
    read.push({ index: item.index, entry, leaf: leafHash(entry), record });
  }
  return read;
}
