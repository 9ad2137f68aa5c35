/**
 * The cases of the lab, each before every resolver. Runs in a network namespace of its own:
 *
 *     unshare --net node cases.ts <case>…        prints a line of JSON for each case and resolver
 */
import { READER_SIDE, Servers, readZone, type Reading } from './lab.ts';
import { ZONE, newsroomWith, zoneOf } from './edition.ts';
import type { Faults } from './relay.ts';
import { RESOLVERS, Running, bringUpLoopback, type ResolverKind } from './resolvers.ts';
import { encodeBase32 } from '@pappus/core';

interface Case {
  /** Of the network before the reader, and before the authority. */
  reader?: Faults;
  authority?: Faults;
  /** More of its configuration, by name. */
  extra?: Partial<Record<string, string>>;
  run?: (scene: Scene) => Promise<Result>;
  queriesPerSecond?: number;
}

interface Scene {
  resolver: Running;
  servers: Servers;
  read: (queriesPerSecond?: number) => Promise<Reading>;
}

type Result = Partial<Reading> & { crossed?: number; crossedAgain?: number; crossedBytes?: number; complete?: number };

const CLAMP = {
  Unbound: '  cache-max-ttl: 60',
  BIND: 'max-cache-ttl 60;',
  'Knot Resolver': 'cache.max_ttl(60)',
  'PowerDNS Recursor': 'max-cache-ttl=60',
};
const TXT = 16;
const READERS = 100;

/** A first pass that is complete is remembered by the resolver: the next goes no further than to it. */
async function readTwice({ read, servers }: Scene): Promise<Result> {
  await read();
  const before = (await servers.tell({})).authority.queries;
  const second = await read();
  return { ...second, crossedAgain: (await servers.tell({})).authority.queries - before };
}

const CASES: Record<string, Case> = {
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
  'five a second': { reader: { queriesPerSecond: 5 }, queriesPerSecond: 20 },
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
      const readings: Reading[] = [];
      for (let i = 0; i < READERS; i += 10)
        readings.push(...(await Promise.all(Array.from({ length: 10 }, () => scene.read(1_000)))));
      const { queries, bytes } = (await scene.servers.tell({})).authority;
      return { ...readings[0]!, complete: readings.filter(isWhole).length, crossed: queries, crossedBytes: bytes };
    },
  },
  'cut off': {
    run: async (scene) => {
      for (let i = 0; i < 30; i++) await scene.read(1_000);
      await scene.servers.tell({ faults: { isCut: true } });
      return scene.read();
    },
  },
  again: { run: readTwice },
};

const isWhole = (reading: Reading): boolean => reading.posts === 30 && reading.texts === 30;

async function runCase(name: string, kind: ResolverKind, channel: string): Promise<void> {
  const { reader = {}, authority = {}, extra = {}, run, queriesPerSecond } = CASES[name]!;
  const zone = await zoneOf(channel);
  const channelId = encodeBase32(zone.channel);
  const servers = await Servers.start(channel);
  await servers.tell({ faults: authority });
  const upstream = kind.name === 'dnsmasq' ? await new Running(RESOLVERS[0]!, extra['Unbound']).start() : null;
  const resolver = await new Running(kind, extra[kind.name]).start();
  await servers.tell({ reader: { resolver: kind.address, faults: reader } });
  const read = (perSecond = queriesPerSecond ?? 10): Promise<Reading> =>
    readZone({ zone: ZONE, channelId, addresses: [READER_SIDE], queriesPerSecond: perSecond, burst: perSecond });
  try {
    const result = run ? await run({ resolver, servers, read }) : await read();
    const { queries, wireBytes, forged } = await servers.tell({});
    console.log(JSON.stringify({ case: name, resolver: kind.name, queries, wireBytes, forged, ...result }));
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
for (const name of names.length > 0 ? names : Object.keys(CASES))
  for (const kind of RESOLVERS) if (only === 'all' || only === kind.name) await runCase(name, kind, channel);
process.exit(0);
