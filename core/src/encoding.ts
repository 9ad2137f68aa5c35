/**
 * The one encoding of Pappus: a strict subset of deterministic CBOR (RFC 8949 §4.2; spec §4).
 *
 *     integer      -(2^53-1) … 2^53-1, shortest head
 *     byte string, text string (UTF-8), array, definite lengths only, shortest head
 *     map          keys are integers 0…23 in ascending order, each once
 *     false, true, null
 *
 * No floats, tags, other simple values or indefinite lengths; nesting at most LIMITS.nesting;
 * nothing may follow the value. So each value has one encoding, and
 * `encode(decode(bytes))` equals `bytes` for all bytes that are not refused.
 */
import { decodeUtf8, encodeUtf8 } from './base.ts';
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';

export type Cbor = number | boolean | null | string | Uint8Array | Cbor[] | CborMap;
export type CborMap = Map<number, Cbor>;

const UINT = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const SIMPLE = 7;
const FALSE = 20;
const TRUE = 21;
const NULL = 22;
const SHORT_TEXT_BYTES = 12;

/** Octets of a value. A value outside the subset is our own bug and throws `Error`. */
export function encode(value: Cbor): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.value(value, 0);
  return writer.take();
}

/** The value of exactly these octets. @throws Refused `encoding`, `text` or `too-large`. */
export function decode(bytes: Uint8Array): Cbor {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new Refused('encoding', 'octets after the value');
  return value;
}

class Writer {
  #bytes = new Uint8Array(256);
  #length = 0;

  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  value(value: Cbor, depth: number): void {
    if (depth > LIMITS.nesting) throw new Error('nested too deep to encode');
    if (typeof value === 'number') this.#integer(value);
    else if (typeof value === 'string') this.#string(TEXT, encodeUtf8(value));
    else if (value instanceof Uint8Array) this.#string(BYTES, value);
    else if (Array.isArray(value)) this.#array(value, depth);
    else if (value instanceof Map) this.#map(value, depth);
    else this.#head(SIMPLE, value === null ? NULL : value ? TRUE : FALSE);
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Error('not an integer of the subset');
    if (value >= 0) this.#head(UINT, value);
    else this.#head(NEGATIVE, -1 - value);
  }

  #string(major: number, bytes: Uint8Array): void {
    this.#head(major, bytes.length);
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #array(items: Cbor[], depth: number): void {
    this.#head(ARRAY, items.length);
    for (const item of items) this.value(item, depth + 1);
  }

  #map(map: CborMap, depth: number): void {
    this.#head(MAP, map.size);
    for (const key of [...map.keys()].sort((a, b) => a - b)) {
      if (!Number.isInteger(key) || key < 0 || key > 23) throw new Error('map keys are integers 0 to 23');
      this.#head(UINT, key);
      this.value(map.get(key)!, depth + 1);
    }
  }

  #head(major: number, argument: number): void {
    const bytes = this.#room(9);
    const type = major << 5;
    let at = this.#length;
    if (argument < 24) {
      bytes[at++] = type | argument;
    } else {
      const size = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8;
      bytes[at++] = type | (24 + Math.log2(size));
      for (let shift = size - 1; shift >= 0; shift--) bytes[at++] = Math.floor(argument / 2 ** (8 * shift)) % 256;
    }
    this.#length = at;
  }

  #room(octets: number): Uint8Array {
    if (this.#length + octets > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + octets));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(depth: number): Cbor {
    if (depth > LIMITS.nesting) throw new Refused('too-large', 'nested too deep');
    const initial = this.#bytes[this.at++];
    if (initial === undefined) throw new Refused('encoding', 'ends too early');
    const major = initial >> 5;
    if (major === SIMPLE) return simple(initial & 31);
    const argument = this.#argument(initial & 31);
    switch (major) {
      case UINT:
        return argument;
      case NEGATIVE:
        if (argument === Number.MAX_SAFE_INTEGER) throw new Refused('encoding', 'integer out of range');
        return -1 - argument;
      case BYTES:
        return this.#take(argument);
      case TEXT:
        return this.#text(argument);
      case ARRAY:
        return this.#array(argument, depth);
      case MAP:
        return this.#map(argument, depth);
      default:
        throw new Refused('encoding', 'tags are not in the subset');
    }
  }

  #argument(info: number): number {
    if (info < 24) return info;
    const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
    if (size === 0) throw new Refused('encoding', 'indefinite or reserved length');
    if (this.at + size > this.#bytes.length) throw new Refused('encoding', 'ends too early');
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#bytes[this.at++]!;
    const shortestFrom = size === 1 ? 24 : size === 2 ? 0x100 : size === 4 ? 0x10000 : 0x100000000;
    if (value < shortestFrom) throw new Refused('encoding', 'head is not the shortest');
    if (value > Number.MAX_SAFE_INTEGER) throw new Refused('encoding', 'integer out of range');
    return value;
  }

  #take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.#bytes.length) throw new Refused('encoding', 'ends too early');
    const bytes = this.#bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /** Short ASCII, as codes of languages are, costs less here than in the platform's decoder. */
  #text(length: number): string {
    const bytes = this.#bytes;
    if (length <= SHORT_TEXT_BYTES && this.at + length <= bytes.length) {
      let text = '';
      for (let i = this.at; i < this.at + length && bytes[i]! < 0x80; i++) text += String.fromCharCode(bytes[i]!);
      if (text.length === length) {
        this.at += length;
        return text;
      }
    }
    return decodeUtf8(this.#take(length));
  }

  #array(length: number, depth: number): Cbor[] {
    if (length > LIMITS.arrayItems) throw new Refused('too-large', 'array of too many items');
    const items: Cbor[] = [];
    for (let i = 0; i < length; i++) items.push(this.value(depth + 1));
    return items;
  }

  #map(size: number, depth: number): CborMap {
    const map: CborMap = new Map();
    let last = -1;
    for (let i = 0; i < size; i++) {
      const key = this.#bytes[this.at++] ?? 255;
      if (key > 23 || key <= last) throw new Refused('encoding', 'map keys are 0 to 23, ascending');
      map.set((last = key), this.value(depth + 1));
    }
    return map;
  }
}

function simple(info: number): boolean | null {
  if (info === FALSE) return false;
  if (info === TRUE) return true;
  if (info === NULL) return null;
  throw new Refused('encoding', 'floats and other simple values are not in the subset');
}
