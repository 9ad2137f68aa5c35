/** The built engine: what it leaves out, and that nothing of use goes with it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REFUSAL_CODES } from '@pappus/core';
import { engineScript } from '@pappus/reader';
import { wordsFor } from '@pappus/reader/words';
import { withNumbers } from '../node/numbers.ts';
import { withoutDetails } from '../node/terse.ts';
import { withoutUnused } from '../node/unused.ts';

const WORDS = join(import.meta.dirname, '../src/words');
const LANGUAGES = readdirSync(WORDS).flatMap((name) => /^([a-z]{2,3})\.ts$/.exec(name)?.[1] ?? []);

describe('words', () => {
  test('of every language that has a file are known, and English stands in for the rest', () => {
    expect(LANGUAGES.length).toBeGreaterThan(3);
    expect(LANGUAGES.map((lang) => wordsFor(lang).lang)).toEqual(LANGUAGES);
    expect(wordsFor('fa-AF').lang).toBe('fa');
    expect(wordsFor('xx').lang).toBe('en');
  });

  test('are in no engine: a page brings those of its own language', async () => {
    const engine = await engineScript();
    for (const { back, proves, refusals } of LANGUAGES.map(wordsFor)) {
      for (const sentence of [back, proves, refusals.fork]) expect(engine).not.toContain(sentence);
    }
  });
});

describe('details of refusals', () => {
  const bare = (source: string): string => withoutDetails(source, 'a.ts');

  test('are left out of a source, and nothing else is', () => {
    expect(bare("throw new Refused('text', `not ${a}`, { cause });")).toBe("throw new Refused('text');");
    expect(bare("const [a] = asArray(asBytes(b, 'x', 8), 'y', 1); f(a, 'z');")).toBe(
      "const [a] = asArray(asBytes(b, 8), 1); f(a, 'z');",
    );
    expect(bare("function asMap(value: Field, what: string): M { throw new Refused('text', what + 1); }")).toBe(
      "function asMap(value: Field): M { throw new Refused('text'); }",
    );
    expect(bare("require(asText(a, 'x', 8) === b, `c ${asText(a, 'x', 8)}`);")).toBe('require(asText(a, 8) === b);');
    expect(bare("throw new TypeError('our own bug', { cause });")).toBe('throw new TypeError();');
    for (const other of [
      "refused('a', 'b');",
      "new Refusal('a', 'b');",
      'asArray(a);',
      "function of(a, what = '') {}",
    ]) {
      expect(bare(other)).toBe(other);
    }
  });

  test('are left out of the engine, and every code stays that core can give', async () => {
    const engine = await engineScript();
    expect(engine).not.toMatch(/not UTF-8|records of an edition are not those|head signature/);
    const given = REFUSAL_CODES.filter((code) => engine.includes(`(\`${code}\``));
    expect(REFUSAL_CODES.filter((code) => !given.includes(code))).toEqual([]);
  });
});

test('numbers stand in the place of their names, where a name has one meaning', () => {
  const numbered = (script: string): string => withNumbers(script);
  expect(numbered('const A_MAX = 2, B = 1 << A_MAX; f(A_MAX, B, x.B, { B: B });')).toBe(
    'const A_MAX = 2, B = 1 << 2; f(2, (1 << 2), x.B, { B: (1 << 2) });',
  );
  expect(numbered('const C = { a: 1, b: 2 * 3 }, D = C.b; f(C.a, D, C[a], C.c);')).toBe(
    'const C = { a: 1, b: 2 * 3 }, D = (2 * 3); f(1, (2 * 3), C[a], C.c);',
  );
  for (const other of [
    'const A = 1; function f({ A }) { return A; }',
    'const A = 1; { const [A = 2] = b; f(A); }',
    'const A = 1; (...A) => A;',
    "const A = '1', B = { a: 1, b }, C = f(1), d = 1; f(A, B.a, C, d);",
    'const A = 1; export { A as b };',
  ]) {
    expect(numbered(other)).toBe(other);
  }
});

describe('methods', () => {
  test('that nothing names go, and those that only they name', () => {
    const script = 'class A { a() { this.b(); } b() { this.b(); } get c() {} static d() {} e() {} } new A().e();';
    expect(withoutUnused(script)).toBe('class A {     e() {} } new A().e();');
  });

  test('that something names stay, whatever names them, and those that the language calls', () => {
    for (const script of [
      'class A { a() {} } const { a } = b;',
      "class A { a() {} } b['a'];",
      'class A { a() {} } b[`a`];',
      'class A { constructor() {} toString() {} next() {} #a() {} [b]() {} }',
    ]) {
      expect(withoutUnused(script)).toBe(script);
    }
  });

  test('for signing are not in the engine', async () => {
    const engine = await engineScript();
    expect(engine).toContain('negate(');
    expect(engine).not.toMatch(/multiply|isTorsionFree|assertValidity|fromHex/);
  });
});

test('the engine computes the constants of SHA-2 and carries none', async () => {
  const [first256, first512] = [String(0x428a2f98), /0x428a2f98d728ae22/i];
  const engine = await engineScript();
  expect(engine).not.toContain(first256);
  expect(engine).not.toMatch(first512);
});
