/**
 * The model: what the next bit of a symbol probably is, learned from all that was read before (bit stream: decode.ts).
 * What it learns stands in a few arrays, so that a copy undoes an item. Integers only.
 */
import { LIMITS } from '../limits.ts';
import { Refused } from '../refused.ts';
import type { SymbolCode } from './language-pack.ts';
import { SYMBOL } from './symbols.ts';
import { rates, squash, SQUASH_ZERO, stretch, STRETCH_MAX } from './tables.ts';

/** Codes one bit under a probability (of 65,536) of a one, and gives it: `bit` itself, or the one that was decoded. */
export type BitCoder = (one: number, bit: number) => number;

export const CONTEXTS = 10;
/** The last ones, which know the item alone. */
const OWN_CONTEXTS = 2;
/** One for each context, the match, and a constant. */
export const INPUTS = CONTEXTS + 2;
/** The first ones, which know the last symbols: none to six. The others know words, or the item. */
const ORDERS = 6;
/** Sets of mixing weights that are chosen by how much is known: others found, by orders found, by length of the match. */
export const KNOWN_SETS = (CONTEXTS - ORDERS + 1) * ORDERS * 4;
/** Nodes beside those of the code: bits of an escape, of the size of a number, and of the number. */
export const EXTRA_NODES = 23;

const SLOTS = 1 << 20;
const HISTORY = 1 << 17;
const HISTORY_MASK = HISTORY - 1;
const MATCHES = 1 << 16;
const COUNT_MAX = 60;
const PRIMED_COUNT_MAX = 4;
const MATCH_MIN = 6;
const MATCH_MAX = 31;
const CONSTANT = 256;
/** Of three mixers. */
const THIRD = 21_846;
/** Input times error is a step of a weight, shifted by so much: of the three mixers, and of the one behind them. */
const RATE_SHIFT = 15;
const FINAL_RATE_SHIFT = 18;
const ROUND = 1 << (RATE_SHIFT - 1);
const FINAL_ROUND = 1 << (FINAL_RATE_SHIFT - 1);
/** A smaller error of the prediction teaches the weights nothing. */
const SURPRISE_MIN = 1_200;
const EMPTY = 1 << 31;
/** All places of a node are in one line. */
const LINE_SLOTS = 8;
/** Where more of them changed, it is faster to copy all slots. */
const LINES_MAX = 1 << 14;
const NODES_MAX = LIMITS.codeSymbols - 1 + EXTRA_NODES;
const ESCAPE_BITS = 21;
const SIZE_BITS = 6;
const MODELLED_BITS = 10;

const mix = (a: number, b: number): number => {
  const x = Math.imul(a ^ Math.imul(b, 0x2c1b3c6d), 0x297a2d39);
  return x ^ (x >>> 15);
};

/** One model works at a time. Arrays of the largest size a code may ask for never move: engines know where they are. */
const slots = new Int32Array(SLOTS);
const history = new Int32Array(HISTORY);
const matches = new Int32Array(MATCHES);
const matchMap = new Int32Array(MATCH_MAX + 1);
const finalWeights = new Int32Array(KNOWN_SETS * 3);
const weights = new Int32Array((KNOWN_SETS + NODES_MAX + LIMITS.codeSymbols) * INPUTS);
/** What `learned` was taken up last, and the lines of slots that may differ from it since. */
let loaded: Int32Array | null = null;
const lines = new Int32Array(LINES_MAX);
let lineCount = 0;
let table: SymbolCode;
let nodes = 0;

/** Context hashes; of the group of nodes, their places; of the bit at hand, slots and inputs. */
const hashes = new Int32Array(CONTEXTS);
const bases = new Int32Array(CONTEXTS);
const slotAt = new Int32Array(CONTEXTS);
const inputs = new Int32Array(INPUTS);
/** Slots are asked for here, all at once, before one is needed: memory is slow, not busy. */
const touched = new Int32Array(1);

/** The last six symbols, newest first. */
const recent = new Int32Array(6);
let position = 0;
let word = 0;
let wordBefore = 0;
let tag = 0;
let lastIndex = 0;
let match = 0;
let matchLength = 0;
let expected = 0;
let expectedLeft = 0;
let expectedBit = 0;
let matched = 0;
let used = 0;

/** What is learned under the present code, in the order of the specification. */
function parts(): Int32Array<ArrayBuffer>[] {
  const weightCount = (KNOWN_SETS + nodes + table.symbols.length) * INPUTS;
  return [slots, history, matches, matchMap, finalWeights, weights.subarray(0, weightCount)];
}

/** Takes up a code and what was learned with it, or begins with nothing learned. Gives the weights, to be set. */
export function load(of: SymbolCode, learned: Int32Array | null): Int32Array {
  table = of;
  nodes = table.nodes + EXTRA_NODES;
  if (learned === null) clear();
  else restore(learned);
  loaded = learned;
  lineCount = 0;
  return parts().at(-1)!;
}

/** Of a million slots an item changes some thousands: those of its lines go back, where the others are as they were. */
function restore(learned: Int32Array): void {
  const isKnown = loaded === learned && lineCount <= LINES_MAX;
  let at = 0;
  for (const part of parts()) {
    const own = learned.subarray(at, (at += part.length));
    if (part !== slots || !isKnown) part.set(own);
  }
  if (!isKnown) return;
  for (let i = 0; i < lineCount; i++) {
    const line = lines[i]!;
    for (let j = 0; j < LINE_SLOTS; j++) slots[line + j] = learned[line + j]!;
  }
}

function clear(): void {
  for (const part of parts()) part.fill(0);
  slots.fill(EMPTY);
  for (let i = 0; i <= MATCH_MAX; i++) matchMap[i] = 0x10000 - Math.floor(0x10000 / (i + 2));
  finalWeights.fill(THIRD);
  inputs[INPUTS - 1] = CONSTANT;
}

/** A copy of all that is learned, and the number of symbols read. */
export function save(): { learned: Int32Array<ArrayBuffer>; position: number } {
  const all = parts();
  const learned = new Int32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    learned.set(part, at);
    at += part.length;
  }
  loaded = learned;
  lineCount = 0;
  return { learned, position };
}

/** Comes before the first symbol: of the phrases at 0, of an item behind them. */
export function begin(at: number, inItem: boolean): void {
  position = at;
  used = inItem ? CONTEXTS : CONTEXTS - OWN_CONTEXTS;
  inputs.fill(0, 0, CONTEXTS);
  recent.fill(0);
  word = wordBefore = tag = lastIndex = matchLength = expectedLeft = 0;
  setContexts();
}

/** Comes after priming: what was seen often must not be surer than the item. */
export function settle(): void {
  for (let i = 0; i < SLOTS; i++) {
    const slot = slots[i]!;
    if ((slot & 63) > PRIMED_COUNT_MAX) slots[i] = (slot & ~63) | PRIMED_COUNT_MAX;
  }
}

/** Codes one symbol and learns it. `wanted` is -1 while decoding. @throws Refused `compression`. */
export function codeSymbol(coder: BitCoder, wanted: number): number {
  const { children, codes, lengths, symbols, indexes } = table;
  const index = wanted < 0 ? 0 : (indexes.get(wanted) ?? indexes.get(SYMBOL.escape)!);
  const code = codes[index]!;
  let left = lengths[index]!;
  let node = 0;
  let place = 1;
  do {
    if (place === 1) enter(node);
    const bit = codeBit(coder, place, node, (code >>> --left) & 1);
    node = children[2 * node + bit]!;
    place = place < 4 ? 2 * place + bit : 1;
  } while (node > 0);
  lastIndex = ~node;
  let symbol = symbols[~node]!;
  expectedLeft = 0;
  if (symbol === SYMBOL.escape) {
    const codePoint = bits(coder, ESCAPE_BITS, wanted - SYMBOL.codePoint, 1 << 22, 0);
    if (codePoint > 0x10ffff || codePoint >> 11 === 27) throw new Refused('compression', 'no code point');
    symbol = SYMBOL.codePoint + codePoint;
  }
  learn(symbol);
  return symbol;
}

/** Codes the number behind `integer` + s. @throws Refused `compression`. */
export function codeNumber(coder: BitCoder, wanted: number): number {
  expectedLeft = 0;
  const size = bits(coder, SIZE_BITS, 32 - Math.clz32(wanted), 1 << 23, ESCAPE_BITS);
  if (size > 32) throw new Refused('compression', 'no number');
  if (size === 0) return 0;
  const modelled = Math.min(size - 1, MODELLED_BITS);
  let rest = size - 1 - modelled;
  const high = (wanted >>> rest) & ((1 << modelled) - 1);
  let number = (1 << modelled) + bits(coder, modelled, high, (size + 1) << 24, ESCAPE_BITS + 1);
  while (rest-- > 0) number = number * 2 + coder(0x8000, (wanted >>> rest) & 1);
  return number;
}

function bits(coder: BitCoder, count: number, value: number, base: number, extra: number): number {
  const set = table.nodes + extra;
  let prefix = 1;
  let place = 1;
  for (let i = count - 1; i >= 0; i--) {
    if (place === 1) enter(base + prefix);
    const bit = codeBit(coder, place, extra === 0 ? set + i : set, (value >>> i) & 1);
    prefix = 2 * prefix + bit;
    place = place < 4 ? 2 * place + bit : 1;
  }
  return prefix - (1 << count);
}

function enter(node: number): void {
  const spread = Math.imul(node + 1, 0x2f0b4c47);
  for (let i = 0; i < used; i++) {
    const x = Math.imul(hashes[i]! ^ spread, 0x3c6ef373);
    bases[i] = x ^ (x >>> 15);
    const line = (bases[i]! >>> 12) & -LINE_SLOTS;
    touched[0]! ^= slots[line]!;
    if (lineCount < LINES_MAX) lines[lineCount] = line;
    lineCount++;
  }
}

function codeBit(coder: BitCoder, place: number, set: number, wanted: number): number {
  const known = look(place);
  const setA = known * INPUTS;
  const setB = (KNOWN_SETS + set) * INPUTS;
  const setC = (KNOWN_SETS + nodes + lastIndex) * INPUTS;
  let a = 0;
  let b = 0;
  let c = 0;
  for (let i = 0; i < INPUTS; i++) {
    const s = inputs[i]!;
    a += Math.imul(weights[setA + i]!, s) >> 4;
    b += Math.imul(weights[setB + i]!, s) >> 4;
    c += Math.imul(weights[setC + i]!, s) >> 4;
  }
  a = clip(a >> 12);
  b = clip(b >> 12);
  c = clip(c >> 12);
  const final = known * 3;
  const sum =
    Math.imul(finalWeights[final]!, a) +
    Math.imul(finalWeights[final + 1]!, b) +
    Math.imul(finalWeights[final + 2]!, c);
  const one = squash[SQUASH_ZERO + clip(sum >> 16)]!;
  const bit = coder(one, wanted);
  const full = bit ? 0xffff : 0;
  const surprise = full - one;
  if (surprise > SURPRISE_MIN || surprise < -SURPRISE_MIN) {
    finalWeights[final]! += (Math.imul(a, surprise) + FINAL_ROUND) >> FINAL_RATE_SHIFT;
    finalWeights[final + 1]! += (Math.imul(b, surprise) + FINAL_ROUND) >> FINAL_RATE_SHIFT;
    finalWeights[final + 2]! += (Math.imul(c, surprise) + FINAL_ROUND) >> FINAL_RATE_SHIFT;
    a = full - squash[SQUASH_ZERO + a]!;
    b = full - squash[SQUASH_ZERO + b]!;
    c = full - squash[SQUASH_ZERO + c]!;
    for (let i = 0; i < INPUTS; i++) {
      const s = inputs[i]!;
      weights[setA + i]! += (Math.imul(s, a) + ROUND) >> RATE_SHIFT;
      weights[setB + i]! += (Math.imul(s, b) + ROUND) >> RATE_SHIFT;
      weights[setC + i]! += (Math.imul(s, c) + ROUND) >> RATE_SHIFT;
    }
  }
  adapt(full);
  return bit;
}

/** Finds the slots of a bit and what they say. Gives the number of weights by what is known. */
function look(place: number): number {
  let found = 0;
  for (let i = 0; i < used; i++) {
    const base = bases[i]!;
    const check = ((base + Math.imul(place, 0x5b)) & 0x3ff) << 6;
    let at = (base >>> 12) ^ place;
    let slot = slots[at]!;
    if ((slot & 0xffc0) !== check) {
      const other = slots[at ^ 1]!;
      if ((other & 0xffc0) === check) {
        at ^= 1;
        slot = other;
      } else {
        if ((other & 63) < (slot & 63)) at ^= 1;
        slots[at] = slot = EMPTY | check;
      }
    }
    slotAt[i] = at;
    if ((slot & 63) === 0) inputs[i] = 0;
    else {
      inputs[i] = stretch[slot >>> 20]!;
      found = i < ORDERS ? i : found + ORDERS;
    }
  }
  matched = expectedLeft > 0 ? matchLength : 0;
  inputs[CONTEXTS] = 0;
  if (matched > 0) {
    expectedBit = (expected >>> --expectedLeft) & 1;
    const s = stretch[matchMap[matched]! >>> 4]!;
    inputs[CONTEXTS] = expectedBit ? s : -s;
  }
  return found * 4 + (matched === 0 ? 0 : matched < 8 ? 1 : matched < 16 ? 2 : 3);
}

function adapt(full: number): void {
  if (matched > 0) {
    const right = full === 0xffff * expectedBit;
    matchMap[matched]! += ((right ? 0xffff : 0) - matchMap[matched]!) >> 7;
    if (!right) expectedLeft = 0;
  }
  for (let i = 0; i < used; i++) {
    const at = slotAt[i]!;
    const slot = slots[at]!;
    const count = slot & 63;
    const one = slot >>> 16;
    const next = one + (Math.imul((full - one) >> 1, rates[count]!) >> 14);
    slots[at] = (next << 16) | (slot & 0xffc0) | (count < COUNT_MAX ? count + 1 : count);
  }
}

function learn(symbol: number): void {
  const folded = fold(symbol);
  if (matchLength > 0 && history[match & HISTORY_MASK] === folded) {
    if (matchLength < MATCH_MAX) matchLength++;
    match++;
  } else matchLength = 0;
  history[position++ & HISTORY_MASK] = folded;
  if (symbol < SYMBOL.codePoint) structure(symbol);
  else letter(folded - SYMBOL.codePoint);
  recent.copyWithin(1, 0);
  recent[0] = folded;
  setContexts();
  const hash = hashes[5]! >>> 16;
  if (matchLength === 0) findMatch(matches[hash]!);
  matches[hash] = position;
  expectedLeft = 0;
  if (matchLength > 0) expect(history[match & HISTORY_MASK]!);
}

function structure(symbol: number): void {
  if (symbol !== SYMBOL.end && symbol !== SYMBOL.emptyText) tag = symbol;
  if (recent[0]! >= SYMBOL.codePoint) {
    recent.fill(0);
    recent[0] = tag;
  }
  word = mix(symbol, tag);
  wordBefore = 0;
}

function letter(codePoint: number): void {
  if (isLetter(codePoint)) {
    const capital = (codePoint >= 0x41 && codePoint <= 0x5a) || (codePoint >= 0x410 && codePoint <= 0x42f);
    word = mix(word, codePoint + (capital ? 32 : 0) + 1);
  } else if (word !== 0) {
    wordBefore = word;
    word = 0;
  }
}

function findMatch(candidate: number): void {
  let length = 0;
  if (candidate === 0) return;
  while (
    length < MATCH_MAX &&
    history[(candidate - 1 - length) & HISTORY_MASK] === history[(position - 1 - length) & HISTORY_MASK]
  )
    length++;
  if (length < MATCH_MIN) return;
  match = candidate;
  matchLength = length;
}

function expect(symbol: number): void {
  const index = table.indexes.get(symbol) ?? table.indexes.get(SYMBOL.escape)!;
  expected = table.codes[index]!;
  expectedLeft = table.lengths[index]!;
}

function setContexts(): void {
  const order2 = mix(mix(2, recent[0]!), recent[1]!);
  const order3 = mix(order2, recent[2]!);
  const order4 = mix(order3, recent[3]!);
  hashes[0] = 0;
  hashes[1] = mix(1, recent[0]!);
  hashes[2] = order2;
  hashes[3] = order3 + 3;
  hashes[4] = order4 + 4;
  hashes[5] = mix(mix(order4, recent[4]!), recent[5]!) + 6;
  hashes[6] = mix(7, word);
  hashes[7] = mix(mix(8, word), wordBefore);
  hashes[8] = order4 + 9;
  hashes[9] = mix(10, word);
}

function clip(x: number): number {
  return x > STRETCH_MAX ? STRETCH_MAX : x < -STRETCH_MAX ? -STRETCH_MAX : x;
}

/** Persian and Arabic keyboards write two letters differently. What one form taught, the other needs as well. */
function fold(symbol: number): number {
  const letter = symbol - SYMBOL.codePoint;
  return letter === 0x64a ? symbol + 0x82 : letter === 0x643 ? symbol + 0x66 : symbol;
}

function isLetter(c: number): boolean {
  if (c < 0x80) return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
  if (c >= 0x2000 && c < 0x2070) return c === 0x200c || c === 0x200d;
  if (c < 0xc0 || (c >= 0x3000 && c < 0x3040) || (c >= 0xff00 && c < 0xff20)) return false;
  return c !== 0x60c && c !== 0x61b && c !== 0x61f && c !== 0x6d4 && c !== 0x104a && c !== 0x104b;
}
