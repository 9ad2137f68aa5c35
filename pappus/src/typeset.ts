/**
 * Blocks as lines for a terminal. Text stays in logical order, as every terminal expects that can show it at
 * all; each paragraph is announced in its own direction (terminal BiDi, "paragraph direction") and foreign
 * runs are isolated (UAX #9), so that numbers and Latin names do not tear a Persian sentence apart.
 */
import type { Block, Inline } from '@pappus/core';
import { faint, strong } from './terminal.ts';

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
/** ECMA-48 SCP with BiDi autodetection off: 1 is left to right, 2 is right to left. */
const DIRECTION_LTR = '\u001b[?2501l\u001b[1 k';
const DIRECTION_RTL = '\u001b[?2501l\u001b[2 k';
const DIRECTION_DEFAULT = '\u001b[0 k';
const COLUMNS_MAX = 78;

/** Removes what could steer a terminal: control characters other than line feed. */
export function harmless(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ');
}

/** A run of unknown direction inside a line of another. */
export function isolated(text: string): string {
  return `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}`;
}

/** Lines in a direction; no control sequences where the output is no terminal. */
export function directed(lines: readonly string[], rtl: boolean): string {
  const text = lines.join('\n');
  if (!process.stdout.isTTY) return text;
  return `${rtl ? DIRECTION_RTL : DIRECTION_LTR}${text}\n${DIRECTION_DEFAULT}`;
}

/** A text layer as lines of at most `columns` cells. */
export function typeset(blocks: readonly Block[], columns: number): string[] {
  return blocks.flatMap((block, i) => [...(i > 0 ? [''] : []), ...typesetBlock(block, Math.min(columns, COLUMNS_MAX))]);
}

function typesetBlock(block: Block, columns: number): string[] {
  switch (block.type) {
    case 'paragraph':
      return wrap(inlineText(block.children), columns);
    case 'heading':
      return wrap(inlineText(block.children), columns).map(strong);
    case 'blockquote':
      return typeset(block.children, columns - 2).map((line) => `│ ${line}`);
    case 'list':
      return block.children.flatMap((item, i) => {
        const bullet = block.start === null ? '• ' : `${block.start + i}. `;
        return typeset(item, columns - bullet.length).map(
          (line, k) => (k === 0 ? bullet : ' '.repeat(bullet.length)) + line,
        );
      });
    case 'code':
      return harmless(block.value)
        .split('\n')
        .map((line) => `    ${line}`);
    case 'table':
      return block.rows.flatMap((row) => wrap(row.map(inlineText).join(' | '), columns));
    case 'figure':
      return wrap(`[${block.alt || inlineText(block.caption)}]`, columns).map(faint);
    case 'thematicBreak':
      return ['* * *'];
  }
}

function inlineText(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      switch (inline.type) {
        case 'text':
        case 'inlineCode':
          return harmless(inline.value);
        case 'break':
          return '\n';
        case 'link':
          return `${inlineText(inline.children)} <${isolated(harmless(inline.url))}>`;
        case 'span':
          return isolated(inlineText(inline.children));
        case 'emphasis':
        case 'strong':
          return inlineText(inline.children);
      }
    })
    .join('');
}

/** Breaks at white space; widths are those of a terminal's cells. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    let used = 0;
    for (const word of paragraph.split(/\s+/).filter(Boolean)) {
      const width = cells(word);
      if (used > 0 && used + 1 + width > columns) {
        lines.push(line);
        line = '';
        used = 0;
      }
      line += (used > 0 ? ' ' : '') + word;
      used += (used > 0 ? 1 : 0) + width;
    }
    return [...lines, line];
  });
}

const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

function cells(text: string): number {
  let width = 0;
  for (const character of text) width += INVISIBLE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
