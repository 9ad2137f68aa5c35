/** The built engine: what it leaves out, and that nothing of use goes with it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REFUSAL_CODES } from '@pappus/core';
import { engineScript } from '@pappus/reader';
import { wordsFor } from '@pappus/reader/words';
import { withoutDetails } from '../node/terse.ts';

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
    expect(bare("throw new Refused('text', `not ${a}`, { cause });")).toBe("throw new Refused('text', '', { cause });");
    expect(bare("const [a] = asArray(asBytes(b, 'x', 8), 'y', 1); f(a, 'z');")).toBe(
      "const [a] = asArray(asBytes(b, '', 8), '', 1); f(a, 'z');",
    );
    expect(bare("throw new Error('our own bug', { cause });")).toBe("throw new Error('', { cause });");
    for (const other of ["new Refused('text', error.detail);", "new Error(message, 'b');", "refused('a', 'b');"]) {
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

test('the engine computes the constants of SHA-2 and carries none', async () => {
  const [first256, first512] = [String(0x428a2f98), /0x428a2f98d728ae22/i];
  const engine = await engineScript();
  expect(engine).not.toContain(first256);
  expect(engine).not.toMatch(first512);
});
