/** What publishing costs in octets: the same Persian articles as editions of Pappus, as RSS and as Nostr events. */
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  ENTRY,
  Library,
  byValue,
  decodePack,
  decodeSuffix,
  encodeBlocks,
  encodeUtf8,
  inFull,
  inOfferOrder,
  parseAnyDictionary,
  parsePath,
  treePath,
  type Block,
  type NewPost,
  type TreeFile,
  type TreePath,
} from '@pappus/core';
import { Books, type DictionaryFile } from '@pappus/newsroom';
import { writeZip } from '@pappus/transports';
import { BenchChannel, seededOctets } from './channel.ts';
import { weighHeadlines, weighLonePost, type LonePost, type PublishedPost } from './lone-post.ts';
import { argument } from './measure.ts';
import { nostrTemplate } from './nostr-event.ts';

export interface Article {
  id: string;
  title: string;
  summary: string;
  body: string;
  /** ISO 8601 date. */
  date: string;
}

/** Shares of an average edition, in octets an article. */
export interface EditionShares {
  total: number;
  texts: number;
  headlines: number;
  salts: number;
  digests: number;
  fields: number;
  edition: number;
  head: number;
  checkpoint: number;
  root: number;
  container: number;
}

const books = argument('pack', 'small') === 'large' ? new Books([largePack()]) : new Books();
const { compressWell } = books;
/** Earlier ones made the language pack. */
const ARTICLES_FROM = 900;
const PER_EDITION = 50;

function largePack(): DictionaryFile {
  const bytes = new Uint8Array(readFileSync(new URL('../core/packs/fa-large.pack', import.meta.url)));
  return { lang: 'fa', bytes, dictionary: parseAnyDictionary(bytes) };
}

/** The articles that the Persian packs were not built from. */
export function readArticles(file: string): Article[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.slice(ARTICLES_FROM).map((line) => JSON.parse(line) as Article);
}

export function secondsOf({ date }: Article): number {
  return Date.parse(`${date}T00:00:00Z`) / 1000;
}

export function articlePost(article: Article): NewPost {
  const blocks = article.body
    .split(/\n\n+/)
    .map((value): Block => ({ type: 'paragraph', children: [{ type: 'text', value }] }));
  const { title, summary } = article;
  const common = { byline: '', tags: [], link: '', translationOf: null, replaces: null };
  return {
    record: { title, summary, lang: 'fa', rtl: true, date: secondsOf(article), ...common },
    layers: [{ kind: 1, mediaType: '', bytes: encodeBlocks(blocks) }],
  };
}

/** Publishes all articles and exports each edition by itself, as `pappus export --since` does with its newest. */
export function weighEditions(articles: readonly Article[]): Editions {
  const channel = new BenchChannel({ compress: compressWell });
  const editions: Editions = { inFull: [], byValue: [], headlines30: [], lone: [] };
  for (let at = 0; at < articles.length; at += PER_EDITION) {
    const posts = articles.slice(at, at + PER_EDITION).map(articlePost);
    const indexes = channel.publish(posts, PER_EDITION);
    const library = libraryOf(channel);
    const since = at / PER_EDITION + 1;
    editions.inFull.push(sharesOf(filesOf(library, inFull(library, since))));
    editions.byValue.push(sharesOf(filesOf(library, byValue(library, since))));
    editions.headlines30.push(weighHeadlines(channel, 30));
    editions.lone.push(weighLonePost(channel, published(channel, posts[0]!, indexes[0]!)));
  }
  return editions;
}

export interface Editions {
  /** Each edition as it is exported without a limit, and with `--max`: with the first screen besides. */
  inFull: EditionShares[];
  byValue: EditionShares[];
  headlines30: number[];
  lone: LonePost[];
}

/** The same in a long log: what is new travels alike, the proof grows. */
export function weighLongLog(
  articles: readonly Article[],
  entries: number,
): { headline30: number; lone: LonePost; head: HeadSize } {
  const channel = new BenchChannel({ compress: compressWell });
  channel.fill(entries);
  const posts = articles.slice(-Math.min(100, entries || 100)).map(articlePost);
  const indexes = channel.publish(posts, PER_EDITION);
  const lone = weighLonePost(channel, published(channel, posts[0]!, indexes[0]!));
  return { headline30: weighHeadlines(channel, 30), lone, head: headSize(channel) };
}

export interface HeadSize {
  bytes: number;
  headlines: number;
}

/** The first screen: octets, and how many headlines found room. */
function headSize(channel: BenchChannel): HeadSize {
  const bytes = channel.files.get(treePath('head'))!;
  const suffix = decodeSuffix(bytes, (id) => books.files.find((d) => d.dictionary.id === id)!.dictionary);
  if (typeof suffix === 'string') throw new Error('a dictionary is missing');
  return {
    bytes: bytes.length,
    headlines: suffix.records.filter((r) => 'record' in r && r.type === ENTRY.post).length,
  };
}

function published(channel: BenchChannel, post: NewPost, index: number): PublishedPost {
  for (const [path, bytes] of channel.files) {
    if (parsePath(path).kind !== 'pack') continue;
    const pack = decodePack(bytes);
    const item = pack.kind === 'layers' && pack.items.find((i) => i.index === index);
    if (item) return { post, index, record: channel.record(index)!, salt: item.salt };
  }
  throw new Error(`no pack holds the text of post ${index}`);
}

function libraryOf(channel: BenchChannel): Library {
  const library = new Library({ dictionaries: books.files.map((d) => d.bytes) });
  const files = [...channel.files].map(([path, bytes]) => ({ path, bytes }));
  for (const { path, bytes } of inOfferOrder(files)) library.offer(path, bytes);
  return library;
}

function filesOf(library: Library, paths: Iterable<TreePath>): TreeFile[] {
  return [...paths].map((path) => {
    const bytes = path === 'checkpoint' ? library.log!.checkpoint()! : library.file(path)!;
    return { path, bytes };
  });
}

function sharesOf(files: readonly TreeFile[]): EditionShares {
  const zip = writeZip(files).length;
  const shares = {
    total: zip,
    texts: 0,
    headlines: 0,
    salts: 0,
    digests: 0,
    fields: 0,
    edition: 0,
    head: 0,
    checkpoint: 0,
    root: 0,
    container: zip,
  };
  for (const { path, bytes } of files) {
    shares.container -= bytes.length;
    const { kind } = parsePath(path);
    if (kind === 'pack') addPack(shares, bytes);
    else if (kind === 'edition' || kind === 'head' || kind === 'checkpoint' || kind === 'root')
      shares[kind] += bytes.length;
  }
  for (const key of Object.keys(shares) as (keyof EditionShares)[]) shares[key] /= PER_EDITION;
  return shares;
}

function addPack(shares: EditionShares, bytes: Uint8Array): void {
  const { items } = decodePack(bytes);
  let inside = 0;
  for (const item of items) {
    if ('entry' in item) continue;
    const digests = 'tail' in item ? item.tail.length : 0;
    shares[digests > 0 ? 'headlines' : 'texts'] += item.data.length;
    shares.salts += item.salt.length;
    shares.digests += digests;
    inside += item.data.length + item.salt.length + digests;
  }
  shares.fields += bytes.length - inside;
}

const escapeXml = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

/** RSS 2.0 with the full text of some articles. */
export function rss(articles: readonly Article[]): string {
  const items = articles.map((article) => {
    const { id, title, summary, body } = article;
    const html = body
      .split(/\n\n+/)
      .map((p) => `<p>${escapeXml(p)}</p>`)
      .join('');
    return (
      `<item><title>${escapeXml(title)}</title><link>https://news.example/${id}</link>` +
      `<guid isPermaLink="false">${id}</guid><pubDate>${new Date(secondsOf(article) * 1000).toUTCString()}</pubDate>` +
      `<description>${escapeXml(summary)}</description><content:encoded><![CDATA[${html}]]></content:encoded></item>`
    );
  });
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">' +
    '<channel><title>Bench</title><link>https://news.example/</link><description>News</description><language>fa</language>' +
    `${items.join('\n')}</channel></rss>`
  );
}

/** What a relay sends for an article: ids, keys and signatures are chance, as they look to a codec. */
export function nostrFrame(article: Article, random: (octets: number) => Uint8Array): string {
  const hex = (octets: number): string => Buffer.from(random(octets)).toString('hex');
  const template = nostrTemplate({ ...article, name: article.id, text: article.body, date: secondsOf(article) });
  const event = { ...template, pubkey: AUTHOR, id: hex(32), sig: hex(32) + hex(32) };
  return JSON.stringify(['EVENT', 'sub1', event]);
}
const AUTHOR = Buffer.from(seededOctets('author')(32)).toString('hex');

const brotli = (bytes: Uint8Array): number =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
const zstd = (bytes: Uint8Array): number =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }).length;
const gzip = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;
const deflate = (bytes: Uint8Array): number => deflateRawSync(bytes, { level: 9, memLevel: 9 }).length;

/** Octets an article of each other form, averaged. */
export function weighPeers(articles: readonly Article[]): Record<string, number> {
  const random = seededOctets('nostr');
  const feeds: Uint8Array[] = [];
  for (let at = 0; at < articles.length; at += PER_EDITION)
    feeds.push(encodeUtf8(rss(articles.slice(at, at + PER_EDITION))));
  const frames = articles.map((article) => encodeUtf8(nostrFrame(article, random)));
  const average = (items: readonly Uint8Array[], octets: (bytes: Uint8Array) => number): number =>
    items.reduce((sum, item) => sum + octets(item), 0) / articles.length;
  return {
    'title, summary and text as UTF-8': average(
      articles.map((a) => encodeUtf8(a.title + a.summary + a.body)),
      (b) => b.length,
    ),
    'RSS 2.0 of 50 items': average(feeds, (b) => b.length),
    'RSS 2.0 of 50 items, gzip -9': average(feeds, gzip),
    'RSS 2.0 of 50 items, zstd -19': average(feeds, zstd),
    'RSS 2.0 of 50 items, brotli -11': average(feeds, brotli),
    'Nostr NIP-23, a frame each': average(frames, (b) => b.length),
    'Nostr NIP-23, deflate a frame': average(frames, deflate),
    'Nostr NIP-23, zstd -19 a frame': average(frames, zstd),
    'Nostr NIP-23, brotli -11 a frame': average(frames, brotli),
  };
}

/** An average that hides no edition over the target. */
export interface Spread {
  average: number;
  largest: number;
  over: number;
  of: number;
}

const HEADLINES_TARGET = 4_096;
const LONE_TARGET = 900;

function spreadOf(octets: readonly number[], target: number): Spread {
  const average = octets.reduce((a, b) => a + b, 0) / octets.length;
  return { average, largest: Math.max(...octets), over: octets.filter((o) => o > target).length, of: octets.length };
}

function averageOf(all: readonly EditionShares[]): Record<string, number> {
  const keys = Object.keys(all[0]!) as (keyof EditionShares)[];
  return Object.fromEntries(keys.map((key) => [key, all.reduce((sum, shares) => sum + shares[key], 0) / all.length]));
}

if (import.meta.main) {
  const articles = readArticles(argument('articles', '../shared/data/articles/fa-fars.jsonl'));
  const { inFull, byValue, headlines30, lone } = weighEditions(articles);
  const facts = {
    articles: articles.length,
    inFull: averageOf(inFull),
    byValue: averageOf(byValue),
    headlines30: spreadOf(headlines30, HEADLINES_TARGET),
    lone: {
      asText: spreadOf(
        lone.map((l) => l.asText),
        LONE_TARGET,
      ),
      asCbor: spreadOf(
        lone.map((l) => l.asCbor),
        LONE_TARGET,
      ),
    },
    logs: [0, 1_000, 100_000].map((entries) => ({ entries, ...weighLongLog(articles, entries) })),
    peers: weighPeers(articles),
  };
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}
