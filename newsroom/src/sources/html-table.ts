/** Tables of HTML: data becomes a rectangle of cells, tables that only lay out a page become what is in them. */
import type { Inline } from '@pappus/core';
import type { Flow } from './flow.ts';
import { attribute, elementsIn, find, type HtmlElement, type HtmlNode } from './html-tree.ts';
import { SOURCE_LIMITS } from './limits.ts';

type WriteNodes = (nodes: readonly HtmlNode[], flow: Flow) => void;

interface Row {
  cells: HtmlElement[];
  /** In a `thead`, or made of nothing but `th`. */
  header: boolean;
}

/** Writes a `table` element. `write` writes what is inside a cell. */
export function writeTable(table: HtmlElement, flow: Flow, write: WriteNodes): void {
  flow.endParagraph();
  const rows = rowsOf(table);
  for (const caption of elementsIn(table).filter(({ tagName }) => tagName === 'caption')) {
    write(caption.childNodes, flow);
    flow.endParagraph();
  }
  const cells = isLayout(table, rows) || !flow.hasTableRoom ? null : rectangle(rows, flow, write);
  if (!cells) return writeLayout(rows, flow, write);
  const header = rows.findIndex((row) => !row.header);
  if (cells.some((row) => row.some((cell) => cell.length > 0))) {
    flow.block({ type: 'table', header: header < 0 ? 0 : header, rows: cells });
  }
}

function rowsOf(table: HtmlElement): Row[] {
  return elementsIn(table).flatMap((part) => {
    if (!/^t(?:head|body|foot)$/.test(part.tagName)) return [];
    return elementsIn(part)
      .map((row) => elementsIn(row).filter(({ tagName }) => tagName === 'td' || tagName === 'th'))
      .filter((cells) => cells.length > 0)
      .map((cells) => ({ cells, header: part.tagName === 'thead' || cells.every(({ tagName }) => tagName === 'th') }));
  });
}

function isLayout(table: HtmlElement, rows: Row[]): boolean {
  if (/^(?:presentation|none)$/.test(attribute(table, 'role'))) return true;
  return rows.every(({ cells }) => cells.length < 2) || find(table, 'table') !== null;
}

function writeLayout(rows: Row[], flow: Flow, write: WriteNodes): void {
  for (const cell of rows.flatMap(({ cells }) => cells)) {
    write(cell.childNodes, flow);
    flow.endParagraph();
  }
}

/** Cells that span columns or rows are followed by empty ones, so that columns stay columns. Null over a limit. */
function rectangle(rows: Row[], flow: Flow, write: WriteNodes): Inline[][][] | null {
  const grid: (Inline[] | undefined)[][] = rows.map(() => []);
  let area = 0;
  for (const [y, { cells }] of rows.entries()) {
    let x = 0;
    for (const cell of cells) {
      while (grid[y]![x]) x += 1;
      const columns = span(cell, 'colspan', SOURCE_LIMITS.tableColumns);
      const height = span(cell, 'rowspan', rows.length - y);
      area += columns * height;
      if (x + columns > SOURCE_LIMITS.tableColumns || area > SOURCE_LIMITS.tableCells) return null;
      for (let dy = 0; dy < height; dy += 1) for (let dx = 0; dx < columns; dx += 1) grid[y + dy]![x + dx] ??= [];
      grid[y]![x] = flow.cell((inner) => write(cell.childNodes, inner));
    }
  }
  const width = Math.max(...grid.map((row) => row.length));
  if (width * grid.length > SOURCE_LIMITS.tableCells) return null;
  return grid.map((row) => Array.from({ length: width }, (_, x) => row[x] ?? []));
}

function span(cell: HtmlElement, name: string, most: number): number {
  const written = attribute(cell, name).trim();
  return /^\d{1,9}$/.test(written) ? Math.min(Math.max(Number(written), 1), most) : 1;
}
