/** Newsrooms in temporary folders, and drafts, for tests. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { hash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useSha256, type Block } from '@pappus/core';
import type { Draft } from '../src/draft.ts';
import { Newsroom } from '../src/newsroom.ts';

useSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));

export const PASSPHRASE = 'five words are good enough';

/** An empty folder that has the machine's memory in it too, for as long as `work` runs. */
export async function inSandbox<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pappus-desk-'));
  const before = process.env['XDG_STATE_HOME'];
  process.env['XDG_STATE_HOME'] = join(folder, 'state');
  try {
    return await work(folder);
  } finally {
    if (before === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = before;
    await rm(folder, { recursive: true, force: true });
  }
}

export function createIn(folder: string, rootKeys = 1, threshold = 1, mirrors: string[] = []): Promise<Newsroom> {
  return Newsroom.create(folder, {
    name: 'The Courier',
    lang: 'en',
    rootKeys,
    threshold,
    passphrase: PASSPHRASE,
    mirrors,
  });
}

/** Runs `work` on a newsroom and closes it, whatever happens. */
export async function using<T>(opening: Promise<Newsroom>, work: (newsroom: Newsroom) => Promise<T>): Promise<T> {
  const newsroom = await opening;
  try {
    return await work(newsroom);
  } finally {
    newsroom.close();
  }
}

export async function copyFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}

export const paragraph = (value: string): Block => ({ type: 'paragraph', children: [{ type: 'text', value }] });

export function draftOf(sourceId: string, title: string, text: string[] = [`The text of ${title}.`]): Draft {
  return {
    sourceId,
    title,
    summary: '',
    lang: 'en',
    date: 1_790_000_000,
    byline: '',
    tags: [],
    link: `https://courier.example/${encodeURIComponent(sourceId)}`,
    body: text.map(paragraph),
  };
}

export function drafts(count: number, name: string): Draft[] {
  return Array.from({ length: count }, (_, i) => draftOf(`${name}-${i}`, `${name} ${i}`));
}

/** A small generator of chance for plans, not for keys (mulberry32). Gives numbers from 0 to 1. */
export function seededChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
