/**
 * Real articles all the way: drafts, editions, exports in each form, received, verified, and compared with the input.
 *
 *     node bench/real-input.ts [--articles ../shared/data/articles]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Library, inOfferOrder, maxBytes, postsOf, treePath, type Block, type TreePath } from '@pappus/core';
import { Newsroom, builtInDictionaries, type Draft } from '@pappus/newsroom';
import { FolderShelf } from '@pappus/transports/node';
import { argument } from './measure.ts';

/** A line of the input. */
interface Line {
  id: string;
  lang: string;
  title: string;
  summary?: string;
  date: string | null;
  body: string;
}

/** What the input says of a post and what a reader must find again. */
interface Post {
  title: string;
  summary: string;
  paragraphs: string[];
}

export interface RealInput {
  articles: number;
  textBytes: number;
  seconds: Record<string, number>;
  bytes: Record<string, number>;
  equal: number;
}

const FILES = ['fa-fars.jsonl', 'en-tehrantimes.jsonl'];
const TIMEOUT_MS = 600_000;
const PROGRAM = join(import.meta.dirname, '../pappus/src/pappus.ts');

/** Whether the articles are on this machine: they are not ours to pass on. */
export function hasArticles(folder: string): boolean {
  return FILES.every((file) => existsSync(join(folder, file)));
}

/** Goes all the way in a folder of its own, which is removed. Throws where what comes out is not what went in. */
export async function runRealInput(articles: string): Promise<RealInput> {
  const folder = mkdtempSync(join(tmpdir(), 'pappus-bench-'));
  process.env['XDG_STATE_HOME'] = join(folder, 'state');
  try {
    return await allTheWay(readLines(articles), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readLines(folder: string): Line[] {
  return FILES.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line),
  );
}

async function allTheWay(lines: readonly Line[], folder: string): Promise<RealInput> {
  const seconds: Record<string, number> = {};
  const bytes: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[name] = (performance.now() - started) / 1000;
    return result;
  };
  const source = join(folder, 'newsroom');
  const indexes = await timed('publish', () => publish(source, lines));
  bytes['tree of the newsroom'] = sizeOf(join(source, 'tree'));
  let equal = 0;
  for (const target of ['channel.html', 'channel.zip', 'channel/']) {
    const file = join(folder, target);
    const library = join(folder, `library of ${target.replace('/', '')}`);
    await timed(`export ${target}`, () => pappus('export', source, '--to', file));
    bytes[target] = sizeOf(file);
    await timed(`receive ${target}`, () => pappus('receive', file, '--library', library));
    const report = await timed(`verify ${target}`, () => pappus('verify', library, '--json'));
    requireWhole(report, lines.length);
    equal += await compare(library, lines, indexes);
  }
  const textBytes = lines.reduce(
    (sum, line) => sum + Buffer.byteLength(line.title + (line.summary ?? '') + line.body),
    0,
  );
  return { articles: lines.length, textBytes, seconds, bytes, equal };
}

/** Gives the index of each article. */
async function publish(folder: string, lines: readonly Line[]): Promise<Map<string, number>> {
  const options = { name: 'Bench', lang: 'fa', rootKeys: 3, threshold: 2, passphrase: 'a bench', mirrors: [] };
  const newsroom = await Newsroom.create(folder, options);
  try {
    const { added, refused } = await newsroom.addDrafts(lines.map(draftOf));
    if (added !== lines.length) throw new Error(`${added} drafts of ${lines.length}: ${JSON.stringify(refused[0])}`);
    const order = newsroom.store.waitingDrafts().map(({ draft }) => draft.sourceId);
    const { posts } = await newsroom.publish();
    return new Map(order.map((id, i) => [id, posts[i]!]));
  } finally {
    newsroom.close();
  }
}

function postIn(line: Line): Post {
  return {
    title: line.title,
    summary: line.summary ?? '',
    paragraphs: line.body.split(/\n\n+/).filter((p) => p !== ''),
  };
}

function draftOf(line: Line): Draft {
  const { title, summary, paragraphs } = postIn(line);
  const body = paragraphs.map((value): Block => ({ type: 'paragraph', children: [{ type: 'text', value }] }));
  const date = line.date === null ? null : Date.parse(`${line.date}T00:00:00Z`) / 1000;
  return { sourceId: line.id, title, summary, lang: line.lang, date, byline: '', tags: [], link: '', body };
}

function pappus(...parameters: string[]): string {
  return execFileSync(process.execPath, [PROGRAM, ...parameters], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function requireWhole(report: string, articles: number): void {
  const { posts, missing, refused, waiting } = JSON.parse(report) as Record<string, { status: string }[]>;
  const current = posts!.filter(({ status }) => status === 'current').length;
  const faults = missing!.length + refused!.length + waiting!.length;
  if (current !== articles || faults > 0) throw new Error(`${current} of ${articles} posts, ${faults} faults`);
}

/** How many posts of a library are the input, in the order in which they were published. */
async function compare(folder: string, lines: readonly Line[], indexes: Map<string, number>): Promise<number> {
  const library = await read(new FolderShelf(folder));
  const expected = lines
    .map((line) => ({ index: indexes.get(line.id)!, post: postIn(line) }))
    .sort((a, b) => a.index - b.index);
  const found = [...postsOf(library)];
  for (const [i, { index, post }] of expected.entries()) {
    const { title, summary } = found[i]!.record!;
    const paragraphs = (library.text(index) ?? []).map(textOf);
    if (found[i]!.index !== index || JSON.stringify({ title, summary, paragraphs }) !== JSON.stringify(post)) {
      throw new Error(`post ${index} is not what was published: ${post.title}`);
    }
  }
  return expected.length;
}

function textOf(block: Block): string {
  const [only] = block.type === 'paragraph' ? block.children : [];
  return only?.type === 'text' ? only.value : '';
}

async function read(shelf: FolderShelf): Promise<Library> {
  const library = new Library({ dictionaries: builtInDictionaries().map((d) => d.bytes) });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const names: { path: TreePath }[] = [];
  for await (const path of shelf.list(signal)) names.push({ path: treePath(path) });
  for (const { path } of inOfferOrder(names)) {
    const octets = await shelf.read(path, { bytes: maxBytes(path), signal });
    if (octets) library.offer(path, octets);
  }
  return library;
}

function sizeOf(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

if (import.meta.main) {
  const folder = argument('articles', join(import.meta.dirname, '../../shared/data/articles'));
  process.stdout.write(`${JSON.stringify(await runRealInput(folder), null, 1)}\n`);
}
