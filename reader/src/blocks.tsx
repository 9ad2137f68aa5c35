/** Blocks drawn as elements. Nothing here parses markup: a channel brings structure and text, never HTML. */
import type { Block, Inline } from '@pappus/core';
import { Fragment, h, type ComponentChild } from 'preact';

/** A text layer; `depth` of its headings starts under the title. */
export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return <Fragment>{blocks.map(drawBlock)}</Fragment>;
}

function drawBlock(block: Block): ComponentChild {
  switch (block.type) {
    case 'paragraph':
      return <p dir="auto">{inlines(block.children)}</p>;
    case 'heading':
      return h(`h${block.depth + 2}`, { dir: 'auto' }, inlines(block.children));
    case 'list':
      return drawList(block.start, block.children);
    case 'blockquote':
      return <blockquote>{block.children.map(drawBlock)}</blockquote>;
    case 'code':
      return <pre>{block.value}</pre>;
    case 'table':
      return drawTable(block.header, block.rows);
    case 'figure':
      return (
        <figure>
          {block.alt && <p dir="auto">[{block.alt}]</p>}
          {block.caption.length > 0 && <figcaption dir="auto">{inlines(block.caption)}</figcaption>}
        </figure>
      );
    case 'thematicBreak':
      return <hr />;
  }
}

function drawList(start: number | null, items: readonly Block[][]): ComponentChild {
  const children = items.map((item) => <li>{item.map(drawBlock)}</li>);
  return start === null ? <ul>{children}</ul> : <ol start={start}>{children}</ol>;
}

function drawTable(header: number, rows: readonly Inline[][][]): ComponentChild {
  return (
    <div class="wide">
      <table>
        {rows.map((row, i) => (
          <tr>{row.map((cell) => h(i < header ? 'th' : 'td', { dir: 'auto' }, inlines(cell)))}</tr>
        ))}
      </table>
    </div>
  );
}

function inlines(children: readonly Inline[]): ComponentChild[] {
  return children.map(drawInline);
}

function drawInline(inline: Inline): ComponentChild {
  switch (inline.type) {
    case 'text':
      return inline.value;
    case 'break':
      return <br />;
    case 'emphasis':
      return <em>{inlines(inline.children)}</em>;
    case 'strong':
      return <strong>{inlines(inline.children)}</strong>;
    case 'inlineCode':
      return <code dir="auto">{inline.value}</code>;
    case 'link':
      return <Link url={inline.url}>{inlines(inline.children)}</Link>;
    case 'span':
      return inline.lang ? (
        <bdi lang={inline.lang}>{inlines(inline.children)}</bdi>
      ) : (
        <Fragment>{inlines(inline.children)}</Fragment>
      );
  }
}

/** The address is followed only when the reader asks for it, and learns nothing of where she came from. */
export function Link({ url, children }: { url: string; children: ComponentChild }) {
  return (
    <a href={url} dir="auto" rel="noopener noreferrer" target="_blank">
      {children}
    </a>
  );
}
