/** Names that are short in the engine are ours alone; whoever declares another one of the platform's is told here. */
import { globSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSync, Visitor, type ESTree } from 'vite';
import { engineScript } from '@pappus/reader';
import { ownNames } from '../node/names.ts';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['../src', '../../core/src', '../../transports/src'].map((name) => join(import.meta.dirname, name));

/**
 * The platform has these too, but the engine never reads them of its objects, and hands it none. Of a new name, look
 * whether that holds; if not, `KEPT` in `node/names.ts` is its place.
 */
const OURS_TOO = [
  'advance anchors attributes back before block bytes caption close code codec data depth detail digest end file',
  'first flags head held index input items kind link list log mark method offset origin page path',
  'position publicKey put query read reason results root rows salt save screen script search share show signature',
  'since status stop summary symbol symbols table take threshold time url version write written',
].flatMap((names) => names.split(' '));

const names = new Set(ownNames(SOURCES));

describe('short names', () => {
  test('are none of the platform, but those that were looked at', () => {
    const platform = platformNames();
    for (const name of ['length', 'textContent', 'dateStyle']) expect(platform.has(name)).toBe(true);
    expect([...names].filter((name) => platform.has(name))).toEqual(OURS_TOO);
  });

  test('are no attributes, fill no sentences and are asked for by no word', () => {
    const said = SOURCES.flatMap((folder) => sourcesIn(folder).flatMap(saidIn));
    expect(said).toEqual(expect.arrayContaining(['href', 'tabindex', 'ago', 'stream', 'record']));
    expect(said.filter((name) => names.has(name))).toEqual([]);
    expect(saidIn("h('p', { a, b: 1 }); fill(x, y, { c }); 'd' in e;")).toEqual(['a', 'b', 'c', 'd']);
  });

  test('are what the engine reads', async () => {
    const engine = await engineScript();
    for (const name of ['layersWhenRead', 'withdrawnTitle', 'dropStrangers']) {
      expect(names.has(name)).toBe(true);
      expect(engine).not.toContain(name);
    }
  });
});

function sourcesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(folder, file), 'utf8'));
}

/** Members that TypeScript declares for browsers and for the language, and global variables. */
function platformNames(): Set<string> {
  const found = new Set<string>();
  const add = ({ key }: { key: ESTree.PropertyKey }): void => {
    if (key.type === 'Identifier') found.add(key.name);
  };
  for (const path of globSync('node_modules/@typescript/*/lib/lib.{dom,es}*.d.ts', { cwd: ROOT })) {
    const { program } = parseSync(path, readFileSync(join(ROOT, path), 'utf8'));
    new Visitor({ TSPropertySignature: add, TSMethodSignature: add }).visit(program);
  }
  return found;
}

/** Names that a source gives to elements and sentences, and asks objects for. */
function saidIn(source: string): string[] {
  const said: string[] = [];
  const keysOf = (object: ESTree.Node | undefined): void => {
    if (object?.type !== 'ObjectExpression') return;
    for (const property of object.properties) {
      if (property.type === 'Property' && property.key.type === 'Identifier') said.push(property.key.name);
    }
  };
  new Visitor({
    CallExpression({ callee, arguments: given }) {
      if (callee.type !== 'Identifier') return;
      if (callee.name === 'h') keysOf(given[1]);
      if (callee.name === 'fill') keysOf(given[2]);
    },
    BinaryExpression({ operator, left }) {
      if (operator === 'in' && left.type === 'Literal') said.push(String(left.value));
    },
  }).visit(parseSync('source.ts', source).program);
  return said;
}
