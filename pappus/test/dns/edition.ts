/** A channel of Persian posts whose words mean nothing, about as long on the wire as those of a news agency. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Newsroom, importSource } from '@pappus/newsroom';
import { ZoneSource } from '../../src/zone.ts';
import type { Zone } from '@pappus/transports/dns';
import { SERVERS } from './lab.ts';

export const ZONE = 'n.example.org';

const LETTERS = 'اندریهمتوشبزسکلگخپجحعفقچ';
const WORDS_A_TEXT = 98;

/** Chance that is the same each time (a linear congruence, Numerical Recipes §7.1). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** A newsroom in a folder of its own, with so many posts published. */
export async function newsroomWith(posts: number, seed = 1): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pappus-dns-'));
  process.env['XDG_STATE_HOME'] = join(folder, 'state');
  const channel = join(folder, 'channel');
  const options = {
    name: 'آزمایش',
    lang: 'fa',
    rootKeys: 1,
    threshold: 1,
    passphrase: 'of no use to anybody',
    mirrors: [],
  };
  (await Newsroom.create(channel, options)).close();
  await publishMore(channel, posts, seed);
  return channel;
}

/** One edition more. */
export async function publishMore(channel: string, posts: number, seed: number): Promise<void> {
  const drafts = join(channel, '..', `drafts-${seed}`);
  mkdirSync(drafts);
  const random = chance(seed);
  for (let i = 0; i < posts; i++) writeFileSync(join(drafts, `${seed}-${i}.md`), markdown(random));
  const imported = await importSource(drafts, { onProgress: () => {} });
  const newsroom = await Newsroom.open(channel);
  await newsroom.addDrafts(imported.drafts);
  await newsroom.publish({});
  newsroom.close();
}

function markdown(random: () => number): string {
  const word = (): string =>
    Array.from(
      { length: 2 + Math.floor(random() * 4) },
      () => LETTERS[Math.floor(random() ** 2 * LETTERS.length)],
    ).join('');
  const words = (count: number): string => Array.from({ length: count }, word).join(' ');
  return `---\ntitle: ${words(14)}\nlang: fa\ndate: 2026-11-01\n---\n\n${words(WORDS_A_TEXT)}\n\n${words(WORDS_A_TEXT)}\n`;
}

export function sourceOf(channel: string, zone = ZONE): ZoneSource {
  const servers = SERVERS.map((address, i) => ({ name: `ns${i + 1}.${zone}`, addresses: [address] }));
  return new ZoneSource({ folder: channel, zone, servers, blocksMax: 10_000 });
}

export async function zoneOf(channel: string): Promise<Zone> {
  return sourceOf(channel).refresh();
}
