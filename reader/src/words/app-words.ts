/** What the app says beside the words of the page, which travel inside each page and had better be few. */
import { ar } from './app-ar.ts';
import { en } from './app-en.ts';
import { fa } from './app-fa.ts';
import { ru } from './app-ru.ts';

/** `{…}` is filled in. */
export interface AppWords {
  /** Above everything, and in the list of programs: tells nothing. */
  name: string;
  checking: string;
  /** The list of channels. */
  channels: string;
  none: string;
  /** After a passphrase: the same whether it was wrong or nothing is here yet. */
  noneSealed: string;
  add: string;
  /** Ways that news come by: what each costs, and who sees what. */
  mirrorWay: string;
  mirrorCost: string;
  mirrorSeen: string;
  /** In the place of `{hosts}` where no mirror is named yet. */
  theMirror: string;
  resolverWay: string;
  resolverCost: string;
  resolverSeen: string;
  /** In the place of `{hosts}` where no resolver was chosen yet. */
  theResolver: string;
  resolver: string;
  resolverHint: string;
  resolverUse: string;
  resolverDrop: string;
  notAResolver: string;
  fileWay: string;
  fileCost: string;
  fileSeen: string;
  fromHere: string;
  address: string;
  addressHint: string;
  ask: string;
  file: string;
  /** A channel that is not followed yet. */
  compareId: string;
  /** The code for cameras: its name for who cannot see it, and what it is for. */
  cameraCode: string;
  cameraHint: string;
  follow: string;
  followNot: string;
  /** Fetching. */
  fetch: string;
  fetching: string;
  stop: string;
  more: string;
  moreYes: string;
  upToDate: string;
  incomplete: string;
  nothingCame: string;
  notAnAddress: string;
  nobodyToAsk: string;
  notAChannel: string;
  tooLarge: string;
  added: string;
  /** The disk. */
  full: string;
  broken: string;
  /** Settings. */
  receiveOnly: string;
  goOn: string;
  keepHistory: string;
  keepHistoryHint: string;
  receiveOnlyHint: string;
  language: string;
  forget: string;
  forgetAsk: string;
  passphrase: string;
  passphraseHint: string;
  passphraseNew: string;
  passphraseShort: string;
  passphraseSet: string;
  passphraseWork: string;
  passphraseAsk: string;
  open: string;
  clear: string;
  clearHint: string;
  clearYes: string;
  cleared: string;
  trustHost: string;
  /** Posts for later. */
  keep: string;
  kept: string;
  keptPosts: string;
  nothingKept: string;
  /** Passing on, where what a page is made of cannot be fetched. */
  passNot: string;
}

const ALL: Record<string, AppWords> = { ar, en, fa, ru };

/** Languages that there are words for, by their tags. */
export const APP_LANGUAGES: readonly string[] = ['fa', 'ar', 'en', 'ru'];

/** Words for a BCP 47 tag; English where there are none yet. */
export function appWordsFor(lang: string): AppWords {
  return ALL[lang.split('-')[0]!.toLowerCase()] ?? en;
}
