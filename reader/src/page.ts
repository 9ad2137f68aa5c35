/** What every screen is drawn from. */
import type { Library, LibraryReport, PostReport, RefusalCode } from '@pappus/core';

import type { HtmlPage } from '@pappus/transports';
import type { Child } from './tree.ts';
import type { Words } from './words/words.ts';

/** A file that was left out. */
export interface Fault {
  path: string;
  code: RefusalCode;
}

/** What the page stands in: one file, or the app. */
export interface Shell {
  /** What pages which are passed on are made of; else a sentence: why it cannot be had now. */
  parts(): Promise<Pick<HtmlPage, 'script' | 'packed' | 'css'> | string>;
  /** Something new was accepted: the app keeps it. */
  added?(library: Library): Promise<void>;
  /** Entries of the screen "more". */
  more?(): Child;
  /** The channel as a code for cameras. */
  code?(): Child;
  /** Only where something can be kept. */
  later?: Later;
  /** A post was opened. */
  opened?(index: number): void;
}

/** Posts that the reader keeps for later. */
export interface Later {
  /** Leads to the screen from "more". */
  link(): Child;
  screen(page: Page): Child;
  /** Stands with a post that is open. */
  button(post: PostReport): Child;
}

/** One library as it stands; a new one is made when something was added. */
export interface Page {
  library: Library;
  report: LibraryReport;
  /** In log order. */
  posts: readonly PostReport[];
  faults: readonly Fault[];
  words: Words;
  shell: Shell;
  /** Seconds since 1970. */
  now: number;
  /** Offers files that a person gave, and says what came of it. */
  add: (files: Iterable<Blob>) => Promise<void>;
  /** What is to end when the screen goes. */
  whenLeft: (end: () => void) => void;
  /** A sentence at the edge of the page, until the next step. */
  say: (sentence: string) => void;
}

/** Attributes of words of the page's own among those of a post. */
export function own({ lang, dir }: Words): Pick<Words, 'lang' | 'dir'> {
  return { lang, dir };
}
