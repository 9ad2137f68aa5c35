import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changes, type Change } from '../src/changes.ts';

const without = (kind: Change['kind'], all: readonly Change[]): string =>
  all.flatMap((change) => (change.kind === kind ? [] : [change.text])).join('');
const short = (before: string[], after: string[]): string =>
  changes(before, after)
    .map(({ kind, text }) => ({ same: text, removed: `[-${text}]`, added: `[+${text}]` })[kind])
    .join('');

describe('changes', () => {
  test.each([
    [
      ['The bridge is closed until May.'],
      ['The bridge is closed until June.'],
      'The bridge is closed until [-May.][+June.]',
    ],
    [['a b c d'], ['a x y d'], 'a [-b c ][+x y ]d'],
    [['پل بسته است'], ['پل هنوز بسته است'], 'پل [+هنوز ]بسته است'],
    [['one', 'two', 'three'], ['one', 'three'], 'one\n[-two\n]three'],
    [['one two'], ['one two', 'three'], 'one two[+\nthree]'],
    [['市场今天开放'], ['市场明天开放'], '市场[-今][+明]天开放'],
    [[], ['a'], '[+a]'],
    [['a'], [], '[-a]'],
    [[], [], ''],
    [['same'], ['same'], 'same'],
  ])('%j to %j', (before, after, expected) => {
    expect(short(before, after)).toBe(expected);
  });

  test('without what was added are the old text, without what was removed the new; no two runs of a kind meet', () => {
    const paragraph = fc.array(fc.constantFrom('a', 'b', 'c ', ' ', 'پل', '\n', '今', 'é\u00a0'), { maxLength: 12 });
    const text = fc.array(
      paragraph.map((units) => units.join('')),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(text, text, (before, after) => {
        const all = changes(before, after);
        expect(without('added', all)).toBe(before.join('\n'));
        expect(without('removed', all)).toBe(after.join('\n'));
        for (const [i, { kind, text }] of all.entries()) expect([kind, text]).not.toEqual([all[i + 1]?.kind, '']);
        for (const [i, { kind }] of all.entries()) expect(kind).not.toBe(all[i + 1]?.kind);
        expect(all.map(({ kind }) => kind).join()).not.toContain('added,removed');
      }),
      { numRuns: 500 },
    );
  });

  test('keep all that two texts have in common', () => {
    const words = fc.array(fc.constantFrom('a ', 'b ', 'c '), { maxLength: 8 });
    fc.assert(
      fc.property(words, words, (before, after) => {
        const same = changes([before.join('')], [after.join('')]).flatMap(({ kind, text }) =>
          kind === 'same' ? [text] : [],
        );
        expect(same.join('').length / 2).toBe(longestCommon(before, after));
      }),
    );
  });

  test('of long texts are whole paragraphs, and of longer ones all of it', () => {
    const long = (from: number, paragraphs: number): string[] =>
      Array.from({ length: paragraphs }, (_, i) => `${from + i} `.repeat(20).trim());
    const byParagraph = changes(['x', ...long(0, 400), 'y'], ['z', ...long(200, 400), 'w']);
    expect(byParagraph.filter(({ kind }) => kind === 'same').map(({ text }) => text.split('\n').length)).toEqual([202]);
    const whole = changes(long(0, 2000), long(3000, 2000));
    expect(whole.map(({ kind }) => kind)).toEqual(['removed', 'added']);
    expect(without('added', whole)).toBe(long(0, 2000).join('\n'));
  });
});

function longestCommon([a, ...rest]: string[], others: string[]): number {
  if (a === undefined || others.length === 0) return 0;
  const at = others.indexOf(a);
  return Math.max(longestCommon(rest, others), at < 0 ? 0 : 1 + longestCommon(rest, others.slice(at + 1)));
}
