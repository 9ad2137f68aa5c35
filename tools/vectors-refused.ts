/** Files that a reader must refuse, each after one small tree and with the code that it must give. */
import { REFUSAL_CODES } from '@pappus/core';
import type { RefusedCase } from './vectors-forge.ts';
import { FORGED } from './vectors-forged.ts';
import { MALFORMED } from './vectors-malformed.ts';

/** All cases but those of containers. */
export function refusedCases(): RefusedCase[] {
  const all = [...MALFORMED, ...FORGED].sort(([a], [b]) => REFUSAL_CODES.indexOf(a) - REFUSAL_CODES.indexOf(b));
  return all.flatMap(([code, cases]) => cases.map((one) => ({ code, tree: 'golden', ...one })));
}
