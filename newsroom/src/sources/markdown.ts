/** Markdown files with front matter, as Hugo, Jekyll and their like keep posts, into drafts. */
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Draft, Imported } from '../draft.ts';
import { Collection, completeDraft } from './complete.ts';
import { parseDate } from './dates.ts';
import { decodeText } from './encoding.ts';
import { withoutAddress } from './feed-item.ts';
import { looksLikeHtml } from './feed-text.ts';
import { listField, readFrontMatter, textField, type FrontMatter } from './front-matter.ts';
import { htmlToBlocks } from './html.ts';
import { canonicalLang } from './lang.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { absolutePage } from './links.ts';
import { markdownToBlocks } from './markdown-blocks.ts';
import { oneLine, plainText } from './plain-text.ts';
import { nothing, orReason, SourceRefused } from './refusal.ts';
import { unwrapShortcodes } from './shortcodes.ts';

export interface MarkdownOptions {
  /** The path of the file within its folder. */
  sourceId: string;
  /** Address of the site: relative links start here. */
  base?: string;
}

export interface FolderOptions {
  base?: string;
  /** Called after each file. */
  onProgress?: (done: number, total: number) => void;
}

/** Names of files that hold Markdown. */
export const MARKDOWN_NAME = /\.(?:md|markdown)$/i;

/** A draft, or the reason why the file cannot be one. Never throws for what is in `bytes`. */
export function readMarkdown(bytes: Uint8Array, options: MarkdownOptions): Draft | string {
  if (bytes.length > SOURCE_LIMITS.markdownBytes) return 'It is longer than an article can be.';
  const draft = orReason(() => markdownDraft(decodeText(bytes), options));
  return draft instanceof SourceRefused ? draft.message : draft;
}

function markdownDraft(file: string, { sourceId, base = '' }: MarkdownOptions): Draft | string {
  const { fields, text } = readFrontMatter(file);
  const why = unpublished(fields);
  if (why !== null) return why;
  const link = absolutePage(
    textField(fields, 'source_url', 'canonicalurl', 'canonical_url', 'canonical', 'link', 'url', 'permalink'),
    base,
  );
  const lang = canonicalLang(textField(fields, 'lang', 'language', 'locale'));
  const { title, body } = titled(
    line(textField(fields, 'title', 'headline')),
    markdownToBlocks(unwrapShortcodes(text), base || link, lang),
  );
  return completeDraft({
    sourceId,
    title,
    summary: line(textField(fields, 'summary', 'deck', 'description', 'excerpt', 'subtitle')),
    lang,
    date:
      parseDate(textField(fields, 'date', 'publishdate', 'pubdate', 'published', 'published_at', 'lastmod')) ??
      dateInName(sourceId),
    byline: listField(fields, 'authors', 'author')
      .map(withoutAddress)
      .filter((name) => name !== '')
      .join(', '),
    tags: listField(fields, 'topics', 'tags', 'categories', 'category', 'keywords'),
    link,
    body,
  });
}

function unpublished(fields: FrontMatter['fields']): string | null {
  if (fields.get('draft') === true || fields.get('draft') === 'true')
    return 'It is marked as a draft. Remove “draft: true” to import it.';
  if (fields.get('published') === false)
    return 'It is marked as not published. Remove “published: false” to import it.';
  return null;
}

/** A first heading stands in for a missing title, and leaves the text. */
function titled(title: string, body: Draft['body']): Pick<Draft, 'title' | 'body'> {
  const [first, ...rest] = body;
  if (title !== '' || first?.type !== 'heading') return { title, body };
  return { title: plainText([first]), body: rest };
}

/** Titles and summaries in front matter may hold HTML. */
function line(text: string): string {
  return looksLikeHtml(text) ? oneLine(plainText(htmlToBlocks(text, ''))) : text;
}

/** Jekyll and many others begin file names with the date. */
function dateInName(path: string): number | null {
  const date = /(?:^|[/\\])(\d{4}-\d{2}-\d{2})-[^/\\]*$/.exec(path)?.[1];
  return date === undefined ? null : parseDate(date);
}

/** All Markdown files of a folder and the folders in it, by path. @throws what the file system throws for `folder` itself. */
export async function readMarkdownFolder(folder: string, options: FolderOptions = {}): Promise<Imported> {
  const collection = new Collection('', '');
  const paths = await markdownPaths(folder, collection);
  if (paths.length === 0) return nothing(folder, 'There is no Markdown file (.md, .markdown) in this folder.');
  for (const [at, path] of paths.entries()) {
    const name = relative(folder, path).split(sep).join('/');
    collection.add(name, await readFileDraft(path, name, options.base ?? ''));
    options.onProgress?.(at + 1, paths.length);
  }
  return collection.imported;
}

async function readFileDraft(path: string, sourceId: string, base: string): Promise<Draft | string> {
  try {
    const { size } = await stat(path);
    if (size > SOURCE_LIMITS.markdownBytes) return 'It is longer than an article can be.';
    return readMarkdown(await readFile(path), { sourceId, base });
  } catch (error) {
    return `It cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`;
  }
}

/** Links to other places and hidden folders are not followed; lists of posts (`_index.md`) and readme files are no posts. */
async function markdownPaths(folder: string, collection: Collection, depth = 0): Promise<string[]> {
  if (depth > SOURCE_LIMITS.folderDepth) {
    collection.refuse(folder, 'Its folders are nested too deeply.');
    return [];
  }
  const paths: string[] = [];
  for (const entry of await sortedEntries(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !/^(?:\.|node_modules$)/.test(entry.name))
      paths.push(...(await markdownPaths(path, collection, depth + 1)));
    if (!entry.isFile() || !MARKDOWN_NAME.test(entry.name)) continue;
    if (/^(?:_index|readme|license|contributing)\./i.test(entry.name))
      collection.refuse(path, 'It describes the folder and is no post.');
    else if (paths.length < SOURCE_LIMITS.files) paths.push(path);
    else
      collection.refuse(path, `The folder has more than ${SOURCE_LIMITS.files} files. Import its folders one by one.`);
  }
  return paths;
}

async function sortedEntries(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
