/**
 * Items as symbols. An item of the domain is CBOR (encoding.ts) without byte strings and negative integers: a whole
 * value, or the head of a record, that is a map cut behind its key 23 (post.ts). Lengths and counts are not written:
 *
 *     text       its code points, then `end`; the empty text is `emptyText`
 *     array      `array`, its values, `end`
 *     map        `map`, each key as `small` + key and its value, `end`
 *     head       as a map; nothing follows key 23 of the outermost map
 *     integer    0 to 23: `small` + value; else `integer` + s and a number below 2^32, of which it is SCALES[s] times
 *     others     `false`, `true`, `null`
 */
import { decode, encode, type Cbor } from '../encoding.ts';
import { concatBytes } from '../base.ts';
import { LIMITS } from '../limits.ts';
import { Refused, refusal } from '../refused.ts';

/** Numbers of the symbols that are no code points. Code point c is symbol `codePoint` + c. */
export const SYMBOL = {
  escape: 0,
  end: 1,
  emptyText: 2,
  array: 3,
  map: 4,
  false: 5,
  true: 6,
  null: 7,
  integer: 8,
  small: 12,
  codePoint: 36,
} as const;

/** Seconds are seldom just seconds: whole minutes, hours and days are shorter. */
const SCALES = [1, 60, 3_600, 86_400];
const NUMBERS = 0x100000000;
const LAYERS_KEY = 23;
const NULL = 0xf6;

/** Where symbols come from, and behind `integer` + s the number. */
export interface SymbolSource {
  symbol(): number;
  number(): number;
}

/** The symbols of an item, each `integer` + s followed by its number; null outside the domain. */
export function symbolsOf(item: Uint8Array): number[] | null {
  const symbols: number[] = [];
  const whole = refusal(() => decode(item));
  if (!(whole instanceof Refused)) {
    return !(whole instanceof Map && whole.has(LAYERS_KEY)) && write(whole, symbols) ? symbols : null;
  }
  const map = refusal(() => decode(concatBytes(item, Uint8Array.of(NULL))));
  if (!(map instanceof Map) || map.get(LAYERS_KEY) !== null) return null;
  // Behind the key of the layers the null and the end are cut off again.
  return write(map, symbols) ? symbols.slice(0, -2) : null;
}

/** The symbols of a text within an item. */
export function symbolsOfText(text: string): number[] {
  const characters = Array.from(text, (character) => SYMBOL.codePoint + character.codePointAt(0)!);
  return [...characters, text === '' ? SYMBOL.emptyText : SYMBOL.end];
}

function write(value: Cbor, symbols: number[]): boolean {
  if (typeof value === 'string') {
    for (const symbol of symbolsOfText(value)) symbols.push(symbol);
    return true;
  }
  if (typeof value === 'number') return writeInteger(value, symbols);
  if (value === null || typeof value === 'boolean') {
    symbols.push(value === null ? SYMBOL.null : value ? SYMBOL.true : SYMBOL.false);
    return true;
  }
  if (value instanceof Uint8Array) return false;
  symbols.push(Array.isArray(value) ? SYMBOL.array : SYMBOL.map);
  for (const item of Array.isArray(value) ? value : [...value].flat(1)) if (!write(item, symbols)) return false;
  symbols.push(SYMBOL.end);
  return true;
}

function writeInteger(value: number, symbols: number[]): boolean {
  if (value >= 0 && value < 24) {
    symbols.push(SYMBOL.small + value);
    return true;
  }
  const scale = SCALES.findLastIndex((s) => value % s === 0);
  symbols.push(SYMBOL.integer + scale, value / SCALES[scale]!);
  return value > 0 && value / SCALES[scale]! < NUMBERS;
}

/** The octets of the next item, at most `bytesMax`. @throws Refused `compression`, also for what ends no item. */
export function readItem(source: SymbolSource, bytesMax: number): Uint8Array {
  const reader = new ItemReader(source, bytesMax);
  const value = reader.value(reader.symbol(), 0);
  const octets = encode(value);
  const item = reader.isHead ? octets.subarray(0, -1) : octets;
  if (item.length > bytesMax) throw tooMuch();
  return item;
}

function tooMuch(): Refused {
  return new Refused('compression', 'decodes to too much');
}

class ItemReader {
  isHead = false;
  readonly #source: SymbolSource;
  /** Each symbol but the two that open stands for an octet at least, its own or a head's: damage ends at the cap. */
  #room: number;

  constructor(source: SymbolSource, bytesMax: number) {
    this.#source = source;
    this.#room = bytesMax;
  }

  symbol(): number {
    const symbol = this.#source.symbol();
    const codePoint = symbol - SYMBOL.codePoint;
    if (symbol === SYMBOL.array || symbol === SYMBOL.map) return symbol;
    this.#room -= codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    if (this.#room < 0) throw tooMuch();
    return symbol;
  }

  value(symbol: number, depth: number): Cbor {
    if (depth > LIMITS.nesting) throw new Refused('compression', 'nested too deep');
    if (symbol >= SYMBOL.codePoint) return this.#text(symbol);
    if (symbol >= SYMBOL.small) return symbol - SYMBOL.small;
    if (symbol >= SYMBOL.integer) return this.#source.number() * SCALES[symbol - SYMBOL.integer]!;
    if (symbol === SYMBOL.array) return this.#array(depth);
    if (symbol === SYMBOL.map) return this.#map(depth);
    if (symbol < SYMBOL.emptyText) throw new Refused('compression', 'a value is missing');
    return symbol === SYMBOL.emptyText ? '' : symbol === SYMBOL.null ? null : symbol === SYMBOL.true;
  }

  #text(first: number): string {
    let text = '';
    for (let symbol = first; symbol !== SYMBOL.end; symbol = this.symbol()) {
      if (symbol < SYMBOL.codePoint) throw new Refused('compression', 'no character');
      text += String.fromCodePoint(symbol - SYMBOL.codePoint);
    }
    return text;
  }

  #array(depth: number): Cbor[] {
    const values: Cbor[] = [];
    for (let symbol = this.symbol(); symbol !== SYMBOL.end; symbol = this.symbol()) {
      values.push(this.value(symbol, depth + 1));
    }
    return values;
  }

  #map(depth: number): Cbor {
    const map = new Map<number, Cbor>();
    let last = -1;
    for (let symbol = this.symbol(); symbol !== SYMBOL.end; symbol = this.symbol()) {
      const key = symbol - SYMBOL.small;
      if (key <= last || key > LAYERS_KEY) throw new Refused('compression', 'no key');
      this.isHead = depth === 0 && key === LAYERS_KEY;
      map.set((last = key), this.isHead ? null : this.value(this.symbol(), depth + 1));
      if (this.isHead) break;
    }
    return map;
  }
}
