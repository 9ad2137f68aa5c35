/** Every vector of spec/vectors that needs no container, in many orders, with and without dictionaries at hand. */
import { describe, expect, test } from 'vitest';
import {
  Frontier,
  Library,
  channelIdOf,
  concatBytes,
  contentId,
  decode,
  decodeBase32,
  decodeBase64,
  decodeHex,
  decodePack,
  decodeRoot,
  decodeUtf8,
  describeLibrary,
  encode,
  encodeBase32,
  encodeHex,
  encodePack,
  encodeRecord,
  encodeRoot,
  encodeRootBody,
  encodeUtf8,
  entryOf,
  formatNote,
  formatPath,
  inOfferOrder,
  isPublicKey,
  layerDigest,
  leafHash,
  decodeRecord,
  nodeHash,
  parseNote,
  parsePath,
  parseVkey,
  postsOf,
  publicKeyOf,
  recordOf,
  refusal,
  Refused,
  sha256,
  spokenId,
  treePath,
  verifyNote,
  type Outcome,
  type TreeFile,
} from '../src/index.ts';
import { parseDictionary } from '../src/codec.ts';
import index from '../../spec/vectors/index.json';
import { seededRandom } from './newsroom.ts';

interface Refusal {
  code: string;
  name: string;
  tree: string | null;
  without?: string[];
  channelId?: string;
  path: string;
  file: string;
}

const contents = index.contents as Record<string, string>;
const units = index.units as unknown as {
  [K in keyof typeof index.units]: K extends 'merkle'
    ? [number, string][]
    : K extends 'publicKeys'
      ? [string, boolean][]
      : (typeof index.units)[K];
};
const bytesOf = (id: string): Uint8Array => decodeBase64(contents[id]!);
const trees = new Map(
  index.accepted.map(({ name, files }): [string, TreeFile[]] => {
    return [
      name,
      inOfferOrder((files as [string, string][]).map(([path, id]) => ({ path: treePath(path), bytes: bytesOf(id) }))),
    ];
  }),
);
const DICTIONARIES = trees.get('golden')!.filter(({ path }) => path.startsWith('dict/'));

function offerAll(library: Library, files: readonly TreeFile[]): Library {
  for (const { path, bytes } of files) library.offer(path, bytes);
  return library;
}

/** The order that a seed gives: sorted by SHA-256 of seed and path. */
function shuffled(files: readonly TreeFile[], seed: number): TreeFile[] {
  const keyed = files.map((file) => ({ file, key: encodeHex(seededRandom(`${seed} ${file.path}`)(8)) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ file }) => file);
}

/** What a reader shows, in the shape of expected.json. */
function shown(library: Library): unknown {
  const report = describeLibrary(library)!;
  const posts = [...postsOf(library)].map(({ index: at, status, replacedBy, reason, record }) => {
    const { layers: _, ...rest } = record ?? { layers: [] };
    return { index: at, status, replacedBy, reason, record: record && rest, text: library.text(at) };
  });
  const of = (status: string): number[] => posts.filter((post) => post.status === status).map((post) => post.index);
  const { channelId, name, lang, logKey, size, rootHash, signedAt, nextBy, edition } = report;
  const rootVersion = library.identity!.version;
  const lists = { missing: of('missing'), withdrawn: of('withdrawn') };
  return { channelId, name, lang, rootVersion, logKey, size, rootHash, signedAt, nextBy, edition, posts, ...lists };
}

const forksIn = (files: Iterable<TreeFile>): string[] =>
  [...files].flatMap(({ path }) => (path.startsWith('fork/') ? [path] : [])).sort();

const codeOf = (outcome: Outcome): string => (outcome.status === 'refused' ? outcome.code : outcome.status);

describe.each(index.accepted.map(({ name, expected, evidence }) => ({ name, expected, evidence })))(
  'accepted: $name',
  ({ name, expected, evidence }) => {
    const files = trees.get(name)!;
    const orders: [string, TreeFile[]][] = [
      ['offer order', files],
      ['reversed order', files.toReversed()],
      ...Array.from({ length: 8 }, (_, seed): [string, TreeFile[]] => [`order ${seed}`, shuffled(files, seed)]),
    ];

    test.each(orders)('%s, dictionaries from the tree', (_, order) => {
      const library = offerAll(new Library(), order);
      expect(shown(library)).toEqual(expected);
      expect(describeLibrary(library)).toMatchObject({ linked: true });
      expect(forksIn(library.files())).toEqual(evidence);
      expect(library.evidence.length).toBe(evidence.length);
    });

    test.each(orders)('%s, dictionaries at hand', (_, order) => {
      const library = new Library({
        channelId: expected.channelId,
        dictionaries: DICTIONARIES.map(({ bytes }) => bytes),
      });
      offerAll(
        library,
        order.filter(({ path }) => !path.startsWith('dict/')),
      );
      expect(shown(library)).toEqual(expected);
    });

    test('what was kept shows the same again', () => {
      const library = offerAll(new Library(), files);
      const kept = [...library.files(), ...library.waitingFiles()];
      const again = offerAll(new Library(), kept);
      expect([shown(again), forksIn(again.files())]).toEqual([expected, evidence]);
      expect(shown(offerAll(offerAll(new Library(), kept), kept.toReversed()))).toEqual(expected);
    });

    test('every file twice', () => {
      expect(
        shown(
          offerAll(
            new Library(),
            files.flatMap((file) => [file, file]),
          ),
        ),
      ).toEqual(expected);
    });
  },
);

describe('re-encoded', () => {
  const all = [...trees.values()].flat();
  const dictionaries = DICTIONARIES.map(({ bytes }) => parseDictionary(bytes));

  test('all that is CBOR', () => {
    const cbor = all.filter(({ path }) => /^(root|head|edition|pack)/.test(path));
    expect(cbor.length).toBeGreaterThan(40);
    for (const { path, bytes } of cbor) expect([path, encode(decode(bytes))]).toEqual([path, bytes]);
  });

  test('packs, roots and checkpoints, from what they mean', () => {
    for (const { path, bytes } of all) {
      if (path.startsWith('pack/')) expect([path, encodePack(decodePack(bytes))]).toEqual([path, bytes]);
      if (path === 'checkpoint') expect(formatNote(parseNote(bytes))).toEqual(bytes);
      if (!path.startsWith('root/')) continue;
      const { root, body, signatures } = decodeRoot(bytes);
      expect(encodeRootBody(root)).toEqual(body);
      expect(encodeRoot(body, signatures)).toEqual(bytes);
    }
  });

  test('records', () => {
    let count = 0;
    for (const { path, bytes } of all) {
      const pack = path.startsWith('pack/') ? decodePack(bytes) : null;
      for (const item of pack?.kind === 'headlines' ? pack.items : []) {
        if ('entry' in item) continue;
        const record = recordOf(item, (id) => dictionaries.find((d) => d.id === id) ?? null)!;
        const { head, tail } = encodeRecord(decodeRecord(record));
        expect(concatBytes(head, tail)).toEqual(record);
        expect(tail).toEqual(item.tail);
        count++;
      }
    }
    expect(count).toBeGreaterThan(15);
  });
});

describe('refused', () => {
  const cases = index.refused as Refusal[];

  function prepared({ tree, without, channelId }: Refusal, reversed: boolean): Library {
    const files = (tree === null ? [] : trees.get(tree)!).filter(({ path }) => !without?.includes(path));
    return offerAll(new Library({ channelId: channelId ?? null }), reversed ? files.toReversed() : files);
  }

  test('there are many', () => expect(cases.length).toBeGreaterThan(80));

  test.each(
    cases.flatMap((one) => [
      { ...one, reversed: false },
      { ...one, reversed: true },
    ]),
  )('$code: $name, reversed: $reversed', (one) => {
    const library = prepared(one, one.reversed);
    const before = library.identity && shown(library);
    const kept = [...library.files()];
    expect(codeOf(library.offer(one.path, bytesOf(one.file)))).toBe(one.code);
    expect(library.identity && shown(library)).toEqual(before);
    expect([...library.files()].filter(({ path }) => !path.startsWith('fork/'))).toEqual(kept);
    expect(library.evidence.length).toBe(one.code === 'fork' ? 1 : 0);
  });

  test.each(cases.filter(({ tree }) => tree !== null))('$code: $name, then the whole tree', (one) => {
    const library = offerAll(prepared(one, false), [{ path: one.path as TreeFile['path'], bytes: bytesOf(one.file) }]);
    offerAll(library, trees.get(one.tree!)!);
    expect(shown(library)).toEqual(index.accepted.find(({ name }) => name === one.tree)!.expected);
  });
});

describe('units', () => {
  const codeFrom = (read: () => unknown): string => {
    const value = refusal(read);
    return value instanceof Refused ? value.code : 'read';
  };

  test('encoding', () => {
    for (const hex of units.cborValid) expect(encodeHex(encode(decode(decodeHex(hex))))).toBe(hex);
    for (const [hex, code] of units.cborInvalid)
      expect([hex, codeFrom(() => decode(decodeHex(hex!)))]).toEqual([hex, code]);
  });

  test('paths', () => {
    for (const path of units.pathsValid) expect(formatPath(parsePath(path))).toBe(path);
    for (const path of units.pathsInvalid) expect([path, codeFrom(() => parsePath(path))]).toEqual([path, 'path']);
  });

  test('base32', () => {
    for (const [hex, text] of units.base32) {
      expect(encodeBase32(decodeHex(hex!))).toBe(text);
      expect(encodeHex(decodeBase32(text!))).toBe(hex);
    }
    for (const text of units.base32Invalid)
      expect([text, codeFrom(() => decodeBase32(text))]).toEqual([text, 'encoding']);
  });

  test('public keys', () => {
    for (const [hex, sound] of units.publicKeys) expect([hex, isPublicKey(decodeHex(hex))]).toEqual([hex, sound]);
  });

  test('a note', () => {
    const { logSeed, logVkey, clockVkey, time, note } = units.note;
    expect(parseVkey(logVkey).publicKey).toEqual(publicKeyOf(decodeHex(logSeed)));
    const verified = verifyNote(parseNote(encodeUtf8(note)), [parseVkey(logVkey), parseVkey(clockVkey)]);
    expect(verified.map((signature) => signature.time)).toEqual([null, time]);
  });

  test('digests', () => {
    const u = units.digests;
    const salt = decodeHex(u.salt);
    const leaf = decodeHex(u.leaf);
    expect(encodeHex(layerDigest(salt, decodeHex(u.layer)))).toBe(u.layerDigest);
    expect(encodeHex(entryOf(1, salt, decodeHex(u.recordHead + u.recordTail)))).toBe(u.entry);
    expect(leafHash(decodeHex(u.entry))).toEqual(leaf);
    expect(encodeHex(nodeHash(leaf, leaf))).toBe(u.nodeOfTwoLeaves);
    expect(channelIdOf(decodeHex(u.channelBody))).toBe(u.channelId);
    expect(contentId(decodeHex(u.channelBody))).toBe(u.contentId);
  });

  test('root hashes', () => {
    const wanted = new Map(units.merkle);
    const frontier = new Frontier();
    const found = new Map([[0, encodeHex(frontier.root())]]);
    for (let i = 0; i < 1_000; i++) {
      frontier.append(leafHash(concatBytes(Uint8Array.of(1), sha256(encodeUtf8(String(i))))));
      if (wanted.has(i + 1)) found.set(i + 1, encodeHex(frontier.root()));
    }
    expect([...found]).toEqual([...wanted].filter(([size]) => size <= 1_000));
  });

  test('spoken ids', () => {
    for (const [channelId, words] of units.spoken)
      expect([channelId, spokenId(channelId!).join(' ')]).toEqual([channelId, words]);
    const paper = 'lusab-babad gutih-tugad gutuk-bisog mudof-sakat haguz-biram mabiv-gibot natag-lisaf tibup-zujah';
    const [first, second] = units.spoken;
    expect(`${first![1]} ${second![1]}`).toBe(paper.replaceAll('-', ' '));
    expect(codeFrom(() => spokenId('A'))).toBe('encoding');
  });

  test('codecs', () => {
    const books = DICTIONARIES.map(({ bytes }) => parseDictionary(bytes));
    for (const { codec, dictionary, data, decoded } of units.codec) {
      const item = {
        index: 0,
        salt: new Uint8Array(16),
        tail: new Uint8Array(0),
        coding: { codec, dictionary },
        data: decodeHex(data),
      };
      expect(encodeHex(recordOf(item, (id) => books.find((d) => d.id === id) ?? null)!)).toBe(decoded);
    }
    expect(decodeUtf8(decodeHex(units.codec[0]!.decoded).subarray(4, 9))).toBe('Ferry');
  });
});
