/**
 * The text codec: one item as the bits that a model of its language did not expect (spec 6). Codec 3 is an item alone;
 * codec 4 is a text layer after the model has read another item, the array of title and summary of its record.
 *
 *     item     symbols of a code table (symbols.ts), each by the bits of its canonical code; each bit is coded under
 *              the probability that the model gives it. `escape` is followed by 21 bits, a code point, high first;
 *              `integer` + s by 6 bits, the bits n of a number, and by the n - 1 below its highest one, of which the
 *              model sees ten and the rest are coded under one half
 *     bits     an arithmetic code: low = 0, high = 2^32 - 1, value = the first four octets. For each bit
 *              middle = low + (range >> 16) p + ((range & 65535) p >> 16), range = high - low, p of 65,536 that it is 1
 *              value <= middle: the bit is 1, high = middle; else it is 0, low = middle + 1
 *              while the first octets of low and high are equal: shift them out, and the next octet of data in
 *     data     the fewest octets that decode so; behind its end the decoder reads up to four zeros. Nothing follows
 *
 *     pack     = version ‖ primed ‖ code table ‖ stream           numbers are LEB128 of at most 28 bits
 *     version    1 octet, 02
 *     primed     how many symbols the phrases have
 *     code table for each length from 1 to 20: how many symbols, and each as the difference from the one before it of
 *                that length (from 0 the first), d >= 0 as 2 d, d < 0 as -2 d - 1. The code is complete and has all
 *                symbols that are no code points
 *     stream     the mixing weights (`codeWeights`), then the phrases as symbols, with no item's end; arithmetic code
 *
 * Priming: the model starts empty with the weights of the pack, learns the phrases while it decodes them, takes the
 * weights of the pack again, and lowers every count over 4 to 4. Each item begins from that state.
 */
import { Refused } from '../refused.ts';
import { codeWeights, WEIGHT_STEP, type LanguagePack } from './language-pack.ts';
import { begin, codeNumber, codeSymbol, INPUTS, load, save, settle, type BitCoder } from './model.ts';
import { readItem, SYMBOL, symbolsOfText } from './symbols.ts';

/** Octets that may be read behind the data: they count as 0. */
const PAST_END_MAX = 4;
/** A millisecond of priming, or ten on a phone. */
const STEP_SYMBOLS = 512;
/** Counts who took the one model to work on. */
let turns = 0;

/** What a model knows that has read the phrases of its pack: some 5 MB. All packs share as much to work in. */
export interface TextModel {
  readonly pack: LanguagePack;
  readonly learned: Int32Array<ArrayBuffer>;
  /** Symbols read by then. */
  readonly position: number;
}

class Decoder {
  readonly #data: Uint8Array;
  #at = 0;
  #low = 0;
  #high = -1;
  #value = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    for (let i = 0; i < 4; i++) this.#shift();
  }

  readonly bit: BitCoder = (one) => {
    const range = this.#high - this.#low;
    const middle = (this.#low + Math.imul(range >>> 16, one) + (Math.imul(range & 0xffff, one) >>> 16)) | 0;
    const bit = this.#value >>> 0 <= middle >>> 0 ? 1 : 0;
    if (bit === 1) this.#high = middle;
    else this.#low = (middle + 1) | 0;
    while ((this.#low ^ this.#high) >>> 24 === 0) this.#shift();
    return bit;
  };

  /** @throws Refused `compression` where octets are left. */
  end(): void {
    if (this.#at < this.#data.length) throw new Refused('compression', 'octets after the end');
  }

  #shift(): void {
    const at = this.#at++;
    if (at >= this.#data.length + PAST_END_MAX) throw new Refused('compression', 'ends too early');
    this.#low <<= 8;
    this.#high = (this.#high << 8) | 255;
    this.#value = (this.#value << 8) | (at < this.#data.length ? this.#data[at]! : 0);
  }
}

/** Reads the phrases of a pack: tens of milliseconds, once. @throws Refused `compression`. */
export function prime(pack: LanguagePack): TextModel {
  const steps = primeInSteps(pack);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value!;
  }
}

/** Null where another item or pack took the model between two steps. */
function* primeInSteps(pack: LanguagePack): Generator<void, TextModel | null> {
  const decoder = new Decoder(pack.stream);
  const weights = load(pack, null);
  const turn = ++turns;
  codeWeights(decoder.bit, new Int32Array(INPUTS), weights);
  const own = weights.map((weight) => weight * WEIGHT_STEP);
  weights.set(own);
  begin(0, false);
  for (let left = pack.primed; left > 0; left--) {
    if (isInteger(codeSymbol(decoder.bit, -1))) codeNumber(decoder.bit, -1);
    if (left % STEP_SYMBOLS > 0) continue;
    yield;
    if (turn !== turns) return null;
  }
  decoder.end();
  weights.set(own);
  settle();
  return { pack, ...save() };
}

function isInteger(symbol: number): boolean {
  return symbol >= SYMBOL.integer && symbol < SYMBOL.small;
}

/** Codes symbols, as `symbolsOf` gives them, and learns them. */
export function codeSymbols(coder: BitCoder, symbols: readonly number[]): void {
  for (let i = 0; i < symbols.length; i++) {
    if (isInteger(codeSymbol(coder, symbols[i]!))) codeNumber(coder, symbols[++i]!);
  }
}

/**
 * Puts the model where an item begins, behind an array of these texts, and gives its weights: also after an exception,
 * whatever the last item left is gone.
 */
export function beginItem({ pack, learned, position }: TextModel, before: readonly string[] | null): Int32Array {
  const weights = load(pack, learned);
  turns++;
  begin(position, true);
  if (before) codeSymbols((_, bit) => bit, [SYMBOL.array, ...before.flatMap(symbolsOfText), SYMBOL.end]);
  return weights;
}

/**
 * The octets of an item, at most `bytesMax`. `before` is null for codec 3, for codec 4 title and summary of the record.
 * @throws Refused `compression`.
 */
export function decodeText(
  text: TextModel,
  data: Uint8Array,
  bytesMax: number,
  before: readonly string[] | null,
): Uint8Array {
  beginItem(text, before);
  return decodeItems(data, (read) => read(bytesMax));
}

/** The octets of items, one after the other, that have exactly `sizeBytes` together. @throws Refused `compression`. */
export function decodeRun(text: TextModel, data: Uint8Array, sizeBytes: number): Uint8Array {
  beginItem(text, null);
  return decodeItems(data, (read) => {
    const run = new Uint8Array(sizeBytes);
    for (let at = 0; at < sizeBytes;) {
      const item = read(sizeBytes - at);
      run.set(item, at);
      at += item.length;
    }
    return run;
  });
}

type ReadItem = (bytesMax: number) => Uint8Array;

function decodeItems(data: Uint8Array, take: (read: ReadItem) => Uint8Array): Uint8Array {
  const decoder = new Decoder(data);
  const { bit } = decoder;
  const source = { symbol: () => codeSymbol(bit, -1), number: () => codeNumber(bit, -1) };
  const items = take((bytesMax) => readItem(source, bytesMax));
  decoder.end();
  return items;
}

/** By pack, the one used last at the end. */
const models = new Map<string, TextModel>();
/** An edition in more languages is read more slowly, not in more memory. */
const MODELS_MAX = 4;

/** The primed model of a pack, unless it is one of the last few primed now. @throws Refused `compression`. */
export function modelOf(pack: LanguagePack): TextModel {
  return keep(models.get(pack.id) ?? prime(pack));
}

/** Primes a pack for `modelOf` a little at a time, unless enough packs are. @throws Refused `compression`. */
export function* priming(pack: LanguagePack): Generator<void> {
  if (models.has(pack.id) || models.size >= MODELS_MAX) return;
  const model = yield* primeInSteps(pack);
  if (model) keep(model);
}

function keep(model: TextModel): TextModel {
  models.delete(model.pack.id);
  models.set(model.pack.id, model);
  for (const id of models.keys()) if (models.size > MODELS_MAX) models.delete(id);
  return model;
}
