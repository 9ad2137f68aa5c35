/** The page's words, one file a language. */
import { ar } from './ar.ts';
import { en } from './en.ts';
import { fa } from './fa.ts';
import { ru } from './ru.ts';
import type { Words } from './words.ts';

export { listOf } from './listed.ts';
export type { Words } from './words.ts';

const ALL = new Map([en, fa, ar, ru].map((words) => [words.lang, words]));

/** Words for a BCP 47 tag; English where there are none yet. */
export function wordsFor(lang: string): Words {
  return ALL.get(lang.split('-')[0]!.toLowerCase()) ?? en;
}
