/**
 * What one more edition of 50 posts costs a newsroom whose log has 1,000, 100,000 and 1,000,000 entries:
 * rows and octets read and written, time, and the size of the file `head`. JSON on stdout.
 *
 * The old log is made of entries like those of posts, a mark after every 256; their records are not made,
 * for a newsroom reads none but the last 512, and these are real posts.
 */
import { hash, randomFillSync } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ENTRY, Frontier, leafHash, useSha256 } from '@pappus/core';
import { Newsroom, type Draft } from '@pappus/newsroom';

const SIZES = [100, 1_000, 100_000, 1_000_000];
const POSTS = 50;
const RUNS = 5;
const TILE = 256;

useSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));

/** Fills the tables of a store with a log of `size` entries and no head. */
function fill(path: string, size: number): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  const addEntry = db.prepare('INSERT INTO entries VALUES (?, ?)');
  const setTile = db.prepare('INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)');
  const tiles = new Map<number, { index: number; hashes: Uint8Array; width: number }>();
  const put = (level: number): void => {
    const tile = tiles.get(level)!;
    setTile.run(level, tile.index, tile.hashes.slice(0, tile.width * 32));
  };
  const frontier = new Frontier();
  const entry = new Uint8Array(33);
  for (let post = 0; post < size; post++) {
    randomFillSync(entry);
    entry[0] = post % 257 === 256 ? ENTRY.mark : ENTRY.post;
    addEntry.run(post, entry);
    frontier.append(leafHash(entry), (level, index, node) => {
      if (level % 8 !== 0) return;
      let tile = tiles.get(level / 8);
      if (!tile || tile.width === TILE)
        tiles.set(level / 8, (tile = { index: Math.floor(index / TILE), hashes: new Uint8Array(TILE * 32), width: 0 }));
      tile.hashes.set(node, tile.width++ * 32);
      if (tile.width === TILE) put(level / 8);
    });
  }
  for (const [level, tile] of tiles) if (tile.width < TILE) put(level);
  const none = new Uint8Array(64);
  if (size > 0) db.prepare('INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?)').run(size, 1, frontier.root(), 0, none, none);
  db.exec('COMMIT');
  db.close();
}

function news(run: number): Draft[] {
  return Array.from({ length: POSTS }, (_, i) => {
    const words = hash('sha512', `${run}/${i}`).match(/.{5}/g)!;
    const title = `Bridge ${words.slice(0, 6).join(' ')} closed until further notice`;
    const text = `${words.join(' ')} said the ministry. `.repeat(12);
    const body: Draft['body'] = [{ type: 'paragraph', children: [{ type: 'text', value: text }] }];
    return {
      sourceId: `${run}/${i}`,
      title,
      summary: words.join(' '),
      lang: 'en',
      date: 1_790_000_000,
      byline: '',
      tags: [],
      link: '',
      body,
    };
  });
}

interface Count {
  reads: number;
  octetsRead: number;
  rowsWritten: number;
  octetsWritten: number;
}

/** Counts what the press reads and what the newsroom writes, all tables together. */
function watch({ store }: Newsroom): Count {
  const count: Count = { reads: 0, octetsRead: 0, rowsWritten: 0, octetsWritten: 0 };
  const [tile, entries, recent] = [store.tile.bind(store), store.entries.bind(store), store.recent.bind(store)];
  const [setTile, addEntry] = [store.setTile.bind(store), store.addEntry.bind(store)];
  const [addRecent, send] = [store.addRecent.bind(store), store.send.bind(store)];
  const reading = (bytes: Uint8Array | null): void => {
    count.reads++;
    count.octetsRead += bytes?.length ?? 0;
  };
  const writing = (...values: (Uint8Array | null)[]): void => {
    count.rowsWritten++;
    for (const bytes of values) count.octetsWritten += bytes?.length ?? 0;
  };
  store.tile = (...at) => {
    const bytes = tile(...at);
    reading(bytes);
    return bytes;
  };
  store.entries = (...at) => {
    const found = entries(...at);
    found.forEach(reading);
    return found;
  };
  store.recent = (post) => {
    const found = recent(post);
    if (found) reading('entry' in found ? found.entry : found.head);
    return found;
  };
  store.setTile = (level, index, bytes) => {
    writing(bytes);
    setTile(level, index, bytes);
  };
  store.addEntry = (post, bytes) => {
    writing(bytes);
    addEntry(post, bytes);
  };
  store.addRecent = (post, input) => {
    writing(input.salt, input.head, input.tail);
    addRecent(post, input);
  };
  store.send = (path, bytes) => {
    writing(bytes);
    send(path, bytes);
  };
  return count;
}

async function measure(size: number): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'pappus-append-'));
  process.env['XDG_STATE_HOME'] = join(folder, 'state');
  const desk = join(folder, 'courier');
  try {
    const options = {
      name: 'Bench',
      lang: 'en',
      rootKeys: 1,
      threshold: 1,
      passphrase: 'five words are good enough',
      mirrors: [],
    };
    (await Newsroom.create(desk, options)).close();
    const filled = performance.now();
    fill(join(desk, 'newsroom.db'), size);
    const fillSeconds = (performance.now() - filled) / 1000;
    const newsroom = await Newsroom.open(desk);
    const runs: { ms: number; count: Count }[] = [];
    for (let run = 0; run <= RUNS; run++) {
      await newsroom.addDrafts(news(run));
      const count = watch(newsroom);
      const before = performance.now();
      await newsroom.publish();
      runs.push({ ms: performance.now() - before, count: { ...count } });
    }
    const head = (await stat(join(desk, 'tree', 'head'))).size;
    newsroom.close();
    const { ms, count } = runs.slice(1).sort((a, b) => a.ms - b.ms)[RUNS >> 1]!;
    return {
      entries: size,
      posts: POSTS,
      ...count,
      medianMs: Math.round(ms),
      headOctets: head,
      storeOctets: (await stat(join(desk, 'newsroom.db'))).size,
      fillSeconds: Number(fillSeconds.toFixed(1)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const results: unknown[] = [];
for (const size of SIZES) results.push(await measure(size));
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
