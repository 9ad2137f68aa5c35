/**
 * The model: what the next bit of a symbol probably is, learned from all that was read before (bit stream: decode.ts).
 * Everything that it learns stands in one array, so that a copy undoes an item. Integers only.
 */
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
/** Sets of mixing weights that are chosen by how much is known: orders found by length of the match. */
export const KNOWN_SETS = 24;
/** Nodes beside those of the code: bits of an escape, of the size of a number, and of the number. */
export const EXTRA_NODES = 23;

const SLOTS = 1 << 20;
const HISTORY = 1 << 17;
const MATCHES = 1 << 16;
const COUNT_MAX = 60;
const PRIMED_COUNT_MAX = 4;
const MATCH_MIN = 5;
const MATCH_MAX = 31;
const CONSTANT = 256;
const RATE = 6;
const ROUND = 1 << 17;
/** A smaller error of the average teaches the weights nothing. */
const SURPRISE_MIN = 1_200;
const APM_STEPS = 33;
const APM_HASHED = 1 << 11;
const EMPTY = 1 << 31;
const ESCAPE_BITS = 21;
const SIZE_BITS = 6;
const MODELLED_BITS = 10;

const mix = (a: number, b: number): number => {
  const x = Math.imul(a ^ Math.imul(b, 0x2c1b3c6d), 0x297a2d39);
  return x ^ (x >>> 15);
};

/** Codes symbols, and learns each. `begin` comes before the first one of phrases or of an item. */
export class Model {
  /** All that is learned. */
  readonly state: Int32Array;
  readonly #code: SymbolCode;
  readonly #slots: Int32Array;
  readonly #history: Int32Array;
  readonly #matches: Int32Array;
  readonly #matchMap: Int32Array;
  readonly #apms: Int32Array;
  readonly weights: Int32Array;

  /** Context hashes, and of the bit at hand: slots, map entries, inputs. */
  readonly #hashes = new Int32Array(CONTEXTS);
  readonly #bases = new Int32Array(CONTEXTS);
  readonly #slotAt = new Int32Array(CONTEXTS);
  readonly #inputs = new Int32Array(INPUTS);

  #position = 0;
  readonly #recent = new Int32Array(6);
  #word = 0;
  #wordBefore = 0;
  #tag = 0;
  #lastIndex = 0;
  #match = 0;
  #matchLength = 0;
  #expected = 0;
  #expectedLeft = 0;
  #used = 0;
  #matched = 0;
  /** Slots are asked for here, all at once, before one is needed: memory is slow, not busy. */
  readonly #touched = new Int32Array(1);
  #expectedBit = 0;
  #setA = 0;
  #setB = 0;
  #setC = 0;
  #average = 0;
  #mixA = 0;
  #mixB = 0;
  #mixC = 0;
  #apm1 = 0;
  #apm2 = 0;
  readonly #nodes: number;

  constructor(code: SymbolCode) {
    this.#code = code;
    this.#nodes = code.nodes + EXTRA_NODES;
    const apms = (this.#nodes + APM_HASHED) * APM_STEPS;
    const weights = (KNOWN_SETS + this.#nodes + code.symbols.length) * INPUTS;
    this.state = new Int32Array(SLOTS + HISTORY + MATCHES + MATCH_MAX + 1 + apms + weights);
    let at = 0;
    const part = (size: number): Int32Array => this.state.subarray(at, (at += size));
    this.#slots = part(SLOTS).fill(EMPTY);
    this.#history = part(HISTORY);
    this.#matches = part(MATCHES);
    this.#matchMap = part(MATCH_MAX + 1);
    this.#apms = part(apms);
    this.weights = part(weights);
    for (let i = 0; i <= MATCH_MAX; i++) this.#matchMap[i] = 0x10000 - Math.floor(0x10000 / (i + 2));
    for (let i = 0; i < apms; i++) this.#apms[i] = squash[Math.max(1, Math.min((i % APM_STEPS) * 128, 4_095))]!;
    this.#inputs[INPUTS - 1] = CONSTANT;
    this.begin(0, false);
  }

  get position(): number {
    return this.#position;
  }

  /** Before the first symbol: of the phrases at 0, of an item behind them. */
  begin(position: number, inItem: boolean): void {
    this.#position = position;
    this.#used = inItem ? CONTEXTS : CONTEXTS - OWN_CONTEXTS;
    this.#inputs.fill(0, 0, CONTEXTS);
    this.#recent.fill(0);
    this.#word = this.#wordBefore = this.#tag = this.#lastIndex = this.#matchLength = this.#expectedLeft = 0;
    this.#setContexts();
  }

  /** After priming: what was seen often must not be surer than the item. */
  settle(): void {
    const slots = this.#slots;
    for (let i = 0; i < SLOTS; i++) {
      const slot = slots[i]!;
      if ((slot & 63) > PRIMED_COUNT_MAX) slots[i] = (slot & ~63) | PRIMED_COUNT_MAX;
    }
  }

  /** Codes one symbol and learns it. `wanted` is -1 while decoding. @throws Refused `compression`. */
  symbol(coder: BitCoder, wanted: number): number {
    const { children, codes, lengths, symbols, indexes } = this.#code;
    const index = wanted < 0 ? 0 : (indexes.get(wanted) ?? indexes.get(SYMBOL.escape)!);
    const code = codes[index]!;
    let left = lengths[index]!;
    let node = 0;
    let place = 1;
    do {
      if (place === 1) this.#enter(node);
      const bit = this.#bit(coder, place, node, (code >>> --left) & 1);
      node = children[2 * node + bit]!;
      place = place < 4 ? 2 * place + bit : 1;
    } while (node > 0);
    this.#lastIndex = ~node;
    let symbol = symbols[~node]!;
    this.#expectedLeft = 0;
    if (symbol === SYMBOL.escape) {
      const codePoint = this.#bits(coder, ESCAPE_BITS, wanted - SYMBOL.codePoint, 1 << 22, 0);
      if (codePoint > 0x10ffff || codePoint >> 11 === 27) throw new Refused('compression', 'no code point');
      symbol = SYMBOL.codePoint + codePoint;
    }
    this.#learn(symbol);
    return symbol;
  }

  /** Codes the number behind `integer` + s. */
  number(coder: BitCoder, wanted: number): number {
    const size = this.#bits(coder, SIZE_BITS, 32 - Math.clz32(wanted), 1 << 23, ESCAPE_BITS);
    if (size > 32) throw new Refused('compression', 'no number');
    if (size === 0) return 0;
    const modelled = Math.min(size - 1, MODELLED_BITS);
    let rest = size - 1 - modelled;
    const high = (wanted >>> rest) & ((1 << modelled) - 1);
    let number = (1 << modelled) + this.#bits(coder, modelled, high, (size + 1) << 24, ESCAPE_BITS + 1);
    while (rest-- > 0) number = number * 2 + coder(0x8000, (wanted >>> rest) & 1);
    return number;
  }

  #bits(coder: BitCoder, count: number, value: number, base: number, extra: number): number {
    const set = this.#code.nodes + extra;
    let prefix = 1;
    let place = 1;
    for (let i = count - 1; i >= 0; i--) {
      if (place === 1) this.#enter(base + prefix);
      const bit = this.#bit(coder, place, extra === 0 ? set + i : set, (value >>> i) & 1);
      prefix = 2 * prefix + bit;
      place = place < 4 ? 2 * place + bit : 1;
    }
    return prefix - (1 << count);
  }

  #enter(node: number): void {
    const slots = this.#slots;
    let touched = 0;
    const bases = this.#bases;
    const hashes = this.#hashes;
    const spread = Math.imul(node + 1, 0x2f0b4c47);
    for (let i = 0; i < CONTEXTS; i++) {
      const x = Math.imul(hashes[i]! ^ spread, 0x3c6ef373);
      bases[i] = x ^ (x >>> 15);
      touched ^= slots[bases[i]! >>> 12]!;
    }
    this.#touched[0] = touched;
  }

  #bit(coder: BitCoder, place: number, set: number, wanted: number): number {
    const known = this.#look(place);
    const bit = coder(this.#predict(known, set, place), wanted);
    this.#adapt(bit);
    return bit;
  }

  /** Finds the slots of a bit and what they say. Gives the number of weights by what is known. */
  #look(place: number): number {
    const slots = this.#slots;
    const inputs = this.#inputs;
    const bases = this.#bases;
    const slotAt = this.#slotAt;
    const used = this.#used;
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
        if (i < 6) found = i;
      }
    }
    const length = this.#expectedLeft > 0 ? this.#matchLength : 0;
    this.#matched = length;
    inputs[CONTEXTS] = 0;
    if (length > 0) {
      this.#expectedBit = (this.#expected >>> --this.#expectedLeft) & 1;
      const s = stretch[this.#matchMap[length]! >>> 4]!;
      inputs[CONTEXTS] = this.#expectedBit ? s : -s;
    }
    return found * 4 + (length === 0 ? 0 : length < 8 ? 1 : length < 16 ? 2 : 3);
  }

  #predict(known: number, set: number, place: number): number {
    const inputs = this.#inputs;
    const weights = this.weights;
    const setA = known * INPUTS;
    const setB = (KNOWN_SETS + set) * INPUTS;
    const setC = (KNOWN_SETS + this.#nodes + this.#lastIndex) * INPUTS;
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
    this.#setA = setA;
    this.#setB = setB;
    this.#setC = setC;
    this.#mixA = SQUASH_ZERO + a;
    this.#mixB = SQUASH_ZERO + b;
    this.#mixC = SQUASH_ZERO + c;
    const apms = this.#apms;
    const average = SQUASH_ZERO + (Math.imul(a + b + c, 21846) >> 16);
    this.#average = average;
    const step = average >> 7;
    const part = average & 127;
    const apm1 = set * APM_STEPS + step;
    const apm2 = (this.#nodes + (((this.#bases[1]! >>> 21) ^ place) & (APM_HASHED - 1))) * APM_STEPS + step;
    this.#apm1 = apm1 + (part >> 6);
    this.#apm2 = apm2 + (part >> 6);
    const refined = (apms[apm1]! + apms[apm2]!) * (128 - part) + (apms[apm1 + 1]! + apms[apm2 + 1]!) * part;
    const p = (2 * squash[average]! + (refined >> 7)) >> 2;
    return p < 16 ? 16 : p > 65520 ? 65520 : p;
  }

  #adapt(bit: number): void {
    const full = bit ? 0xffff : 0;
    const apms = this.#apms;
    apms[this.#apm1]! += (full - apms[this.#apm1]!) >> 6;
    apms[this.#apm2]! += (full - apms[this.#apm2]!) >> 6;
    if (this.#matched > 0) {
      const right = bit === this.#expectedBit;
      this.#matchMap[this.#matched]! += ((right ? 0xffff : 0) - this.#matchMap[this.#matched]!) >> 7;
      if (!right) this.#expectedLeft = 0;
    }
    const surprise = full - squash[this.#average]!;
    if (surprise > SURPRISE_MIN || surprise < -SURPRISE_MIN) this.#adaptWeights(full);
    this.#adaptSlots(full);
  }

  #adaptWeights(full: number): void {
    const inputs = this.#inputs;
    const weights = this.weights;
    const setA = this.#setA;
    const setB = this.#setB;
    const setC = this.#setC;
    const errorA = Math.imul(full - squash[this.#mixA]!, RATE);
    const errorB = Math.imul(full - squash[this.#mixB]!, RATE);
    const errorC = Math.imul(full - squash[this.#mixC]!, RATE);
    for (let i = 0; i < INPUTS; i++) {
      const s = inputs[i]!;
      weights[setA + i]! += (Math.imul(s, errorA) + ROUND) >> 18;
      weights[setB + i]! += (Math.imul(s, errorB) + ROUND) >> 18;
      weights[setC + i]! += (Math.imul(s, errorC) + ROUND) >> 18;
    }
  }

  #adaptSlots(full: number): void {
    const slots = this.#slots;
    const slotAt = this.#slotAt;
    const used = this.#used;
    for (let i = 0; i < used; i++) {
      const at = slotAt[i]!;
      const slot = slots[at]!;
      const count = slot & 63;
      const one = slot >>> 16;
      const next = one + (Math.imul((full - one) >> 1, rates[count]!) >> 14);
      slots[at] = (next << 16) | (slot & 0xffc0) | (count < COUNT_MAX ? count + 1 : count);
    }
  }

  #learn(symbol: number): void {
    const history = this.#history;
    const mask = HISTORY - 1;
    const recent = this.#recent;
    const folded = fold(symbol);
    if (this.#matchLength > 0 && history[this.#match & mask] === folded) {
      if (this.#matchLength < MATCH_MAX) this.#matchLength++;
      this.#match++;
    } else this.#matchLength = 0;
    history[this.#position++ & mask] = folded;
    if (symbol < SYMBOL.codePoint) this.#structure(symbol);
    else this.#letter(folded - SYMBOL.codePoint);
    recent.copyWithin(1, 0);
    recent[0] = folded;
    let hash = 0;
    for (let i = 1; i <= MATCH_MIN; i++) hash = mix(hash, history[(this.#position - i) & mask]!);
    hash >>>= 16;
    if (this.#matchLength === 0) this.#findMatch(this.#matches[hash]!);
    this.#matches[hash] = this.#position;
    this.#expectedLeft = 0;
    if (this.#matchLength > 0) this.#expect(history[this.#match & mask]!);
    this.#setContexts();
  }

  #structure(symbol: number): void {
    const recent = this.#recent;
    if (symbol !== SYMBOL.end && symbol !== SYMBOL.emptyText) this.#tag = symbol;
    if (recent[0]! >= SYMBOL.codePoint) {
      recent.fill(0);
      recent[0] = this.#tag;
    }
    this.#word = mix(symbol, this.#tag);
    this.#wordBefore = 0;
  }

  #letter(codePoint: number): void {
    if (isLetter(codePoint)) {
      const capital = (codePoint >= 0x41 && codePoint <= 0x5a) || (codePoint >= 0x410 && codePoint <= 0x42f);
      this.#word = mix(this.#word, codePoint + (capital ? 32 : 0) + 1);
    } else if (this.#word !== 0) {
      this.#wordBefore = this.#word;
      this.#word = 0;
    }
  }

  #findMatch(candidate: number): void {
    const mask = HISTORY - 1;
    let length = 0;
    if (candidate === 0) return;
    while (
      length < MATCH_MAX &&
      this.#history[(candidate - 1 - length) & mask] === this.#history[(this.#position - 1 - length) & mask]
    )
      length++;
    if (length < MATCH_MIN) return;
    this.#match = candidate;
    this.#matchLength = length;
  }

  #expect(symbol: number): void {
    const index = this.#code.indexes.get(symbol) ?? this.#code.indexes.get(SYMBOL.escape)!;
    this.#expected = this.#code.codes[index]!;
    this.#expectedLeft = this.#code.lengths[index]!;
  }

  #setContexts(): void {
    const hashes = this.#hashes;
    const recent = this.#recent;
    const order2 = mix(mix(2, recent[0]!), recent[1]!);
    const order3 = mix(order2, recent[2]!);
    const order4 = mix(order3, recent[3]!);
    hashes[0] = 0;
    hashes[1] = mix(1, recent[0]!);
    hashes[2] = order2;
    hashes[3] = order3 + 3;
    hashes[4] = order4 + 4;
    hashes[5] = mix(mix(order4, recent[4]!), recent[5]!) + 6;
    hashes[6] = mix(7, this.#word);
    hashes[7] = mix(mix(8, this.#word), this.#wordBefore);
    hashes[8] = order3 + 9;
    hashes[9] = mix(10, this.#word);
  }
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
