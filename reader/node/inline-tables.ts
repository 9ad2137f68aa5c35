/**
 * Tables of numbers (`LIMITS`, `SYMBOL`, `CODEC`, …) read well, and a name in a table is longer than its number:
 * in the engine the numbers stand where they are used, and the tables go.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor, type ESTree, type Plugin } from 'vite';

/** By name of the table and of the number. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, number>>;

const TABLE_NAME = /^[A-Z][A-Z_0-9]*$/;

/** Tables of a source: constants in capitals, `as const`, of nothing but numbers, their powers and products. */
export function tablesOf(source: string, path: string): Tables {
  const tables = new Map<string, Map<string, number>>();
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type !== 'Identifier' || !TABLE_NAME.test(id.name) || init?.type !== 'TSAsExpression') return;
      const table = numbersOf(init.expression);
      if (table) tables.set(id.name, table);
    },
  }).visit(parseSync(path, source).program);
  return tables;
}

function numbersOf(object: ESTree.Expression): Map<string, number> | null {
  if (object.type !== 'ObjectExpression') return null;
  const numbers = new Map<string, number>();
  for (const property of object.properties) {
    if (property.type !== 'Property' || property.key.type !== 'Identifier') return null;
    const number = numberOf(property.value);
    if (number === null) return null;
    numbers.set(property.key.name, number);
  }
  return numbers;
}

function numberOf(value: ESTree.Expression): number | null {
  if (value.type === 'Literal') return typeof value.value === 'number' ? value.value : null;
  if (value.type !== 'BinaryExpression' || value.left.type === 'PrivateIdentifier') return null;
  const [left, right] = [numberOf(value.left), numberOf(value.right)];
  if (left === null || right === null) return null;
  return value.operator === '**' ? left ** right : value.operator === '*' ? left * right : null;
}

/** The source with numbers where it names them. */
export function withNumbers(source: string, path: string, tables: Tables): string {
  const found: { start: number; end: number; number: number }[] = [];
  new Visitor({
    MemberExpression({ object, property, computed, start, end }) {
      if (computed || object.type !== 'Identifier' || property.type !== 'Identifier') return;
      const number = tables.get(object.name)?.get(property.name);
      if (number !== undefined) found.push({ start, end, number });
    },
  }).visit(parseSync(path, source).program);
  const fromEnd = found.sort((a, b) => b.start - a.start);
  return fromEnd.reduce((text, { start, end, number }) => text.slice(0, start) + number + text.slice(end), source);
}

/** All tables of a folder of sources. Two of one name are our own bug. */
export function tablesIn(folder: string): Tables {
  const tables = new Map<string, ReadonlyMap<string, number>>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    for (const [table, numbers] of tablesOf(readFileSync(join(folder, name), 'utf8'), name)) {
      if (tables.has(table)) throw new Error(`two tables are called ${table}`);
      tables.set(table, numbers);
    }
  }
  return tables;
}

/** Builds what `withNumbers` leaves, by the tables of a folder. */
export function inlineTables(folder: string): Plugin {
  const tables = tablesIn(folder);
  return {
    name: 'inline-tables',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?$/ },
      handler: (source, path) => ({ code: withNumbers(source, path, tables), map: null }),
    },
  };
}
