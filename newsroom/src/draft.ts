import type { Block } from '@pappus/core';

/** One item of news on its way in: what a source gave, before anything is signed. */
export interface Draft {
  /** Stable name within its source (guid, Atom id, file path, link): importing twice makes no second post. */
  sourceId: string;
  title: string;
  /** Plain text; empty when the source gives none. */
  summary: string;
  /** BCP 47, lower case language first ("fa", "zh-Hant"); empty when the source does not say. */
  lang: string;
  /** Seconds since 1970-01-01T00:00Z, null when the source gives none that can be read. */
  date: number | null;
  byline: string;
  tags: string[];
  /** Absolute http(s) address of the original, empty when none. */
  link: string;
  body: Block[];
}

/** What one source gave. Nothing is dropped in silence: every item that is no draft is in `refused`. */
export interface Imported {
  /** Title and language of the source as a whole, where it states them. */
  title: string;
  lang: string;
  drafts: Draft[];
  refused: { where: string; why: string }[];
}
