/** Starts the page: verifies the tree that the file carries, a little at a time, and then takes over. */
import { Library, Refused, describeLibrary } from '@pappus/core';
import { filesOfDocument } from '@pappus/transports';
import { render } from 'preact';
import { App, type Verdict } from './app.tsx';
import { fill } from './say.ts';
import type { Words } from './words/words.ts';

/** Long enough to get on, short enough for a finger. */
const SLICE_MS = 24;

async function start(): Promise<void> {
  const place = document.getElementById('page')!;
  const words = JSON.parse(place.dataset['words']!) as Words;
  const library = new Library({ channelId: place.dataset['channel']! });
  const verdicts = await offerAll(library, words);
  const now = Math.floor(Date.now() / 1000);
  document.title = describeLibrary(library)?.name ?? '';
  clearAround(place);
  render(<App library={library} verdicts={verdicts} words={words} now={now} />, place);
}

async function offerAll(library: Library, words: Words): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const state = document.getElementById('state');
  let sliceEnd = performance.now();
  for (const verdict of judged(library)) {
    verdicts.push(verdict);
    if (performance.now() < sliceEnd) continue;
    if (state) state.textContent = `${words.checking} ${fill('{done}', words, { done: verdicts.length })}`;
    await new Promise((resolve) => setTimeout(resolve));
    sliceEnd = performance.now() + SLICE_MS;
  }
  const settled = new Map(library.takeSettled().map((verdict) => [verdict.path as string, verdict]));
  return verdicts.map((verdict) => settled.get(verdict.path) ?? verdict).filter((v) => v.outcome.status !== 'accepted');
}

/** What stands before a damaged line is read; the line itself is one verdict more. */
function* judged(library: Library): Generator<Verdict> {
  try {
    for (const { path, bytes } of filesOfDocument(document)) yield { path, outcome: library.offer(path, bytes) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    yield { path: '', outcome: { status: 'refused', code: error.code, detail: error.detail } };
  }
}

/** Leaves nothing that was not verified, but the tree itself, which a browser saves along with the page. */
function clearAround(place: HTMLElement): void {
  place.replaceChildren();
  for (const node of [...document.body.childNodes]) if (node !== place && node.nodeName !== 'SCRIPT') node.remove();
}

void start();
