/** Markdown into blocks, from its tokens; raw HTML inside is read as HTML. */
import type { Block } from '@pappus/core';
import MarkdownIt, { type Token } from 'markdown-it';
import { Flow, type Mark } from './flow.ts';
import { attribute, isElement, parseHtml, type HtmlElement } from './html-tree.ts';
import { htmlToBlocks, writeNodes } from './html.ts';
import { absoluteLink } from './links.ts';

const markdown = new MarkdownIt({ html: true, linkify: false, typographer: false });

const MARKS: Record<string, Mark> = { em: { type: 'emphasis' }, strong: { type: 'strong' } };
/** Elements that Markdown opens and closes in separate tokens. */
const HTML_MARKS: Record<string, Mark['type']> = {
  em: 'emphasis',
  i: 'emphasis',
  cite: 'emphasis',
  strong: 'strong',
  b: 'strong',
  a: 'link',
};

/** Tags of raw HTML that wait for their end. */
const OPEN_TAGS_MAX = 64;

/** `base` makes relative links absolute; `lang` is the language of the whole. Never throws. */
export function markdownToBlocks(text: string, base: string, lang = ''): Block[] {
  const tokens = markdown.parse(text.replace(/\p{Surrogate}/gu, '\ufffd'), {});
  return new Flow(lang).written((flow) => new Walk(tokens, base, lang).write(flow));
}

/** Goes through a list of tokens; nested blocks are the tokens up to the one that closes them. */
class Walk {
  readonly #tokens: Token[];
  readonly #base: string;
  readonly #lang: string;

  constructor(tokens: Token[], base: string, lang: string) {
    this.#tokens = tokens;
    this.#base = base;
    this.#lang = lang;
  }

  write(flow: Flow): void {
    for (let at = 0; at < this.#tokens.length;) {
      const end = this.#endOf(at);
      this.#block(flow, this.#tokens[at]!, this.#inside(at, end));
      at = end;
    }
  }

  /** One past the token that closes the block which the token at `at` opens. */
  #endOf(at: number): number {
    const { nesting, level, type } = this.#tokens[at]!;
    if (type === 'html_block') return this.#endOfHtml(at);
    if (nesting !== 1) return at + 1;
    let end = at + 1;
    while (end < this.#tokens.length && !(this.#tokens[end]!.nesting === -1 && this.#tokens[end]!.level === level))
      end += 1;
    return end + 1;
  }

  /** Empty lines divide one piece of HTML into several tokens. */
  #endOfHtml(at: number): number {
    let end = at + 1;
    while (this.#tokens[end]?.type === 'html_block') end += 1;
    return end;
  }

  #inside(at: number, end: number): Walk {
    const html = this.#tokens[at]!.type === 'html_block';
    return new Walk(html ? this.#tokens.slice(at, end) : this.#tokens.slice(at + 1, end - 1), this.#base, this.#lang);
  }

  #block(flow: Flow, token: Token, inside: Walk): void {
    switch (token.type) {
      case 'heading_open':
        return flow.heading(Math.min(Math.max(Number(token.tag.slice(1)) - 1, 1), 4), (inner) => inside.write(inner));
      case 'blockquote_open':
        return flow.quote((inner) => inside.write(inner));
      case 'bullet_list_open':
        return flow.list(null, inside.#items());
      case 'ordered_list_open':
        return flow.list(Number(token.attrGet('start') ?? 1), inside.#items());
      case 'table_open':
        return inside.#table(flow);
      case 'fence':
      case 'code_block':
        return token.content.trim() === ''
          ? undefined
          : flow.block({ type: 'code', value: token.content.replace(/\s+$/, '') });
      case 'hr':
        return flow.block({ type: 'thematicBreak' });
      case 'html_block':
        return inside.#html(flow);
      case 'inline':
        return writeInline(token.children ?? [], flow, this.#base);
      default:
        flow.endParagraph();
        inside.write(flow);
        flow.endParagraph();
    }
  }

  #items(): ((flow: Flow) => void)[] {
    return this.#parts().map((part) => (flow) => part.write(flow));
  }

  #html(flow: Flow): void {
    const html = this.#tokens.map(({ content }) => content).join('\n');
    const nodes = parseHtml(html);
    flow.endParagraph();
    if (nodes) writeNodes(nodes, flow, this.#base);
    else for (const block of htmlToBlocks(html, this.#base, this.#lang)) flow.block(block);
    flow.endParagraph();
  }

  #table(flow: Flow): void {
    flow.endParagraph();
    const rows = this.#parts().flatMap((part) => part.#parts());
    if (!flow.hasTableRoom)
      return rows
        .flatMap((row) => row.#items())
        .forEach((write) => {
          write(flow);
          flow.endParagraph();
        });
    flow.block({ type: 'table', header: 1, rows: rows.map((row) => row.#items().map((write) => flow.cell(write))) });
  }

  /** What is inside each of the blocks of this list of tokens. */
  #parts(): Walk[] {
    const parts: Walk[] = [];
    for (let at = 0; at < this.#tokens.length;) {
      const end = this.#endOf(at);
      parts.push(this.#inside(at, end));
      at = end;
    }
    return parts;
  }
}

function writeInline(tokens: Token[], flow: Flow, base: string): void {
  let open: string[] = [];
  for (const token of tokens) {
    const tag = token.tag;
    if (token.type === 'text' || token.type === 'text_special') flow.text(token.content);
    else if (token.type === 'softbreak') flow.text('\n');
    else if (token.type === 'hardbreak') flow.lineBreak();
    else if (token.type === 'code_inline') flow.code(token.content);
    else if (token.type === 'image') writeImage(token, flow);
    else if (token.type === 'html_inline') open = writeTag(token.content, open, flow, base);
    else if (MARKS[tag]) {
      if (token.nesting === 1) flow.openMark(MARKS[tag]);
      else flow.closeMark(MARKS[tag].type);
    } else if (token.type === 'link_open') openLink(String(token.attrGet('href') ?? ''), flow, base);
    else if (token.type === 'link_close') flow.closeMark('link');
  }
  for (const name of open) flow.closeMark(HTML_MARKS[name]!);
}

/** A link that leads nowhere is opened too, so that its end closes no other. */
function openLink(href: string, flow: Flow, base: string): void {
  flow.openMark({ type: 'link', url: href.startsWith('#') ? '' : absoluteLink(href, base) });
}

function writeImage(token: Token, flow: Flow): void {
  const alt = token.content.replace(/\s+/g, ' ').trim();
  if (alt !== '') flow.block({ type: 'figure', layer: 0, alt, caption: [] });
}

/** One tag of raw HTML in running text. Gives the names of the tags now open. */
function writeTag(html: string, open: string[], flow: Flow, base: string): string[] {
  const closing = /^<\/([a-z]+)/i.exec(html)?.[1]?.toLowerCase();
  if (closing !== undefined) {
    const at = open.lastIndexOf(closing);
    if (at < 0) return open;
    flow.closeMark(HTML_MARKS[closing]!);
    return open.toSpliced(at, 1);
  }
  const nodes = parseHtml(html) ?? [];
  const element = nodes.find(isElement);
  if (!element || !Object.hasOwn(HTML_MARKS, element.tagName)) {
    writeNodes(nodes, flow, base);
    return open;
  }
  openElement(element, flow, base);
  return open.length < OPEN_TAGS_MAX ? [...open, element.tagName] : open;
}

function openElement(element: HtmlElement, flow: Flow, base: string): void {
  const type = HTML_MARKS[element.tagName]!;
  if (type === 'link') openLink(attribute(element, 'href'), flow, base);
  else if (type !== 'span') flow.openMark({ type });
}
