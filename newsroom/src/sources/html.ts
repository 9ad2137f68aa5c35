/** HTML from anywhere into blocks: an allow-list walk over a parsed tree. Nothing is fetched, run or passed on as HTML. */
import type { Block } from '@pappus/core';
import { Flow, type Mark } from './flow.ts';
import {
  attribute,
  elementsIn,
  find,
  hasAttribute,
  isElement,
  isText,
  parseHtml,
  textOf,
  type HtmlElement,
  type HtmlNode,
} from './html-tree.ts';
import { writeTable } from './html-table.ts';
import { canonicalLang } from './lang.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { absoluteLink } from './links.ts';
import { oneLine } from './plain-text.ts';

/** Dropped with all that is inside: code, forms, players, drawings, and text that its author struck out. */
const DROPPED = new Set(
  (
    'script style template noscript frame embed param head title meta link base xml ' +
    'form button input select textarea option optgroup datalist output progress meter dialog audio video source track canvas map area svg ' +
    'del s strike rp'
  ).split(' '),
);
const BLOCKS = new Set(
  (
    'p div section article main header footer aside nav address hgroup search center details fieldset legend figcaption dl dd ' +
    'body html marquee td th tr tbody thead tfoot caption li amp-carousel'
  ).split(' '),
);
const MARKS: Record<string, Mark> = {
  b: { type: 'strong' },
  strong: { type: 'strong' },
  i: { type: 'emphasis' },
  em: { type: 'emphasis' },
  cite: { type: 'emphasis' },
  dfn: { type: 'emphasis' },
  var: { type: 'emphasis' },
};
const HEADING_DEPTHS: Record<string, number> = { h1: 1, h2: 1, h3: 2, h4: 3, h5: 4, h6: 4 };

const WRITERS: Record<string, (element: HtmlElement, flow: Flow, base: string) => void> = {
  br: (_, flow) => flow.lineBreak(),
  hr: (_, flow) => flow.block({ type: 'thematicBreak' }),
  a: writeLink,
  img: writePicture,
  image: writePicture,
  'amp-img': writePicture,
  'amp-anim': writePicture,
  figure: writeFigure,
  blockquote: (element, flow, base) => flow.quote((inner) => writeNodes(element.childNodes, inner, base)),
  ul: writeList,
  ol: writeList,
  menu: writeList,
  dir: writeList,
  pre: writePreformatted,
  listing: writePreformatted,
  xmp: writePreformatted,
  plaintext: writePreformatted,
  code: writeCode,
  kbd: writeCode,
  samp: writeCode,
  tt: writeCode,
  table: (element, flow, base) => writeTable(element, flow, (nodes, inner) => writeNodes(nodes, inner, base)),
  q: writeQuotation,
  sup: (element, flow, base) => writeRaised(element, flow, base, SUPERSCRIPTS),
  sub: (element, flow, base) => writeRaised(element, flow, base, SUBSCRIPTS),
  dt: writeTerm,
  summary: writeTerm,
};

/** Frames, often left open or closed as in XML, would swallow all text after them: they are read as elements that mean nothing. */
const FRAME = /<(\/?)(?:iframe|frameset|noframes|noembed)(?![a-z\d-])/gi;

/**
 * `base` makes relative links absolute (empty for none); `lang` is the language of the whole. Never throws.
 * Text longer than `SOURCE_LIMITS.htmlChars` is cut there: refuse it before. Markup too tangled for an article gives its words only.
 */
export function htmlToBlocks(html: string, base: string, lang = ''): Block[] {
  const wellFormed = html.slice(0, SOURCE_LIMITS.htmlChars).replace(/\p{Surrogate}/gu, '\ufffd');
  const nodes = parseHtml(wellFormed.replace(FRAME, '<$1x-frame'));
  if (!nodes) return textToBlocks(wellFormed.replace(/<[^<>]*>/g, '\n\n'));
  return new Flow(lang).written((flow) => writeNodes(nodes, flow, base));
}

/** Plain text: an empty line parts paragraphs, a line feed breaks a line. Never throws. */
export function textToBlocks(text: string): Block[] {
  return new Flow('').written((flow) => {
    for (const paragraph of text.split(/\n[ \t\r]*\n\s*/)) {
      writeLines(paragraph.trim(), flow);
      flow.endParagraph();
    }
  });
}

function writeLines(text: string, flow: Flow): void {
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (at > 0) flow.lineBreak();
    flow.text(visible(line));
  }
}

/** Writes a parsed piece of HTML into running text, as Markdown needs it. */
export function writeNodes(nodes: readonly HtmlNode[], flow: Flow, base: string): void {
  for (const node of nodes) {
    if (isText(node)) flow.text(visible(node.value));
    else if (isElement(node) && !isDropped(node)) {
      flow.inLang(canonicalLang(attribute(node, 'lang') || attribute(node, 'xml:lang')), () =>
        writeElement(node, flow, base),
      );
    }
  }
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g;

function visible(text: string): string {
  return text.replace(CONTROL, '');
}

function writeElement(element: HtmlElement, flow: Flow, base: string): void {
  const name = element.tagName;
  const mark = MARKS[name];
  const depth = HEADING_DEPTHS[name];
  const inside = (inner: Flow): void => writeNodes(element.childNodes, inner, base);
  if (mark) flow.within(mark, () => inside(flow));
  else if (depth !== undefined) flow.heading(depth, inside);
  else if (Object.hasOwn(WRITERS, name)) WRITERS[name]!(element, flow, base);
  else if (BLOCKS.has(name)) writeBlock(flow, () => inside(flow));
  else inside(flow);
}

function writeBlock(flow: Flow, write: () => void): void {
  flow.endParagraph();
  write();
  flow.endParagraph();
}

const HIDDEN = /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|mso-list\s*:\s*ignore)/i;

/** What a browser would not show either: hidden text, and the marks of word processors. */
function isDropped(element: HtmlElement): boolean {
  const name = element.tagName;
  if (DROPPED.has(name) || /^(?:amp-(?!img|anim|carousel)|[vw]:)/.test(name)) return true;
  if (hasAttribute(element, 'hidden') || HIDDEN.test(attribute(element, 'style'))) return true;
  return /(?:^|\s)screen-reader-text(?:\s|$)/.test(attribute(element, 'class'));
}

function writeLink(element: HtmlElement, flow: Flow, base: string): void {
  const href = attribute(element, 'href').trim();
  const url = href.startsWith('#') ? '' : absoluteLink(href, base);
  const inside = (): void => writeNodes(element.childNodes, flow, base);
  if (url === '') inside();
  else flow.within({ type: 'link', url }, inside);
}

/** A picture is kept for its description; pictures that stand for a character are that character. */
function writePicture(element: HtmlElement, flow: Flow): void {
  const alt = pictureAlt(element);
  if (alt === '') return;
  if (/(?:^|[\s-])(?:emoji|wp-smiley)(?:\s|$)/.test(attribute(element, 'class'))) flow.text(alt);
  else flow.block({ type: 'figure', layer: 0, alt, caption: [] });
}

/** Empty for pictures of one pixel, which are there to watch the reader. */
function pictureAlt(element: HtmlElement): string {
  const tiny = ['width', 'height'].some((side) => /^\s*[01](?:px)?\s*$/.test(attribute(element, side)));
  return tiny ? '' : oneLine(visible(attribute(element, 'alt') || attribute(element, 'title')));
}

function writeFigure(element: HtmlElement, flow: Flow, base: string): void {
  flow.endParagraph();
  const captionElement = find(element, 'figcaption');
  const caption = captionElement ? flow.inlines(2, (inner) => writeNodes(captionElement.childNodes, inner, base)) : [];
  const inside = flow.blocks.length;
  writeNodes(
    element.childNodes.filter((node) => node !== captionElement),
    flow,
    base,
  );
  flow.endParagraph();
  const written = flow.blocks.slice(inside);
  const last = written.at(-1);
  if (caption.length === 0) return;
  if (last?.type === 'figure' && last.caption.length === 0) last.caption = caption;
  else if (written.length === 0) flow.block({ type: 'figure', layer: 0, alt: figureAlt(element), caption });
  else if (!find(element, 'figure')) flow.block({ type: 'paragraph', children: caption });
}

function figureAlt(element: HtmlElement): string {
  const picture = find(element, 'img', 'amp-img');
  return picture ? pictureAlt(picture) : '';
}

/** Lists directly in a list belong to the item before them. */
function writeList(element: HtmlElement, flow: Flow, base: string): void {
  const items: HtmlNode[][] = [];
  for (const node of element.childNodes) {
    if (isElement(node) && node.tagName === 'li') items.push([node]);
    else if (isElement(node) || (isText(node) && node.value.trim() !== '')) {
      if (items.length === 0) items.push([]);
      items.at(-1)!.push(node);
    }
  }
  const start = element.tagName === 'ol' ? listStart(attribute(element, 'start')) : null;
  flow.list(
    start,
    items.map((nodes) => (inner) => writeNodes(nodes, inner, base)),
  );
}

function listStart(written: string): number {
  return /^\d{1,9}$/.test(written.trim()) ? Number(written) : 1;
}

function writePreformatted(element: HtmlElement, flow: Flow): void {
  const value = visible(textOf(element)).replace(/\s+$/, '');
  if (value.trim() !== '') flow.block({ type: 'code', value });
}

function writeCode(element: HtmlElement, flow: Flow, base: string): void {
  if (elementsIn(element).length > 0 && find(element, 'a', 'pre', 'img')) writeNodes(element.childNodes, flow, base);
  else flow.code(visible(textOf(element)).replace(/[ \t\n\r\f]+/g, ' '));
}

function writeQuotation(element: HtmlElement, flow: Flow, base: string): void {
  flow.text('“');
  writeNodes(element.childNodes, flow, base);
  flow.text('”');
}

/** A term that its block explains: the name of a description, the title of a foldable part. */
function writeTerm(element: HtmlElement, flow: Flow, base: string): void {
  writeBlock(flow, () => flow.within({ type: 'strong' }, () => writeNodes(element.childNodes, flow, base)));
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻';
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉₊₋';

/** Raised and lowered numbers stay what they are: 10⁶ must not become 106. */
function writeRaised(element: HtmlElement, flow: Flow, base: string, signs: string): void {
  const text = textOf(element).trim();
  if (/^[\d+\-−]{1,16}$/.test(text))
    flow.text(Array.from(text, (sign) => signs['0123456789+-'.indexOf(sign === '−' ? '-' : sign)]).join(''));
  else writeNodes(element.childNodes, flow, base);
}
