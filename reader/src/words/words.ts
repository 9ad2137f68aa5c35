import type { Reason, RefusalCode } from '@pappus/core';

/** Everything that the page says in one language. `{…}` is filled in. */
export interface Words {
  lang: string;
  dir: 'ltr' | 'rtl';
  /** Shown until the engine runs, and where it never does. */
  unchecked: string;
  checking: string;
  signedBy: string;
  posts: string;
  signed: string;
  unsigned: string;
  overdue: string;
  missing: string;
  headlinesOnly: string;
  withdrawnTitle: string;
  withdrawn: Record<Reason, string>;
  corrected: string;
  correction: string;
  textMissing: string;
  readInstead: string;
  back: string;
  original: string;
  howIKnow: string;
  proves: string;
  channelId: string;
  edition: string;
  entries: string;
  leftOut: string;
  evidence: string;
  /** The bar. */
  news: string;
  find: string;
  passOn: string;
  more: string;
  /** Search. */
  findHint: string;
  found: string;
  searching: string;
  nothingFound: string;
  /** Adding a file. */
  add: string;
  addHint: string;
  added: string;
  nothingNew: string;
  notOurs: string;
  /** Passing on. */
  passRisk: string;
  howMuch: string;
  whichForm: string;
  headlines: string;
  newestTexts: string;
  everything: string;
  asPage: string;
  asZip: string;
  share: string;
  save: string;
  saved: string;
  savedNot: string;
  /** One post. */
  listen: string;
  stop: string;
  tagged: string;
  versions: string;
  whatChanged: string;
  /** Comfort. */
  textSize: string;
  smaller: string;
  larger: string;
  colours: string;
  asDevice: string;
  light: string;
  dark: string;
  keepsNothing: string;
  /** The nine statements, before anything else is trusted. */
  limitsTitle: string;
  limits: readonly string[];
  proofTitle: string;
  rootHash: string;
  logKey: string;
  signedOn: string;
  nextOn: string;
  whole: string;
  /** Above the eight words of the channel. */
  compareHint: string;
  refusals: Record<RefusalCode, string>;
}
