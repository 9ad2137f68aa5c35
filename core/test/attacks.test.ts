/**
 * What a hostile mirror, carrier or thief may try, and what a library says to it. In every case the posts that
 * are shown are posts that the newsroom published at that index, or none.
 */
import { describe, expect, test } from 'vitest';
import {
  Library,
  LIMITS,
  contentId,
  decodePack,
  decodeSuffix,
  describeLibrary,
  encode,
  encodePack,
  encodeSuffix,
  encodeUtf8,
  formatNote,
  inOfferOrder,
  noteOf,
  parseCheckpoint,
  parseNote,
  postsOf,
  sha256,
  treePath,
  verifyNote,
} from '../src/index.ts';
import { TestNewsroom, identityCoding } from './newsroom.ts';
import { STORIES, reference, filesOf, libraryWith, shown, codeOf } from './offering.ts';

function flipped(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= bit;
  return copy;
}

describe('A2: every octet of a reference edition flipped once', () => {
  const newsroom = reference();
  const genuine = shown(libraryWith(newsroom));

  test.each(filesOf(newsroom).map((file) => [file.path, file.bytes] as const))('%s', (path, bytes) => {
    const library = libraryWith(newsroom, (p) => p === path || (path === 'head' && p === 'checkpoint'));
    const codes = new Map<string, number>();
    for (let at = 0; at < bytes.length; at++) {
      const code = codeOf(library.offer(path, flipped(bytes, at, 1 << (at % 8))));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(codes.has('accepted'), JSON.stringify([...codes])).toBe(false);
    expect(genuine).toEqual(
      expect.arrayContaining(shown(library).filter((p) => (p as { text: unknown }).text !== null)),
    );
    expect(library.offer(path, bytes).status).toBe('accepted');
    expect(shown(library)).toEqual(genuine);
  });

  test('packs flipped and renamed to fit', () => {
    for (const { path, bytes } of filesOf(newsroom).filter((file) => file.path.startsWith('pack/'))) {
      const library = libraryWith(newsroom);
      for (let at = 0; at < bytes.length; at++) {
        const forged = flipped(bytes, at);
        expect(['accepted'], `${path} ${at}`).not.toContain(codeOf(library.offer(`pack/${contentId(forged)}`, forged)));
      }
      expect(shown(library)).toEqual(genuine);
    }
  });
});

describe('A3: hostile mirrors', () => {
  test('rollback: an older head changes nothing', () => {
    const newsroom = new TestNewsroom('reference', 1, 1);
    newsroom.publish({ stories: STORIES });
    const old = new Map(newsroom.files);
    newsroom.publish({ stories: [{ title: 'Market opens', text: ['Ten stalls.'] }] });
    const library = libraryWith(newsroom);
    const before = shown(library);
    expect(codeOf(library.offer('head', old.get('head')!))).toBe('older');
    expect(codeOf(library.offer('checkpoint', old.get('checkpoint')!))).toBe('older');
    expect(shown(library)).toEqual(before);
    expect(library.evidence).toEqual([]);
  });

  test('freeze: the promise of the next edition is known, whatever the clock', () => {
    const newsroom = new TestNewsroom();
    newsroom.publish({ stories: STORIES, time: 1_790_000_000, nextBy: 1_790_086_400 });
    expect(describeLibrary(libraryWith(newsroom))).toMatchObject({ signedAt: 1_790_000_000, nextBy: 1_790_086_400 });
  });

  test('mixed editions: what is not under the signed head waits and is not shown', () => {
    const newsroom = new TestNewsroom('reference', 1, 1);
    newsroom.publish({ stories: STORIES });
    const old = new Map(newsroom.files);
    newsroom.publish({ stories: [{ title: 'Market opens', text: ['Ten stalls.'] }] });
    const library = new Library();
    for (const [path, bytes] of old) library.offer(path, bytes);
    const before = shown(library);
    const fresh = filesOf(newsroom).filter(({ path }) => !old.has(path));
    for (const { path, bytes } of fresh) expect([path, codeOf(library.offer(path, bytes))]).toEqual([path, 'waiting']);
    expect(shown(library)).toEqual(before);
    library.offer('head', newsroom.files.get('head')!);
    expect(shown(library)).toHaveLength(3);
  });

  test.each([
    ['../../etc/passwd', 'path'],
    ['/etc/passwd', 'path'],
    ['pack/../root/1', 'path'],
    ['root/01', 'path'],
    ['root/0', 'path'],
    ['Head', 'path'],
    ['head\u0000', 'path'],
    ['tile/0/1', 'path'],
    ['tile/0/000.p/256', 'path'],
    ['tile/0/x000/000', 'path'],
    ['C:\\head', 'path'],
    ['', 'path'],
  ])('path %j', (path, code) => {
    expect(codeOf(libraryWith(reference()).offer(path, new Uint8Array(1)))).toBe(code);
  });

  test('endless data: more octets than a path may have', () => {
    const library = libraryWith(reference());
    for (const path of ['head', 'checkpoint', 'root/2', 'edition/9', 'tile/0/001', `pack/${'a'.repeat(26)}`]) {
      expect([path, codeOf(library.offer(path, new Uint8Array(LIMITS.packBytes + 1)))]).toEqual([path, 'too-large']);
    }
  });

  test('a file of another channel', () => {
    const other = new TestNewsroom('other', 1, 1);
    other.publish({ stories: STORIES });
    const library = libraryWith(reference());
    expect(codeOf(library.offer('head', other.files.get('head')!))).toBe('signature');
    expect(codeOf(library.offer('checkpoint', other.files.get('checkpoint')!))).toBe('channel');
    expect(codeOf(library.offer('root/1', other.files.get('root/1')!))).toBe('channel');
    expect(codeOf(new Library({ channelId: other.channelId }).offer('root/1', reference().files.get('root/1')!))).toBe(
      'channel',
    );
  });

  test('deep nesting, and a bomb in a pack', () => {
    const library = libraryWith(reference());
    const deep = new Uint8Array(4_000).fill(0x81);
    expect(codeOf(library.offer(`pack/${contentId(deep)}`, deep))).toBe('too-large');
    const bomb = encodePack({
      kind: 'headlines',
      items: [
        {
          index: 0,
          coding: { codec: 1, dictionary: null },
          salt: new Uint8Array(16),
          tail: new Uint8Array(0),
          data: BOMB,
        },
      ],
    });
    expect(codeOf(library.offer(`pack/${contentId(bomb)}`, bomb))).toBe('compression');
    const strange = encodePack({
      kind: 'headlines',
      items: [
        {
          index: 0,
          coding: { codec: 77, dictionary: null },
          salt: new Uint8Array(16),
          tail: new Uint8Array(0),
          data: BOMB,
        },
      ],
    });
    expect(codeOf(library.offer(`pack/${contentId(strange)}`, strange))).toBe('coding');
  });

  test('a flood of files that wait drowns itself, and nothing that is expected', () => {
    const newsroom = reference();
    const library = new Library({ channelId: newsroom.channelId });
    for (let i = 1; i <= LIMITS.waitingFiles + 100; i++) library.offer(`edition/${i}`, encodeUtf8(`edition ${i}`));
    expect([...library.waitingFiles()].length).toBeLessThanOrEqual(LIMITS.waitingFiles);
    for (const { path, bytes } of filesOf(newsroom)) library.offer(path, bytes);
    expect(shown(library)).toHaveLength(3);
  });
});

/** Raw DEFLATE of 300,000 zeros by hand: a fixed block, one literal and runs of 258 at distance 1. */
const BOMB = bomb();

function bomb(): Uint8Array {
  const bits: number[] = [1, 1, 0];
  const put = (code: number, length: number): void => {
    for (let i = length - 1; i >= 0; i--) bits.push((code >> i) & 1);
  };
  put(0x30, 8);
  for (let run = 0; run < 1_163; run++) {
    put(0xc5, 8);
    put(0, 5);
  }
  put(0, 7);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => (bytes[i >> 3]! |= bit << (i & 7)));
  return bytes;
}

describe('A5: forks', () => {
  /** Two histories with one key: the same first edition, then different second ones. */
  function forked(): [TestNewsroom, TestNewsroom] {
    const make = (title: string): TestNewsroom => {
      const newsroom = new TestNewsroom('forked', 1, 1);
      newsroom.publish({ stories: STORIES });
      newsroom.publish({ stories: [{ title, text: ['…'] }] });
      return newsroom;
    };
    return [make('For some'), make('For others')];
  }

  test('two heads of one size: refused, and kept as evidence that others can check', () => {
    const [some, others] = forked();
    for (const path of ['head', 'checkpoint']) {
      const library = libraryWith(some);
      expect(codeOf(library.offer(path, others.files.get(path)!))).toBe('fork');
      const [evidence] = library.evidence;
      const notes = [evidence!.held, evidence!.other].map((text) => parseNote(encodeUtf8(text)));
      for (const note of notes) expect(verifyNote(note, [some.keys.log])).toHaveLength(1);
      const [a, b] = notes.map((note) => parseCheckpoint(note.text));
      expect(a!.size).toBe(b!.size);
      expect(a!.root).not.toEqual(b!.root);
    }
  });

  test('heads of different sizes: found by the nodes that they share', () => {
    const [some, others] = forked();
    others.publish({ stories: [{ title: 'Later', text: ['…'] }] });
    const library = libraryWith(some);
    expect(codeOf(library.offer('head', others.files.get('head')!))).toBe('fork');
    expect(library.evidence).toHaveLength(1);
    expect(shown(library)).toEqual(shown(libraryWith(some)));
  });

  test('a larger head alone is taken, and found out when more arrives', () => {
    const [some, others] = forked();
    others.publish({ stories: Array.from({ length: 200 }, (_, i) => ({ title: `${i} ${'x'.repeat(150)}` })) });
    const library = libraryWith(some);
    expect(decodedHead(others).first).toBeGreaterThan(some.size);
    library.offer('checkpoint', others.files.get('checkpoint')!);
    expect(describeLibrary(library)!.linked).toBe(false);
    for (const { path, bytes } of filesOf(others)) library.offer(path, bytes);
    describeLibrary(library);
    expect(library.evidence).toHaveLength(1);
  });

  test('evidence travels as a file, to readers of either history', () => {
    const [some, others] = forked();
    const witness = libraryWith(some);
    witness.offer('checkpoint', others.files.get('checkpoint')!);
    const files = [...witness.files()];
    const fork = files.find(({ path }) => path.startsWith('fork/'))!;
    expect(fork.bytes).toEqual(others.files.get('checkpoint'));
    expect(witness.file(fork.path)).toEqual(fork.bytes);
    for (const order of [files, files.toReversed()]) {
      const library = new Library();
      for (const { path, bytes } of order) expect(library.offer(path, bytes).status).not.toBe('refused');
      expect(library.evidence).toEqual(witness.evidence);
      expect(library.takeSettled().filter(({ outcome }) => outcome.status !== 'accepted')).toEqual([]);
    }
    const other = libraryWith(others);
    expect(codeOf(other.offer(fork.path, fork.bytes))).toBe('accepted');
    expect([...other.files()].filter(({ path }) => path.startsWith('fork/'))).toEqual([]);
    for (const { path, bytes } of files) other.offer(path, bytes);
    expect(other.evidence.map(({ other: note }) => encodeUtf8(note))).toEqual([some.files.get('checkpoint')]);
  });

  test('no more evidence is kept than proves it, and none of what strangers sign', () => {
    const [some] = forked();
    const library = libraryWith(some);
    const forkOf = (newsroom: TestNewsroom, n: number): [string, Uint8Array] => {
      const head = newsroom.sign(some.size, sha256(Uint8Array.of(n)), 1_790_900_000);
      const bytes = formatNote(noteOf(head, newsroom.keys));
      return [`fork/${contentId(bytes)}`, bytes];
    };
    for (let n = 0; n <= LIMITS.evidence; n++) expect(codeOf(library.offer(...forkOf(some, n)))).toBe('accepted');
    expect(library.evidence).toHaveLength(LIMITS.evidence);
    const thief = new TestNewsroom('forked', 1, 1);
    thief.logSecret = thief.random(32);
    expect(codeOf(library.offer(...forkOf(thief, 99)))).toBe('signature');
  });
});

function decodedHead(newsroom: TestNewsroom) {
  const suffix = decodeSuffix(newsroom.files.get('head')!, () => null);
  if (typeof suffix === 'string') throw new Error('needs a dictionary');
  return suffix;
}

describe('A6: withheld is not withdrawn', () => {
  test('each pack removed: its posts are missing or lack their text, none is withdrawn', () => {
    const newsroom = reference();
    for (const { path } of filesOf(newsroom).filter((file) => file.path.startsWith('pack/'))) {
      const library = libraryWith(newsroom, (p) => p === path || p === 'head' || p === 'tile/entries/000.p/5');
      const posts = [...postsOf(library)];
      expect(
        posts.some((p) => p.status === 'missing' || p.status === 'headline'),
        path,
      ).toBe(true);
      expect(posts.some((p) => p.status === 'withdrawn')).toBe(false);
    }
  });

  test('a withdrawn post shows its reason and never its words, in whatever order things come', () => {
    const newsroom = reference();
    const before = new Map(newsroom.files);
    newsroom.publish({ tombstones: [{ index: 0, reason: 'person', replacement: 1 }] });
    const old = [...before].filter(([path]) => path.startsWith('pack/'));
    for (const oldFirst of [true, false]) {
      const library = new Library();
      const newer = filesOf(newsroom);
      const older = inOfferOrder(old.map(([path, bytes]) => ({ path: treePath(path), bytes })));
      for (const { path, bytes } of oldFirst ? [...older, ...newer] : [...newer, ...older]) library.offer(path, bytes);
      const [first] = postsOf(library);
      expect(first).toMatchObject({ status: 'withdrawn', record: null, reason: 'person', replacedBy: 1 });
      expect(library.text(0)).toBeNull();
      const kept = [...library.files()].map(({ bytes }) => String.fromCharCode(...bytes)).join('');
      expect(kept).not.toContain('Bridge closed');
      expect(kept).not.toContain('Work lasts');
      expect(shown(library)).toHaveLength(2);
    }
  });

  test('a forged tombstone has no place in the log', () => {
    const newsroom = reference();
    const suffix = decodeSuffix(newsroom.files.get('edition/2')!, () => null);
    if (typeof suffix === 'string') throw new Error('needs a dictionary');
    const tombstone = encode(
      new Map([
        [0, 0],
        [1, 1],
      ]),
    );
    const inputs = suffix.records.map((r) => {
      if ('entry' in r) return r;
      return { type: 2 as const, salt: r.salt, head: tombstone, tail: new Uint8Array(0), lang: '' };
    });
    const forged = encodeSuffix(suffix, inputs, identityCoding);
    const library = libraryWith(newsroom, (path) => path === 'edition/2');
    expect(codeOf(library.offer('edition/2', forged))).toBe('encoding');
    expect([...postsOf(library)].some((p) => p.status === 'withdrawn')).toBe(false);
  });

  test('an edition of another newsroom, or under another number, proves nothing', () => {
    const other = new TestNewsroom('other', 1, 1);
    other.publish({ stories: STORIES });
    other.publish({ tombstones: [{ index: 0, reason: 'legal', replacement: null }] });
    const newsroom = reference();
    const library = libraryWith(newsroom, (path) => path.startsWith('edition/'));
    expect(codeOf(library.offer('edition/2', other.files.get('edition/2')!))).not.toBe('accepted');
    expect(codeOf(library.offer('edition/1', newsroom.files.get('edition/2')!))).toBe('proof');
  });

  test('records and layers of one post do not stand in for those of another', () => {
    const newsroom = reference();
    const [headlines, layers] = [...newsroom.files]
      .filter(([path]) => path.startsWith('pack/'))
      .map(([, bytes]) => decodePack(bytes))
      .filter((pack) => pack.items[0]!.index === 0)
      .sort((a) => (a.kind === 'headlines' ? -1 : 1));
    const library = libraryWith(newsroom);
    const moved = [headlines!, layers!].map((pack) =>
      encodePack({
        ...pack,
        items: pack.items.map((item) => ({ ...item, index: 1 - item.index })).reverse(),
      } as typeof pack),
    );
    expect(moved.map((bytes) => codeOf(library.offer(`pack/${contentId(bytes)}`, bytes)))).toEqual(['entry', 'layer']);
  });
});

describe('A7: a stolen key', () => {
  function theft() {
    const newsroom = new TestNewsroom('stolen');
    newsroom.publish({ stories: STORIES });
    const good = decodedHead(newsroom);
    const keep = { size: newsroom.size, root: parseCheckpoint(parseNote(newsroom.files.get('checkpoint')!).text).root };
    const thief = new TestNewsroom('stolen');
    thief.publish({ stories: STORIES });
    thief.publish({ stories: [{ title: 'False news', text: ['Lies.'] }], time: 4_000_000_000 });
    return { newsroom, thief, keep, good };
  }

  test('fast-forward to 2^53 is out of limits', () => {
    const { newsroom } = theft();
    const head = newsroom.sign(2 ** 53 - 1, new Uint8Array(32), 4_000_000_000);
    const library = libraryWith(newsroom);
    expect(codeOf(library.offer('checkpoint', formatNote(noteOf(head, newsroom.keys))))).toBe('too-large');
  });

  test('fast-forward within limits: the next root recovers every reader, offline, with 0 posts of the thief', () => {
    const { newsroom, thief, keep } = theft();
    const library = libraryWith(thief);
    const far = newsroom.sign(2 ** 39, new Uint8Array(32).fill(7), 4_000_000_000);
    library.offer('checkpoint', formatNote(noteOf(far, newsroom.keys)));
    newsroom.rotate({ logKey: true, keep });
    newsroom.publish({ stories: [{ title: 'We are back', text: ['Our key was stolen.'] }] });
    for (const { path, bytes } of filesOf(newsroom)) library.offer(path, bytes);
    const titles = [...postsOf(library)].map((p) => p.record?.title);
    expect(titles).toEqual(['Bridge closed', 'پل بسته شد', 'We are back']);
    for (const { path, bytes } of filesOf(thief)) library.offer(path, bytes);
    expect([...postsOf(library)].map((p) => p.record?.title)).toEqual(titles);
    expect(codeOf(library.offer('head', thief.files.get('head')!))).toBe('former-key');
    expect(codeOf(library.offer('checkpoint', thief.files.get('checkpoint')!))).toBe('former-key');
  });

  test('the log key cannot make a root', () => {
    const { newsroom } = theft();
    const library = libraryWith(newsroom);
    const impostor = new TestNewsroom('impostor');
    impostor.rotate({ rootKeys: true });
    expect(codeOf(library.offer('root/2', impostor.files.get('root/2')!))).toBe('root');
  });

  test('each octet of the next root flipped', () => {
    const { newsroom, keep } = theft();
    const library = libraryWith(newsroom);
    newsroom.rotate({ logKey: true, keep });
    const bytes = newsroom.files.get('root/2')!;
    for (let at = 0; at < bytes.length; at += 3)
      expect(codeOf(library.offer('root/2', flipped(bytes, at)))).not.toBe('accepted');
    expect(codeOf(library.offer('root/2', bytes))).toBe('accepted');
  });

  test('the new head may come before the root that names its key', () => {
    const { newsroom, keep } = theft();
    const library = libraryWith(newsroom);
    newsroom.rotate({ logKey: true, keep });
    newsroom.publish({ stories: [{ title: 'New key' }] });
    expect(codeOf(library.offer('head', newsroom.files.get('head')!))).toBe('signature');
    library.offer('root/2', newsroom.files.get('root/2')!);
    expect(describeLibrary(library)!.size).toBe(newsroom.size);
  });
});

test('A8: no clock: heads signed in 1970 and in 2100 are taken alike', () => {
  for (const time of [0, 4_102_444_800]) {
    const newsroom = new TestNewsroom();
    newsroom.publish({ stories: STORIES, time });
    expect(describeLibrary(libraryWith(newsroom))!.signedAt).toBe(time);
  }
});
