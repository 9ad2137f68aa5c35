/** Starts the page: verifies the tree that the file carries, a little at a time, and then takes over. */
import {
  Library,
  Refused,
  describeLibrary,
  encodeUtf8,
  makeReady,
  sha256,
  useSha256,
  wasmSha256,
  type Outcome,
} from '@pappus/core';
import { filesOfDocument, type HtmlPage } from '@pappus/transports';
import type { Fault } from './page.ts';
import { Reader } from './reader.ts';
import { inSlices } from './slices.ts';
import { wordsOf } from './words/listed.ts';
import type { Words } from './words/words.ts';

interface Verdict {
  path: string;
  outcome: Outcome;
}

/** Known only while the script runs. */
const own = document.currentScript!.textContent;

async function start(): Promise<void> {
  const place = document.getElementById('page')!;
  const words = wordsOf(JSON.parse(place.dataset['words']!) as unknown[]);
  const parts = partsOfPage();
  const faster = wasmSha256();
  if (faster) useSha256(faster);
  const library = new Library({ channelId: place.dataset['channel']!, layersWhenRead: true });
  const faults = await offerAll(library, words);
  document.title = describeLibrary(library)?.name ?? '';
  // Nothing stays that was not verified, but the tree itself: a browser saves it along with the page.
  document.body.replaceChildren(place, ...document.querySelectorAll('body > script'));
  new Reader(place, { words, shell: { parts: async () => parts } }).show(library, faults);
}

/** What the page itself is made of, for pages that are passed on. */
function partsOfPage(): Pick<HtmlPage, 'script' | 'packed' | 'css'> {
  const textOf = (selector: string): string => document.querySelector(selector)!.textContent;
  const packed = { data: textOf('[data-packed]'), digest: sha256(encodeUtf8(own)) };
  return { script: textOf('script:not([type])'), packed, css: textOf('style') };
}

async function offerAll(library: Library, words: Words): Promise<Fault[]> {
  const verdicts: Verdict[] = [];
  const state = document.getElementById('state');
  const say = (): void => {
    if (state) state.textContent = `${words.checking} ${verdicts.length.toLocaleString(words.lang)}`;
  };
  await inSlices(judged(library), (verdict) => void (verdict && verdicts.push(verdict)), say);
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
