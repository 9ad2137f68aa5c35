/**
 * Raw DEFLATE (RFC 1951), encoding only, as small as can be found: readers pay for every octet.
 *
 * The cost of a symbol depends on the code, the code on how often symbols occur, and that on the parse which the
 * costs suggest. So the parse is a shortest path under assumed costs, the costs are then those of its symbols, and
 * again, from several beginnings. The same input always gives the same output.
 */
import { BitWriter } from './bits.ts';
import {
  bestCode,
  blockBits,
  codeOf,
  FIXED,
  storedBits,
  writeBlock,
  writeTokens,
  type Block,
  type Code,
} from './block.ts';
import { findMatches, type History, type Matches } from './matches.ts';
import {
  cheapestParse,
  costsOfCode,
  costsOfFrequencies,
  countSymbols,
  type Costs,
  type Frequencies,
  type Tokens,
} from './parse.ts';

/** Rounds without improvement after which a beginning is given up, and further beginnings. */
const PATIENCE = 2;
const DISTURBANCES = 6;
/** Places at which a split of a block is tried, and the fewest symbols on a side. */
const SPLITS = 12;
const SPLIT_SYMBOLS_MIN = 150;

/** Items over this many octets are searched less: there a code is soon close to its best. */
const LARGE = 32_768;
/** A first result this much over what is to be beaten is not searched further: the search gains about 1 %. */
const HOPELESS = 1.03;

/** What is asked of the search: an item, where its octets have stood before, and how hard to look. */
interface Task {
  item: Uint8Array;
  matches: Matches;
  disturbances: number;
}

/**
 * A raw DEFLATE stream of `item`, decoded with `history.text` as the window before it.
 * @param toBeat octets of another coding of the item: time is only spent where this one may become smaller.
 */
export function deflate(item: Uint8Array, history: History, toBeat = Infinity): Uint8Array<ArrayBuffer> {
  const size = item.length;
  const quick = { item, matches: findMatches(history, item), disturbances: 0 };
  const thorough = { ...quick, disturbances: size > LARGE ? 0 : DISTURBANCES };
  const first = bestBlock(quick, 0, size);
  const hopeless = first.bits > HOPELESS * 8 * toBeat;
  const blocks = hopeless ? [first] : bestBlocks(thorough, 0, size, bestBlock(thorough, 0, size));
  const writer = new BitWriter();
  blocks.forEach((block, i) => writeBlock(writer, block, i === blocks.length - 1));
  return writer.take();
}

/**
 * The rest of a stream that a prelude with this code has begun (codec 2); with a code given, one parse is the best.
 * Null when the code lacks a symbol that the item needs.
 */
export function deflateBegun(item: Uint8Array, history: History, code: Code): Uint8Array<ArrayBuffer> | null {
  const costs = costsOfCode(code.literals, code.distances);
  const tokens = cheapestParse(item, findMatches(history, item), 0, item.length, costs);
  const { literals, distances } = countSymbols(tokens);
  if (literals.some((n, i) => n > 0 && !code.literals[i]) || distances.some((n, i) => n > 0 && !code.distances[i])) {
    return null;
  }
  const writer = new BitWriter();
  writeTokens(writer, tokens, code);
  return writer.take();
}

/** `block` itself, or more blocks in its place where that is smaller. */
function bestBlocks(task: Task, from: number, to: number, block: Block): Block[] {
  const split = block.code === null ? null : cheapestSplit(block.tokens);
  if (split === null) return [block];
  const left = bestBlock(task, from, from + split);
  const right = bestBlock(task, from + split, to);
  if (left.bits + right.bits >= block.bits) return [block];
  return [...bestBlocks(task, from, from + split, left), ...bestBlocks(task, from + split, to, right)];
}

/** The octet at which two codes promise to be better than one, or null. */
function cheapestSplit(tokens: Tokens): number | null {
  const count = tokens.values.length;
  let best = sizeOf(tokens);
  let split: number | null = null;
  for (let i = 1; i < SPLITS; i++) {
    const at = Math.floor((count * i) / SPLITS);
    if (at < SPLIT_SYMBOLS_MIN || count - at < SPLIT_SYMBOLS_MIN) continue;
    const size = sizeOf(slice(tokens, 0, at)) + sizeOf(slice(tokens, at, count));
    if (size < best) [best, split] = [size, octetsOf(slice(tokens, 0, at))];
  }
  return split;
}

function sizeOf(tokens: Tokens): number {
  const frequencies = countSymbols(tokens);
  return Math.min(blockBits(frequencies, FIXED), blockBits(frequencies, codeOf(frequencies, 15)));
}

function slice({ values, distances }: Tokens, from: number, to: number): Tokens {
  return { values: values.subarray(from, to), distances: distances.subarray(from, to) };
}

function octetsOf({ values, distances }: Tokens): number {
  return values.reduce((sum, value, i) => sum + (distances[i] === 0 ? 1 : value), 0);
}

/** The smallest single block found for the octets from `from` to `to`. */
function bestBlock(task: Task, from: number, to: number): Block {
  const bytes = task.item.subarray(from, to);
  const parse = (costs: Costs): Tokens => cheapestParse(task.item, task.matches, from, to, costs);
  const fixed = parse(costsOfCode(FIXED.literals, FIXED.distances));
  let best = blockOf(bytes, fixed, FIXED);
  const search = (costs: Costs): void => {
    const found = settle(bytes, parse, costs);
    if (found.bits < best.bits) best = found;
  };
  search(costsOfFrequencies(countSymbols(fixed)));
  const random = randomNumbers();
  for (let i = 0; i < task.disturbances; i++) {
    search(costsOfFrequencies(disturbed(countSymbols(best.tokens), random)));
  }
  if (best.code?.header) best = blockOf(bytes, best.tokens, bestCode(countSymbols(best.tokens)));
  const stored = { bytes, tokens: best.tokens, code: null, bits: storedBits(bytes.length) };
  return stored.bits < best.bits ? stored : best;
}

/** Parses and counts in turn until the block no longer gets smaller. */
function settle(bytes: Uint8Array, parse: (costs: Costs) => Tokens, first: Costs): Block {
  let best: Block | null = null;
  let costs = first;
  for (let idle = 0; idle < PATIENCE;) {
    const tokens = parse(costs);
    const frequencies = countSymbols(tokens);
    const block = blockOf(bytes, tokens, codeOf(frequencies, 15));
    if (best === null || block.bits < best.bits) {
      best = block;
      idle = 0;
    } else {
      idle++;
    }
    costs = costsOfFrequencies(frequencies);
  }
  return best!;
}

function blockOf(bytes: Uint8Array, tokens: Tokens, code: Code): Block {
  return { bytes, tokens, code, bits: blockBits(countSymbols(tokens), code) };
}

/** Frequencies of which every third is taken from another symbol: a way out of a local best. */
function disturbed({ literals, distances }: Frequencies, random: () => number): Frequencies {
  const disturb = (frequencies: Float64Array): Float64Array =>
    frequencies.map((frequency) => (random() % 3 === 0 ? frequencies[random() % frequencies.length]! : frequency));
  return { literals: disturb(literals), distances: disturb(distances) };
}

/** Marsaglia's xorshift of 32 bits from a constant seed: what is written must not depend on chance. */
function randomNumbers(): () => number {
  let state = 2_463_534_242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}
