/** Feeds of every kind into drafts: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, RDF, CDF and JSON Feed, well-formed or not. */
import type { Imported } from '../draft.ts';
import { Collection } from './complete.ts';
import { decodeText } from './encoding.ts';
import { authorsOf, itemDraft, linkOf, type Feed } from './feed-item.ts';
import { readJsonFeed } from './feed-json.ts';
import { FeedNames } from './feed-names.ts';
import { contextOf, feedText, lineOf, type Context } from './feed-text.ts';
import { canonicalLang } from './lang.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { absolutePage } from './links.ts';
import { nothing, orReason, SourceRefused } from './refusal.ts';
import { parseXml, xmlElements, xmlText, type XmlElement } from './xml.ts';

export interface FeedOptions {
  /** What the server said, for the encoding. */
  contentType?: string;
  /** Where the feed came from: relative links start here. */
  base?: string;
  /** What to call the source in refusals. */
  where?: string;
}

/** Never throws for what is in `bytes`: what is no feed gives no drafts and one reason. */
export function readFeed(bytes: Uint8Array, options: FeedOptions = {}): Imported {
  const where = options.where ?? 'feed';
  if (bytes.length > SOURCE_LIMITS.sourceBytes)
    return nothing(where, `It is larger than ${SOURCE_LIMITS.sourceBytes / 2 ** 20} MiB.`);
  const text = decodeText(bytes, options.contentType);
  if (text.trim() === '') return nothing(where, 'It is empty.');
  const imported = orReason(() =>
    /^\s*[{[]/.test(text) ? readJsonFeed(text, options.base ?? '') : readXmlFeed(text, options.base ?? ''),
  );
  return imported instanceof SourceRefused ? nothing(where, imported.message) : imported;
}

/** The element names at the top of a feed. RDF is "RDF" in any letter case; CDF starts with its channel. */
const ROOTS = ['rss', 'rdf', 'feed', 'channel', 'entry', 'item'];

function readXmlFeed(text: string, base: string): Imported {
  const document = parseXml(text);
  const root = xmlElements(document).find(({ name }) => ROOTS.includes(name));
  if (!root) throw new SourceRefused(noFeed(document, base));
  const names = new FeedNames(root);
  const feed = readHead(root, names, base);
  const collection = new Collection(feed.title, feed.context.lang);
  for (const [at, item] of itemsOf(root, names).entries()) {
    const draft = itemDraft(item, feed);
    collection.add(itemName(item, names, at), draft);
  }
  return collection.imported;
}

function readHead(root: XmlElement, names: FeedNames, base: string): Feed & { title: string } {
  const head = root.name === 'feed' ? root : (names.first(root, 'channel') ?? root);
  const typed = root.name === 'feed' || root.name === 'entry';
  const outer = contextOf(head, contextOf(root, { base, lang: '', typed }));
  const context: Context = {
    ...outer,
    base: outer.base || linkOf(head, names, ''),
    lang: outer.lang || canonicalLang(firstText(head, names, 'language', 'dc:language')),
  };
  const title = names.first(head, 'title', 'dc:title');
  return {
    names,
    context,
    authors: typed ? authorsOf(head, names) : '',
    title: title ? lineOf(feedText(title, context)) : '',
  };
}

function firstText(parent: XmlElement, names: FeedNames, ...from: string[]): string {
  const element = names.first(parent, ...from);
  return element ? xmlText(element) : '';
}

/** Items lie in the channel, beside it, or loose under the root; never in one another. */
function itemsOf(root: XmlElement, names: FeedNames): XmlElement[] {
  if (root.name === 'entry' || root.name === 'item') return [root];
  return xmlElements(root).flatMap((element) => {
    const name = names.nameOf(element);
    if (name === 'item' || name === 'entry' || name === 'atom:entry') return [element];
    return ['channel', 'items', 'rdf:items', 'feed'].includes(name) ? itemsOf(element, names) : [];
  });
}

function itemName(item: XmlElement, names: FeedNames, at: number): string {
  const title = firstText(item, names, 'title').replace(/\s+/g, ' ').trim().slice(0, 80);
  return title === '' ? `item ${at + 1}` : `item ${at + 1}, “${title}”`;
}

/** What the file is instead, and what to do then. */
function noFeed(document: XmlElement, base: string): string {
  const names = xmlElements(document).map(({ name }) => name);
  if (names.includes('opml')) return 'This is a list of feeds (OPML). Import the feeds that it names, one by one.';
  if (names.includes('html') || names.includes('head') || names.includes('body')) return webPage(document, base);
  return 'This is no feed: it has no RSS, Atom, RDF or JSON Feed in it.';
}

function webPage(document: XmlElement, base: string): string {
  const link = linkToFeed(document);
  const url = link ? absolutePage(link.attributes.get('href') ?? '', base) : '';
  return url === ''
    ? 'This is a web page, no feed. Look on the site for its RSS or Atom address.'
    : `This is a web page, no feed. It names its feed: import ${url}`;
}

function linkToFeed(element: XmlElement): XmlElement | undefined {
  for (const child of xmlElements(element)) {
    const isFeed = child.name === 'link' && /rss|atom|feed\+json/i.test(child.attributes.get('type') ?? '');
    const found = isFeed ? child : linkToFeed(child);
    if (found) return found;
  }
  return undefined;
}
