/** Zones for tests: any files of a tree, sorted as a zone's are, and resolvers that ask an authority in memory. */
import { parsePath, type TreeFile } from '@pappus/core';
import { Authority, Resolver, blocksOf, type Exchange, type Zone, type ZoneFiles } from '../../src/dns/index.ts';

export const CHANNEL = new Uint8Array(32).fill(7);
export const ZONE = 'n.example.org';
/** As often as anybody likes: tests of the pace set their own. */
export const FAST = { start: 1e6, max: 1e6, burst: 1e6 };

/** Packs go to the newest edition, whatever they hold. */
export function zoneFiles(files: readonly TreeFile[]): ZoneFiles {
  const of = (...kinds: string[]): TreeFile[] => files.filter(({ path }) => kinds.includes(parsePath(path).kind));
  const numbered = of('edition').map((file) => ({ file, number: Number(file.path.slice(8)) }));
  const editions = numbered
    .sort((a, b) => a.number - b.number)
    .map(({ file, number }) => ({ number, headlines: [file], texts: [] as TreeFile[] }));
  const packs = of('pack');
  if (editions.length === 0) editions.push({ number: 1, headlines: [], texts: packs });
  else editions.at(-1)!.texts = packs;
  const standing = of('root', 'dict', 'tile', 'entries', 'fork');
  return { channel: CHANNEL, time: 1_790_000_000, first: of('head', 'checkpoint'), standing, editions };
}

export function zoneOf(files: readonly TreeFile[], blockBytes = 1_100): Zone {
  const content = blocksOf(zoneFiles(files), blockBytes);
  const servers = [{ name: `ns1.${ZONE}`, addresses: ['127.0.0.1', '::1'] }];
  return { name: ZONE, servers, time: 1_790_000_000, channel: CHANNEL, content };
}

/** What stands between a reader and an authority: null drops the query, or the answer. */
export interface Way {
  query?: (query: Uint8Array) => Uint8Array | null;
  /** All answers that come instead of the true one, in this order. */
  answers?: (answer: Uint8Array, query: Uint8Array) => Uint8Array[];
}

export function inMemory(authority: Authority, way: Way = {}, maxBytes: number | null = 1_232): Exchange {
  return async (query, take, signal) => {
    const sent = way.query ? way.query(query) : query;
    const answer = sent && authority.answer(sent, maxBytes);
    const answers = !answer ? [] : way.answers ? way.answers(answer, query) : [answer];
    for (const one of answers) {
      await Promise.resolve();
      if (take(one)) return;
    }
    await new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };
}

/** A resolver that reaches the authority by UDP and TCP. */
export function memoryResolver(authority: Authority, name = 'memory', way: Way = {}): Resolver {
  const [datagram, stream] = [inMemory(authority, way), inMemory(authority, way, null)];
  return new Resolver({ name, datagram, stream, pace: FAST });
}
