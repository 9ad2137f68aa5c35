/** What a library can say of its channel: complete or not, how old, corrected, withdrawn (spec §12). */
import { encodeBase64 } from './base.ts';
import type { Library } from './library.ts';
import { formatVkey } from './note.ts';
import { ENTRY, type PostRecord, type Reason } from './post.ts';
import type { Evidence } from './proven.ts';

/**
 * `current`: record and text are here. `headline`: the text has not arrived. `corrected`: a later post
 * replaces it. `withdrawn`: taken back by a logged tombstone. `missing`: the record has not arrived.
 */
export type PostStatus = 'current' | 'headline' | 'corrected' | 'withdrawn' | 'missing';

export interface PostReport {
  index: number;
  status: PostStatus;
  /** Null when missing or withdrawn. */
  record: PostRecord | null;
  /** The post that corrects or replaces this one. */
  replacedBy: number | null;
  reason: Reason | null;
}

export interface LibraryReport {
  channelId: string;
  name: string;
  lang: string;
  /** C2SP verifier key of the present log key. */
  logKey: string;
  size: number;
  /** Base64, as in the checkpoint; null when no head is held. */
  rootHash: string | null;
  /** Seconds since 1970 by the newsroom's clock. */
  signedAt: number | null;
  nextBy: number | null;
  /** Number of the newest edition known. */
  edition: number | null;
  /** False: some signed head is not yet shown to be part of the same history. */
  linked: boolean;
  evidence: readonly Evidence[];
}

/** Null before a channel is known. */
export function describeLibrary(library: Library): LibraryReport | null {
  const { identity, log } = library;
  if (!identity || !log) return null;
  const { head } = log;
  const newest = library.contents.newestMark;
  const current = newest !== null && head !== null && newest.index === head.size - 1 ? newest.mark : null;
  return {
    channelId: identity.channelId,
    name: identity.root.name,
    lang: identity.root.lang,
    logKey: formatVkey(identity.keys.log),
    size: log.size,
    rootHash: head && encodeBase64(head.root),
    signedAt: head?.signature.time ?? null,
    nextBy: current?.nextBy ?? null,
    edition: newest?.mark.number ?? null,
    linked: log.linked,
    evidence: log.evidence,
  };
}

/** The posts of a channel in log order, and of every index that may be one: nothing is hidden. */
export function* postsOf(library: Library): Generator<PostReport> {
  for (const index of postIndexes(library)) yield postOf(library, index);
}

/** Every index that is a post, or may be one. */
export function* postIndexes(library: Library): Generator<number> {
  const size = library.log?.size ?? 0;
  for (let index = 0; index < size; index++) {
    const type = library.contents.typeOf(index);
    if (type === undefined || type === ENTRY.post) yield index;
  }
}

/** What is known of the post at an index; `missing` for an index that may not be one. */
export function postOf(library: Library, index: number): PostReport {
  const { contents } = library;
  const tombstone = contents.withdrawn.get(index);
  const record = contents.posts.record(index);
  const replacedBy = tombstone ? tombstone.replacement : contents.correctionOf(index);
  return { index, status: statusOf(library, index), record, replacedBy, reason: tombstone?.reason ?? null };
}

/** The status in `postOf`, without reading the record. */
export function statusOf({ contents }: Library, index: number): PostStatus {
  const { posts, withdrawn } = contents;
  if (withdrawn.has(index)) return 'withdrawn';
  if (!posts.has(index)) return 'missing';
  if (contents.correctionOf(index) !== null) return 'corrected';
  const text = posts.textLayer(index);
  return text === null || posts.pack(index, text) ? 'current' : 'headline';
}

/** The latest correction of a post, which may be the post itself. */
export function latestOf(library: Library, index: number): number {
  const next = library.contents.correctionOf(index);
  return next === null ? index : latestOf(library, next);
}
