/** One resolver in a namespace of our own, with a network before it and an authority behind it. */
import { encodeBase32 } from '@pappus/core';
import { TYPE, decodeMessage, encodeQuery, type Zone } from '@pappus/transports/dns';
import { askByUdp } from '@pappus/transports/node';
import { ZONE, newsroomWith, zoneOf } from '../../pappus/test/dns/edition.ts';
import { Servers } from '../../pappus/test/dns/lab.ts';
import { RESOLVERS, Running, bringUpLoopback, type ResolverKind } from '../../pappus/test/dns/resolvers.ts';
import { FEED_ZONE } from './feed.ts';

/** Lines for the configuration of a resolver, by its name. */
export type Extra = Partial<Record<string, string>>;

export const POSTS = 30;
const SERVFAIL = 2;
const ZONES = [ZONE, FEED_ZONE];

export function kindOf(name: string): ResolverKind {
  const kind = RESOLVERS.find((one) => one.name === name);
  if (!kind) throw new Error(`${name} is none of ${RESOLVERS.map((one) => one.name).join(', ')}`);
  return kind;
}

/** The resolver that the part was started for, its namespace made ready. */
export function resolverOfPart(): ResolverKind {
  bringUpLoopback();
  return kindOf(process.argv[2] ?? '');
}

/** A resolver and, for dnsmasq, the one that it asks. */
export class Resolving {
  readonly kind: ResolverKind;
  readonly #extra: Extra;
  #running: Running[] = [];

  constructor(kind: ResolverKind, extra: Extra = {}) {
    this.kind = kind;
    this.#extra = extra;
  }

  get address(): string {
    return this.kind.address;
  }

  /** With an empty cache, whether it was under way or not. */
  async restart(): Promise<this> {
    await this.stop();
    const kinds = this.kind.name === 'dnsmasq' ? [kindOf('Unbound'), this.kind] : [this.kind];
    for (const kind of kinds) this.#running.push(await new Running(kind, this.#extra[kind.name]).start());
    await this.#isReady();
    return this;
  }

  async stop(): Promise<void> {
    for (const running of this.#running.splice(0)) await running.stop();
  }

  /**
   * The first questions after a start may fail. Knot Resolver takes no glue on loopback, where only we are, and so
   * fails once with each new zone.
   */
  async #isReady(): Promise<void> {
    for (let tries = 0; (await this.#rcodeOf(`nobody-${tries}`)) === SERVFAIL; tries++)
      if (tries === 50) throw new Error(`${this.kind.name} knows no root`);
    if (this.kind.name === 'Knot Resolver') for (const zone of ZONES) await this.#rcodeOf(`nobody.${zone}`);
  }

  async #rcodeOf(name: string): Promise<number> {
    const ask = askByUdp(this.address);
    const query = encodeQuery({ id: 5, name, type: TYPE.TXT, udpBytes: 1_232 });
    let rcode = SERVFAIL;
    const take = (answer: Uint8Array): boolean => ((rcode = decodeMessage(answer).rcode), true);
    await ask(query, take, AbortSignal.timeout(500)).catch(() => {});
    return rcode;
  }
}

/** A channel of one edition behind a resolver. */
export interface Scene {
  channel: string;
  channelId: string;
  zone: Zone;
  servers: Servers;
  resolver: Resolving;
}

/** Starts all of it, the resolver's cache empty. */
export async function openScene(
  kind: ResolverKind,
  { posts = POSTS, extra = {} }: { posts?: number; extra?: Extra } = {},
): Promise<Scene> {
  const channel = await newsroomWith(posts);
  const zone = await zoneOf(channel);
  const servers = await Servers.start(channel);
  const resolver = await new Resolving(kind, extra).restart();
  return { channel, channelId: encodeBase32(zone.channel), zone, servers, resolver };
}

export async function closeScene({ servers, resolver }: Scene): Promise<void> {
  await servers.stop();
  await resolver.stop();
}

/** The result of a part, and its end. */
export function done(result: unknown): never {
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}

/** The smallest of `numbers` that so many in a hundred do not exceed. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Infinity;
}
