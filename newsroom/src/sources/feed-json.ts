/** JSON Feed 1.0 and 1.1 into drafts. */
import type { Draft, Imported } from '../draft.ts';
import { Collection, completeDraft, headline } from './complete.ts';
import { parseDate } from './dates.ts';
import { withoutAddress } from './feed-item.ts';
import { htmlToBlocks, textToBlocks } from './html.ts';
import { canonicalLang } from './lang.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { absolutePage } from './links.ts';
import { SourceRefused } from './refusal.ts';

type Json = Record<string, unknown>;

/** @throws SourceRefused when the text is no JSON Feed. */
export function readJsonFeed(text: string, base: string): Imported {
  const feed = parse(text);
  const items = feed?.items;
  if (!feed || !Array.isArray(items))
    throw new SourceRefused('This is JSON, but no JSON Feed: it has no list of items.');
  const lang = canonicalLang(string(feed.language));
  const collection = new Collection(string(feed.title), lang);
  const head = { base: absolutePage(string(feed.home_page_url), base) || base, lang, authors: authorsOf(feed) };
  for (const [at, item] of items.entries()) {
    collection.add(`item ${at + 1}`, isJson(item) ? itemDraft(item, head) : 'It is no object.');
  }
  return collection.imported;
}

function parse(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : null;
  } catch {
    throw new SourceRefused('It begins like JSON but is damaged. Get the file again.');
  }
}

function itemDraft(item: Json, head: { base: string; lang: string; authors: string }): Draft | string {
  const link = absolutePage(string(item.url), head.base) || absolutePage(string(item.external_url), head.base);
  const lang = canonicalLang(string(item.language)) || head.lang;
  const html = string(item.content_html);
  if (html.length > SOURCE_LIMITS.htmlChars) return 'Its text is longer than an article can be.';
  return completeDraft({
    sourceId: string(item.id),
    title: headline(string(item.title)),
    summary: string(item.summary),
    lang,
    date: parseDate(string(item.date_published)) ?? parseDate(string(item.date_modified)),
    byline: authorsOf(item) || head.authors,
    tags: list(item.tags).map(string),
    link: link || absolutePage(string(item.id), ''),
    body: html.trim() === '' ? textToBlocks(string(item.content_text)) : htmlToBlocks(html, link || head.base, lang),
  });
}

/** `authors` since 1.1, `author` before. */
function authorsOf(parent: Json): string {
  const authors = [...list(parent.authors), parent.author].filter(isJson);
  return authors
    .map((author) => withoutAddress(string(author.name)))
    .filter((name) => name !== '')
    .join(', ');
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text as text; ids are written as numbers too. */
function string(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
