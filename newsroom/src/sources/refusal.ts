import type { Imported } from '../draft.ts';

/** A source, or a part of it, cannot be imported. The message is for the person who imports: plain, and what to do next. */
export class SourceRefused extends Error {
  override name = 'SourceRefused';
}

/** What a source gives that cannot be read at all: no drafts and one reason. */
export function nothing(where: string, why: string): Imported {
  return { title: '', lang: '', drafts: [], refused: [{ where, why }] };
}

/** The value of `read`, or the reason why it refused. Errors that are no refusals pass through. */
export function orReason<T>(read: () => T): T | SourceRefused {
  try {
    return read();
  } catch (error) {
    if (error instanceof SourceRefused) return error;
    throw error;
  }
}
