/** One item of an RSS, RDF, Atom or CDF feed into the fields of a draft. */
import { completeDraft } from './complete.ts';
import { parseDate } from './dates.ts';
import type { Draft } from '../draft.ts';
import type { FeedNames } from './feed-names.ts';
import { blocksOf, contextOf, feedText, lineOf, type Context, type FeedText } from './feed-text.ts';
import { htmlToBlocks } from './html.ts';
import { canonicalLang } from './lang.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { absolutePage } from './links.ts';
import { plainText } from './plain-text.ts';
import { xmlText, type XmlElement } from './xml.ts';

/** What items take from their feed where they say nothing themselves. */
export interface Feed {
  names: FeedNames;
  context: Context;
  authors: string;
}

/** The full text first; each of these may also be all that an item has. */
const TEXTS = [
  'content:encoded',
  'xhtml:body',
  'body',
  'fullitem',
  'content',
  'description',
  'abstract',
  'summary',
  'excerpt:encoded',
  'dc:description',
  'dcterms:abstract',
  'itunes:summary',
  'media:description',
];
const SUMMARIES = [
  'excerpt:encoded',
  'summary',
  'description',
  'abstract',
  'dc:description',
  'itunes:summary',
  'itunes:subtitle',
  'media:description',
];
const TITLES = ['title', 'dc:title', 'media:title', 'itunes:title'];
const CATEGORIES = ['category', 'dc:subject', 'itunes:category', 'atom:category', 'media:category'];
/** When it was published, before when it was changed. */
const DATES = [
  'published',
  'issued',
  'pubdate',
  'dc:date',
  'dcterms:issued',
  'created',
  'dcterms:created',
  'wp:post_date_gmt',
  'updated',
  'modified',
  'dcterms:modified',
  'lastmod',
];

/** A draft, or why the item cannot be one. */
export function itemDraft(item: XmlElement, feed: Feed): Draft | string {
  const why =
    unpublished(item, feed.names) ??
    (item.closed ? null : 'The file ends in the middle of this item. Get the file again.');
  if (why !== null) return why;
  const context = itemContext(item, feed);
  const texts = named(item, feed.names, TEXTS).map((element) => feedText(element, context));
  const full = texts.find(({ value }) => value.trim() !== '');
  if (full && full.value.length > SOURCE_LIMITS.htmlChars) return 'Its text is longer than an article can be.';
  const link = itemLink(item, feed.names, context.base);
  const lang = full?.lang ?? titleLang(item, feed.names, context);
  return completeDraft({
    sourceId: itemId(item, feed.names),
    title: itemTitle(item, feed.names, context),
    summary: itemSummary(item, feed.names, context, full),
    lang,
    date: itemDate(item, feed.names),
    byline: authorsOf(item, feed.names) || feed.authors,
    tags: itemTags(item, feed.names),
    link,
    body: full ? blocksOf({ ...full, base: full.base || link }, lang) : [],
  });
}

/** Exports of WordPress are feeds that also hold drafts, private posts, pages and pictures. */
function unpublished(item: XmlElement, names: FeedNames): string | null {
  const field = (name: string): string => textOf(item, names, name);
  const type = field('wp:post_type');
  const status = field('wp:status');
  if (type !== '' && type !== 'post') return `It is no post but of the type “${type.slice(0, 40)}”.`;
  if (status !== '' && status !== 'publish') return `It was not published (“${status.slice(0, 40)}”).`;
  return field('wp:post_password') === '' ? null : 'It was published for those who know its password only.';
}

/** The elements with these names, name by name; those of media may lie in a group. */
function named(item: XmlElement, names: FeedNames, wanted: string[]): XmlElement[] {
  const places = [item, ...names.all(item, 'media:group', 'media:content')];
  return wanted.flatMap((name) =>
    (name.startsWith('media:') ? places : [item]).flatMap((place) => names.all(place, name)),
  );
}

function textOf(item: XmlElement, names: FeedNames, ...from: string[]): string {
  const element = names.first(item, ...from);
  return element ? xmlText(element).trim() : '';
}

function itemTitle(item: XmlElement, names: FeedNames, context: Context): string {
  for (const element of named(item, names, TITLES)) {
    const title = lineOf(feedText(element, context));
    if (title !== '') return title;
  }
  return '';
}

function itemSummary(item: XmlElement, names: FeedNames, context: Context, full: FeedText | undefined): string {
  for (const element of named(item, names, SUMMARIES)) {
    const text = feedText(element, context);
    if (text.value.trim() === '' || text.value === full?.value || text.value.length > SOURCE_LIMITS.htmlChars) continue;
    return text.kind === 'text' ? text.value : plainText(htmlToBlocks(text.value, text.base));
  }
  return '';
}

/** An item may say its language in an element of its own. */
function itemContext(item: XmlElement, feed: Feed): Context {
  const context = contextOf(item, feed.context);
  const stated = item.attributes.has('xml:lang')
    ? ''
    : canonicalLang(textOf(item, feed.names, 'dc:language', 'language'));
  return { ...context, lang: stated || context.lang };
}

function titleLang(item: XmlElement, names: FeedNames, context: Context): string {
  const title = names.first(item, 'title');
  return title ? contextOf(title, context).lang : context.lang;
}

function itemDate(item: XmlElement, names: FeedNames): number | null {
  for (const element of named(item, names, DATES)) {
    const date = parseDate(xmlText(element));
    if (date !== null) return date;
  }
  const lastmod = item.attributes.get('lastmod');
  return lastmod === undefined ? null : parseDate(lastmod);
}

function itemId(item: XmlElement, names: FeedNames): string {
  return textOf(item, names, 'guid', 'id', 'dc:identifier') || (item.attributes.get('rdf:about') ?? '').trim();
}

/** The address of the page: the original before a redirecting one, then links, then an identifier that is an address. */
export function itemLink(item: XmlElement, names: FeedNames, base: string): string {
  const original = absolutePage(textOf(item, names, 'feedburner:origlink'), base);
  return original || linkOf(item, names, base) || permalink(item, names, base);
}

/** The `link` of an item or a feed: its text in RSS, in Atom the best `href`, in CDF an attribute of its own. */
export function linkOf(parent: XmlElement, names: FeedNames, base: string): string {
  const links = names.all(parent, 'link', 'atom:link').map((element) => ({
    url: absolutePage(
      element.attributes.get('href') ?? xmlText(element),
      contextOf(element, { base, lang: '', typed: true }).base,
    ),
    rank: linkRank(element),
  }));
  const best = links.filter(({ url }) => url !== '').sort((a, b) => a.rank - b.rank)[0];
  return best?.url ?? absolutePage(parent.attributes.get('href') ?? '', base);
}

const RELATIONS = ['alternate', 'via', 'related', 'self'];

function linkRank(element: XmlElement): number {
  const relation = (element.attributes.get('rel') ?? 'alternate')
    .toLowerCase()
    .replace('http://www.iana.org/assignments/relation/', '');
  const rank = RELATIONS.indexOf(relation);
  const type = element.attributes.get('type') ?? 'text/html';
  return (rank < 0 ? RELATIONS.length : rank) * 2 + (type.includes('html') ? 0 : 1);
}

function permalink(item: XmlElement, names: FeedNames, base: string): string {
  const guid = names.first(item, 'guid', 'id');
  if (!guid || guid.attributes.get('ispermalink')?.trim().toLowerCase() === 'false') return '';
  const id = xmlText(guid).trim();
  return /^https?:/i.test(id) || guid.attributes.get('ispermalink') === 'true' ? absolutePage(id, base) : '';
}

/** Names of the authors, without their addresses. */
export function authorsOf(parent: XmlElement, names: FeedNames): string {
  for (const name of ['dc:creator', 'author', 'dc:author', 'itunes:author', 'atom:author']) {
    const authors = names
      .all(parent, name)
      .map((author) => authorName(author, names))
      .filter((author) => author !== '');
    if (authors.length > 0) return [...new Set(authors)].join(', ');
  }
  return '';
}

function authorName(author: XmlElement, names: FeedNames): string {
  const inner = names.first(author, 'name', 'atom:name');
  const context = { base: '', lang: '', typed: false };
  const written = lineOf(
    feedText(inner ?? { ...author, children: author.children.filter((child) => typeof child === 'string') }, context),
  );
  return withoutAddress(written);
}

/** "me@example.com (Name)", "Name <me@example.com>" and "Name (me@example.com)" become "Name". */
export function withoutAddress(written: string): string {
  const rest = written
    .replace(/(?:mailto:)?[^\s<>()"@]{1,64}@[^\s<>()"@]{1,255}/g, '')
    .replace(/<\s*>|\(\s*\)/g, '')
    .trim();
  return /^\((.*)\)$/.exec(rest)?.[1]?.trim() ?? rest.replace(/^["<]+|[">]+$/g, '').trim();
}

function itemTags(item: XmlElement, names: FeedNames): string[] {
  const tags = named(item, names, CATEGORIES).flatMap((element) => [
    tagOf(element),
    ...names.all(element, 'itunes:category').map(tagOf),
  ]);
  const keywords = named(item, names, ['itunes:keywords', 'media:keywords']).flatMap((element) =>
    xmlText(element).split(','),
  );
  return [...tags, ...keywords].map((tag) => tag.trim());
}

/** What people read before what programs compare. */
function tagOf(element: XmlElement): string {
  const { attributes } = element;
  const written =
    attributes.get('label') || attributes.get('term') || xmlText(element).trim() || attributes.get('text') || '';
  return looksEscaped(written) ? lineOf({ kind: 'html', value: written, base: '', lang: '' }) : written;
}

/** Category names are often escaped twice. */
function looksEscaped(text: string): boolean {
  return /&(?:amp|quot|#\d+|lt|gt|nbsp);/.test(text);
}
