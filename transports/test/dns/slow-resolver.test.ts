/** Resolvers that answer long after anyone would have asked again, as those that serve what has expired. */
import { describe, expect, it } from 'vitest';
import { encodeBase32, type TreeFile, type TreePath } from '@pappus/core';
import { Authority, DnsShelf, Resolver, TYPE, decodeMessage, type Exchange } from '../../src/dns/index.ts';
import { ManualClock } from '../manual-clock.ts';
import { CHANNEL, ZONE, inMemory, zoneOf } from './zone.ts';

const TEN_A_SECOND = { start: 10, max: 10, burst: 10 };
const LATE_MS = 10_000;
/** Four rungs, and the blocks of the files. */
const NAMES = 4 + 26;

const files: TreeFile[] = [
  { path: 'head' as TreePath, bytes: new Uint8Array(7_000).map((_, i) => i >> 3) },
  { path: 'edition/1' as TreePath, bytes: new Uint8Array(300).fill(2) },
  { path: `pack/${'a'.repeat(26)}` as TreePath, bytes: new Uint8Array(20_000).map((_, i) => i >> 4) },
];

interface Reading {
  /** Of the clock, until every file was there. */
  tookMs: number;
  queries: number;
}

/** Reads the head and then the rest, as the loop of questions does. */
async function read(clock: ManualClock, datagram: Exchange): Promise<Reading> {
  const resolver = new Resolver({ name: 'late', datagram, clock, pace: TEN_A_SECOND });
  const shelf = new DnsShelf({
    zone: ZONE,
    channelId: encodeBase32(CHANNEL),
    resolvers: [resolver],
    random: () => 0.5,
    isWanted: () => true,
    clock,
  });
  const limit = { bytes: 200_000, signal: new AbortController().signal };
  let tookMs: number | null = null;
  const all = async (): Promise<void> => {
    const [head, ...rest] = files;
    expect(await shelf.read(head!.path, limit)).toEqual(head!.bytes);
    expect(await Promise.all(rest.map(({ path }) => shelf.read(path, limit)))).toEqual(rest.map(({ bytes }) => bytes));
    tookMs = clock.now();
  };
  const reading = all();
  for (let seconds = 0; tookMs === null && seconds < 120; seconds++) await clock.advance(1_000);
  shelf.close();
  await clock.advance(1);
  await Promise.race([reading, Promise.reject(new Error('not all in two minutes'))]);
  return { tookMs: tookMs!, queries: resolver.cost.queries };
}

describe('a resolver that is late', () => {
  const authority = inMemory(new Authority(zoneOf(files)));
  const isText = (query: Uint8Array): boolean => decodeMessage(query).question!.type === TYPE.TXT;

  it('gives everything in the time that it takes for two questions, though it seems silent', async () => {
    const clock = new ManualClock();
    const late: Exchange = async (query, take, signal) => {
      await clock.wait(LATE_MS, signal);
      if (isText(query)) await authority(query, take, signal); // nothing else is in its cache
    };
    const { tookMs, queries } = await read(clock, late);
    expect(tookMs).toBeLessThan(2 * LATE_MS + 5_000);
    expect(queries).toBeLessThan(5 * NAMES);
  });
});
