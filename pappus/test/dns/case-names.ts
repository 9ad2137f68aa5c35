import type { Reading } from './reading.ts';

/** The cases of the lab, in the order in which they run. */
export const CASE_NAMES = [
  'plain',
  'loss at the reader',
  'loss at the authority',
  'reordered',
  'one in five forged',
  'denials injected',
  'falsehoods injected',
  'no EDNS, no TCP',
  'no TCP',
  'TXT refused',
  'kept for a minute',
  'five a second',
  'restarted',
  'again',
  'a hundred readers',
  'cut off',
] as const;

export type CaseName = (typeof CASE_NAMES)[number];

/** What one case came to: a line of JSON. */
export type CaseResult = Reading & {
  case: CaseName;
  resolver: string;
  /** What crossed at the reader, with the headers of IP and UDP. */
  queries: number;
  wireBytes: number;
  forged: number;
  error?: string;
  /** Questions to the authority: in all, different ones, and those of a second reader alone. */
  crossed?: number;
  crossedQuestions?: number;
  crossedAgain?: number;
  crossedBytes?: number;
  /** Of a hundred readers, those that got all. */
  complete?: number;
  /** Seconds for which a resolver that is cut off keeps every block, and one rung. */
  blockTtl?: number;
  rungTtl?: number;
};
