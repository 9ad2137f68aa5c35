/** Small vectors, each of one rule. */
import {
  COSIGNATURE,
  Frontier,
  LOG_SIGNATURE,
  channelIdOf,
  contentId,
  decodeHex,
  decodePack,
  encode,
  encodeBase32,
  encodeBlocks,
  encodeHex,
  encodeRecord,
  encodeUtf8,
  entryOf,
  formatCheckpoint,
  formatNote,
  formatVkey,
  isPublicKey,
  layerDigest,
  leafHash,
  nodeHash,
  publicKeyOf,
  recordOf,
  sha256,
  signNote,
  spokenId,
  type NoteKey,
} from '@pappus/core';
import { goldenNewsroom, wellKnown } from './vectors-golden.ts';
import { MIXED } from './vectors-forge.ts';
import { textVectors } from './vectors-text.ts';

const SIXTEEN = '81'.repeat(16);
const VALID = [
  '00 17 1818 18ff 190100 19ffff 1a00010000 1affffffff 1b0000000100000000 1b001fffffffffffff 20 37 3818',
  '3b001ffffffffffffe f4 f5 f6 40 43010203 60 6161 62d8a7 64f09f9880 63efbbbf 6365cc81 80 8301820203f6 a0',
  'a2000117a0 a10080',
]
  .flatMap((line) => line.split(' '))
  .concat(`5818${'00'.repeat(24)}`, `${SIXTEEN}00`, `${SIXTEEN}80`);
const INVALID = [
  ['', 'encoding'],
  ['1800', 'encoding'],
  ['1817', 'encoding'],
  ['1900ff', 'encoding'],
  ['1a0000ffff', 'encoding'],
  ['1b00000000ffffffff', 'encoding'],
  ['1b0020000000000000', 'encoding'],
  ['3b001fffffffffffff', 'encoding'],
  ['1c', 'encoding'],
  ['1f', 'encoding'],
  ['18', 'encoding'],
  ['4201', 'encoding'],
  ['5f4100ff', 'encoding'],
  ['7f6161ff', 'encoding'],
  ['9fff', 'encoding'],
  ['bfff', 'encoding'],
  ['c001', 'encoding'],
  ['f0', 'encoding'],
  ['f7', 'encoding'],
  ['f97e00', 'encoding'],
  ['fa3f800000', 'encoding'],
  ['fb3ff0000000000000', 'encoding'],
  ['ff', 'encoding'],
  ['0000', 'encoding'],
  ['a201000000', 'encoding'],
  ['a200000000', 'encoding'],
  ['a1181800', 'encoding'],
  ['a12000', 'encoding'],
  ['a1616100', 'encoding'],
  ['8101ff', 'encoding'],
  ['61ff', 'text'],
  ['62c080', 'text'],
  ['63eda080', 'text'],
  ['64f4908080', 'text'],
  [`${SIXTEEN}8100`, 'too-large'],
  [`${SIXTEEN}a10000`, 'too-large'],
  ['994001', 'too-large'],
];
const PATHS_VALID = [
  'checkpoint head root/1 root/999999999 edition/1 edition/42 pack/aeaqcaibaeaqcaibaeaqcaibae',
  'fork/aeaqcaibaeaqcaibaeaqcaibae',
  'dict/vrp4s5e2nqlryo3bhslxgaqxoq tile/0/000 tile/0/000.p/1 tile/0/999.p/255 tile/1/x001/000 tile/0/x001/x234/067',
  'tile/9/x999/x999/x999/x999/999 tile/entries/x001/234.p/9',
].flatMap((line) => line.split(' '));
const PATHS_INVALID = [
  'Checkpoint head/ /head ./head root root/ root/0 root/01 root/1000000000 root/+1 edition/1/2',
  'pack/aeaqcaibaeaqcaibaeaqcaib pack/aeaqcaibaeaqcaibaeaqcaibaf pack/AEAQCAIBAEAQCAIBAEAQCAIBAE pack/../root/1 fork/1 forks/aeaqcaibaeaqcaibaeaqcaibae',
  'tile/0/0 tile/0/1000 tile/0/000.p/0 tile/0/000.p/256 tile/0/000.p/01 tile/0/x000/000 tile/0/x000/001 tile/10/000',
  'tile/00/000 tile/x/000 tile/entries/x1/000 tile/8/0/000 tile\\0\\000 C:head head? head%00 ｈead ..',
]
  .flatMap((line) => line.split(' '))
  .concat('head ', ' head');
const BASE32_INVALID = ['a', 'ab', 'aaa', 'a1', 'AA', 'aa======', 'aaaaaa', 'a a', 'aaaaaaaaa'];

const filled = (octets: number, value: number): Uint8Array => new Uint8Array(octets).fill(value);
const SALT = decodeHex('000102030405060708090a0b0c0d0e0f');

/** All unit vectors, as JSON would hold them. */
export function unitVectors() {
  return {
    cborValid: VALID,
    cborInvalid: INVALID,
    pathsValid: PATHS_VALID,
    pathsInvalid: PATHS_INVALID,
    base32: [0, 1, 2, 3, 4, 5, 16, 32].map((n) => [encodeHex(filled(n, 0x5a)), encodeBase32(filled(n, 0x5a))]),
    base32Invalid: BASE32_INVALID,
    publicKeys: publicKeys(),
    note: note(),
    digests: digests(),
    merkle: merkle(),
    codec: codecs(),
    text: textVectors(),
    spoken: spoken(),
  };
}

function publicKeys(): [string, boolean][] {
  const keys = [
    encodeHex(publicKeyOf(filled(32, 1))),
    `58${'66'.repeat(31)}`, // the base point
    `01${'00'.repeat(31)}`, // the identity
    `01${'00'.repeat(30)}80`, // the identity, with a sign that nothing has
    `ee${'ff'.repeat(30)}7f`, // the identity as p + 1
    '00'.repeat(32), // order 4
    `ec${'ff'.repeat(30)}7f`, // order 2
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
    MIXED,
    `02${'00'.repeat(31)}`, // not on the curve
  ];
  return keys.map((hex) => [hex, isPublicKey(decodeHex(hex))]);
}

function note() {
  const [logSeed, clockSeed] = [filled(32, 1), filled(32, 2)];
  const name = 'pappus/vrp4s5e2nqlryo3bhslxgaqxor';
  const log: NoteKey = { name, type: LOG_SIGNATURE, publicKey: publicKeyOf(logSeed) };
  const clock: NoteKey = { name: `${name}/clock`, type: COSIGNATURE, publicKey: publicKeyOf(clockSeed) };
  const text = formatCheckpoint({ origin: name, size: 1042, root: filled(32, 3) });
  const signatures = [signNote(text, log, logSeed, null), signNote(text, clock, clockSeed, 1_790_000_500)];
  return {
    logSeed: encodeHex(logSeed),
    clockSeed: encodeHex(clockSeed),
    logVkey: formatVkey(log),
    clockVkey: formatVkey(clock),
    time: 1_790_000_500,
    note: new TextDecoder().decode(formatNote({ text, signatures })),
  };
}

function digests() {
  const layer = encodeBlocks([{ type: 'paragraph', children: [{ type: 'text', value: 'Hello.' }] }]);
  const digest = layerDigest(SALT, layer);
  const post = { ...POST, layers: [{ kind: 1, size: layer.length, digest, mediaType: '' }] };
  const { head, tail } = encodeRecord(post);
  const record = new Uint8Array([...head, ...tail]);
  const entry = entryOf(1, SALT, record);
  const body = encode(new Map([[0, 1]]));
  return {
    salt: encodeHex(SALT),
    layer: encodeHex(layer),
    layerDigest: encodeHex(digest),
    recordHead: encodeHex(head),
    recordTail: encodeHex(tail),
    entry: encodeHex(entry),
    leaf: encodeHex(leafHash(entry)),
    nodeOfTwoLeaves: encodeHex(nodeHash(leafHash(entry), leafHash(entry))),
    emptyRoot: encodeHex(sha256(new Uint8Array(0))),
    channelBody: encodeHex(body),
    channelId: channelIdOf(body),
    contentId: contentId(body),
  };
}

const POST = {
  title: 'Hi',
  summary: '',
  lang: 'en',
  rtl: false,
  date: 1_790_000_000,
  byline: '',
  tags: [],
  link: '',
  translationOf: null,
  replaces: null,
};

/** Root hashes of the log whose entry i is the octet 1 and SHA-256 of i in decimal. */
function merkle(): [number, string][] {
  const sizes = new Set([0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 1_000, 65_536, 70_000]);
  const frontier = new Frontier();
  const roots: [number, string][] = [[0, encodeHex(frontier.root())]];
  for (let i = 0; i < 70_000; i++) {
    frontier.append(leafHash(new Uint8Array([1, ...sha256(encodeUtf8(String(i)))])));
    if (sizes.has(i + 1)) roots.push([i + 1, encodeHex(frontier.root())]);
  }
  return roots;
}

/** The addresses that arXiv 0901.4016 has for examples. */
const SPOKEN_ADDRESSES = [
  '127.0.0.1 63.84.220.193 63.118.7.35 140.98.193.141',
  '64.255.6.200 128.30.52.45 147.67.119.2 212.58.253.68',
];

/** Channel ids and their words. */
function spoken(): [string, string][] {
  const examples = SPOKEN_ADDRESSES.map(
    (line) => new Uint8Array([...line.split(/[. ]/).map(Number), ...filled(16, 0)]),
  );
  const ids = [...examples, filled(32, 0), filled(32, 255)].map((octets) => encodeBase32(octets));
  return [...ids, goldenNewsroom(1).channelId].map((id) => [id, spokenId(id).join(' ')]);
}

/** The first item under each coding in the golden tree. */
function codecs() {
  const newsroom = goldenNewsroom(3);
  const books = [...wellKnown().values()].map(({ dictionary }) => dictionary);
  const seen = new Map<string, { codec: number; dictionary: string | null; data: string; decoded: string }>();
  for (const [path, bytes] of newsroom.files) {
    const pack = path.startsWith('pack/') ? decodePack(bytes) : null;
    if (pack?.kind !== 'headlines') continue;
    for (const item of pack.items) {
      if ('entry' in item) continue;
      const decoded = recordOf({ ...item, tail: new Uint8Array(0) }, (id) => books.find((d) => d.id === id) ?? null)!;
      const name = `${item.coding.codec}/${item.coding.dictionary}`;
      if (!seen.has(name)) seen.set(name, { ...item.coding, data: encodeHex(item.data), decoded: encodeHex(decoded) });
    }
  }
  return [...seen.values()];
}
