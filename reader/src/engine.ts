/** Starts the page: verifies the tree that the file carries, a little at a time, and then takes over. */
import { Library, Refused, describeLibrary, makeReady, useSha256, wasmSha256, type Outcome } from '@pappus/core';
import { filesOfDocument } from '@pappus/transports';
import type { Fault } from './page.ts';
import { Reader } from './reader.ts';
import type { Words } from './words/words.ts';

interface Verdict {
  path: string;
  outcome: Outcome;
}

/** Long enough to get on, short enough for a finger. */
const SLICE_MS = 24;

/** Known only while the script is read. */
const script = document.currentScript!.textContent;

async function start(): Promise<void> {
  const place = document.getElementById('page')!;
  const words = JSON.parse(place.dataset['words']!) as Words;
  const faster = wasmSha256();
  if (faster) useSha256(faster);
  const library = new Library({ channelId: place.dataset['channel']!, layersWhenRead: true });
  const faults = await offerAll(library, words);
  document.title = describeLibrary(library)?.name ?? '';
  // Nothing stays that was not verified, but the tree itself: a browser saves it along with the page.
  document.body.replaceChildren(place, ...document.querySelectorAll('body > script'));
  const css = document.querySelector('style')!.textContent;
  new Reader(place, { words, shell: { parts: async () => ({ script, css }) } }).show(library, faults);
}

async function offerAll(library: Library, words: Words): Promise<Fault[]> {
  const verdicts: Verdict[] = [];
  const state = document.getElementById('state');
  let sliceEnd = performance.now();
  for (const verdict of judged(library)) {
    if (verdict) verdicts.push(verdict);
    if (performance.now() < sliceEnd) continue;
    if (state) state.textContent = `${words.checking} ${verdicts.length.toLocaleString(words.lang)}`;
    await new Promise((resolve) => setTimeout(resolve));
    sliceEnd = performance.now() + SLICE_MS;
  }
  const settled = new Map(library.takeSettled().map((verdict) => [verdict.path as string, verdict]));
  return verdicts.flatMap((first) => {
    const { path, outcome } = settled.get(first.path) ?? first;
    return outcome.status === 'refused' ? [{ path, code: outcome.code }] : [];
  });
}

/** What stands before a damaged line is read; the line itself is one verdict more. Null: there was work, and no verdict. */
function* judged(library: Library): Generator<Verdict | null> {
  try {
    for (const { path, bytes } of filesOfDocument(document)) {
      if (path.startsWith('dict/')) for (const _ of makeReady(bytes)) yield null;
      yield { path, outcome: library.offer(path, bytes) };
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    yield { path: '', outcome: { status: 'refused', code: error.code, detail: error.detail } };
  }
}

void start();
