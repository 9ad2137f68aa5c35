/**
 * Writes running text and block elements, in any order and nesting, into blocks. White space collapses as in
 * HTML, two line breaks end a paragraph, and marks go on across paragraphs. Nothing gets nested deeper than
 * `LIMITS.nesting`, every array and every node counting one: what lies deeper is kept, flattened.
 */
import { LIMITS, type Block, type Inline } from '@pappus/core';

export type Mark = { type: 'emphasis' | 'strong' } | { type: 'link'; url: string } | { type: 'span'; lang: string };
type Leaf = Exclude<Inline, { children: Inline[] }>;
interface Piece {
  marks: readonly Mark[];
  leaf: Leaf;
}

/** Levels that a node takes below the flow it is in. */
const LEVELS = { mark: 2, quote: 2, list: 3, paragraph: 2, cell: 4 } as const;
/** The smallest block: a paragraph with one text under one mark. */
const SMALLEST = LEVELS.paragraph + LEVELS.mark + 1;
/** Marks that are open at once; far over what any text needs, since only different ones count. */
const OPEN_MARKS_MAX = 64;
const ASCII_SPACES = /[ \t\n\r\f]+/g;
/** Something that can be seen; joiners, direction marks and no-break spaces alone cannot. */
const VISIBLE = /[^\s\u200b-\u200f\u2060\ufeff]/;

export class Flow {
  readonly blocks: Block[] = [];
  readonly #room: number;
  readonly #lang: string;
  #open: readonly Mark[];
  #pieces: Piece[] = [];

  /** `lang` is the language that needs no mark; `room` the levels of nesting left. */
  constructor(lang: string, room: number = LIMITS.nesting - 1, marks: readonly Mark[] = []) {
    this.#lang = lang;
    this.#room = room;
    this.#open = marks;
  }

  text(value: string): void {
    if (value !== '') this.#pieces.push({ marks: this.#open, leaf: { type: 'text', value } });
  }

  code(value: string): void {
    if (VISIBLE.test(value)) this.#pieces.push({ marks: this.#open, leaf: { type: 'inlineCode', value } });
  }

  lineBreak(): void {
    this.#pieces.push({ marks: this.#open, leaf: { type: 'break' } });
  }

  /** What `write` writes carries `mark`. A link without an address is none, and a mark inside its like says nothing new. */
  within(mark: Mark, write: () => void): void {
    const before = this.#open;
    this.#open = [...before, mark];
    write();
    this.#open = before;
  }

  /** What `write` writes is in `lang`; nothing changes when it is the language around, or none. */
  inLang(lang: string, write: () => void): void {
    const around = this.#open.findLast((mark) => mark.type === 'span')?.lang ?? this.#lang;
    if (lang === '' || lang === around) write();
    else this.within({ type: 'span', lang }, write);
  }

  /** For marks that open and close in separate tokens, as in Markdown. */
  openMark(mark: Mark): void {
    if (this.#open.length < OPEN_MARKS_MAX) this.#open = [...this.#open, mark];
  }

  closeMark(type: Mark['type']): void {
    const at = this.#open.findLastIndex((mark) => mark.type === type);
    if (at >= 0) this.#open = this.#open.toSpliced(at, 1);
  }

  /** Ends the paragraph, if there is one. */
  endParagraph(): void {
    for (const children of this.#paragraphs(LEVELS.paragraph)) this.blocks.push({ type: 'paragraph', children });
  }

  block(block: Block): void {
    this.endParagraph();
    this.blocks.push(block);
  }

  heading(depth: number, write: (flow: Flow) => void): void {
    const children = this.inlines(LEVELS.paragraph, write);
    this.endParagraph();
    if (children.length > 0) this.blocks.push({ type: 'heading', depth, children });
  }

  quote(write: (flow: Flow) => void): void {
    this.endParagraph();
    const inner = this.#inner(LEVELS.quote);
    if (!inner) return this.#flat(write);
    const children = inner.written(write);
    if (children.length > 0) this.blocks.push({ type: 'blockquote', children });
  }

  list(start: number | null, items: ((flow: Flow) => void)[]): void {
    this.endParagraph();
    const inner = items.map(() => this.#inner(LEVELS.list));
    if (inner.includes(null)) return items.forEach((write) => this.#flat(write));
    const children = inner.map((flow, at) => flow!.written(items[at]!)).filter((blocks) => blocks.length > 0);
    if (children.length > 0) this.blocks.push({ type: 'list', start, children });
  }

  /** What `write` writes as one run: its blocks are parted by line breaks. `levels` is the depth at which the run will lie. */
  inlines(levels: number, write: (flow: Flow) => void): Inline[] {
    const inner = new Flow(this.#lang, this.#room - levels + LEVELS.paragraph, this.#open);
    return runOf(inner.written(write));
  }

  /** Whether a table fits here, and one of its cells. */
  get hasTableRoom(): boolean {
    return this.#room > LEVELS.cell;
  }

  cell(write: (flow: Flow) => void): Inline[] {
    return this.inlines(LEVELS.cell, write);
  }

  /** All that `write` writes into this flow, with the last paragraph ended. */
  written(write: (flow: Flow) => void): Block[] {
    write(this);
    this.endParagraph();
    return this.blocks;
  }

  #inner(levels: number): Flow | null {
    const room = this.#room - levels;
    return room < SMALLEST ? null : new Flow(this.#lang, room, this.#open);
  }

  #flat(write: (flow: Flow) => void): void {
    write(this);
    this.endParagraph();
  }

  #paragraphs(levels: number): Inline[][] {
    const marksMax = Math.max(0, Math.floor((this.#room - levels - 1) / LEVELS.mark));
    const pieces = collapse(this.#pieces.map(({ marks, leaf }) => ({ marks: effective(marks), leaf })));
    this.#pieces = [];
    return splitAtBreaks(pieces)
      .filter((run) => run.some(({ leaf }) => leaf.type !== 'break' && VISIBLE.test(leaf.value)))
      .map((run) => nest(run, 0, marksMax));
  }
}

function effective(marks: readonly Mark[]): Mark[] {
  const seen = new Set<string>();
  return marks.filter((mark) => {
    if (mark.type === 'span') return true;
    if (seen.has(mark.type) || (mark.type === 'link' && mark.url === '')) return false;
    return seen.add(mark.type);
  });
}

/** Runs of ASCII white space become one space; none stays at the start or end of a line. No-break spaces stay. */
function collapse(pieces: Piece[]): Piece[] {
  const collapsed: Piece[] = [];
  let lineStart = true;
  for (const { marks, leaf } of pieces) {
    if (leaf.type === 'break') trimLineEnd(collapsed);
    if (leaf.type !== 'text') {
      collapsed.push({ marks, leaf });
      lineStart = leaf.type === 'break';
      continue;
    }
    const value = leaf.value.replace(ASCII_SPACES, ' ').slice(lineStart && /^[ \t\n\r\f]/.test(leaf.value) ? 1 : 0);
    if (value === '') continue;
    collapsed.push({ marks, leaf: { type: 'text', value } });
    lineStart = value.endsWith(' ');
  }
  trimLineEnd(collapsed);
  return collapsed;
}

function trimLineEnd(pieces: Piece[]): void {
  const last = pieces.at(-1);
  if (last?.leaf.type !== 'text' || !last.leaf.value.endsWith(' ')) return;
  const value = last.leaf.value.slice(0, -1);
  pieces.pop();
  if (value !== '') pieces.push({ marks: last.marks, leaf: { type: 'text', value } });
}

/** Two breaks or more part paragraphs; breaks at either end of one are left out. */
function splitAtBreaks(pieces: Piece[]): Piece[][] {
  const runs: Piece[][] = [];
  let run: Piece[] = [];
  let breaks: Piece[] = [];
  for (const piece of pieces) {
    if (piece.leaf.type === 'break') {
      breaks.push(piece);
      continue;
    }
    if (breaks.length > 1) {
      runs.push(run);
      run = [];
    } else if (run.length > 0) run.push(...breaks);
    breaks = [];
    run.push(piece);
  }
  return [...runs, run];
}

/** A run as a tree: neighbours under the same mark share its node. */
function nest(run: Piece[], depth: number, marksMax: number): Inline[] {
  const inlines: Inline[] = [];
  for (let at = 0; at < run.length;) {
    const mark = depth < marksMax ? run[at]!.marks[depth] : undefined;
    if (mark === undefined) {
      append(inlines, run[at]!.leaf);
      at += 1;
      continue;
    }
    let end = at + 1;
    while (end < run.length && run[end]!.marks[depth] === mark) end += 1;
    inlines.push({ ...mark, children: nest(run.slice(at, end), depth + 1, marksMax) });
    at = end;
  }
  return inlines;
}

function append(inlines: Inline[], leaf: Leaf): void {
  const last = inlines.at(-1);
  if (last?.type === 'text' && leaf.type === 'text') last.value += leaf.value;
  else inlines.push({ ...leaf });
}

/** Blocks as one run of inlines, for a heading, a caption or a table cell. */
function runOf(blocks: Block[]): Inline[] {
  const runs = blocks.map(blockRun).filter((run) => run.length > 0);
  return runs.flatMap((run, at) => (at === 0 ? run : [{ type: 'break' } as const, ...run]));
}

function blockRun(block: Block): Inline[] {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return block.children;
    case 'blockquote':
      return runOf(block.children);
    case 'list':
      return runOf(block.children.flat());
    case 'code':
      return [{ type: 'inlineCode', value: block.value }];
    case 'figure':
      return block.alt === '' ? block.caption : [{ type: 'text', value: block.alt }];
    case 'table':
      return block.rows.flat().flatMap((cell) => [...cell, { type: 'text', value: ' ' } as const]);
    case 'thematicBreak':
      return [];
  }
}
