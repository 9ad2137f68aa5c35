/** Text in feeds: plain, HTML that was escaped, or XHTML, said in a different way by every format. */
import { htmlToBlocks, textToBlocks } from './html.ts';
import { canonicalLang } from './lang.ts';
import { nestedBase } from './links.ts';
import { oneLine, plainText } from './plain-text.ts';
import { xmlText, type XmlElement } from './xml.ts';
import type { Block } from '@pappus/core';

export interface FeedText {
  kind: 'text' | 'html';
  value: string;
  base: string;
  lang: string;
}

/** What an element passes on to those inside: `xml:base` as an absolute address, `xml:lang` as a canonical tag. */
export interface Context {
  base: string;
  lang: string;
  /** Formats that say what is HTML; the others make one guess from the text. */
  typed: boolean;
}

export function contextOf(element: XmlElement, outer: Context): Context {
  const lang = element.attributes.get('xml:lang');
  return {
    ...outer,
    base: nestedBase(element.attributes.get('xml:base'), outer.base),
    lang: lang === undefined ? outer.lang : canonicalLang(lang),
  };
}

/** The text of an element such as `title` or `content`. */
export function feedText(element: XmlElement, outer: Context): FeedText {
  const { base, lang } = contextOf(element, outer);
  const type = (element.attributes.get('type') ?? '').trim().toLowerCase();
  if (element.children.some((child) => typeof child !== 'string'))
    return { kind: 'html', value: markup(element.children), base, lang };
  const value = decoded(xmlText(element), element.attributes.get('mode') ?? '', type);
  return { kind: kindOf(value, type, outer.typed), value, base, lang };
}

/** On one line, as titles and names are. */
export function lineOf(text: FeedText): string {
  return oneLine(text.kind === 'text' ? text.value : plainText(htmlToBlocks(text.value, text.base)));
}

export function blocksOf(text: FeedText, lang: string): Block[] {
  return text.kind === 'text' ? textToBlocks(text.value) : htmlToBlocks(text.value, text.base, lang);
}

function kindOf(value: string, type: string, typed: boolean): FeedText['kind'] {
  if (type.includes('html')) return 'html';
  if (type === 'text' || (typed && type !== '' && !type.includes('/'))) return 'text';
  if (typed) return type === '' && HTML_PARAGRAPH.test(value) ? 'html' : 'text';
  return looksLikeHtml(value) ? 'html' : 'text';
}

/** Atom text without a type is plain; paragraphs, links and typographic signs in it are HTML whose author forgot to say so. */
const HTML_PARAGRAPH = /<\/(?:p|div|a|li|h[1-6])>|<br ?\/?>|&(?:[lr][sd]quo|nbsp|hellip|[mn]dash|#\d{2,6});/i;
const HTML_TAG =
  /<\/?(?:a|abbr|acronym|address|applet|article|aside|audio|b|big|blink|blockquote|body|br|center|cite|code|dd|del|div|dl|dt|em|embed|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|li|link|main|mark|math|meta|nav|object|ol|p|pre|q|s|samp|script|section|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|th|thead|time|title|tr|tt|u|ul|var|video)(?:[\s/][^<>]*)?>/i;
const REFERENCE = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/i;

/** RSS does not say whether a text is HTML. Tags and references that HTML knows decide; "AT&T" and "a < b" are plain. */
export function looksLikeHtml(value: string): boolean {
  return REFERENCE.test(value) || HTML_TAG.test(value);
}

/** Old Atom could carry text as base64; new Atom does for media types that are no text. */
function decoded(value: string, mode: string, type: string): string {
  const isBase64 = mode.toLowerCase() === 'base64' || /^(?!text\/|application\/(?:.*xml|.*html))[a-z]+\//.test(type);
  const compact = value.replace(/\s+/g, '');
  if (!isBase64 || compact === '' || !/^[\w+/]+={0,2}$/.test(compact)) return value;
  return Buffer.from(compact, 'base64').toString('utf8');
}

const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** Nodes written as HTML, for the HTML reader to judge. */
function markup(nodes: readonly (XmlElement | string)[]): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return escaped(node);
      const attributes = [...node.attributes].filter(([name]) => !name.startsWith('xmlns'));
      const written = attributes
        .map(([name, value]) => ` ${name === 'xml:lang' ? 'lang' : name}="${escaped(value)}"`)
        .join('');
      return VOID.has(node.name)
        ? `<${node.name}${written}>`
        : `<${node.name}${written}>${markup(node.children)}</${node.name}>`;
    })
    .join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
