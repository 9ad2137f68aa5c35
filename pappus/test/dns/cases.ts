/**
 * The cases of the lab, each before every resolver. Runs in a network namespace of its own:
 *
 *     unshare --net node cases.ts <case>…        prints a line of JSON for each case and resolver
 */
import { encodeBase32 } from '@pappus/core';
import { CASE_NAMES, type CaseName, type CaseResult } from './case-names.ts';
import { TYPE, decodeLadder, decodeMessage, encodeQuery, type Pace, type Zone } from '@pappus/transports/dns';
import { askByUdp } from '@pappus/transports/node';
import { READER_SIDE, Servers } from './lab.ts';
import { ZONE, chance, newsroomWith, zoneOf } from './edition.ts';
import { NO_LIMIT, TEN_A_SECOND, readFiles, readNews, type Reader, type Reading } from './reading.ts';
import type { Faults } from './relay.ts';
import { RESOLVERS, Running, bringUpLoopback, type ResolverKind } from './resolvers.ts';

interface Case {
  /** Of the network before the reader, and before the authority. */
  reader?: Faults;
  authority?: Faults;
  /** More of its configuration, by name. */
  extra?: Partial<Record<string, string>>;
  run?: (scene: Scene) => Promise<Result>;
  pace?: Pace;
}

interface Scene {
  resolver: Running;
  servers: Servers;
  zone: Zone;
  reader: Reader;
  read: () => Promise<Reading>;
}

type Result = Partial<CaseResult>;

const CLAMP = {
  Unbound: '  cache-max-ttl: 60',
  BIND: 'max-cache-ttl 60;',
  'Knot Resolver': 'cache.max_ttl(60)',
  'PowerDNS Recursor': 'max-cache-ttl=60',
};
const TXT = 16;
const READERS = 100;
const READERS_AT_ONCE = 10;

/** A first pass that is complete is remembered by the resolver: the next goes no further than to it. */
async function readTwice({ read, servers }: Scene): Promise<Result> {
  await read();
  const before = (await servers.tell({})).authority.questions;
  const second = await read();
  return { ...second, crossedAgain: (await servers.tell({})).authority.questions - before };
}

const CASES: Record<CaseName, Case> = {
  plain: {
    run: async ({ read, servers }) => ({ ...(await read()), crossed: (await servers.tell({})).authority.queries }),
  },
  'loss at the reader': { reader: { loss: 0.3 } },
  'loss at the authority': { authority: { loss: 0.3 } },
  reordered: { reader: { delayMs: [0, 120] } },
  'one in five forged': { reader: { forgeOneIn: 5 } },
  'denials injected': { reader: { injects: 'denial' } },
  'falsehoods injected': { reader: { injects: 'falsehood' } },
  'no EDNS, no TCP': { reader: { stripsEdns: true, blocksTcp: true } },
  'no TCP': { reader: { blocksTcp: true } },
  'TXT refused': { reader: { refusedTypes: [TXT] } },
  'kept for a minute': { extra: CLAMP },
  'five a second': { reader: { queriesPerSecond: 5 }, pace: { start: 20, max: 20, burst: 20 } },
  restarted: {
    run: async ({ read, resolver, servers }) => {
      const reading = read();
      while ((await servers.tell({})).queries < 12);
      await resolver.stop();
      await resolver.start();
      return reading;
    },
  },
  'a hundred readers': {
    run: async (scene) => {
      const reading = await scene.read();
      const complete = await readByTheHundred(scene, reading);
      const { queries, questions, bytes } = (await scene.servers.tell({})).authority;
      return { ...reading, complete, crossed: queries, crossedQuestions: questions, crossedBytes: bytes };
    },
  },
  'cut off': {
    run: async (scene) => {
      const first = await scene.read();
      await readByTheHundred(scene, first);
      await scene.servers.tell({ faults: { isCut: true } });
      const ttls = await ttlsOf(scene);
      await scene.servers.tell({ reader: { resolver: scene.resolver.address, faults: { lostNames: SHORT_RUNGS } } });
      return { ...(await scene.read()), ...ttls };
    },
  },
  again: { run: readTwice },
};

/** Those that no resolver has any more after a day. */
const SHORT_RUNGS = ['h0', 'h1'];
const LONG_RUNGS = ['h2', 'h3'];

/** Ten at a time; how many got every file. */
async function readByTheHundred(scene: Scene, { paths }: Reading): Promise<number> {
  let complete = 0;
  for (let i = 0; i < READERS; i += READERS_AT_ONCE) {
    const some = Array.from({ length: READERS_AT_ONCE }, () => readFiles({ ...scene.reader, pace: NO_LIMIT }, paths));
    complete += (await Promise.all(some)).filter(Boolean).length;
  }
  return complete;
}

/** For how long the resolver will still have every block, and the longest rung. */
async function ttlsOf({ resolver, zone }: Scene): Promise<{ blockTtl: number; rungTtl: number }> {
  const ask = askByUdp(resolver.address);
  const ttlOf = async (label: string): Promise<number> => {
    let ttl = 0;
    const query = encodeQuery({ id: 7, name: `${label}.${ZONE}`, type: TYPE.TXT, udpBytes: 1_232 });
    const take = (answer: Uint8Array): boolean => ((ttl = decodeMessage(answer).answers[0]?.ttl ?? 0), true);
    await ask(query, take, AbortSignal.timeout(5_000));
    return ttl;
  };
  const labels = decodeLadder(zone.content.ladder).streams.flatMap((stream) => stream.labels);
  const [blocks, rungs] = [await Promise.all(labels.map(ttlOf)), await Promise.all(LONG_RUNGS.map(ttlOf))];
  return { blockTtl: Math.min(...blocks), rungTtl: Math.max(...rungs) };
}

async function runCase(name: CaseName, kind: ResolverKind, channel: string): Promise<void> {
  const { reader: faults = {}, authority = {}, extra = {}, run, pace = TEN_A_SECOND } = CASES[name];
  const zone = await zoneOf(channel);
  const channelId = encodeBase32(zone.channel);
  const servers = await Servers.start(channel);
  await servers.tell({ faults: authority });
  const upstream = kind.name === 'dnsmasq' ? await new Running(RESOLVERS[0]!, extra['Unbound']).start() : null;
  const resolver = await new Running(kind, extra[kind.name]).start();
  await servers.tell({ reader: { resolver: kind.address, faults } });
  const reader = { channelId, address: READER_SIDE, random: chance(kind.address.length), pace };
  const read = (): Promise<Reading> => readNews(reader);
  try {
    const result = run ? await run({ resolver, servers, zone, reader, read }) : await read();
    const { queries, wireBytes, forged } = await servers.tell({});
    const { paths: _, ...told } = result;
    console.log(JSON.stringify({ case: name, resolver: kind.name, queries, wireBytes, forged, ...told }));
  } catch (error) {
    console.log(JSON.stringify({ case: name, resolver: kind.name, error: String(error) }));
  } finally {
    await servers.stop();
    await resolver.stop();
    await upstream?.stop();
  }
}

bringUpLoopback();
const channel = await newsroomWith(30);
const [only, ...names] = process.argv.slice(2);
for (const name of names.length > 0 ? (names as CaseName[]) : CASE_NAMES)
  for (const kind of RESOLVERS) if (only === 'all' || only === kind.name) await runCase(name, kind, channel);
process.exit(0);
