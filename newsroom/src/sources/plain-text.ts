import type { Block, Inline } from '@pappus/core';

/** The words of blocks without marks: blocks are parted by an empty line, lines and list items by LF, cells by a tab. */
export function plainText(blocks: readonly Block[]): string {
  return blocks
    .map(blockText)
    .filter((text) => text !== '')
    .join('\n\n');
}

/** The words of a run; a line break becomes LF. */
export function inlineText(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.type === 'break') return '\n';
      return 'children' in inline ? inlineText(inline.children) : inline.value;
    })
    .join('');
}

/** `text` on one line: every run of white space, no-break spaces too, becomes one space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return inlineText(block.children);
    case 'blockquote':
      return plainText(block.children);
    case 'list':
      return block.children.map(plainText).join('\n');
    case 'code':
      return block.value;
    case 'table':
      return block.rows.map((row) => row.map((cell) => oneLine(inlineText(cell))).join('\t')).join('\n');
    case 'figure':
      return [block.alt, inlineText(block.caption)].filter((text) => text !== '').join('\n');
    case 'thematicBreak':
      return '';
  }
}
