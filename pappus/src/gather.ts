/** Brings what shelves hold into a library: everything that a listed shelf names, or what the library asks for. */
import { createHash, hash } from 'node:crypto';
import {
  Library,
  inOfferOrder,
  maxBytes,
  treePath,
  useSha256,
  wantedPaths,
  type Outcome,
  type TreePath,
} from '@pappus/core';
import { builtInDictionaries } from '@pappus/newsroom';
import type { Shelf } from '@pappus/transports';
import type { Opened } from './open.ts';
import { Progress, UserError, note } from './terminal.ts';

export interface Verdict {
  where: string;
  path: TreePath;
  outcome: Outcome;
}

const ASK_AT_ONCE = 6;
const READ_TIMEOUT_MS = 120_000;

useSha256((bytes) => (hash ? hash('sha256', bytes, 'buffer') : createHash('sha256').update(bytes).digest()));

/** A library with the dictionaries that come with Pappus. */
export function newLibrary(channelId: string | null): Library {
  if (channelId !== null && !/^[a-z2-7]{52}$/.test(channelId)) {
    throw new UserError('A channel id has 52 letters and digits. Copy it whole from the newsroom; nothing was changed.', 2);
  }
  return new Library({ channelId, dictionaries: builtInDictionaries().map((d) => d.bytes) });
}

/** Offers what a source holds. Gives the verdicts that are not plain acceptance. */
export async function gather(library: Library, source: Opened): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const offer = (path: TreePath, bytes: Uint8Array): void => {
    const outcome = library.offer(path, bytes);
    if (outcome.status !== 'accepted') verdicts.push({ where: source.where, path, outcome });
  };
  const progress = new Progress(`reading ${source.where}`);
  if (source.listed) await gatherListed(source, offer, progress);
  else await gatherWanted(library, source, offer, progress);
  progress.end();
  return settle(library, source.where, verdicts);
}

async function gatherListed(
  { listed, where }: Opened,
  offer: (path: TreePath, bytes: Uint8Array) => void,
  progress: Progress,
): Promise<void> {
  const names: { path: TreePath }[] = [];
  const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
  for await (const path of listed!.list(signal)) names.push({ path });
  if (names.length === 0) throw new UserError(`${where} holds no channel. Give a folder, ZIP or HTML file made by Pappus.`);
  let done = 0;
  for (const { path } of inOfferOrder(names)) {
    const bytes = await listed!.read(path, { bytes: maxBytes(path), signal });
    if (bytes) offer(path, bytes);
    progress.at(++done, names.length);
  }
}

/** Asks first for what may have changed, then as the library says, until nothing new comes. */
async function gatherWanted(
  library: Library,
  { shelf, where }: Opened,
  offer: (path: TreePath, bytes: Uint8Array) => void,
  progress: Progress,
): Promise<void> {
  const asked = new Set<TreePath>();
  const failures: Error[] = [];
  let done = 0;
  let came = 0;
  const first = [...(library.identity ? [] : [treePath('root/1')]), treePath('head'), treePath('checkpoint')];
  for (let paths = first; paths.length > 0; paths = wantedPaths(library).filter((path) => !asked.has(path))) {
    for (let at = 0; at < paths.length; at += ASK_AT_ONCE) {
      const some = paths.slice(at, at + ASK_AT_ONCE);
      for (const path of some) asked.add(path);
      const answers = await Promise.all(some.map((path) => ask(shelf, path, failures)));
      answers.forEach((bytes, i) => bytes && offer(some[i]!, bytes));
      came += answers.filter((bytes) => bytes !== null).length;
      progress.at((done += some.length), null);
    }
  }
  if (came > 0 && failures.length > 0) note(`${where}: ${failures.length} answers did not come (${failures[0]!.message}).`);
  if (came === 0) throw new UserError(`${where} gave nothing${reason(failures)}. Nothing is lost; try another mirror or file.`);
}

/** One answer that does not come does not stop the others. */
async function ask(shelf: Shelf, path: TreePath, failures: Error[]): Promise<Uint8Array | null> {
  try {
    return await shelf.read(path, { bytes: maxBytes(path), signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  } catch (error) {
    failures.push(error as Error);
    return null;
  }
}

function reason([first]: readonly Error[]): string {
  if (!first) return '';
  const cause = first.cause instanceof Error ? `: ${first.cause.message}` : '';
  return ` (${first.message}${cause})`;
}

/** What waited may have been judged since; only the last word on a file counts. */
function settle(library: Library, where: string, verdicts: Verdict[]): Verdict[] {
  const last = new Map(verdicts.map((v) => [v.path, v]));
  for (const { path, outcome } of library.takeSettled()) {
    if (outcome.status === 'accepted') last.delete(path);
    else last.set(path, { where, path, outcome });
  }
  return [...last.values()];
}
