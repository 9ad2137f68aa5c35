/**
 * Brings a channel up to date from its mirrors and zones. A little is fetched at once; before more, the reader is told
 * how much.
 * The same library with the same addresses asks the same questions in the same order.
 */
import { parsePath, wantedPaths, type Library, type TreePath } from '@pappus/core';
import { Asking, Failover, HttpShelf } from '@pappus/transports';
import type { Resolver } from '@pappus/transports/dns';
import { askable, askableResolvers } from './addresses.ts';
import { resolversAt, zoneShelves, zonesOf } from './zones.ts';

/** What is still to be had. */
export interface Cost {
  files: number;
  /** Octets, near the truth: the newsroom signs the sizes of packs, the rest is what such files usually have. */
  bytes: number;
}

export interface FetchingOptions {
  /** Addresses that the reader gave. */
  given: readonly string[];
  /** Addresses of resolvers that the reader chose; without any, no zone is asked. */
  resolvers: readonly string[];
  /** `location` of the page. */
  page: { protocol: string };
  signal: AbortSignal;
  /** Told as files come. */
  progress?: (files: number, bytes: number) => void;
}

/** So much is fetched before anybody is asked. */
export const SMALL_BYTES = 64_000;
/** Octets on the line for one of a file that comes by a zone: 2.1 measured over HTTP/1.1, before TLS; less over HTTP/2. */
export const ZONE_FACTOR = 2.2;

const USUAL_BYTES = {
  root: 0,
  checkpoint: 600,
  fork: 600,
  head: 4_096,
  edition: 1_500,
  pack: 12_288,
  dict: 16_384,
  tile: 8_192,
  entries: 8_192,
};

/** One bringing up to date of one library. */
export class Fetching {
  readonly #library: Library;
  readonly #options: FetchingOptions;
  readonly #asking: Asking;
  readonly #resolvers: readonly Resolver[];
  #asked: string;
  /** Octets of files that came. */
  #bytes = 0;
  /** Files that came and are not false. None: nobody gave a true answer. */
  answers = 0;

  /** Throws Error when there is nobody to ask. */
  constructor(library: Library, options: FetchingOptions) {
    this.#library = library;
    this.#options = options;
    this.#resolvers = resolversAt(askableResolvers(options.resolvers, options.page));
    this.#asked = this.#whom();
    if (this.#asked === '') throw new Error('nobody to ask');
    this.#asking = new Asking(library, this.#shelf(), {
      signal: options.signal,
      offer: (path, bytes) => {
        this.#bytes += bytes.length;
        const outcome = library.offer(path, bytes);
        if (outcome.status !== 'refused' || outcome.code === 'older') this.answers++;
        return outcome;
      },
      progress: (files) => options.progress?.(files, this.bytes),
    });
  }

  /** Octets that were taken, more or less. */
  get bytes(): number {
    return this.#bytes * this.#factor;
  }

  /** Null: there is nothing more to ask for. */
  get cost(): Cost | null {
    const wanted = this.#asking.wanted;
    const files = wanted.filter((path) => !path.startsWith('root/'));
    if (files.length === 0) return null;
    const sizes = sizesOfPacks(this.#library);
    const bytes = files.reduce((sum, path) => sum + (sizes.get(path) ?? usual(path)), 0);
    return { files: files.length, bytes: bytes * this.#factor };
  }

  /** Files that are still wanted, asked for or not. */
  get missing(): number {
    return wantedPaths(this.#library).filter((path) => !path.startsWith('root/')).length;
  }

  /** What is new, as much of it as is little, most valuable first. Throws the reason of `signal` only. */
  async news(): Promise<void> {
    await this.#asking.askForNews();
    await this.#fetch(SMALL_BYTES);
  }

  /** All that `cost` said, and a little more should it come up. */
  rest(): Promise<void> {
    return this.#fetch(this.#bytes + (this.cost?.bytes ?? 0) / this.#factor + SMALL_BYTES);
  }

  async #fetch(bytesMax: number): Promise<void> {
    for (let some = this.#fitting(bytesMax); some.length > 0; some = this.#fitting(bytesMax)) {
      this.#useNewestList();
      await this.#asking.askFor(some);
    }
  }

  /** What is wanted most, as long as there is room. */
  #fitting(bytesMax: number): TreePath[] {
    const sizes = sizesOfPacks(this.#library);
    let room = bytesMax - this.#bytes;
    const wanted = this.#asking.wanted;
    const end = wanted.findIndex((path) => (room -= sizes.get(path) ?? usual(path)) < 0);
    return end < 0 ? wanted : wanted.slice(0, end);
  }

  /** Whoever gave most of what came will give most of what is to come. */
  get #factor(): number {
    const byZones = this.#resolvers.reduce((sum, { cost }) => sum + cost.bytes, 0);
    return byZones > this.#bytes ? ZONE_FACTOR : 1;
  }

  /** A root that just came may name others. */
  #useNewestList(): void {
    if (this.#whom() === this.#asked) return;
    this.#asked = this.#whom();
    this.#asking.shelf = this.#shelf();
  }

  #mirrors(): string[] {
    return askable(this.#library.identity?.root.mirrors ?? [], this.#options.given, this.#options.page);
  }

  #whom(): string {
    return [...this.#mirrors(), ...(this.#resolvers.length > 0 ? zonesOf(this.#library) : [])].join(' ');
  }

  #shelf(): Failover {
    const mirrors = this.#mirrors().map((address) => new HttpShelf(address));
    if (this.#resolvers.length === 0) return new Failover(mirrors);
    return new Failover([...mirrors, ...zoneShelves(this.#library, this.#resolvers, this.#options.signal)]);
  }
}

function sizesOfPacks(library: Library): Map<string, number> {
  const marks = [...library.contents.marks.values()];
  return new Map(marks.flatMap(({ mark }) => mark.packs.map((pack) => [`pack/${pack.id}`, pack.sizeBytes])));
}

function usual(path: TreePath): number {
  return USUAL_BYTES[parsePath(path).kind];
}
