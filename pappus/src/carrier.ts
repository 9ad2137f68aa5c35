/** Brings a library up to date from everywhere at once, for days: first what costs nothing, and nothing that is held. */
import { inOfferOrder, maxBytes, type Outcome, type TreePath } from '@pappus/core';
import { Asking, Failover, type ListedShelf, type ReadLimit, type Shelf } from '@pappus/transports';
import { DnsShelf } from '@pappus/transports/dns';
import type { LibraryFolder } from './library-folder.ts';
import { FILES_AT_ONCE, openShelf, openSource, type AskOptions } from './open.ts';
import { isWhole } from './report.ts';
import { reasonOf } from './terminal.ts';

/** Where news come from, as the user named it; what the channel itself signs is added. */
export interface Ways {
  folders: readonly string[];
  mirrors: readonly string[];
  zones: readonly string[];
}

/** What one way has given so far. */
export interface Cost {
  where: string;
  files: number;
  /** Octets of files; of a zone, all octets both ways. */
  bytes: number;
  queries: number;
  refused: number;
  /** Files that were asked for and did not come, and why the last one did not. */
  failed: number;
  trouble: string | null;
}

/** What one round came to. */
export interface Round {
  isComplete: boolean;
  /** Files that were new. */
  accepted: number;
  /** Of folders and files that could not be read. */
  failures: string[];
}

const READ_TIMEOUT_MS = 120_000;
/** What has come is on disk after at most so long. */
const SAVE_MS = 2_000;

/** Carries one channel. */
export class Carrier {
  readonly #kept: LibraryFolder;
  readonly #ways: Ways;
  readonly #ask: AskOptions;
  readonly #shelves = new Map<string, CountedShelf>();
  readonly #costs = new Map<string, Cost>();
  #failover: Failover | null = null;
  #savedAt = 0;

  /** `ask` without `isWanted`, which is what the library lacks. */
  constructor(kept: LibraryFolder, ways: Ways, ask: Omit<AskOptions, 'isWanted'>) {
    this.#kept = kept;
    this.#ways = ways;
    this.#ask = { ...ask, isWanted: (path) => !kept.library.holds(path) };
  }

  /** What each way has cost. */
  get costs(): Cost[] {
    for (const [where, { shelf }] of this.#shelves)
      if (shelf instanceof DnsShelf) Object.assign(this.#costOf(where), shelf.cost);
    return [...this.#costs.values()];
  }

  /** Asks every way for what the library lacks, and writes it. Throws the reason of `signal` only. */
  async round(signal: AbortSignal, progress: (asked: number) => void): Promise<Round> {
    const failures: string[] = [];
    const before = this.#count();
    for (const folder of this.#ways.folders)
      await this.#takeFolder(folder).catch((error: Error) => failures.push(error.message));
    await this.#save(true);
    if (this.#addresses().length > 0) await this.#askAll(signal, progress);
    await this.#save(true);
    return { isComplete: this.isComplete, accepted: this.#count() - before, failures };
  }

  /** Nothing of what the newest head names is missing. */
  get isComplete(): boolean {
    const { library } = this.#kept;
    return library.identity !== null && isWhole(library);
  }

  /** Hears no more answers. */
  close(): void {
    for (const { shelf } of this.#shelves.values()) if (shelf instanceof DnsShelf) shelf.close();
  }

  #count(): number {
    return [...this.#kept.library.paths()].length;
  }

  async #takeFolder(folder: string): Promise<void> {
    const source = await openSource(folder);
    if (source.kind !== 'files') return;
    try {
      const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
      for (const path of inOfferOrder(await this.#lacked(source.shelf, signal))) {
        const bytes = await source.shelf.read(path.path, { bytes: maxBytes(path.path), signal });
        if (bytes) this.#offer(folder, path.path, bytes);
      }
    } finally {
      await source.close();
    }
  }

  async #lacked(shelf: ListedShelf, signal: AbortSignal): Promise<{ path: TreePath }[]> {
    const lacked: { path: TreePath }[] = [];
    for await (const path of shelf.list(signal))
      if (!this.#kept.library.holds(path) || path === 'head') lacked.push({ path });
    return lacked;
  }

  async #askAll(signal: AbortSignal, progress: (asked: number) => void): Promise<void> {
    const { library } = this.#kept;
    const asking = new Asking(library, this.#open(), {
      signal,
      progress,
      atOnce: FILES_AT_ONCE.zone,
      offer: (path, bytes) => library.offer(path, bytes),
    });
    await asking.askForNews();
    asking.shelf = this.#open(); // the head may have brought a root that names more mirrors and zones
    for (let { wanted } = asking; wanted.length > 0; wanted = asking.wanted) {
      await asking.askFor(wanted.slice(0, FILES_AT_ONCE.zone));
      await this.#save(false);
    }
  }

  /** All ways that are asked: those of the user, and those that the newsroom signed. */
  #addresses(): string[] {
    const root = this.#kept.library.identity?.root;
    const signed = [...(root?.mirrors ?? []), ...(root?.zones ?? []).map((zone) => `dns:${zone}`)];
    const named = [...this.#ways.mirrors, ...this.#ways.zones.map((zone) => `dns:${zone}`)];
    return [...new Set([...named, ...signed])];
  }

  /** The same shelves as before, so that what they were worth is not forgotten, and new ones. */
  #open(): Failover {
    const missing = this.#addresses().filter((where) => !this.#shelves.has(where));
    for (const where of missing)
      this.#shelves.set(where, new CountedShelf(openShelf(where, this.#ask), this.#costOf(where)));
    if (missing.length > 0 || !this.#failover) this.#failover = new Failover(this.#shelves.values());
    return this.#failover;
  }

  #offer(where: string, path: TreePath, bytes: Uint8Array): Outcome {
    const outcome = this.#kept.library.offer(path, bytes);
    const cost = this.#costOf(where);
    cost.files++;
    cost.bytes += bytes.length;
    if (outcome.status === 'refused' && outcome.code !== 'older') cost.refused++;
    return outcome;
  }

  #costOf(where: string): Cost {
    let cost = this.#costs.get(where);
    if (!cost) {
      cost = { where, files: 0, bytes: 0, queries: 0, refused: 0, failed: 0, trouble: null };
      this.#costs.set(where, cost);
    }
    return cost;
  }

  async #save(atOnce: boolean): Promise<void> {
    if (!atOnce && performance.now() - this.#savedAt < SAVE_MS) return;
    this.#kept.library.takeSettled();
    await this.#kept.save();
    this.#savedAt = performance.now();
  }
}

/** A shelf that counts what it gives. */
class CountedShelf implements Shelf {
  readonly shelf: Shelf;
  readonly #cost: Cost;

  constructor(shelf: Shelf, cost: Cost) {
    this.shelf = shelf;
    this.#cost = cost;
  }

  async read(path: TreePath, limit: ReadLimit): Promise<Uint8Array | null> {
    this.#cost.queries++;
    try {
      const bytes = await this.shelf.read(path, limit);
      if (bytes) this.#cost.files++;
      this.#cost.bytes += bytes?.length ?? 0;
      return bytes;
    } catch (error) {
      if (!limit.signal.aborted) {
        this.#cost.failed++;
        this.#cost.trouble = reasonOf(error);
      }
      throw error;
    }
  }

  report(path: TreePath, good: boolean, bytes?: Uint8Array): boolean {
    if (!good) this.#cost.refused++;
    return this.shelf.report?.(path, good, bytes) ?? false;
  }
}
