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
  refusals: Record<RefusalCode, string>;
}
