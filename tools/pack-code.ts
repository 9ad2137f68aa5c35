/** The code table of a language pack: which code points have a symbol of their own, and how long its code is. */
import { SYMBOL } from '../core/src/text/symbols.ts';

const LENGTH_MAX = 20;
/** Two forms of a letter differ in the last bit alone: all that is before it knows them as one (model.ts). */
const FORMS = new Map([
  [SYMBOL.codePoint + 0x64a, SYMBOL.codePoint + 0x6cc],
  [SYMBOL.codePoint + 0x643, SYMBOL.codePoint + 0x6a9],
]);

export interface CodeTable {
  symbols: number[];
  lengths: number[];
}

/** A code for symbols with these frequencies; every symbol that is no code point has one. */
export function buildCode(frequencies: ReadonlyMap<number, number>): CodeTable {
  const weights = new Map(frequencies);
  for (let symbol = 0; symbol < SYMBOL.codePoint; symbol++) weights.set(symbol, weights.get(symbol) ?? 0);
  const pairs = [...FORMS].filter(([form, other]) => weights.has(form) && weights.has(other));
  for (const [form, other] of pairs) {
    weights.set(other, weights.get(other)! + weights.get(form)!);
    weights.delete(form);
  }
  let floor = 1;
  let lengths = huffman(weights, floor);
  while (Math.max(...lengths.values()) >= LENGTH_MAX) lengths = huffman(weights, (floor *= 2));
  for (const [form, other] of pairs) {
    const length = lengths.get(other)! + 1;
    lengths.set(other, length);
    lengths.set(form, length);
  }
  return canonical(lengths, pairs);
}

/** By length, then by number. Two forms come first: the first code of a length is even, so they are siblings. */
function canonical(lengths: ReadonlyMap<number, number>, pairs: readonly (readonly [number, number])[]): CodeTable {
  const rank = new Map(pairs.flat().map((symbol, i) => [symbol, i - 2 * pairs.length]));
  const order = [...lengths].sort(
    ([a, lengthA], [b, lengthB]) => lengthA - lengthB || (rank.get(a) ?? a) - (rank.get(b) ?? b),
  );
  return { symbols: order.map(([symbol]) => symbol), lengths: order.map(([, length]) => length) };
}

function huffman(weights: ReadonlyMap<number, number>, floor: number): Map<number, number> {
  interface Tree {
    weight: number;
    symbols: number[];
  }
  const lengths = new Map([...weights.keys()].map((symbol) => [symbol, 0]));
  const trees: Tree[] = [...weights].map(([symbol, weight]) => ({ weight: weight + floor, symbols: [symbol] }));
  trees.sort((a, b) => b.weight - a.weight || b.symbols[0]! - a.symbols[0]!);
  while (trees.length > 1) {
    const [a, b] = [trees.pop()!, trees.pop()!];
    const symbols = [...a.symbols, ...b.symbols];
    for (const symbol of symbols) lengths.set(symbol, lengths.get(symbol)! + 1);
    const joined = { weight: a.weight + b.weight, symbols };
    let at = trees.length;
    while (at > 0 && trees[at - 1]!.weight < joined.weight) at--;
    trees.splice(at, 0, joined);
  }
  return lengths;
}
