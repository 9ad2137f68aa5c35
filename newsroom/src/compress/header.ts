/** The header of a dynamic block: code lengths, run-length coded and coded again (RFC 1951 §3.2.7). */
import type { BitWriter } from './bits.ts';
import { canonicalCodes, codeLengths } from './huffman.ts';

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
export const RUN_SYMBOLS = 19;
const BITS_MAX = 7;
/** Rounds of: choose runs by the costs of the symbols, then the code by the runs. They settle in two or three. */
const ROUNDS = 3;
const FIRST_COSTS = new Uint8Array(RUN_SYMBOLS).fill(3);

/** A run: the symbol, and the value of its extra bits. */
interface Run {
  symbol: number;
  extra: number;
}

export interface Header {
  literals: number;
  distances: number;
  runs: Run[];
  /** Lengths of the code for the runs' symbols, and how many of them are written, in the order of the RFC. */
  lengths: Uint8Array;
  count: number;
  /** Without the three bits that every block has. */
  bits: number;
}

/** The shortest header found for these code lengths of literals (257 to 286 of them) and distances (1 to 30). */
export function planHeader(literalLengths: Uint8Array, distanceLengths: Uint8Array): Header {
  const literals = Math.max(257, usedLength(literalLengths));
  const distances = Math.max(1, usedLength(distanceLengths));
  const all = new Uint8Array(literals + distances);
  all.set(literalLengths.subarray(0, literals));
  all.set(distanceLengths.subarray(0, distances), literals);
  let best: Header | null = null;
  let costs = FIRST_COSTS;
  for (let round = 0; round < ROUNDS; round++) {
    const runs = cheapestRuns(all, costs);
    const frequencies = new Uint32Array(RUN_SYMBOLS);
    for (const { symbol } of runs) frequencies[symbol]!++;
    const lengths = completeLengths(frequencies);
    const count = Math.max(4, ORDER.findLastIndex((symbol) => lengths[symbol]! > 0) + 1);
    const bits = 5 + 5 + 4 + 3 * count + runBits(runs, lengths);
    if (best !== null && bits >= best.bits) break;
    best = { literals, distances, runs, lengths, count, bits };
    costs = lengths.map((length) => length || BITS_MAX);
  }
  return best!;
}

/** Decoders take no incomplete code here: a lone symbol is given a companion. */
function completeLengths(frequencies: Uint32Array): Uint8Array {
  const lengths = codeLengths(frequencies, BITS_MAX);
  if (lengths.filter((length) => length > 0).length === 1) lengths[lengths[0] === 0 ? 0 : 18] = 1;
  return lengths;
}

function usedLength(lengths: Uint8Array): number {
  return lengths.findLastIndex((length) => length > 0) + 1;
}

function runBits(runs: Run[], lengths: Uint8Array): number {
  return runs.reduce((bits, { symbol }) => bits + lengths[symbol]! + extraBits(symbol), 0);
}

function extraBits(symbol: number): number {
  return symbol === 16 ? 2 : symbol === 17 ? 3 : symbol === 18 ? 7 : 0;
}

/** Runs for `all` that cost least, by a shortest path from the end. */
function cheapestRuns(all: Uint8Array, costs: Uint8Array): Run[] {
  const cost = new Float64Array(all.length + 1);
  const steps = new Uint8Array(all.length);
  const symbols = new Uint8Array(all.length);
  let same = 0;
  for (let at = all.length - 1; at >= 0; at--) {
    const value = all[at]!;
    same = value === all[at + 1] ? same + 1 : 1;
    cost[at] = costs[value]! + cost[at + 1]!;
    steps[at] = 1;
    symbols[at] = value;
    const relax = (symbol: number, step: number): void => {
      const total = costs[symbol]! + extraBits(symbol) + cost[at + step]!;
      if (total >= cost[at]!) return;
      cost[at] = total;
      steps[at] = step;
      symbols[at] = symbol;
    };
    if (at > 0 && all[at - 1] === value) for (let n = 3; n <= 6 && n <= same; n++) relax(16, n);
    if (value === 0) for (let n = 3; n <= 10 && n <= same; n++) relax(17, n);
    if (value === 0 && same > 10) relax(18, Math.min(same, 138));
  }
  const runs: Run[] = [];
  for (let at = 0; at < all.length; at += steps[at]!) {
    const symbol = symbols[at]!;
    runs.push({ symbol, extra: steps[at]! - (symbol === 18 ? 11 : 3) });
  }
  return runs;
}

/** Writes what `planHeader` gave. */
export function writeHeader(writer: BitWriter, { literals, distances, runs, lengths, count }: Header): void {
  writer.bits(literals - 257, 5);
  writer.bits(distances - 1, 5);
  writer.bits(count - 4, 4);
  for (let i = 0; i < count; i++) writer.bits(lengths[ORDER[i]!]!, 3);
  const codes = canonicalCodes(lengths);
  for (const { symbol, extra } of runs) {
    writer.bits(codes[symbol]!, lengths[symbol]!);
    if (symbol > 15) writer.bits(extra, extraBits(symbol));
  }
}
