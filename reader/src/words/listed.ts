/** A page carries its words as a list, in one order for all languages: their names would take room in every page. */
import type { Words } from './words.ts';

const ORDER: Record<keyof Words, 0> = {
  lang: 0,
  dir: 0,
  unchecked: 0,
  checking: 0,
  signedBy: 0,
  posts: 0,
  signed: 0,
  unsigned: 0,
  overdue: 0,
  missing: 0,
  headlinesOnly: 0,
  withdrawnTitle: 0,
  withdrawn: 0,
  corrected: 0,
  correction: 0,
  textMissing: 0,
  readInstead: 0,
  back: 0,
  original: 0,
  howIKnow: 0,
  proves: 0,
  channelId: 0,
  edition: 0,
  entries: 0,
  leftOut: 0,
  evidence: 0,
  news: 0,
  find: 0,
  passOn: 0,
  more: 0,
  findHint: 0,
  found: 0,
  searching: 0,
  nothingFound: 0,
  add: 0,
  addHint: 0,
  added: 0,
  nothingNew: 0,
  notOurs: 0,
  passRisk: 0,
  howMuch: 0,
  whichForm: 0,
  headlines: 0,
  newestTexts: 0,
  everything: 0,
  asPage: 0,
  asZip: 0,
  share: 0,
  save: 0,
  saved: 0,
  savedNot: 0,
  listen: 0,
  stop: 0,
  tagged: 0,
  versions: 0,
  whatChanged: 0,
  textSize: 0,
  smaller: 0,
  larger: 0,
  colours: 0,
  asDevice: 0,
  light: 0,
  dark: 0,
  keepsNothing: 0,
  limitsTitle: 0,
  limits: 0,
  proofTitle: 0,
  rootHash: 0,
  logKey: 0,
  signedOn: 0,
  nextOn: 0,
  whole: 0,
  compareHint: 0,
  refusals: 0,
};

/** What `wordsOf` reads. */
export function listOf(words: Words): unknown[] {
  return namesInOrder().map((name) => words[name]);
}

/** The words of a page; they are its own, and a page vouches for itself. */
export function wordsOf(list: readonly unknown[]): Words {
  return Object.fromEntries(namesInOrder().map((name, i) => [name, list[i]])) as unknown as Words;
}

function namesInOrder(): (keyof Words)[] {
  return Object.keys(ORDER) as (keyof Words)[];
}
