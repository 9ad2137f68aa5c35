/**
 * Raw DEFLATE (RFC 1951), decoding only: synchronous, strict, and never a byte over the cap.
 *
 * Stricter than the RFC demands, as common decoders are: a Huffman code must be complete (a lone distance code
 * of one bit, and no distance code at all, are the RFC's two exceptions), symbol 256 must have a code, symbols
 * 286-287 and distance codes 30-31 may not occur, and nothing may follow the octet in which the last block ends.
 *
 * A stream may begin elsewhere: a *prelude* holds its first octets, which are those of many streams. It consists of
 * whole octets: empty fixed blocks that are not the last (they fill up octets), then the header of a last, dynamic
 * block. What remains for each stream are the symbols of that block. `prelude ‖ input` is plain RFC 1951.
 *
 * A decoding table has one entry for each value of the next ROOT bits. An entry is
 *
 *     base << 10 | kind << 8 | extra << 4 | length of the code in bits
 *
 * or zero where no code begins with these bits. Longer codes continue in a subtable: LINK, whose `extra` is the
 * number of further index bits, and whose `base` is the place of the subtable.
 */
import { Refused } from './refused.ts';

const LITERAL = 0 << 8;
const COPY = 1 << 8;
const LINK = 2 << 8;
const END = 3 << 8;
const KIND = 3 << 8;

const LITERAL_ROOT = 9;
const DISTANCE_ROOT = 8;
const LENGTHS_ROOT = 7;
const CODE_BITS_MAX = 15;
const WINDOW = 32_768;
/** Output space that is kept for the next call. */
const KEPT_BYTES = 1 << 19;

/** Of the code that is being built: symbols by length, and the next code of each length. */
const counts = new Uint16Array(CODE_BITS_MAX + 1);
const next = new Uint16Array(CODE_BITS_MAX + 1);

const NO_DICTIONARY = new Uint8Array(0);
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LITERAL_SYMBOLS = literalSymbols();
const DISTANCE_SYMBOLS = distanceSymbols();
const LENGTH_SYMBOLS = Uint32Array.from({ length: 19 }, (_, symbol) => symbol << 10);

const FIXED_LITERALS = fixedLiterals();
const FIXED_DISTANCES = fixedDistances();

/** The codes of a dynamic block: the lengths of its codes, and the tables to decode them. For reading only. */
export interface BlockCodes {
  literalLengths: Uint8Array;
  distanceLengths: Uint8Array;
  literals: Uint32Array;
  distances: Uint32Array;
}

/**
 * Decodes one raw DEFLATE stream that fills `input` exactly.
 * @param limit `maxBytes`: the most octets of output, checked before each is written.
 * @param dictionary octets that stand before the output in the window, at most 32,768; only read.
 * @throws Refused `compression` for damage, truncation, octets after the stream, or output over the cap.
 */
export function inflate(
  input: Uint8Array,
  limit: { maxBytes: number },
  dictionary: Uint8Array = NO_DICTIONARY,
): Uint8Array<ArrayBuffer> {
  return inflater.run(input, limit.maxBytes, dictionary, null).slice();
}

/**
 * As `inflate`, but gives a view that the next call overwrites: copy what you keep.
 * @param begun what `readPrelude` gave, where the stream begins in a prelude.
 */
export function inflateBorrowed(
  input: Uint8Array,
  bytesMax: number,
  dictionary: Uint8Array,
  begun: BlockCodes | null,
): Uint8Array {
  return inflater.run(input, bytesMax, dictionary, begun);
}

/** The codes with which a prelude begins a stream. @throws Refused `compression`. */
export function readPrelude(prelude: Uint8Array): BlockCodes {
  return inflater.prelude(prelude);
}

/** All state of a decoding. One instance serves every call, so that an item costs no tables and no buffers. */
class Inflater {
  #input = NO_DICTIONARY as Uint8Array;
  #dictionary = NO_DICTIONARY as Uint8Array;
  #bytesMax = 0;
  /** Next octet of input; may run past the end by what is held: zeros are read there. */
  #at = 0;
  #held = 0;
  #heldBits = 0;
  #output = new Uint8Array(1 << 14);
  /** The part of `#output` that may be filled before `#grow` is asked. */
  #room = 0;
  #length = 0;
  readonly #lengths = new Uint8Array(286 + 30);
  readonly #codeLengths = new Uint8Array(19);
  /** A subtable of 2^6 for each of the 143 prefixes that 286 codes can share, and of 2^7 for 15. */
  readonly #literals = new Uint32Array((1 << LITERAL_ROOT) + (143 << (CODE_BITS_MAX - LITERAL_ROOT)));
  readonly #distances = new Uint32Array((1 << DISTANCE_ROOT) + (15 << (CODE_BITS_MAX - DISTANCE_ROOT)));
  readonly #lengthTable = new Uint32Array(1 << LENGTHS_ROOT);

  run(input: Uint8Array, bytesMax: number, dictionary: Uint8Array, begun: BlockCodes | null): Uint8Array {
    if (dictionary.length > WINDOW) throw new Error('a dictionary larger than the window');
    this.#open(input, dictionary);
    if (this.#output.length > KEPT_BYTES) this.#output = new Uint8Array(KEPT_BYTES);
    this.#bytesMax = bytesMax;
    this.#room = Math.min(this.#output.length, bytesMax);
    if (begun !== null) this.#codes(begun.literals, begun.distances);
    else while (!this.#block());
    if (this.#at - (this.#heldBits >> 3) !== input.length) throw new Refused('compression', 'octets after the end');
    return this.#output.subarray(0, this.#length);
  }

  prelude(bytes: Uint8Array): BlockCodes {
    this.#open(bytes, NO_DICTIONARY);
    while (this.#peek(3) === 2) {
      if (this.#bits(10) !== 2) throw new Refused('compression', 'a prelude says nothing');
    }
    if (this.#bits(3) !== 5) throw new Refused('compression', 'a prelude ends in a last, dynamic block');
    const { literals, distances } = this.#readCodes();
    if (8 * this.#at - this.#heldBits !== 8 * bytes.length)
      throw new Refused('compression', 'a prelude is whole octets');
    return {
      literalLengths: this.#lengths.slice(0, literals),
      distanceLengths: this.#lengths.slice(literals, literals + distances),
      literals: this.#literals.slice(),
      distances: this.#distances.slice(),
    };
  }

  #open(input: Uint8Array, dictionary: Uint8Array): void {
    this.#input = input;
    this.#dictionary = dictionary;
    this.#at = this.#held = this.#heldBits = 0;
    this.#length = 0;
  }

  /** Decodes a block (RFC 1951 §3.2.3); true after the last. */
  #block(): boolean {
    const last = this.#bits(1) === 1;
    switch (this.#bits(2)) {
      case 0:
        this.#stored();
        break;
      case 1:
        this.#codes(FIXED_LITERALS, FIXED_DISTANCES);
        break;
      case 2:
        this.#readCodes();
        this.#codes(this.#literals, this.#distances);
        break;
      default:
        throw new Refused('compression', 'reserved block type');
    }
    return last;
  }

  /** RFC 1951 §3.2.4. */
  #stored(): void {
    this.#at -= this.#heldBits >> 3;
    this.#held = this.#heldBits = 0;
    const length = this.#bits(16);
    if ((this.#bits(16) ^ 0xffff) !== length) throw new Refused('compression', 'stored length');
    this.#at -= this.#heldBits >> 3;
    this.#held = this.#heldBits = 0;
    const end = this.#at + length;
    if (end > this.#input.length) throw new Refused('compression', 'ends too early');
    if (this.#length + length > this.#room) this.#grow(this.#length + length);
    this.#output.set(this.#input.subarray(this.#at, end), this.#length);
    this.#length += length;
    this.#at = end;
  }

  /** The two codes of a dynamic block (RFC 1951 §3.2.7). */
  #readCodes(): { literals: number; distances: number } {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const count = this.#bits(4) + 4;
    if (literals > 286 || distances > 30) throw new Refused('compression', 'too many codes');
    this.#codeLengths.fill(0);
    for (let i = 0; i < count; i++) this.#codeLengths[CODE_LENGTH_ORDER[i]!] = this.#bits(3);
    buildTable(this.#lengthTable, LENGTHS_ROOT, this.#codeLengths, LENGTH_SYMBOLS, false);
    this.#readLengths(literals + distances);
    if (this.#lengths[256] === 0) throw new Refused('compression', 'no code for the end of the block');
    buildTable(this.#literals, LITERAL_ROOT, this.#lengths.subarray(0, literals), LITERAL_SYMBOLS, false);
    const rest = this.#lengths.subarray(literals, literals + distances);
    buildTable(this.#distances, DISTANCE_ROOT, rest, DISTANCE_SYMBOLS, true);
    return { literals, distances };
  }

  #readLengths(total: number): void {
    const lengths = this.#lengths;
    for (let n = 0; n < total;) {
      const entry = this.#lengthTable[this.#peek(LENGTHS_ROOT)]!;
      this.#bits(entry & 15);
      const symbol = entry >> 10;
      if (symbol < 16) {
        lengths[n++] = symbol;
        continue;
      }
      if (symbol === 16 && n === 0) throw new Refused('compression', 'nothing to repeat');
      const value = symbol === 16 ? lengths[n - 1]! : 0;
      const times = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (n + times > total) throw new Refused('compression', 'too many code lengths');
      lengths.fill(value, n, n + times);
      n += times;
    }
  }

  /** The next `count` bits, at most 16, which stay. Past the end they are zeros. */
  #peek(count: number): number {
    while (this.#heldBits < count) {
      this.#held |= (this.#input[this.#at] ?? 0) << this.#heldBits;
      this.#at++;
      this.#heldBits += 8;
    }
    return this.#held & ((1 << count) - 1);
  }

  /** Takes the next `count` bits, at most 16. */
  #bits(count: number): number {
    const value = this.#peek(count);
    this.#held >>>= count;
    this.#heldBits -= count;
    if (this.#at - (this.#heldBits >> 3) > this.#input.length) throw new Refused('compression', 'ends too early');
    return value;
  }

  /**
   * Literals and copies until the end of the block (RFC 1951 §3.2.5). The one hot loop, therefore in one piece
   * and in local variables. `held` has at most 31 bits, so it is never negative.
   */
  #codes(literals: Uint32Array, distances: Uint32Array): void {
    const input = this.#input;
    const end = input.length;
    const dictionary = this.#dictionary;
    let output = this.#output;
    let room = this.#room;
    let length = this.#length;
    let at = this.#at;
    let held = this.#held;
    let bits = this.#heldBits;
    for (;;) {
      for (; bits < 24; bits += 8, at++) held |= (at < end ? input[at]! : 0) << bits;
      let entry = literals[held & ((1 << LITERAL_ROOT) - 1)]!;
      if ((entry & KIND) === LINK) {
        entry = literals[(entry >> 10) + ((held >> LITERAL_ROOT) & ((1 << ((entry >> 4) & 15)) - 1))]!;
      }
      held >>= entry & 15;
      bits -= entry & 15;
      if ((entry & KIND) === LITERAL) {
        if (at - (bits >> 3) > end) throw new Refused('compression', 'ends too early');
        if (length === room) {
          output = this.#grow(length + 1);
          room = this.#room;
        }
        output[length++] = entry >> 10;
        continue;
      }
      if ((entry & KIND) === END) {
        if (entry >> 4 !== END >> 4) throw new Refused('compression', 'no such length code');
        break;
      }
      const extra = (entry >> 4) & 15;
      const stop = length + (entry >> 10) + (held & ((1 << extra) - 1));
      held >>= extra;
      bits -= extra;
      for (; bits < 24; bits += 8, at++) held |= (at < end ? input[at]! : 0) << bits;
      entry = distances[held & ((1 << DISTANCE_ROOT) - 1)]!;
      if ((entry & KIND) === LINK) {
        entry = distances[(entry >> 10) + ((held >> DISTANCE_ROOT) & ((1 << ((entry >> 4) & 15)) - 1))]!;
      }
      if ((entry & KIND) !== COPY) throw new Refused('compression', 'no such distance code');
      held >>= entry & 15;
      bits -= entry & 15;
      for (; bits < 24; bits += 8, at++) held |= (at < end ? input[at]! : 0) << bits;
      const distanceExtra = (entry >> 4) & 15;
      let from = length - (entry >> 10) - (held & ((1 << distanceExtra) - 1));
      held >>= distanceExtra;
      bits -= distanceExtra;
      if (at - (bits >> 3) > end) throw new Refused('compression', 'ends too early');
      if (from + dictionary.length < 0) throw new Refused('compression', 'distance too far');
      if (stop > room) {
        output = this.#grow(stop);
        room = this.#room;
      }
      for (const before = dictionary.length; from < 0 && length < stop; from++)
        output[length++] = dictionary[before + from]!;
      while (length < stop) output[length++] = output[from++]!;
    }
    if (at - (bits >> 3) > end) throw new Refused('compression', 'ends too early');
    this.#length = length;
    this.#at = at;
    this.#held = held;
    this.#heldBits = bits;
  }

  /** Makes room for `needed` octets; here the cap is held. */
  #grow(needed: number): Uint8Array<ArrayBuffer> {
    if (needed > this.#bytesMax) throw new Refused('compression', 'decodes to too much');
    const larger = new Uint8Array(Math.min(Math.max(needed, this.#output.length * 2), this.#bytesMax));
    larger.set(this.#output);
    this.#room = larger.length;
    return (this.#output = larger);
  }
}

const inflater = new Inflater();

/**
 * Fills a decoding table for the canonical code of these lengths (RFC 1951 §3.2.2).
 * @param symbols the entry of each symbol, without the length of its code.
 * @param sparse whether the exceptions for distance codes hold: a lone code of one bit, or none.
 * @throws Refused `compression` for any other code that is not complete.
 */
function buildTable(
  table: Uint32Array,
  root: number,
  lengths: Uint8Array,
  symbols: Uint32Array,
  sparse: boolean,
): void {
  counts.fill(0);
  for (let i = 0; i < lengths.length; i++) counts[lengths[i]!]!++;
  const codeBitsMax = requireComplete(lengths.length, sparse);
  table.fill(0, 0, 1 << root);
  const deeper = codeBitsMax - root;
  let free = 1 << root;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    const code = reversed(next[length]!++, length);
    const entry = symbols[symbol]! | length;
    if (length <= root) {
      for (let i = code; i < 1 << root; i += 1 << length) table[i] = entry;
      continue;
    }
    const prefix = code & ((1 << root) - 1);
    if (table[prefix] === 0) {
      table[prefix] = (free << 10) | LINK | (deeper << 4) | root;
      free += 1 << deeper;
    }
    const subtable = table[prefix]! >> 10;
    for (let i = code >> root; i < 1 << deeper; i += 1 << (length - root)) table[subtable + i] = entry;
  }
}

/** From `counts`: checks that the code is complete, sets `next` to the first code of each length, gives the longest. */
function requireComplete(symbols: number, sparse: boolean): number {
  let left = 1;
  let code = 0;
  let longest = 0;
  const used = symbols - counts[0]!;
  counts[0] = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) throw new Refused('compression', 'more codes than bits allow');
    code = (code + counts[length - 1]!) << 1;
    next[length] = code;
    if (counts[length]! > 0) longest = length;
  }
  const lone = sparse && (used === 0 || (used === 1 && longest === 1));
  if (left > 0 && !lone) throw new Refused('compression', 'an incomplete code');
  return longest;
}

/** The lowest `length` bits in reverse: codes stand in the stream with their first bit lowest. */
function reversed(code: number, length: number): number {
  let bits = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  return (((bits & 0xff) << 8) | (bits >> 8)) >> (16 - length);
}

/** Entries of the literal and length symbols (RFC 1951 §3.2.5); 286 and 287 stand for nothing. */
function literalSymbols(): Uint32Array {
  const symbols = new Uint32Array(288).fill(END | (1 << 4));
  for (let byte = 0; byte < 256; byte++) symbols[byte] = (byte << 10) | LITERAL;
  symbols[256] = END;
  for (let symbol = 257, base = 3; symbol < 285; symbol++) {
    const extra = symbol < 265 ? 0 : (symbol - 261) >> 2;
    symbols[symbol] = (base << 10) | COPY | (extra << 4);
    base += 1 << extra;
  }
  symbols[285] = (258 << 10) | COPY;
  return symbols;
}

/** Entries of the distance symbols (RFC 1951 §3.2.5); 30 and 31 stand for nothing. */
function distanceSymbols(): Uint32Array {
  const symbols = new Uint32Array(32);
  for (let symbol = 0, base = 1; symbol < 30; symbol++) {
    const extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
    symbols[symbol] = (base << 10) | COPY | (extra << 4);
    base += 1 << extra;
  }
  return symbols;
}

/** RFC 1951 §3.2.6. */
function fixedLiterals(): Uint32Array {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  const table = new Uint32Array(1 << LITERAL_ROOT);
  buildTable(table, LITERAL_ROOT, lengths, LITERAL_SYMBOLS, false);
  return table;
}

/** RFC 1951 §3.2.6. */
function fixedDistances(): Uint32Array {
  const table = new Uint32Array(1 << DISTANCE_ROOT);
  buildTable(table, DISTANCE_ROOT, new Uint8Array(32).fill(5), DISTANCE_SYMBOLS, false);
  return table;
}
