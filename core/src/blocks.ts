/**
 * The text layer (spec §6): blocks and inline marks, never HTML. An mdast-like tree; the field names are mdast's.
 * Strings are kept as written: no normalisation, no trimming of joiners or marks.
 *
 *     layer  = [ block, … ]
 *     block  = text                        a paragraph without marks
 *            | [0, inline, …]              paragraph
 *            | [1, depth, inline, …]       heading
 *            | [2, start or null, [block, …], …]   list, an item each
 *            | [3, block, …]               quotation
 *            | [4, text]                   preformatted
 *            | [5, header rows, [[inline, …], …], …]   table, a row each
 *            | [6, layer, alt, inline, …]  figure with its caption
 *            | [7]                         thematic break
 *     inline = text | [0] break | [1, inline, …] emphasis | [2, inline, …] strong
 *            | [3, url, inline, …] link | [4, text] code | [5, lang, inline, …] span
 */
import { decode, encode, type Cbor } from './encoding.ts';
import { asArray, asInteger, asText } from './fields.ts';
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';

export type Inline =
  | { type: 'text'; value: string }
  | { type: 'emphasis' | 'strong'; children: Inline[] }
  | { type: 'link'; url: string; children: Inline[] }
  | { type: 'inlineCode'; value: string }
  /** A run in another language (BCP 47); the reader isolates its direction. */
  | { type: 'span'; lang: string; children: Inline[] }
  | { type: 'break' };

export type Block =
  | { type: 'paragraph'; children: Inline[] }
  /** `depth` from 1 (under the title) to 4. */
  | { type: 'heading'; depth: number; children: Inline[] }
  /** `start` is the first number of an ordered list, null for bullets. */
  | { type: 'list'; start: number | null; children: Block[][] }
  | { type: 'blockquote'; children: Block[] }
  | { type: 'code'; value: string }
  /** `header` rows come first; a cell is a run of inlines. */
  | { type: 'table'; header: number; rows: Inline[][][] }
  /** A picture, sound or film; `layer` is the number of the layer in the record, 0 when none travels. */
  | { type: 'figure'; layer: number; alt: string; caption: Inline[] }
  | { type: 'thematicBreak' };

/** Only these reach a reader as a link; anything else becomes its text. */
export const LINK_SCHEMES = ['https:', 'http:', 'mailto:'] as const;

/** Octets of a text layer, before salt and codec. */
export function encodeBlocks(blocks: readonly Block[]): Uint8Array {
  return encode(blocks.map(encodeBlock));
}

/** @throws Refused `encoding`, `text` or `too-large`. Links outside LINK_SCHEMES come back as plain text. */
export function decodeBlocks(bytes: Uint8Array): Block[] {
  if (bytes.length > LIMITS.textLayerBytes) throw new Refused('too-large', 'text layer');
  return itemsOf(decode(bytes), 'text layer').map(decodeBlock);
}

function encodeBlock(block: Block): Cbor {
  switch (block.type) {
    case 'paragraph': {
      const [only, ...rest] = block.children;
      return only?.type === 'text' && rest.length === 0 ? only.value : [0, ...block.children.map(encodeInline)];
    }
    case 'heading':
      return [1, block.depth, ...block.children.map(encodeInline)];
    case 'list':
      return [2, block.start, ...block.children.map((item) => item.map(encodeBlock))];
    case 'blockquote':
      return [3, ...block.children.map(encodeBlock)];
    case 'code':
      return [4, block.value];
    case 'table':
      return [5, block.header, ...block.rows.map((row) => row.map((cell) => cell.map(encodeInline)))];
    case 'figure':
      return [6, block.layer, block.alt, ...block.caption.map(encodeInline)];
    case 'thematicBreak':
      return [7];
  }
}

function encodeInline(inline: Inline): Cbor {
  switch (inline.type) {
    case 'text':
      return inline.value;
    case 'break':
      return [0];
    case 'emphasis':
      return [1, ...inline.children.map(encodeInline)];
    case 'strong':
      return [2, ...inline.children.map(encodeInline)];
    case 'link':
      return [3, inline.url, ...inline.children.map(encodeInline)];
    case 'inlineCode':
      return [4, inline.value];
    case 'span':
      return [5, inline.lang, ...inline.children.map(encodeInline)];
  }
}

function decodeBlock(value: Cbor): Block {
  if (typeof value === 'string') return { type: 'paragraph', children: [{ type: 'text', value }] };
  const [kind, ...rest] = itemsOf(value, 'block');
  switch (kind) {
    case 0:
      return { type: 'paragraph', children: rest.map(decodeInline) };
    case 1:
      return { type: 'heading', depth: asInteger(rest[0], 'depth', 1, 4), children: rest.slice(1).map(decodeInline) };
    case 2:
      return decodeList(rest);
    case 3:
      return { type: 'blockquote', children: rest.map(decodeBlock) };
    case 4:
      return { type: 'code', value: text(only(rest)) };
    case 5:
      return decodeTable(rest);
    case 6:
      return {
        type: 'figure',
        layer: asInteger(rest[0], 'layer', 0, LIMITS.layers),
        alt: text(rest[1]),
        caption: rest.slice(2).map(decodeInline),
      };
    case 7:
      return { type: 'thematicBreak' };
    default:
      throw new Refused('encoding', 'unknown block');
  }
}

function decodeList([start, ...children]: Cbor[]): Block {
  return {
    type: 'list',
    start: start === null ? null : asInteger(start, 'start', 0, 2 ** 31),
    children: children.map((item) => itemsOf(item, 'list item').map(decodeBlock)),
  };
}

function decodeTable([header, ...rows]: Cbor[]): Block {
  return {
    type: 'table',
    header: asInteger(header, 'header rows', 0, rows.length),
    rows: rows.map((row) => itemsOf(row, 'row').map((cell) => itemsOf(cell, 'cell').map(decodeInline))),
  };
}

function decodeInline(value: Cbor): Inline {
  if (typeof value === 'string') return { type: 'text', value };
  const [kind, ...rest] = itemsOf(value, 'inline');
  switch (kind) {
    case 0:
      return { type: 'break' };
    case 1:
      return { type: 'emphasis', children: rest.map(decodeInline) };
    case 2:
      return { type: 'strong', children: rest.map(decodeInline) };
    case 3:
      return decodeLink(asText(rest[0], 'link', LIMITS.linkBytes), rest.slice(1).map(decodeInline));
    case 4:
      return { type: 'inlineCode', value: text(only(rest)) };
    case 5:
      return { type: 'span', lang: asText(rest[0], 'language', 64), children: rest.slice(1).map(decodeInline) };
    default:
      throw new Refused('encoding', 'unknown inline');
  }
}

/** A link that no reader may follow keeps its words: an emphasis without emphasis is a span of no language. */
function decodeLink(url: string, children: Inline[]): Inline {
  const followed = LINK_SCHEMES.some((scheme) => url.toLowerCase().startsWith(scheme));
  return followed ? { type: 'link', url, children } : { type: 'span', lang: '', children };
}

function itemsOf(value: Cbor, what: string): Cbor[] {
  return asArray(value, what, LIMITS.arrayItems);
}

function only(rest: Cbor[]): Cbor | undefined {
  if (rest.length !== 1) throw new Refused('encoding', 'one text expected');
  return rest[0];
}

function text(value: Cbor | undefined): string {
  return asText(value, 'text', LIMITS.textLayerBytes);
}
