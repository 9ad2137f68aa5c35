/** Anything that news comes from, by its address: a feed on the web, a feed or Markdown file, a folder of Markdown. */
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Imported } from '../draft.ts';
import { Collection } from './complete.ts';
import { readFeed } from './feed.ts';
import { fetchSource, type FetchOptions } from './fetch.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { MARKDOWN_NAME, readMarkdown, readMarkdownFolder } from './markdown.ts';
import { nothing, SourceRefused } from './refusal.ts';

export interface ImportOptions extends FetchOptions {
  /** Address of the site, for relative links in files. */
  base?: string;
  /** Called after each file of a folder. */
  onProgress?: (done: number, total: number) => void;
}

/** Imports from a web address, a file or a folder. Whatever cannot be read is a refusal in the result, with what to do next. */
export async function importSource(where: string, options: ImportOptions = {}): Promise<Imported> {
  try {
    return await (/^[a-z][a-z\d+.-]+:\/\//i.test(where) ? importAddress(where, options) : importPath(where, options));
  } catch (error) {
    if (error instanceof SourceRefused) return nothing(where, error.message);
    const why = fileReason(error);
    if (why === null) throw error;
    return nothing(where, why);
  }
}

async function importAddress(where: string, options: ImportOptions): Promise<Imported> {
  const { bytes, contentType, url } = await fetchSource(where, options);
  return readFeed(bytes, { contentType, base: url, where });
}

async function importPath(where: string, options: ImportOptions): Promise<Imported> {
  const info = await stat(where);
  if (info.isDirectory()) return readMarkdownFolder(where, options);
  if (!info.isFile()) return nothing(where, 'This is neither a file nor a folder.');
  if (info.size > SOURCE_LIMITS.sourceBytes)
    return nothing(where, `It is larger than ${SOURCE_LIMITS.sourceBytes / 2 ** 20} MiB.`);
  const bytes = await readBounded(where);
  const kind = kindOf(where, bytes);
  if (kind === 'markdown') return importMarkdown(where, bytes, options);
  if (kind !== 'feed') return nothing(where, kind);
  return readFeed(bytes, { where, ...(options.base !== undefined && { base: options.base }) });
}

/** A file may grow between the question for its size and the reading. */
async function readBounded(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const bytes = Buffer.alloc(SOURCE_LIMITS.sourceBytes + 1);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, size, bytes.length - size);
    size += bytesRead;
    if (bytesRead === 0 || size === bytes.length) return bytes.subarray(0, size);
  }
}

function importMarkdown(where: string, bytes: Uint8Array, options: ImportOptions): Imported {
  const sourceId = basename(where);
  const collection = new Collection('', '');
  collection.add(where, readMarkdown(bytes, { sourceId, ...(options.base !== undefined && { base: options.base }) }));
  return collection.imported;
}

const FEED_NAME = /\.(?:xml|rss|atom|rdf|cdf|json|feed)$/i;
/** How files begin that are often taken for feeds, and what to do with them. */
const STRANGERS: [start: string, why: string][] = [
  ['PK\u0003\u0004', 'This is a ZIP file. Unpack it and import the folder.'],
  ['\u001f\u008b', 'This is a gzip file. Unpack it and import what is in it.'],
  ['%PDF', 'This is a PDF file. Copy its text into a Markdown file (.md) and import that.'],
  ['SQLite format 3', 'This is a database. Export its posts as a feed or as Markdown files.'],
];

/** By content first, then by name; a sentence for files that are neither a feed nor Markdown. */
function kindOf(path: string, bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const stranger = STRANGERS.find(([start]) => head.startsWith(start));
  if (stranger) return stranger[1];
  if (MARKDOWN_NAME.test(path) || /^(?:\u00ef\u00bb\u00bf)?---\r?\n/.test(head)) return 'markdown';
  const looksLikeFeed = /^(?:\u00ef\u00bb\u00bf)?\s*[<{[]/.test(head) || /^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(head);
  if (looksLikeFeed || FEED_NAME.test(path)) return 'feed';
  return `This kind of file${extname(path) === '' ? '' : ` (${extname(path)})`} cannot be imported. Give a feed (RSS, Atom, JSON Feed), a Markdown file or a folder of Markdown files.`;
}

const FILE_REASONS: Record<string, string> = {
  ENOENT: 'There is no such file or folder. A web address begins with http:// or https://.',
  EACCES: 'It may not be read: change its permissions.',
  EPERM: 'It may not be read: change its permissions.',
  ENOTDIR: 'There is no such file or folder.',
  ENAMETOOLONG: 'There is no such file or folder.',
  ELOOP: 'Its links lead in circles.',
};

function fileReason(error: unknown): string | null {
  return FILE_REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? null;
}
