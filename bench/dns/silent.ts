/** The authority is silent: what a resolver still gives, from its cache, past its time, and with a secondary inside. */
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TYPE, CARRIER_TYPES, decodeLadder, decodeMessage, encodeQuery, writeZoneFile } from '@pappus/transports/dns';
import { askByUdp } from '@pappus/transports/node';
import { ZONE } from '../../pappus/test/dns/edition.ts';
import { SERVERS, serveRoot } from '../../pappus/test/dns/lab.ts';
import { FeedServers, readFeed } from './feed.ts';
import { startNsd } from './name-servers.ts';
import { NO_LIMIT, TEN_A_SECOND, isWhole, neverWarms, readFiles, readNews } from '../../pappus/test/dns/reading.ts';
import { POSTS, Resolving, closeScene, done, openScene, resolverOfPart, type Extra, type Scene } from './scene.ts';

/** Shares from 0 to 1, of the octets of the newest edition with its ladder; without a ladder it is nothing. */
export interface SilentResult {
  /** By the TTLs that a resolver with defaults hands out after a hundred readers. */
  atHours: Record<string, number>;
  /** Past their time, with defaults, and with serve-stale; null where there is none. */
  expired: number;
  stale: number | null;
  /** Milliseconds until a reader has all of it in that state; null where he never has. */
  staleMs: number | null;
  /** With one secondary that is not cut off, the resolver's cache empty. */
  secondary: number;
  secondaryMs: number;
  /** By hours that its clock was put forward, with defaults and with serve-stale; null where that cannot be done. */
  jumped: Record<string, number> | null;
  jumpedStale: Record<string, number> | null;
  feed: number;
}

const HOURS = [0, 1, 23, 165.6];
/** Seconds; PowerDNS takes no less. */
const SHORT_TTL = 15;
const EXPIRED_MS = 17_000;
const READERS = 100;
const ASK_MS = 15_000;
const READ_MS_MAX = 90_000;
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const RUNGS = ['h0', 'h1', 'h2', 'h3'];
/** The model retries for ten seconds: enough blocks to see that none comes. */
const FEED_BLOCKS = 4;

const CLAMP: Extra = {
  Unbound: `  cache-max-ttl: ${SHORT_TTL}`,
  BIND: `max-cache-ttl ${SHORT_TTL};`,
  'Knot Resolver': `cache.max_ttl(${SHORT_TTL})`,
  'PowerDNS Recursor': `max-cache-ttl=${SHORT_TTL}`,
};
const STALE: Extra = {
  Unbound: '  serve-expired: yes',
  BIND: 'stale-cache-enable yes; stale-answer-enable yes;',
  'Knot Resolver': "modules.load('serve_stale < cache')",
  'PowerDNS Recursor': 'serve-stale-extensions=20160',
};

const kind = resolverOfPart();
/** dnsmasq keeps nothing: what counts is the resolver that it asks. */
const caching = kind.name === 'dnsmasq' ? 'Unbound' : kind.name;

/** TTLs of what the newest edition needs, by name; those that do not come are not there. */
async function ttlsOf(address: string, labels: readonly string[]): Promise<Map<string, number>> {
  const ask = askByUdp(address);
  const ttls = new Map<string, number>();
  const one = async (label: string, id: number): Promise<void> => {
    const query = encodeQuery({ id, name: `${label}.${ZONE}`, type: TYPE.TXT, udpBytes: 1_232 });
    const take = (answer: Uint8Array): boolean => {
      const [record] = decodeMessage(answer).answers;
      if (record) ttls.set(label, record.ttl);
      return true;
    };
    await ask(query, take, AbortSignal.timeout(ASK_MS)).catch(() => {});
  };
  await Promise.all(labels.map(one));
  return ttls;
}

/** The share that lives longer than so many seconds. */
async function shareOf({ zone, resolver }: Scene): Promise<(seconds: number) => number> {
  const labels = decodeLadder(zone.content.ladder).streams.flatMap((stream) => stream.labels);
  const ttls = await ttlsOf(resolver.address, [...RUNGS, ...labels]);
  const bytesOf = (label: string): number => zone.content.blocks.get(label)!.length;
  const ladderBytes = zone.content.ladder.length;
  const all = labels.reduce((sum, label) => sum + bytesOf(label), ladderBytes);
  return (seconds) => {
    const lives = (label: string): boolean => (ttls.get(label) ?? -1) >= seconds;
    if (!RUNGS.some(lives)) return 0;
    return labels.filter(lives).reduce((sum, label) => sum + bytesOf(label), ladderBytes) / all;
  };
}

const readOf = ({ resolver, channelId }: Scene, random?: () => number) =>
  readNews({ address: resolver.address, channelId, pace: TEN_A_SECOND, ...(random && { random }) });

/** One who reads and then a hundred more; then nobody reaches the authority. */
async function warmAndCut(scene: Scene, readers: number): Promise<void> {
  const { paths } = await readOf(scene);
  const { address } = scene.resolver;
  for (let i = 0; i < readers; i++) await readFiles({ address, channelId: scene.channelId, pace: NO_LIMIT }, paths);
  await scene.servers.tell({ faults: { isCut: true } });
}

async function byTtl(): Promise<Record<string, number>> {
  const scene = await openScene(kind);
  await warmAndCut(scene, READERS);
  const share = await shareOf(scene);
  await closeScene(scene);
  return Object.fromEntries(HOURS.map((hours) => [hours, share(hours * 3_600)]));
}

/** Everything in the cache is past its time. */
async function past(extra: Extra): Promise<{ share: number; readMs: number | null }> {
  const scene = await openScene(kind, { extra: { [caching]: `${CLAMP[caching]}\n${extra[caching] ?? ''}` } });
  await warmAndCut(scene, 0);
  await pause(EXPIRED_MS); // until the TTLs have run out
  const isStale = extra[caching] !== undefined;
  const reading = isStale ? await Promise.race([readOf(scene, neverWarms), pause(READ_MS_MAX, null)]) : null;
  const share = (await shareOf(scene))(0);
  await closeScene(scene);
  return { share, readMs: reading && isWhole(reading, POSTS) ? reading.allMs : null };
}

/** Three of four addresses are cut off; at the fourth NSD serves our zone file. */
async function withSecondary(): Promise<{ share: number; readMs: number }> {
  const scene = await openScene(kind);
  await scene.servers.stop();
  await scene.resolver.stop();
  const file = join(mkdtempSync(join(tmpdir(), 'pappus-zone-')), 'zone');
  writeFileSync(file, Buffer.concat([...writeZoneFile(scene.zone, Object.values(CARRIER_TYPES))]));
  const root = await serveRoot(ZONE, SERVERS);
  const mute = SERVERS.slice(0, 3).map((address) => createSocket('udp4').bind(53, address));
  const nsd = await startNsd({ zone: ZONE, file, address: SERVERS[3]!, port: 53, label: 'h0' });
  const resolver = await new Resolving(kind).restart();
  const reading = await readOf({ ...scene, resolver });
  for (const socket of [root, ...mute]) socket.close();
  await nsd.stop();
  await resolver.stop();
  return { share: isWhole(reading, POSTS) ? 1 : 0, readMs: reading.allMs };
}

/** Puts the clock of a resolver forward, as only Unbound bears it. */
async function jumps(hours: readonly number[], extra: Extra): Promise<Record<string, number> | null> {
  if (kind.name !== 'Unbound' || !existsSync(FAKETIME)) return null;
  const clock = join(mkdtempSync(join(tmpdir(), 'pappus-clock-')), 'clock');
  writeFileSync(clock, '+0\n');
  const fake = {
    LD_PRELOAD: FAKETIME,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const scene = await openScene(kind, { extra });
  Object.assign(process.env, fake);
  await scene.resolver.restart();
  for (const name of Object.keys(fake)) delete process.env[name];
  await warmAndCut(scene, READERS);
  const shares: Record<string, number> = {};
  for (const later of hours) {
    writeFileSync(clock, `+${later}h\n`);
    shares[later] = (await shareOf(scene))(0);
  }
  await closeScene(scene);
  return shares;
}

async function feedAfterCut(): Promise<number> {
  const servers = await FeedServers.start(FEED_BLOCKS * 400);
  const resolver = await new Resolving(kind).restart();
  const first = await readFeed(resolver.address, servers.blocks, 1, FEED_BLOCKS);
  if (first.blocks !== servers.blocks.length) throw new Error('the model does not work');
  await servers.tell({ isCut: true });
  const { blocks } = await readFeed(resolver.address, servers.blocks, 1, FEED_BLOCKS);
  await servers.stop();
  await resolver.stop();
  return blocks / servers.blocks.length;
}

const atHours = await byTtl();
const { share: expired } = await past({});
const { share: stale, readMs: staleMs } = await past(STALE);
const { share: secondary, readMs: secondaryMs } = await withSecondary();
const jumped = await jumps([23, 25], {});
const jumpedStale = await jumps([25, 168, 744], STALE);
const feed = await feedAfterCut();
const result: SilentResult = { atHours, expired, stale, staleMs, secondary, secondaryMs, jumped, jumpedStale, feed };
done(result);
