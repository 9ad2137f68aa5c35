/** Brings what shelves hold into a library: everything that a listed shelf names, or what the library asks for. */
import {
  Library,
  inOfferOrder,
  isMutable,
  maxBytes,
  treePath,
  wantedPaths,
  type Outcome,
  type TreePath,
} from '@pappus/core';
import { builtInDictionaries } from '@pappus/newsroom';
import type { Failover, ListedShelf } from '@pappus/transports';
import type { Opened } from './open.ts';
import { lendSha256 } from './sha256.ts';
import { Progress, UserError, note } from './terminal.ts';

export interface Verdict {
  where: string;
  path: TreePath;
  outcome: Outcome;
}

const ASK_AT_ONCE = 6;
const TRIES_MAX = 3;
const READ_TIMEOUT_MS = 120_000;

lendSha256();

/** A library with the dictionaries that come with Pappus. */
export function newLibrary(channelId: string | null): Library {
  if (channelId !== null && !/^[a-z2-7]{52}$/.test(channelId)) {
    throw new UserError(
      'A channel id has 52 letters and digits. Copy it whole from the newsroom; nothing was changed.',
      2,
    );
  }
  return new Library({ channelId, dictionaries: builtInDictionaries().map((d) => d.bytes) });
}

type Offer = (path: TreePath, bytes: Uint8Array) => Outcome;

/** Offers what a source holds. Gives the verdicts that are not plain acceptance. */
export async function gather(library: Library, source: Opened): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const offer: Offer = (path, bytes) => {
    const outcome = library.offer(path, bytes);
    const earlier = verdicts.findIndex((verdict) => verdict.path === path);
    if (earlier >= 0) verdicts.splice(earlier, 1); // a lie about a path does not matter once the truth came
    if (outcome.status !== 'accepted') verdicts.push({ where: source.where, path, outcome });
    return outcome;
  };
  const progress = new Progress(`reading ${source.where}`);
  if (source.kind === 'files') await gatherFiles(source.shelf, source.where, offer, progress);
  else await new Asking(library, source.shelf, offer).run(source.where, progress);
  progress.end();
  return settle(library, source.where, verdicts);
}

async function gatherFiles(shelf: ListedShelf, where: string, offer: Offer, progress: Progress): Promise<void> {
  const names: { path: TreePath }[] = [];
  const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
  for await (const path of shelf.list(signal)) names.push({ path });
  if (names.length === 0)
    throw new UserError(`${where} holds no channel. Give a folder, ZIP or HTML file made by Pappus.`);
  let done = 0;
  for (const { path } of inOfferOrder(names)) {
    const bytes = await shelf.read(path, { bytes: maxBytes(path), signal });
    if (bytes) offer(path, bytes);
    progress.at(++done, names.length);
  }
}

/** Asks mirrors first for what may have changed, then as the library says, until nothing new comes. */
class Asking {
  readonly #library: Library;
  readonly #shelf: Failover;
  readonly #offer: Offer;
  readonly #failures: Error[] = [];
  #came = 0;

  constructor(library: Library, shelf: Failover, offer: Offer) {
    this.#library = library;
    this.#shelf = shelf;
    this.#offer = offer;
  }

  async run(where: string, progress: Progress): Promise<void> {
    const asked = new Set<TreePath>();
    const first = [...(this.#library.identity ? [] : ['root/1']), 'head', 'checkpoint'].map(treePath);
    for (let paths = first; paths.length > 0; paths = wantedPaths(this.#library).filter((path) => !asked.has(path))) {
      for (let at = 0; at < paths.length; at += ASK_AT_ONCE) {
        const some = paths.slice(at, at + ASK_AT_ONCE);
        for (const path of some) asked.add(path);
        await Promise.all(some.map((path) => this.#ask(path)));
        progress.at(asked.size, null);
      }
    }
    const [failure] = this.#failures;
    if (this.#came === 0)
      throw new UserError(`${where} gave nothing${reason(failure)}. Nothing is lost; try another mirror or file.`);
    if (failure) note(`${where}: ${this.#failures.length} answers did not come${reason(failure)}.`);
  }

  /** One answer that does not come does not stop the others; a false one is reported, and another mirror asked. */
  async #ask(path: TreePath): Promise<void> {
    const limit = { bytes: maxBytes(path), signal: AbortSignal.timeout(READ_TIMEOUT_MS) };
    try {
      if (isMutable(path)) {
        for (const bytes of await this.#shelf.readAll(path, limit)) this.#judge(path, bytes);
        return;
      }
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const bytes = await this.#shelf.read(path, limit);
        if (bytes === null || this.#judge(path, bytes)) return;
      }
    } catch (error) {
      this.#failures.push(error as Error);
    }
  }

  /** False when the answer is a lie or damaged. */
  #judge(path: TreePath, bytes: Uint8Array): boolean {
    const outcome = this.#offer(path, bytes);
    const good = outcome.status !== 'refused' || outcome.code === 'older';
    this.#came++;
    this.#shelf.report(path, good, bytes);
    return good;
  }
}

function reason(failure: Error | undefined): string {
  if (!failure) return '';
  const first: unknown = failure instanceof AggregateError ? failure.errors[0] : failure;
  const { message, cause } = first as Error;
  return ` (${message}${cause instanceof Error ? `: ${cause.message}` : ''})`;
}

/** What waited may have been judged since; only the last word on a file counts. */
function settle(library: Library, where: string, verdicts: Verdict[]): Verdict[] {
  const last = new Map(verdicts.map((v) => [v.path, v]));
  for (const { path, outcome } of library.takeSettled()) {
    if (outcome.status === 'accepted') last.delete(path);
    else last.set(path, { where, path, outcome });
  }
  return [...last.values()].sort((a, b) => (a.path < b.path ? -1 : 1)); // answers come in any order
}
