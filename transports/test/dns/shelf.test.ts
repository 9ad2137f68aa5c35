import { describe, expect, it } from 'vitest';
import { encodeBase32, type TreeFile, type TreePath } from '@pappus/core';
import {
  Authority,
  DnsShelf,
  Resolver,
  TYPE,
  decodeLadder,
  decodeMessage,
  type Exchange,
} from '../../src/dns/index.ts';
import { Failover } from '../../src/failover.ts';
import { describeShelf } from '../conformance.ts';
import { largeTree } from '../tree-files.ts';
import { CHANNEL, FAST, ZONE, inMemory, memoryResolver, zoneOf, type Way } from './zone.ts';

const NEVER = new AbortController().signal;
const channelId = encodeBase32(CHANNEL);

function shelfOver(resolvers: Resolver[], id: string | null = channelId): DnsShelf {
  return new DnsShelf({ zone: ZONE, channelId: id, resolvers, random: () => 0.5 });
}

describeShelf('a zone of DNS', async (files) => {
  const shelf = shelfOver([memoryResolver(new Authority(zoneOf(files)))]);
  return { shelf, stop: async () => shelf.close() };
});

describeShelf(
  'a zone in addresses only',
  async (files) => {
    const authority = new Authority(zoneOf(files));
    const isAddress = (query: Uint8Array): boolean => query[query.length - 14] === 28;
    const refuse = (answer: Uint8Array, query: Uint8Array): Uint8Array[] => {
      if (isAddress(query)) return [answer];
      const refused = query.slice(0, query.length - 11);
      refused.set([0x81, 0x85], 2);
      refused.set([0, 0], 10);
      return [refused];
    };
    const shelf = shelfOver([memoryResolver(authority, 'memory', { answers: refuse })]);
    return { shelf, stop: async () => shelf.close() };
  },
  { runs: 3, files: 50 },
);

const tree: TreeFile[] = [
  { path: 'head' as TreePath, bytes: new Uint8Array(5_000).map((_, i) => i * 7) },
  ...largeTree(60),
].filter((file, i, all) => all.findIndex(({ path }) => path === file.path) === i);

async function readsAll(shelf: DnsShelf): Promise<void> {
  for (const { path, bytes } of tree) {
    expect(await shelf.read(path, { bytes: 200_000, signal: NEVER }), path).toEqual(bytes);
  }
  shelf.close();
}

/** Answers for a question with other data than it should have. */
function forged(answer: Uint8Array): Uint8Array {
  const bytes = answer.slice();
  for (let i = bytes.length - 60; i < bytes.length - 11; i++) bytes[i]! ^= 0x55;
  return bytes;
}

/** NXDOMAIN. */
const denial = (query: Uint8Array): Uint8Array => answerWith(query, 3);
/** SERVFAIL. */
const failure = (query: Uint8Array): Uint8Array => answerWith(query, 2);

function answerWith(query: Uint8Array, rcode: number): Uint8Array {
  const bytes = query.slice();
  bytes.set([0x81, 0x80 | rcode], 2);
  return bytes;
}

describe('between hostile resolvers', () => {
  const through = (way: Way): Resolver => memoryResolver(new Authority(zoneOf(tree)), 'memory', way);

  it('an injector that always answers first changes nothing', () =>
    readsAll(shelfOver([through({ answers: (answer) => [forged(answer), answer] })])));

  it('an injector that always denies first changes nothing', () =>
    readsAll(shelfOver([through({ answers: (answer, query) => [denial(query), answer] })])));

  it('a block whose name is denied for good comes in pieces', () => {
    const zone = zoneOf(tree);
    const poisoned = [...zone.content.blocks.keys()].filter((label) => label !== zone.content.ladderLabel)[2]!;
    const answers = (answer: Uint8Array, query: Uint8Array): Uint8Array[] =>
      decodeMessage(query).question!.name.startsWith(`${poisoned}.`) ? [denial(query)] : [answer];
    return readsAll(shelfOver([through({ answers })]));
  });

  it('however many answers say "too long", TCP is asked once for each question', async () => {
    const authority = new Authority(zoneOf(tree));
    const truncated = (answer: Uint8Array): Uint8Array => {
      const bytes = answer.slice();
      bytes[2]! |= 2;
      return bytes;
    };
    let [questions, streams] = [0, 0];
    const flood: Way = { answers: (answer) => (questions++, Array.from({ length: 100 }, () => truncated(answer))) };
    const stream = inMemory(authority, { answers: (answer) => (streams++, [answer]) }, null);
    await readsAll(
      shelfOver([new Resolver({ name: 'flood', datagram: inMemory(authority, flood), stream, pace: FAST })]),
    );
    expect(streams).toBeGreaterThan(0);
    expect(streams).toBeLessThanOrEqual(questions);
  });

  it('one failure leads nobody away from the kind of record that all readers ask for', async () => {
    const types: number[] = [];
    const answers = (answer: Uint8Array, query: Uint8Array): Uint8Array[] => {
      types.push(decodeMessage(query).question!.type);
      return [types.length === 1 ? failure(query) : answer];
    };
    await readsAll(shelfOver([through({ answers })]));
    expect(types.length).toBeGreaterThan(20);
    expect(types.filter((type) => type !== TYPE.TXT)).toHaveLength(1);
  });

  it('a resolver that lies is left after at most two answers', async () => {
    let lies = 0;
    const liar = through({ answers: (answer) => (lies++, [forged(answer)]) });
    await readsAll(shelfOver([liar, through({})]));
    expect(lies).toBeLessThanOrEqual(2);
  });

  it('a resolver with a ladder of its own is left, and the zone asked again behind others', async () => {
    const falseTree = tree.map(({ path, bytes }) => ({
      path,
      bytes: path === 'head' ? bytes.map((b) => b ^ 1) : bytes,
    }));
    const liar = memoryResolver(new Authority(zoneOf(falseTree)));
    const shelf = shelfOver([liar, through({})]);
    const all = new Failover([shelf]);
    const limit = { bytes: 200_000, signal: NEVER };
    const first = (await all.readAll('head' as TreePath, limit))[0]!;
    expect(first).not.toEqual(tree[0]!.bytes);
    all.report('head' as TreePath, false, first);
    expect(await all.readAll('head' as TreePath, limit)).toEqual([tree[0]!.bytes]);
    expect(liar.lies).toBeGreaterThan(0);
    shelf.close();
  });

  it('answers without EDNS and without TCP come in pieces', async () => {
    const authority = new Authority(zoneOf(tree));
    const datagram = inMemory(authority, { query: withoutEdns });
    await readsAll(shelfOver([new Resolver({ name: 'old', datagram, pace: FAST })]));
  });

  it('finds the channel of a zone by itself', () => readsAll(shelfOver([through({})], null)));

  it('takes no ladder of another channel', async () => {
    const shelf = shelfOver([through({})], encodeBase32(new Uint8Array(32).fill(8)));
    const signal = AbortSignal.timeout(1_500);
    await expect(shelf.read('head' as TreePath, { bytes: 9_000, signal })).rejects.toThrow();
    shelf.close();
  });
});

it('many packs at once are each found, though the ladder names none of them', async () => {
  const packs: TreeFile[] = Array.from({ length: 60 }, (_, i) => ({
    path: `pack/${encodeBase32(new Uint8Array(16).fill(i))}` as TreePath,
    bytes: new Uint8Array(1_500).map((_, at) => (i * 31 + at) & 0xff),
  }));
  const shelf = shelfOver([memoryResolver(new Authority(zoneOf([...tree.slice(0, 2), ...packs])))]);
  const limit = { bytes: 9_000, signal: NEVER };
  const files = await Promise.all(packs.map(({ path }) => shelf.read(path, limit)));
  expect(files).toEqual(packs.map(({ bytes }) => bytes));
  shelf.close();
});

describe('what is asked for ahead', () => {
  const small: TreeFile[] = [
    { path: 'head' as TreePath, bytes: new Uint8Array(3_000).fill(1) },
    { path: 'edition/1' as TreePath, bytes: new Uint8Array(300).fill(2) },
    { path: `pack/${'a'.repeat(26)}` as TreePath, bytes: new Uint8Array(4_000).map((_, i) => i >> 4) },
  ];

  it('is not asked for again when the reading of the head has ended', async () => {
    const zone = zoneOf(small);
    const [first] = decodeLadder(zone.content.ladder).streams;
    const early = ['h0', ...first!.labels];
    const asked: string[] = [];
    let open!: () => void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const answers = inMemory(new Authority(zone));
    const datagram: Exchange = async (query, take, signal) => {
      const [label] = decodeMessage(query).question!.name.split('.');
      asked.push(label!);
      if (!early.includes(label!)) await opened;
      await answers(query, take, signal);
    };
    const resolvers = [new Resolver({ name: 'late', datagram, pace: FAST })];
    const shelf = new DnsShelf({ zone: ZONE, channelId, resolvers, random: () => 0.5, isWanted: () => true });
    const head = new AbortController();
    await shelf.read(small[0]!.path, { bytes: 9_000, signal: head.signal });
    head.abort(new Error('it is here'));
    const rest = small.slice(1).map(({ path }) => shelf.read(path, { bytes: 9_000, signal: NEVER }));
    open();
    expect(await Promise.all(rest)).toEqual(small.slice(1).map(({ bytes }) => bytes));
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
    shelf.close();
  });

  it('is shared: who stops waiting takes it from nobody else', async () => {
    const shelf = shelfOver([memoryResolver(new Authority(zoneOf(small)))]);
    const [hasty, path] = [new AbortController(), small[2]!.path];
    const limit = { bytes: 9_000, signal: NEVER };
    await shelf.read(small[0]!.path, limit);
    const stopped = shelf.read(path, { ...limit, signal: hasty.signal });
    const other = shelf.read(path, limit);
    hasty.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    expect(await other).toEqual(small[2]!.bytes);
    shelf.close();
  });
});

function withoutEdns(query: Uint8Array): Uint8Array {
  const bytes = query.slice(0, query.length - 11);
  bytes.set([0, 0], 10);
  return bytes;
}
