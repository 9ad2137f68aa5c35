/** Which literals and copies say an item in the fewest bits, when the cost of each symbol is given. */
import type { Matches } from './matches.ts';
import {
  DISTANCE_EXTRA,
  DISTANCE_SYMBOL,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  LENGTH_EXTRA,
  LENGTH_MAX,
  LENGTH_MIN,
  LENGTH_SYMBOL,
  LITERAL_SYMBOLS,
} from './symbols.ts';

/** Literals and copies in order. `distances[i]` is 0 for a literal, and `values[i]` then its octet, else a length. */
export interface Tokens {
  values: Uint16Array;
  distances: Uint16Array;
}

/** How often each symbol occurs in a block; its end is counted. */
export interface Frequencies {
  literals: Float64Array;
  distances: Float64Array;
}

/** Bits for each literal octet, each length (with extra bits), and each distance symbol (with extra bits). */
export interface Costs {
  literals: Float64Array;
  lengths: Float64Array;
  distances: Float64Array;
}

/** Bits that a symbol without an occurrence is thought to add to the header of its block. */
const NEW_SYMBOL_BITS = 2;
const NO_CODE_BITS = 1e6;

/** Costs under the lengths of a code; a symbol without a code costs so much that it is taken only for want of others. */
export function costsOfCode(literalLengths: ArrayLike<number>, distanceLengths: ArrayLike<number>): Costs {
  const costs: Costs = {
    literals: new Float64Array(256),
    lengths: new Float64Array(LENGTH_MAX + 1),
    distances: new Float64Array(DISTANCE_SYMBOLS),
  };
  const price = (length: number | undefined): number => length || NO_CODE_BITS;
  for (let byte = 0; byte < 256; byte++) costs.literals[byte] = price(literalLengths[byte]);
  for (let length = LENGTH_MIN; length <= LENGTH_MAX; length++) {
    const symbol = LENGTH_SYMBOL[length]!;
    costs.lengths[length] = price(literalLengths[257 + symbol]) + LENGTH_EXTRA[symbol]!;
  }
  for (let symbol = 0; symbol < DISTANCE_SYMBOLS; symbol++) {
    costs.distances[symbol] = price(distanceLengths[symbol]) + DISTANCE_EXTRA[symbol]!;
  }
  return costs;
}

/** Costs of an ideal code for these frequencies, in fractions of bits. */
export function costsOfFrequencies({ literals, distances }: Frequencies): Costs {
  return costsOfCode(idealLengths(literals), idealLengths(distances));
}

function idealLengths(frequencies: Float64Array): Float64Array {
  const total = Math.max(
    1,
    frequencies.reduce((sum, frequency) => sum + frequency, 0),
  );
  const unseen = Math.log2(total) + NEW_SYMBOL_BITS;
  return frequencies.map((frequency) => (frequency > 0 ? Math.max(1, Math.log2(total / frequency)) : unseen));
}

export function countSymbols({ values, distances }: Tokens): Frequencies {
  const counted = { literals: new Float64Array(LITERAL_SYMBOLS), distances: new Float64Array(DISTANCE_SYMBOLS) };
  for (let i = 0; i < values.length; i++) {
    const distance = distances[i]!;
    if (distance === 0) {
      counted.literals[values[i]!]!++;
    } else {
      counted.literals[257 + LENGTH_SYMBOL[values[i]!]!]!++;
      counted.distances[DISTANCE_SYMBOL[distance]!]!++;
    }
  }
  counted.literals[END_OF_BLOCK] = 1;
  return counted;
}

/** The cheapest way through `item` from octet `from` to `to`. `matches` are those of the whole item. */
export function cheapestParse(item: Uint8Array, matches: Matches, from: number, to: number, costs: Costs): Tokens {
  const size = to - from;
  const cost = new Float64Array(size + 1).fill(Infinity);
  const steps = new Uint16Array(size + 1);
  const distances = new Uint16Array(size + 1);
  cost[0] = 0;
  for (let at = 0; at < size; at++) {
    const here = cost[at]!;
    const literal = here + costs.literals[item[from + at]!]!;
    if (literal < cost[at + 1]!) {
      cost[at + 1] = literal;
      steps[at + 1] = 1;
      distances[at + 1] = 0;
    }
    let match = matches.first[from + at]!;
    const end = matches.first[from + at + 1]!;
    if (match === end) continue;
    let cheapest = Infinity;
    let distance = 0;
    // Every copy that is long enough competes; as the length falls, more of them are.
    for (let length = matches.lengths[match]!; length >= LENGTH_MIN; length--) {
      for (; match < end && matches.lengths[match]! >= length; match++) {
        const price = costs.distances[DISTANCE_SYMBOL[matches.distances[match]!]!]!;
        if (price >= cheapest) continue;
        cheapest = price;
        distance = matches.distances[match]!;
      }
      const total = here + cheapest + costs.lengths[length]!;
      if (at + length > size || total >= cost[at + length]!) continue;
      cost[at + length] = total;
      steps[at + length] = length;
      distances[at + length] = distance;
    }
  }
  return traceBack(item, from, steps, distances);
}

function traceBack(item: Uint8Array, from: number, steps: Uint16Array, distances: Uint16Array): Tokens {
  let count = 0;
  for (let at = steps.length - 1; at > 0; at -= steps[at]!) count++;
  const tokens = { values: new Uint16Array(count), distances: new Uint16Array(count) };
  for (let at = steps.length - 1; at > 0; at -= steps[at]!) {
    tokens.distances[--count] = distances[at]!;
    tokens.values[count] = distances[at] === 0 ? item[from + at - 1]! : steps[at]!;
  }
  return tokens;
}
