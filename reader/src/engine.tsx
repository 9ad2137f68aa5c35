/** Starts the page: verifies the tree that the file carries, a little at a time, and then takes over. */
import { Library, type TreeFile } from '@pappus/core';
import { filesOfDocument } from '@pappus/transports';
import { render } from 'preact';
import { App, type Verdict } from './app.tsx';
import type { Words } from './words/words.ts';

/** Long enough to get on, short enough for a finger. */
const SLICE_MS = 24;

async function start(): Promise<void> {
  const place = document.getElementById('page')!;
  const words = JSON.parse(place.dataset['words']!) as Words;
  const state = document.getElementById('state')!;
  state.textContent = words.checking;
  const library = new Library({ channelId: place.dataset['channel']! });
  const verdicts = await offerAll(library, filesOfDocument(document), state);
  const now = Math.floor(Date.now() / 1000);
  place.replaceChildren();
  render(<App library={library} verdicts={verdicts} words={words} now={now} />, place);
}

async function offerAll(library: Library, files: Iterable<TreeFile>, state: HTMLElement): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  const checking = state.textContent;
  let done = 0;
  for (const { path, bytes } of files) {
    verdicts.push({ path, outcome: library.offer(path, bytes) });
    done++;
    if (performance.now() < sliceEnd) continue;
    state.textContent = `${checking} ${done}`;
    await new Promise((resolve) => setTimeout(resolve));
    sliceEnd = performance.now() + SLICE_MS;
  }
  const settled = new Map(library.takeSettled().map((verdict) => [verdict.path as string, verdict]));
  return verdicts.map((verdict) => settled.get(verdict.path) ?? verdict).filter((v) => v.outcome.status !== 'accepted');
}

void start();
