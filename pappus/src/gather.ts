/** Brings what shelves hold into a library: everything that a listed shelf names, or what the library asks for. */
import {
  Library,
  contentId,
  formatPath,
  inOfferOrder,
  maxBytes,
  type LibraryOptions,
  type Outcome,
  type TreeFile,
  type TreePath,
} from '@pappus/core';
import { builtInDictionaries } from '@pappus/newsroom';
import { Asking, type ListedShelf } from '@pappus/transports';
import type { Opened, OpenedMirrors } from './open.ts';
import { lendSha256 } from './sha256.ts';
import { Progress, UserError, counted, note, reasonOf } from './terminal.ts';

export interface Verdict {
  where: string;
  path: TreePath;
  outcome: Outcome;
}

const READ_TIMEOUT_MS = 120_000;

lendSha256();

/** A library with the dictionaries that come with Pappus. */
export function newLibrary(channelId: string | null, kept: Pick<LibraryOptions, 'files' | 'records'> = {}): Library {
  if (channelId !== null && !/^[a-z2-7]{52}$/.test(channelId)) {
    throw new UserError(
      'A channel id has 52 letters and digits. Copy it whole from the newsroom; nothing was changed.',
      2,
    );
  }
  return new Library({ ...kept, channelId, dictionaries: builtInDictionaries().map((d) => d.bytes) });
}

/** What comes with Pappus of `dict/`: neither a page nor an app has it, so what they need of it travels along. */
export function builtInFiles(): TreeFile[] {
  return builtInDictionaries().map(({ bytes }) => ({
    path: formatPath({ kind: 'dict', id: contentId(bytes) }),
    bytes,
  }));
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
  else await gatherMirrors(library, source, offer, progress);
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

async function gatherMirrors(
  library: Library,
  { where, shelf, atOnce }: OpenedMirrors,
  offer: Offer,
  progress: Progress,
): Promise<void> {
  const asking = new Asking(library, shelf, { offer, atOnce, progress: (asked) => progress.at(asked, null) });
  await asking.askForNews();
  await asking.askForRest();
  const [failure] = asking.failures;
  if (asking.answers === 0)
    throw new UserError(
      `${where} gave nothing${failure ? ` (${reasonOf(failure)})` : ''}. Nothing is lost; try another mirror or file.`,
    );
  if (failure) note(`${where}: ${counted(asking.failures.length, 'answer')} did not come (${reasonOf(failure)}).`);
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
