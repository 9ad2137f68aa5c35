/** What the refused vectors are made of: newsrooms, and ways to alter what they published. */
import {
  contentId,
  decode,
  decodePack,
  encode,
  encodePack,
  encodeRootBody,
  formatNote,
  parseNote,
  sha256,
  signNote,
  type CborMap,
  type Pack,
  type RefusalCode,
  type Root,
} from '@pappus/core';
import { goldenNewsroom } from './vectors-golden.ts';
import { VectorNewsroom, signedBy } from './vectors-press.ts';

/** One bad file. */
export interface RefusedCase {
  code: RefusalCode;
  name: string;
  /** Why it is refused, for people. */
  what: string;
  /** The accepted tree that is offered before, whole and in order; null: nothing. */
  tree: string | null;
  /** Paths of that tree that are not offered. */
  without?: string[];
  /** The channel that the reader is pinned to; else it takes the first. */
  channelId?: string;
  path: string;
  bytes: Uint8Array;
}

export type Case = Omit<RefusedCase, 'code' | 'tree'> & { tree?: string | null };

export const golden = goldenNewsroom(3);
export const second = goldenNewsroom(2);
export const first = goldenNewsroom(1);
export const others = goldenNewsroom(3, [{ title: 'For other readers', lang: 'en', text: [] }]);
export const stranger = new VectorNewsroom('stranger', new Map());
stranger.publish({ time: 1_790_000_500, nextBy: null, stories: [{ title: 'Elsewhere', lang: 'en', text: [] }] });
export const file = (path: string): Uint8Array => golden.files.get(path)!;
export const strangers = (path: string): Uint8Array => stranger.files.get(path)!;
export const packOf = (kind: Pack['kind'], index: number): { path: string; pack: Pack } => {
  const packs = [...golden.files].filter(([path]) => path.startsWith('pack/'));
  const found = packs.map(([path, bytes]) => ({ path, pack: decodePack(bytes) }));
  return found.find(({ pack }) => pack.kind === kind && pack.items[0]!.index === index)!;
};
export const HEADLINES = packOf('headlines', 0);
export const LAYERS = packOf('layers', 7);

/** A pack under the name that its octets have. */
export function named(bytes: Uint8Array): { path: string; bytes: Uint8Array } {
  return { path: `pack/${contentId(bytes)}`, bytes };
}

/** A note under the name of a fork that its octets have. */
export function namedFork(bytes: Uint8Array): { path: string; bytes: Uint8Array } {
  return { path: `fork/${contentId(bytes)}`, bytes };
}

export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

export function edited(bytes: Uint8Array, change: (map: CborMap) => void): Uint8Array {
  const map = decode(bytes) as CborMap;
  change(map);
  return encode(map);
}

/** A pack with one headline that the log never held. */
export function headline(codec: number, dictionary: string | null, data: Uint8Array): Uint8Array {
  const item = { index: 0, salt: new Uint8Array(16), tail: new Uint8Array(0), coding: { codec, dictionary }, data };
  return encodePack({ kind: 'headlines', items: [item] });
}

/** `root/3` as the owner of the keys would make it, but for `change`. */
export function nextRoot(change: Partial<Root>, before = golden.rootSecrets): Uint8Array {
  return signedBy(rootBody(change), golden.rootSecrets, before);
}

export function rootBody(change: Partial<Root>): Uint8Array {
  return encodeRootBody({ ...golden.root, version: 3, previous: sha256(golden.body), resetFrom: null, ...change });
}

/** `root/3` whose body is changed after encoding, then signed. */
export function editedRoot(change: (map: CborMap) => void): Uint8Array {
  return signedBy(edited(rootBody({}), change), golden.rootSecrets, golden.rootSecrets);
}

/** A checkpoint of the golden channel with another text, signed by both its keys. */
export function checkpoint(text: string): Uint8Array {
  const { log, clock } = golden.keys;
  const signatures = [
    signNote(text, log, golden.logSecret, null),
    signNote(text, clock, golden.clockSecret, 1_790_173_000),
  ];
  return formatNote({ text, signatures });
}

export const ORIGIN = golden.keys.log.name;
export const NOTE = parseNote(file('checkpoint'));
export const ROOT_HASH = NOTE.text.split('\n')[2]!;
export const SMALL_ORDER = Uint8Array.from([1, ...new Uint8Array(31)]);
export const NOT_CANONICAL = Uint8Array.from([0xee, ...new Uint8Array(30).fill(0xff), 0x7f]);
/** The base point plus a point of order 8. */
export const MIXED = 'da99e28ba529cdde35a25fba9059e78ecaee239f99755b9b1aa4f65df00803e2';
export const ONE_OCTET = Uint8Array.of(0);
