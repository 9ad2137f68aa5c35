/** Files that are wrong in themselves, whoever made them. */
import {
  CODEC,
  LIMITS,
  concatBytes,
  contentId,
  decodeUtf8,
  encode,
  encodeUtf8,
  equalBytes,
  formatNote,
  publicKeyOf,
  type Cbor,
  type CborMap,
  type RefusalCode,
} from '@pappus/core';
import { code as coded } from './vectors-deflate.ts';
import { wellKnown } from './vectors-golden.ts';
import { signedBy } from './vectors-press.ts';
import {
  type Case,
  golden,
  file,
  HEADLINES,
  flipped,
  edited,
  headline,
  rootBody,
  editedRoot,
  checkpoint,
  ORIGIN,
  NOTE,
  ROOT_HASH,
  ONE_OCTET,
  named,
  namedFork,
} from './vectors-forge.ts';

const path: Case[] = [
  '../root/1',
  '/head',
  'Head',
  'root/01',
  'tile/0/1',
  'tile/0/000.p/256',
  `pack/${'a'.repeat(25)}b`,
].map((bad, i) => {
  return { name: `${i + 1}`, what: 'Not a path of a tree.', path: bad, bytes: ONE_OCTET };
});

const tooLarge: Case[] = [
  {
    name: 'octets',
    what: 'A tile of 33 octets at a path of width 1.',
    path: 'tile/0/000.p/1',
    bytes: new Uint8Array(33),
  },
  {
    name: 'nesting',
    what: 'Seventeen arrays around a number.',
    ...named(Uint8Array.from([...new Uint8Array(17).fill(0x81), 0])),
  },
  { name: 'array', what: 'An array that announces 16,385 items.', ...named(Uint8Array.of(0x99, 0x40, 0x01)) },
  {
    name: 'log-size',
    what: 'A signed size over 2^40.',
    path: 'checkpoint',
    bytes: checkpoint(`${ORIGIN}\n${LIMITS.logSize + 1}\n${ROOT_HASH}\n`),
  },
  {
    name: 'signatures',
    what: 'A note with 33 signature lines.',
    path: 'checkpoint',
    bytes: formatNote({ text: NOTE.text, signatures: Array.from({ length: 33 }, () => NOTE.signatures[0]!) }),
  },
  {
    name: 'root-keys',
    what: 'A root with 17 root keys.',
    path: 'root/3',
    bytes: editedRoot((map) =>
      map.set(
        3,
        Array.from({ length: 17 }, (_, i) => publicKeyOf(new Uint8Array(32).fill(i))),
      ),
    ),
  },
];

const encoding: Case[] = [
  { name: 'float', what: 'A float.', ...named(Uint8Array.of(0xf9, 0x3c, 0x00)) },
  { name: 'key-order', what: 'Map keys out of order.', ...named(Uint8Array.of(0xa2, 1, 0, 0, 0)) },
  { name: 'indefinite', what: 'An array of indefinite length.', ...named(Uint8Array.of(0x9f, 0xff)) },
  { name: 'trailing', what: 'An octet after the value.', ...named(concatBytes(file(HEADLINES.path), ONE_OCTET)) },
  {
    name: 'empty-pack',
    what: 'A pack without items.',
    ...named(edited(file(HEADLINES.path), (map) => map.set(4, []))),
  },
  {
    name: 'pack-version',
    what: 'A pack of another version.',
    ...named(edited(file(HEADLINES.path), (map) => map.set(0, 2))),
  },
  {
    name: 'rows',
    what: 'A head with one row too few.',
    path: 'head',
    bytes: edited(file('head'), (map) => map.set(7, (map.get(7) as Cbor[]).slice(1))),
  },
  {
    name: 'no-mark',
    what: 'An edition that does not end with its mark.',
    path: 'edition/2',
    bytes: edited(file('edition/2'), withoutMark),
  },
  { name: 'root-items', what: 'A root file of one item.', path: 'root/3', bytes: encode([rootBody({})]) },
  {
    name: 'bundle',
    what: 'An entry bundle with an entry too few.',
    path: 'tile/entries/000.p/13',
    bytes: file('tile/entries/000.p/13').slice(35),
  },
  {
    name: 'base64',
    what: 'A root hash whose base64 has spare bits set.',
    path: 'checkpoint',
    bytes: checkpoint(`${ORIGIN}\n13\n${ROOT_HASH.slice(0, -2)}F=\n`),
  },
];

function withoutMark(map: CborMap): void {
  const rows = map.get(7) as Cbor[][];
  map.set(7, [...rows.slice(0, -1), [2, ...rows.at(-1)!.slice(1)]]);
}

const text: Case[] = [
  {
    name: 'checkpoint',
    what: 'A checkpoint that is not UTF-8.',
    path: 'checkpoint',
    bytes: concatBytes(Uint8Array.of(0xff), file('checkpoint')),
  },
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
  {
    name: 'fork',
    what: 'A head under the name of another, as evidence.',
    path: namedFork(file('head')).path,
    bytes: file('checkpoint'),
  },
  {
    name: 'pack',
    what: 'A pack with a flipped bit under its old name.',
    path: HEADLINES.path,
    without: [HEADLINES.path],
    bytes: flipped(file(HEADLINES.path), 60),
  },
  {
    name: 'dictionary',
    what: 'A dictionary under the name of another.',
    path: `dict/${ENGLISH.dictionary.id}`,
    bytes: PERSIAN!.bytes.slice(0, 64),
  },
];

const shortDictionary = Uint8Array.of(1, 0, 0, 0, 5, 1, 4, 0, 251, 255, 97, 98, 99, 100);
const compression: Case[] = [
  {
    name: 'cut',
    what: 'A DEFLATE stream that ends too early.',
    ...named(headline(CODEC.deflate, null, PLAIN.slice(0, -1))),
  },
  {
    name: 'trailing',
    what: 'An octet after a DEFLATE stream.',
    ...named(headline(CODEC.deflate, null, concatBytes(PLAIN, ONE_OCTET))),
  },
  {
    name: 'reserved',
    what: 'A block of the reserved type.',
    ...named(headline(CODEC.deflate, null, Uint8Array.of(7))),
  },
  {
    name: 'bomb',
    what: 'Decodes to 20,000 octets, more than a record may have.',
    ...named(headline(CODEC.deflate, null, coded(CODEC.deflate, null, new Uint8Array(20_000)).data)),
  },
  {
    name: 'table',
    what: 'An octet that the recode table does not have.',
    ...named(headline(CODEC.deflate, ENGLISH.dictionary.id, Uint8Array.of(1, 1, 0, 254, 255, 0xfe))),
  },
  {
    name: 'dictionary',
    what: 'A dictionary whose text is shorter than it says.',
    path: `dict/${contentId(shortDictionary)}`,
    bytes: shortDictionary,
  },
  {
    name: 'segment',
    what: 'A segment of a head that is longer than it says.',
    path: 'head',
    bytes: edited(file('head'), shorterSegment),
  },
];

function shorterSegment(map: CborMap): void {
  const [segment, ...rest] = map.get(6) as Cbor[][];
  map.set(6, [[segment![0]!, (segment![1] as number) - 1, segment![2]!], ...rest]);
}

const laterDictionary = Uint8Array.of(3, 0, 0, 0, 0, 3, 0);
const coding: Case[] = [
  { name: 'codec', what: 'Codec 5, which no version of this text defines.', ...named(headline(5, null, PLAIN)) },
  {
    name: 'identity',
    what: 'Codec 0 with a dictionary.',
    ...named(headline(CODEC.identity, ENGLISH.dictionary.id, PLAIN)),
  },
  { name: 'begun', what: 'Codec 2 without a dictionary.', ...named(headline(CODEC.begun, null, PLAIN)) },
  {
    name: 'dictionary',
    what: 'A dictionary of another version.',
    path: `dict/${contentId(laterDictionary)}`,
    bytes: laterDictionary,
  },
];

const note: Case[] = [
  {
    name: 'no-signature',
    what: 'A text without an empty line and signatures.',
    path: 'checkpoint',
    bytes: encodeUtf8(NOTE.text),
  },
  {
    name: 'control',
    what: 'A carriage return.',
    path: 'checkpoint',
    bytes: encodeUtf8(decodeUtf8(file('checkpoint')).replaceAll('\n', '\r\n')),
  },
  {
    name: 'leading-zero',
    what: 'A size with a leading zero.',
    path: 'checkpoint',
    bytes: checkpoint(`${ORIGIN}\n013\n${ROOT_HASH}\n`),
  },
  {
    name: 'empty',
    what: 'The checkpoint of an empty log.',
    path: 'checkpoint',
    bytes: checkpoint(`${ORIGIN}\n0\n${ROOT_HASH}\n`),
  },
  {
    name: 'hash',
    what: 'A root hash of 30 octets.',
    path: 'checkpoint',
    bytes: checkpoint(`${ORIGIN}\n13\n${ROOT_HASH.slice(0, 40)}\n`),
  },
];

/** Files that are wrong in themselves. */
export const MALFORMED: [RefusalCode, Case[]][] = [
  ['path', path],
  ['too-large', tooLarge],
  ['encoding', encoding],
  ['text', text],
  ['name', name],
  ['compression', compression],
  ['coding', coding],
  ['note', note],
];
