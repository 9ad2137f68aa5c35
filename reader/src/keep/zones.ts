/** The zones of DNS that a newsroom signed, asked through the resolvers that the reader chose. */
import type { Library, TreePath } from '@pappus/core';
import { DnsShelf, RESOLVERS_MAX, Resolver, askByHttps, zoneName } from '@pappus/transports/dns';

/** Zones of one channel that are asked. */
const ZONES_MAX = 4;
const MINUTE_MS = 60_000;
/** Multiples of it fall evenly between 0 and 1. */
const GOLDEN = 0.618_033_988_749_895;

/** Resolvers, each of which keeps its pace whatever it is asked for. */
export function resolversAt(addresses: readonly string[]): Resolver[] {
  return addresses
    .slice(0, RESOLVERS_MAX)
    .map((address) => new Resolver({ name: new URL(address).host, stream: askByHttps(address) }));
}

/** Those that the newest root names. */
export function zonesOf(library: Library): string[] {
  const zones = (library.identity?.root.zones ?? []).flatMap((text) => zoneName(text) ?? []);
  return [...new Set(zones)].slice(0, ZONES_MAX);
}

/**
 * One shelf for each zone, which hears no more once `signal` fires. Only headlines are fetched ahead: what texts cost
 * is said before.
 */
export function zoneShelves(library: Library, resolvers: readonly Resolver[], signal: AbortSignal): DnsShelf[] {
  const isWanted = (path: TreePath): boolean => path.startsWith('edition/') && !library.holds(path);
  return zonesOf(library).map((zone) => {
    const { channelId } = library.identity!;
    const shelf = new DnsShelf({ zone, channelId, resolvers, isWanted, random: chanceOfMinute });
    signal.addEventListener('abort', () => shelf.close(), { once: true });
    return shelf;
  });
}

/** The same for all readers: chance of their own would tell two readers in one state apart. */
function chanceOfMinute(): number {
  return (Math.floor(Date.now() / MINUTE_MS) * GOLDEN) % 1;
}
