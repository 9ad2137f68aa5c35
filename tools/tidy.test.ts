/** The rules of the house that no linter knows, checked against the source; each is shown to fail once. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PACKAGES = ['core', 'transports', 'newsroom', 'reader', 'pappus'] as const;
type Package = (typeof PACKAGES)[number];

/** Data flows right; imports point at core. */
const MAY_IMPORT: Record<Package, readonly string[]> = {
  core: [],
  transports: ['core'],
  newsroom: ['core', 'transports'],
  reader: ['core', 'transports'],
  pappus: ['core', 'transports', 'newsroom', 'reader'],
};
const GRAB_BAGS = /(^|\/)(utils?|helpers?|common|shared|libs?|misc)(\/|\.ts$)/;
const NEVER_SAID = /\b(anonymous|untraceable|unblockable|military-grade)\b/i;
/** These pages quote the words in order to say that they are never used. */
const MAY_QUOTE = ['CONTRIBUTING.md', 'tools/tidy.test.ts'];

/** Engines differ in these, or change with Unicode: a different bit in the model breaks every later text. */
const INEXACT =
  /\bMath\b(?!\.(?:imul|clz32|floor|min|max)\b)(?:\.\w+)?|\*\*|\\p\{|\bIntl\b|\.(?:to(?:Locale)?(?:Lower|Upper)Case|localeCompare|normalize|toFixed|toPrecision)\b|\bparseFloat\b|\bFloat(?:16|32|64)Array\b/g;
/** The encoder rounds up to a power of two, which is exact. */
const MAY_CEIL = 'core/src/text/encode.ts';

function inexact({ path, text }: Source): string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
  const found = [...code.matchAll(INEXACT)].map(([match]) => `${path}: ${match}`);
  return path === MAY_CEIL ? found.filter((what) => !what.endsWith('Math.ceil')) : found;
}

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist|fixtures|vectors|oracles|\.git)\//.test(path));
}

interface Source {
  path: string;
  text: string;
}

function wrongImports({ path, text }: Source): string[] {
  const [own] = path.split('/') as [Package];
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
  return imports.filter((name) => {
    const other = /^@pappus\/([a-z]+)/.exec(name)?.[1] ?? (name === 'pappus' ? 'pappus' : null);
    if (other !== null) return other !== own && !MAY_IMPORT[own].includes(other);
    if (name.startsWith('node:'))
      return own === 'core' || path.startsWith('transports/src') || path.startsWith('reader/src');
    if (own === 'core' && !name.startsWith('.')) return !name.startsWith('@noble/');
    return name.startsWith('.') && !/\.(ts|tsx|json|css)$/.test(name);
  });
}

function undocumented({ path, text }: Source): string[] {
  const exported = /^(?<doc>\/\*\*[^]*?\*\/\n)?export (?:async )?(?:function\*?|class) (?<name>\w+)/gm;
  const found = [...text.matchAll(exported)];
  return found
    .filter((m) => !precededByDoc(text, m.index) && !m.groups!['doc'])
    .map((m) => `${path}: ${m.groups!['name']}`);
}

function precededByDoc(text: string, at: number): boolean {
  return text.slice(0, at).trimEnd().endsWith('*/');
}

const sources: Source[] = PACKAGES.flatMap((name) => filesUnder(join(ROOT, name), /\.tsx?$/))
  .filter((path) => !path.includes('/test/'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

describe('the house', () => {
  test('is seen whole', () => {
    expect(sources.length).toBeGreaterThan(60);
  });

  test('imports point at core', () => {
    expect(sources.flatMap((s) => wrongImports(s).map((name) => `${s.path} imports ${name}`))).toEqual([]);
  });

  test('a planted import is found', () => {
    const planted = (path: string, name: string): string[] =>
      wrongImports({ path, text: `import { a } from '${name}';` });
    expect(planted('core/src/a.ts', 'node:fs')).toHaveLength(1);
    expect(planted('core/src/a.ts', '@pappus/newsroom')).toHaveLength(1);
    expect(planted('reader/src/a.tsx', '@pappus/newsroom')).toHaveLength(1);
    expect(planted('transports/src/a.ts', 'node:http')).toHaveLength(1);
    expect(planted('newsroom/src/a.ts', './b')).toHaveLength(1);
    expect(planted('newsroom/src/a.ts', '@pappus/core')).toHaveLength(0);
  });

  test('exports of core and transports say their contract', () => {
    const missing = sources.filter(({ path }) => /^(core|transports)\//.test(path)).flatMap(undocumented);
    expect(missing).toEqual([]);
    expect(undocumented({ path: 'a.ts', text: 'export function bare(): void {}' })).toHaveLength(1);
  });

  test('the text model counts in integers', () => {
    const model = sources.filter(({ path }) => path.startsWith('core/src/text/'));
    expect(model.length).toBeGreaterThan(4);
    expect(model.flatMap(inexact)).toEqual([]);
    const planted = ['Math.exp(x)', 'Math.log2(x)', 'Math.pow(2, x)', 'Math.sqrt(x)', 'Math.round(x)', 'Math.ceil(x)']
      .concat('2 ** x', 'x.toLowerCase()', 'a.localeCompare(b)', 'new Intl.Collator()', 'new Float64Array(1)')
      .concat(String.raw`/\p{L}/u`, 'Math["exp"](x)', 'const { exp } = Math');
    const missed = planted.filter((text) => inexact({ path: 'core/src/text/model.ts', text }).length === 0);
    expect(missed).toEqual([]);
    expect(inexact({ path: 'core/src/text/a.ts', text: 'Math.imul(a, b) // Math.exp' })).toEqual([]);
  });

  test('no grab bags', () => {
    expect(sources.map((s) => s.path).filter((path) => GRAB_BAGS.test(path))).toEqual([]);
    expect(GRAB_BAGS.test('core/src/utils.ts')).toBe(true);
  });

  test('words that are never said', () => {
    const texts = filesUnder(ROOT, /\.(md|tsx?|html)$/).filter((path) => !MAY_QUOTE.includes(path));
    expect(texts.length).toBeGreaterThan(60);
    expect(texts.filter((path) => NEVER_SAID.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  test('every test that is skipped says why', () => {
    const tests = filesUnder(ROOT, /\.test\.tsx?$/);
    const bare = tests.filter(
      (path) =>
        path !== 'tools/tidy.test.ts' &&
        /\b(test|it|describe)\.(skip|only)\(/.test(readFileSync(join(ROOT, path), 'utf8')),
    );
    expect(bare).toEqual([]);
  });
});
