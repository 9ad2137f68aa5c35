/** What a library says of a file that it was offered. */
import { Refused, type RefusalCode } from './refused.ts';

export type Outcome =
  | { status: 'accepted' }
  /** `need` names what it waits for: a path, `leaf/<index>`, `record/<index>`, `size/<size>` or `node/…`. */
  | { status: 'waiting'; need: string }
  | { status: 'refused'; code: RefusalCode; detail: string };

export const ACCEPTED: Outcome = { status: 'accepted' };

/** The outcome of what a Refused was thrown for; throws any other error again. */
export function refusedOutcome(error: unknown): Outcome {
  if (error instanceof Refused) return { status: 'refused', code: error.code, detail: error.detail };
  throw error;
}
