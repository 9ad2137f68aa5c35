/** Blocks as elements. Nothing here parses markup: a channel brings structure and text, never HTML. */
import type { Block, Inline } from '@pappus/core';
import { localeOf } from './say.ts';
import { h, type Child } from './tree.ts';

/** What a text needs beside itself. */
export interface Surroundings {
  /** A figure's layer as an element; null where it has not arrived, or is none that the page shows. */
  figure(layer: number, alt: string): Child;
}

/** The blocks of a text; `depth` of its headings starts under the title. */
export function blocks(all: readonly Block[], around: Surroundings): Child[] {
  return all.map((block) => drawn(block, around));
}

function drawn(block: Block, around: Surroundings): Child {
  switch (block.type) {
    case 'paragraph':
      return h('p', { dir: 'auto' }, inlines(block.children));
    case 'heading':
      return h(`h${block.depth + 2}`, { dir: 'auto' }, inlines(block.children));
    case 'list': {
      const items = block.children.map((item) => h('li', null, blocks(item, around)));
      return block.start === null ? h('ul', null, items) : h('ol', { start: block.start }, items);
    }
    case 'blockquote':
      return h('blockquote', null, blocks(block.children, around));
    case 'code':
      return h('pre', null, block.value);
    case 'table':
      return table(block.header, block.rows);
    case 'figure':
      return h(
        'figure',
        null,
        around.figure(block.layer, block.alt) ?? (block.alt && h('p', { dir: 'auto' }, `[${block.alt}]`)),
        block.caption.length > 0 && h('figcaption', { dir: 'auto' }, inlines(block.caption)),
      );
    case 'thematicBreak':
      return h('hr');
  }
}

function table(header: number, rows: readonly Inline[][][]): Child {
  const drawnRows = rows.map((row, i) =>
    h(
      'tr',
      null,
      row.map((cell) => h(i < header ? 'th' : 'td', { dir: 'auto' }, inlines(cell))),
    ),
  );
  return h('div', { class: 'wide', tabindex: 0 }, h('table', null, drawnRows));
}

function inlines(children: readonly Inline[]): Child[] {
  return children.map(inline);
}

function inline(inline: Inline): Child {
  switch (inline.type) {
    case 'text':
      return inline.value;
    case 'break':
      return h('br');
    case 'emphasis':
      return h('em', null, inlines(inline.children));
    case 'strong':
      return h('strong', null, inlines(inline.children));
    case 'inlineCode':
      return h('code', { dir: 'auto' }, inline.value);
    case 'link':
      return link(inline.url, inlines(inline.children));
    case 'span':
      return inline.lang
        ? h('bdi', { lang: localeOf(inline.lang) }, inlines(inline.children))
        : inlines(inline.children);
  }
}

/** The address is followed only when the reader asks for it, and learns nothing of where she came from. */
export function link(url: string, ...children: Child[]): Child {
  return h('a', { href: url, dir: 'auto', rel: 'noopener noreferrer', target: '_blank' }, children);
}

/** The words of a text, a string for each paragraph, heading or other block that has words of its own. */
export function plainText(all: readonly Block[]): string[] {
  return all.flatMap((block) => {
    switch (block.type) {
      case 'paragraph':
      case 'heading':
        return [words(block.children)];
      case 'list':
        return block.children.flatMap(plainText);
      case 'blockquote':
        return plainText(block.children);
      case 'code':
        return [block.value];
      case 'table':
        return block.rows.map((row) => row.map(words).join(' · '));
      case 'figure':
        return [block.alt, words(block.caption)].filter(Boolean);
      case 'thematicBreak':
        return [];
    }
  });
}

function words(children: readonly Inline[]): string {
  return children.map((i) => ('value' in i ? i.value : 'children' in i ? words(i.children) : ' ')).join('');
}
