/** Files that a reader must refuse, each after one small tree and with the code that it must give. */
import {
  CODEC,
  COSIGNATURE,
  LIMITS,
  LOG_SIGNATURE,
  concatBytes,
  contentId,
  decode,
  decodePack,
  decodeUtf8,
  encode,
  encodePack,
  encodeRoot,
  encodeRootBody,
  encodeUtf8,
  equalBytes,
  formatNote,
  parseNote,
  publicKeyOf,
  sha256,
  signNote,
  signRoot,
  type Cbor,
  type CborMap,
  type Pack,
  type RefusalCode,
  type Root,
} from '@pappus/core';
import { code as coded } from './deflate.ts';
import { goldenNewsroom, wellKnown } from './golden.ts';
import { VectorNewsroom, signedBy } from './press.ts';

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
  /** Files offered before, with a number in place of `#`, all of the same octets (hex); each has to wait. */
  flood?: { path: string; from: number; to: number; hex: string };
  path: string;
  bytes: Uint8Array;
}

type Case = Omit<RefusedCase, 'code' | 'tree'> & { tree?: string | null };

const golden = goldenNewsroom(3);
const second = goldenNewsroom(2);
const first = goldenNewsroom(1);
const others = goldenNewsroom(3, [{ title: 'For other readers', lang: 'en', text: [] }]);
const stranger = new VectorNewsroom('stranger', new Map());
stranger.publish({ time: 1_790_000_500, nextBy: null, stories: [{ title: 'Elsewhere', lang: 'en', text: [] }] });
const file = (path: string): Uint8Array => golden.files.get(path)!;
const strangers = (path: string): Uint8Array => stranger.files.get(path)!;
const packOf = (kind: Pack['kind'], index: number): { path: string; pack: Pack } => {
  const packs = [...golden.files].filter(([path]) => path.startsWith('pack/'));
  const found = packs.map(([path, bytes]) => ({ path, pack: decodePack(bytes) }));
  return found.find(({ pack }) => pack.kind === kind && pack.items[0]!.index === index)!;
};
const HEADLINES = packOf('headlines', 0);
const LAYERS = packOf('layers', 7);

/** A pack under the name that its octets have. */
function named(bytes: Uint8Array): { path: string; bytes: Uint8Array } {
  return { path: `pack/${contentId(bytes)}`, bytes };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

function edited(bytes: Uint8Array, change: (map: CborMap) => void): Uint8Array {
  const map = decode(bytes) as CborMap;
  change(map);
  return encode(map);
}

/** A pack with one headline that the log never held. */
function headline(codec: number, dictionary: string | null, data: Uint8Array): Uint8Array {
  const item = { index: 0, salt: new Uint8Array(16), tail: new Uint8Array(0), coding: { codec, dictionary }, data };
  return encodePack({ kind: 'headlines', items: [item] });
}

/** `root/3` as the owner of the keys would make it, but for `change`. */
function nextRoot(change: Partial<Root>, before = golden.rootSecrets): Uint8Array {
  return signedBy(rootBody(change), golden.rootSecrets, before);
}

function rootBody(change: Partial<Root>): Uint8Array {
  return encodeRootBody({ ...golden.root, version: 3, previous: sha256(golden.body), resetFrom: null, ...change });
}

/** `root/3` whose body is changed after encoding, then signed. */
function editedRoot(change: (map: CborMap) => void): Uint8Array {
  return signedBy(edited(rootBody({}), change), golden.rootSecrets, golden.rootSecrets);
}

/** A checkpoint of the golden channel with another text, signed by both its keys. */
function checkpoint(text: string): Uint8Array {
  const { log, clock } = golden.keys;
  const signatures = [signNote(text, log, golden.logSecret, null), signNote(text, clock, golden.clockSecret, 1_790_173_000)];
  return formatNote({ text, signatures });
}

const ORIGIN = golden.keys.log.name;
const NOTE = parseNote(file('checkpoint'));
const ROOT_HASH = NOTE.text.split('\n')[2]!;
const SMALL_ORDER = Uint8Array.from([1, ...new Uint8Array(31)]);
const NOT_CANONICAL = Uint8Array.from([0xee, ...new Uint8Array(30).fill(0xff), 0x7f]);
const ONE_OCTET = Uint8Array.of(0);

const path: Case[] = ['../root/1', '/head', 'Head', 'root/01', 'tile/0/1', 'tile/0/000.p/256', `pack/${'a'.repeat(25)}b`].map((bad, i) => {
  return { name: `${i + 1}`, what: 'Not a path of a tree.', path: bad, bytes: ONE_OCTET };
});

const tooLarge: Case[] = [
  { name: 'octets', what: 'A tile of 33 octets at a path of width 1.', path: 'tile/0/000.p/1', bytes: new Uint8Array(33) },
  { name: 'nesting', what: 'Seventeen arrays around a number.', ...named(Uint8Array.from([...new Uint8Array(17).fill(0x81), 0])) },
  { name: 'array', what: 'An array that announces 16,385 items.', ...named(Uint8Array.of(0x99, 0x40, 0x01)) },
  { name: 'log-size', what: 'A signed size over 2^40.', path: 'checkpoint', bytes: checkpoint(`${ORIGIN}\n${LIMITS.logSize + 1}\n${ROOT_HASH}\n`) },
  {
    name: 'signatures',
    what: 'A note with 33 signature lines.',
    path: 'checkpoint',
    bytes: formatNote({ text: NOTE.text, signatures: Array.from({ length: 33 }, () => NOTE.signatures[0]!) }),
  },
  { name: 'root-keys', what: 'A root with 17 root keys.', path: 'root/3', bytes: editedRoot((map) => map.set(3, Array.from({ length: 17 }, (_, i) => publicKeyOf(new Uint8Array(32).fill(i))))) },
];

const encoding: Case[] = [
  { name: 'float', what: 'A float.', ...named(Uint8Array.of(0xf9, 0x3c, 0x00)) },
  { name: 'key-order', what: 'Map keys out of order.', ...named(Uint8Array.of(0xa2, 1, 0, 0, 0)) },
  { name: 'indefinite', what: 'An array of indefinite length.', ...named(Uint8Array.of(0x9f, 0xff)) },
  { name: 'trailing', what: 'An octet after the value.', ...named(concatBytes(file(HEADLINES.path), ONE_OCTET)) },
  { name: 'empty-pack', what: 'A pack without items.', ...named(edited(file(HEADLINES.path), (map) => map.set(4, []))) },
  { name: 'pack-version', what: 'A pack of another version.', ...named(edited(file(HEADLINES.path), (map) => map.set(0, 2))) },
  { name: 'rows', what: 'A head with one row too few.', path: 'head', bytes: edited(file('head'), (map) => map.set(7, (map.get(7) as Cbor[]).slice(1))) },
  { name: 'no-mark', what: 'An edition that does not end with its mark.', path: 'edition/2', bytes: edited(file('edition/2'), withoutMark) },
  { name: 'root-items', what: 'A root file of one item.', path: 'root/3', bytes: encode([rootBody({})]) },
  { name: 'bundle', what: 'An entry bundle with an entry too few.', path: 'tile/entries/000.p/13', bytes: file('tile/entries/000.p/13').slice(35) },
  { name: 'base64', what: 'A root hash whose base64 has spare bits set.', path: 'checkpoint', bytes: checkpoint(`${ORIGIN}\n13\n${ROOT_HASH.slice(0, -2)}F=\n`) },
];

function withoutMark(map: CborMap): void {
  const rows = map.get(7) as Cbor[][];
  map.set(7, [...rows.slice(0, -1), [2, ...rows.at(-1)!.slice(1)]]);
}

const text: Case[] = [
  { name: 'checkpoint', what: 'A checkpoint that is not UTF-8.', path: 'checkpoint', bytes: concatBytes(Uint8Array.of(0xff), file('checkpoint')) },
  { name: 'root', what: 'A root whose name is not UTF-8.', path: 'root/3', bytes: brokenName() },
];

function brokenName(): Uint8Array {
  const body = rootBody({});
  const name = encodeUtf8(golden.root.name);
  const at = body.findIndex((_, i) => equalBytes(body.subarray(i, i + name.length), name));
  const broken = body.slice();
  broken[at] = 0xc0;
  return signedBy(broken, golden.rootSecrets, golden.rootSecrets);
}

const [PERSIAN] = [...wellKnown()].filter(([lang]) => lang === 'fa').map(([, book]) => book);
const ENGLISH = wellKnown().get('en')!;
const PLAIN = coded(CODEC.deflate, null, encodeUtf8('a plain record '.repeat(4))).data;

const name: Case[] = [
  { name: 'pack', what: 'A pack with a flipped bit under its old name.', path: HEADLINES.path, without: [HEADLINES.path], bytes: flipped(file(HEADLINES.path), 60) },
  { name: 'dictionary', what: 'A dictionary under the name of another.', path: `dict/${ENGLISH.dictionary.id}`, bytes: PERSIAN!.bytes.slice(0, 64) },
];

const shortDictionary = Uint8Array.of(1, 0, 0, 0, 5, 1, 4, 0, 251, 255, 97, 98, 99, 100);
const compression: Case[] = [
  { name: 'cut', what: 'A DEFLATE stream that ends too early.', ...named(headline(CODEC.deflate, null, PLAIN.slice(0, -1))) },
  { name: 'trailing', what: 'An octet after a DEFLATE stream.', ...named(headline(CODEC.deflate, null, concatBytes(PLAIN, ONE_OCTET))) },
  { name: 'reserved', what: 'A block of the reserved type.', ...named(headline(CODEC.deflate, null, Uint8Array.of(7))) },
  { name: 'bomb', what: 'Decodes to 20,000 octets, more than a record may have.', ...named(headline(CODEC.deflate, null, coded(CODEC.deflate, null, new Uint8Array(20_000)).data)) },
  { name: 'table', what: 'An octet that the recode table does not have.', ...named(headline(CODEC.deflate, ENGLISH.dictionary.id, Uint8Array.of(1, 1, 0, 254, 255, 0xfe))) },
  { name: 'dictionary', what: 'A dictionary whose text is shorter than it says.', path: `dict/${contentId(shortDictionary)}`, bytes: shortDictionary },
  { name: 'segment', what: 'A segment of a head that is longer than it says.', path: 'head', bytes: edited(file('head'), shorterSegment) },
];

function shorterSegment(map: CborMap): void {
  const [segment, ...rest] = map.get(6) as Cbor[][];
  map.set(6, [[segment![0]!, (segment![1] as number) - 1, segment![2]!], ...rest]);
}

const laterDictionary = Uint8Array.of(2, 0, 0, 0, 0, 3, 0);
const coding: Case[] = [
  { name: 'codec', what: 'Codec 3, which no version of this text defines.', ...named(headline(3, null, PLAIN)) },
  { name: 'identity', what: 'Codec 0 with a dictionary.', ...named(headline(CODEC.identity, ENGLISH.dictionary.id, PLAIN)) },
  { name: 'begun', what: 'Codec 2 without a dictionary.', ...named(headline(CODEC.begun, null, PLAIN)) },
  { name: 'dictionary', what: 'A dictionary of another version.', path: `dict/${contentId(laterDictionary)}`, bytes: laterDictionary },
];

const key: Case[] = [
  { name: 'small-order', what: 'A log key that is the identity point.', path: 'root/3', bytes: nextRoot({ logKey: SMALL_ORDER }) },
  { name: 'not-canonical', what: 'A log key that is not the canonical encoding of its point.', path: 'root/3', bytes: nextRoot({ logKey: NOT_CANONICAL }) },
  { name: 'twice', what: 'A root key that is listed twice.', path: 'root/3', bytes: nextRoot({ rootKeys: [0, 1, 1].map((i) => golden.root.rootKeys[i]!) }) },
];

const note: Case[] = [
  { name: 'no-signature', what: 'A text without an empty line and signatures.', path: 'checkpoint', bytes: encodeUtf8(NOTE.text) },
  { name: 'control', what: 'A carriage return.', path: 'checkpoint', bytes: encodeUtf8(decodeUtf8(file('checkpoint')).replaceAll('\n', '\r\n')) },
  { name: 'leading-zero', what: 'A size with a leading zero.', path: 'checkpoint', bytes: checkpoint(`${ORIGIN}\n013\n${ROOT_HASH}\n`) },
  { name: 'empty', what: 'The checkpoint of an empty log.', path: 'checkpoint', bytes: checkpoint(`${ORIGIN}\n0\n${ROOT_HASH}\n`) },
  { name: 'hash', what: 'A root hash of 30 octets.', path: 'checkpoint', bytes: checkpoint(`${ORIGIN}\n13\n${ROOT_HASH.slice(0, 40)}\n`) },
];

const signature: Case[] = [
  { name: 'stranger', what: 'The head of another channel.', path: 'head', bytes: strangers('head') },
  { name: 'none', what: 'A head without signatures.', path: 'head', bytes: edited(file('head'), (map) => void map.delete(8)) },
  { name: 'broken', what: 'A log signature with a flipped bit.', path: 'head', bytes: edited(file('head'), (map) => map.set(8, brokenSignature(map))) },
  { name: 'time', what: 'A cosignature moved to another time.', path: 'head', bytes: edited(file('head'), (map) => map.set(8, [1_790_999_999, ...(map.get(8) as Cbor[]).slice(1)])) },
  { name: 'no-clock', what: 'A checkpoint without the cosignature.', path: 'checkpoint', bytes: formatNote({ text: NOTE.text, signatures: NOTE.signatures.slice(0, 1) }) },
  { name: 'other-key', what: 'A checkpoint that a key of another type signed under the same name.', path: 'checkpoint', bytes: otherKeyType() },
];

function brokenSignature(map: CborMap): Cbor {
  const [time, log, clock] = map.get(8) as [number, Uint8Array, Uint8Array];
  return [time, flipped(log, 40), clock];
}

function otherKeyType(): Uint8Array {
  const { log, clock } = golden.keys;
  const swapped = { ...log, type: COSIGNATURE } as const;
  const plain = { ...clock, type: LOG_SIGNATURE } as const;
  const signatures = [signNote(NOTE.text, swapped, golden.logSecret, 1), signNote(NOTE.text, plain, golden.clockSecret, null)];
  return formatNote({ text: NOTE.text, signatures });
}

const formerKey: Case[] = [
  { name: 'head', what: 'A head by the log key of root 1, after root 2 replaced it.', path: 'head', bytes: second.files.get('head')! },
  { name: 'checkpoint', what: 'The same as a checkpoint.', path: 'checkpoint', bytes: second.files.get('checkpoint')! },
];

const channel: Case[] = [
  { name: 'root', what: 'The first root of another channel.', path: 'root/1', bytes: strangers('root/1') },
  { name: 'pinned', what: 'The first root of a channel that is not the pinned one.', tree: null, channelId: golden.channelId, path: 'root/1', bytes: strangers('root/1') },
  { name: 'checkpoint', what: 'The checkpoint of another channel.', path: 'checkpoint', bytes: strangers('checkpoint') },
];

const root: Case[] = [
  { name: 'one-signature', what: 'Signed by one key of two that are due.', path: 'root/3', bytes: encodeRoot(rootBody({}), [signRoot(rootBody({}), 0, 0, golden.rootSecrets[0]!)]) },
  { name: 'same-key-twice', what: 'Signed twice by one key.', path: 'root/3', bytes: encodeRoot(rootBody({}), [0, 1].map(() => signRoot(rootBody({}), 0, 0, golden.rootSecrets[0]!))) },
  { name: 'not-by-predecessor', what: 'New root keys that no key of the root before signed.', path: 'root/3', bytes: ownOnly() },
  { name: 'bad-signature', what: 'Enough good signatures and a bad one.', path: 'root/3', bytes: encodeRoot(rootBody({}), [...[0, 1].map((i) => signRoot(rootBody({}), 0, i, golden.rootSecrets[i]!)), { set: 0, number: 2, bytes: new Uint8Array(64) }]) },
  { name: 'previous', what: 'Follows another root.', path: 'root/3', bytes: nextRoot({ previous: new Uint8Array(32) }) },
  { name: 'path', what: 'Version 3 at the path of version 4.', path: 'root/4', bytes: nextRoot({}) },
  { name: 'other', what: 'Another root of a version that is held.', path: 'root/2', bytes: encodeRoot(encodeRootBody({ ...golden.root, name: 'The Other Lantern' }), []) },
  { name: 'reset-without-key', what: 'resetFrom without a new log key.', path: 'root/3', bytes: nextRoot({ resetFrom: { size: 13, root: golden.head!.root } }) },
  { name: 'key-without-reset', what: 'A new log key without resetFrom.', path: 'root/3', bytes: nextRoot({ logKey: publicKeyOf(new Uint8Array(32).fill(9)) }) },
];

function ownOnly(): Uint8Array {
  const secrets = [1, 2, 3].map((i) => new Uint8Array(32).fill(i));
  const body = rootBody({ rootKeys: secrets.map(publicKeyOf) });
  return encodeRoot(body, [0, 1].map((i) => signRoot(body, 0, i, secrets[i]!)));
}

const proof: Case[] = [
  { name: 'edition-record', what: 'An edition with another salt in its last row.', path: 'edition/2', without: ['edition/2'], bytes: edited(file('edition/2'), otherSalt) },
  { name: 'edition-number', what: 'Edition 2 at the path of edition 4.', path: 'edition/4', bytes: file('edition/2') },
  { name: 'edition-peaks', what: 'An edition with one peak too many.', path: 'edition/2', without: ['edition/2'], bytes: edited(file('edition/2'), (map) => map.set(3, concatBytes(map.get(3) as Uint8Array, new Uint8Array(32)))) },
  { name: 'tile', what: 'A tile with a flipped bit.', path: 'tile/0/000.p/13', without: ['tile/0/000.p/13'], bytes: flipped(file('tile/0/000.p/13'), 100) },
];

function otherSalt(map: CborMap): void {
  const rows = (map.get(7) as Cbor[][]).slice();
  const [type, salt, octets, segment] = rows.pop() as [number, Uint8Array, number, number];
  map.set(7, [...rows, [type, flipped(salt, 0), octets, segment]]);
}

const entry: Case[] = [
  { name: 'moved', what: 'Two records in each other’s places.', ...named(encodePack(reordered())) },
  { name: 'other-text', what: 'A record with another title.', ...named(encodePack(retitled())) },
  { name: 'bundle', what: 'An entry bundle with a flipped bit.', path: 'tile/entries/000.p/13', without: ['tile/entries/000.p/13'], bytes: flipped(file('tile/entries/000.p/13'), 10) },
];

function reordered(): Pack {
  const [a, b, ...rest] = HEADLINES.pack.items;
  return { kind: 'headlines', items: [{ ...b!, index: a!.index }, { ...a!, index: b!.index }, ...rest] } as Pack;
}

function retitled(): Pack {
  const items = HEADLINES.pack.items.map((item, i) => {
    return i > 0 ? item : { ...item, ...coded(CODEC.identity, null, encode(new Map([[0, 'Never published']]))) };
  });
  return { kind: 'headlines', items } as Pack;
}

const [LAYER_ITEM] = (LAYERS.pack as Pack & { kind: 'layers' }).items;
const layer: Case[] = [
  { name: 'other-text', what: 'Another text under the salt of the true one.', ...named(encodePack({ kind: 'layers', items: [{ ...LAYER_ITEM!, ...coded(CODEC.identity, null, encode(['Never published.'])) }] })) },
  { name: 'other-salt', what: 'The true text under another salt.', ...named(encodePack({ kind: 'layers', items: [{ ...LAYER_ITEM!, salt: new Uint8Array(16) }] })) },
  { name: 'not-named', what: 'A second layer of a post that has one.', ...named(encodePack({ kind: 'layers', items: [{ ...LAYER_ITEM!, layer: 2 }] })) },
];

const older: Case[] = ['head', 'checkpoint'].map((at) => {
  return { name: at, what: 'The state of the edition before.', tree: 'second', path: at, bytes: first.files.get(at)! };
});

const fork: Case[] = ['head', 'checkpoint'].map((at) => {
  return { name: at, what: 'Another state of the same size, signed by the same keys.', path: at, bytes: others.files.get(at)! };
});
fork.push({ name: 'larger-head', what: 'A larger state that contradicts the held one.', path: 'head', bytes: largerFork() });

function largerFork(): Uint8Array {
  others.publish({ time: 1_790_260_000, nextBy: null });
  return others.files.get('head')!;
}

const full: Case[] = [
  {
    name: 'waiting',
    what: 'One file more than may wait.',
    tree: null,
    flood: { path: 'edition/#', from: 1, to: LIMITS.waitingFiles, hex: '00' },
    path: `edition/${LIMITS.waitingFiles + 1}`,
    bytes: ONE_OCTET,
  },
];

const CASES: [RefusalCode, Case[]][] = [
  ['path', path],
  ['too-large', tooLarge],
  ['encoding', encoding],
  ['text', text],
  ['name', name],
  ['compression', compression],
  ['coding', coding],
  ['key', key],
  ['note', note],
  ['signature', signature],
  ['former-key', formerKey],
  ['channel', channel],
  ['root', root],
  ['proof', proof],
  ['entry', entry],
  ['layer', layer],
  ['older', older],
  ['fork', fork],
  ['full', full],
];

/** All cases but those of containers. */
export function refusedCases(): RefusedCase[] {
  return CASES.flatMap(([code, cases]) => cases.map((one) => ({ code, tree: 'golden', ...one })));
}
