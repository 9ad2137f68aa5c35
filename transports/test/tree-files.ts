/** Trees made by chance or by count, for every test that needs one. */
import fc from 'fast-check';
import { formatPath, maxBytes, type TreeFile, type TreePath } from '@pappus/core';

const DIGITS = 'abcdefghijklmnopqrstuvwxyz234567'.split('');
const LAST_DIGITS = 'aeimquy4'.split(''); // the last of 26 digits has two spare bits

const id = fc
  .tuple(fc.array(fc.constantFrom(...DIGITS), { minLength: 25, maxLength: 25 }), fc.constantFrom(...LAST_DIGITS))
  .map(([digits, last]) => digits.join('') + last);
const index = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 2 ** 32 }));
const width = fc.integer({ min: 1, max: 256 });

/** Any path of a tree, of every kind. */
export const anyPath: fc.Arbitrary<TreePath> = fc
  .oneof(
    fc.record({ kind: fc.constantFrom('checkpoint' as const, 'head' as const) }),
    fc.record({ kind: fc.constantFrom('root' as const, 'edition' as const), number: fc.integer({ min: 1, max: 1e6 }) }),
    fc.record({ kind: fc.constantFrom('pack' as const, 'dict' as const, 'fork' as const), id }),
    fc.record({ kind: fc.constant('tile' as const), level: fc.integer({ min: 0, max: 9 }), index, width }),
    fc.record({ kind: fc.constant('entries' as const), index, width }),
  )
  .map(formatPath);

/** Files of every kind, each path once, contents by chance. */
export const anyTree: fc.Arbitrary<TreeFile[]> = fc.uniqueArray(
  anyPath.chain((path) =>
    fc.uint8Array({ maxLength: Math.min(maxBytes(path), 600) }).map((bytes) => ({ path, bytes })),
  ),
  { selector: (file) => file.path, maxLength: 20 },
);

/** A tree of `count` files: editions, each with its own small content. */
export function largeTree(count: number): TreeFile[] {
  return Array.from({ length: count }, (_, i) => ({
    path: formatPath({ kind: 'edition', number: i + 1 }),
    bytes: Uint8Array.from({ length: 1 + (i % 97) }, (_, at) => (i * 31 + at) & 0xff),
  }));
}
