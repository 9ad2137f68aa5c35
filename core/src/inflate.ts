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
 */
import { Refused } from './refused.ts';

const WINDOW = 32_768;
/** Output space at first, and the most that is kept for the next call. */
const FIRST_BYTES = 1 << 16;
const KEPT_BYTES = 1 << 19;

const NO_DICTIONARY = new Uint8Array(0);
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A code, as a table with an entry for each value of the next `bits` bits: symbol << 4 | bits of its code, or zero. */
interface Code {
  bits: number;
  table: Uint16Array;
}

/** The codes of a dynamic block: the lengths of its codes, and what decodes them. For reading only. */
export interface BlockCodes {
  literalLengths: Uint8Array;
  distanceLengths: Uint8Array;
  literals: Code;
  distances: Code;
}

/** RFC 1951 §3.2.6. */
const FIXED = codesOf(
  new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280), //
  new Uint8Array(32).fill(5),
);

/** Where all output goes, after the dictionary: a copy then never asks where its octets stand. */
let output = NO_DICTIONARY as Uint8Array;
/** What stands in front of `output` since the call before. */
let front = NO_DICTIONARY as Uint8Array;

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
  return new Uint8Array(inflateBorrowed(input, limit.maxBytes, dictionary, null));
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
  if (dictionary.length > WINDOW) throw new Error('a dictionary larger than the window');
  if (output.length === 0 || output.length > KEPT_BYTES) {
    output = new Uint8Array(FIRST_BYTES);
    front = NO_DICTIONARY;
  }
  if (front !== dictionary) output.set((front = dictionary));
  const stream = new Stream(input, dictionary.length, bytesMax);
  if (begun) stream.symbols(begun);
  else while (!stream.block());
  if (stream.read !== input.length) throw new Refused('compression', 'octets after the end');
  return output.subarray(dictionary.length, stream.written);
}

/** The codes with which a prelude begins a stream. @throws Refused `compression`. */
export function readPrelude(prelude: Uint8Array): BlockCodes {
  const stream = new Stream(prelude, 0, 0);
  while (stream.peek(3) === 2) {
    if (stream.take(10) !== 2) throw new Refused('compression', 'a prelude says nothing');
  }
  if (stream.take(3) !== 5) throw new Refused('compression', 'a prelude ends in a last, dynamic block');
  const codes = stream.codes();
  if (stream.read !== prelude.length || stream.spare > 0) throw new Refused('compression', 'a prelude is whole octets');
  return codes;
}

class Stream {
  /** Octets that stand in `output`. */
  written: number;
  readonly #writtenMax: number;
  readonly #input: Uint8Array;
  /** Next octet of input; may run past the end by what is held: zeros are read there. */
  #at = 0;
  #held = 0;
  #heldBits = 0;

  constructor(input: Uint8Array, written: number, bytesMax: number) {
    this.#input = input;
    this.written = written;
    this.#writtenMax = written + bytesMax;
  }

  /** Octets of input of which at least one bit was taken. */
  get read(): number {
    return this.#at - (this.#heldBits >> 3);
  }

  /** Bits of the last of them that were not. */
  get spare(): number {
    return this.#heldBits & 7;
  }

  /** Decodes a block (RFC 1951 §3.2.3); true after the last. */
  block(): boolean {
    const last = this.take(1) === 1;
    const type = this.take(2);
    if (type === 3) throw new Refused('compression', 'reserved block type');
    if (type === 0) this.#stored();
    else this.symbols(type === 1 ? FIXED : this.codes());
    return last;
  }

  /** RFC 1951 §3.2.4. */
  #stored(): void {
    this.#at = this.read;
    this.#heldBits = this.#held = 0;
    const count = this.take(16);
    if ((this.take(16) ^ 0xffff) !== count) throw new Refused('compression', 'stored length');
    const end = this.#at + count;
    if (end > this.#input.length) throw new Refused('compression', 'ends too early');
    this.#room(count);
    output.set(this.#input.subarray(this.#at, end), this.written);
    this.written += count;
    this.#at = end;
  }

  /** The two codes of a dynamic block (RFC 1951 §3.2.7). */
  codes(): BlockCodes {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const count = this.take(4) + 4;
    if (literals > 286 || distances > 30) throw new Refused('compression', 'too many codes');
    const codeLengths = new Uint8Array(19);
    for (let i = 0; i < count; i++) codeLengths[CODE_LENGTH_ORDER[i]!] = this.take(3);
    const lengths = this.#lengths(codeOf(codeLengths, false), literals + distances);
    if (lengths[256] === 0) throw new Refused('compression', 'no code for the end of the block');
    return codesOf(lengths.slice(0, literals), lengths.slice(literals));
  }

  #lengths(code: Code, total: number): Uint8Array {
    const lengths = new Uint8Array(total);
    for (let n = 0; n < total;) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        lengths[n++] = symbol;
        continue;
      }
      if (symbol === 16 && n === 0) throw new Refused('compression', 'nothing to repeat');
      const value = symbol === 16 ? lengths[n - 1]! : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (n + times > total) throw new Refused('compression', 'too many code lengths');
      lengths.fill(value, n, (n += times));
    }
    return lengths;
  }

  /** The next `count` bits, at most 16, which stay. Past the end they are zeros. */
  peek(count: number): number {
    while (this.#heldBits < count) {
      this.#held |= (this.#input[this.#at++] ?? 0) << this.#heldBits;
      this.#heldBits += 8;
    }
    return this.#held & ((1 << count) - 1);
  }

  /** Takes the next `count` bits, at most 16. */
  take(count: number): number {
    const value = this.peek(count);
    this.#drop(count);
    return value;
  }

  #drop(count: number): void {
    this.#held >>>= count;
    this.#heldBits -= count;
    if (this.read > this.#input.length) throw new Refused('compression', 'ends too early');
  }

  #symbol({ bits, table }: Code): number {
    const entry = table[this.peek(bits)]!;
    if (entry === 0) throw new Refused('compression', 'no such distance code');
    this.#drop(entry & 15);
    return entry >> 4;
  }

  /** Literals and copies until the end of the block (RFC 1951 §3.2.5). */
  symbols({ literals, distances }: BlockCodes): void {
    for (let symbol = this.#symbol(literals); symbol !== 256; symbol = this.#symbol(literals)) {
      if (symbol < 256) {
        this.#room(1);
        output[this.written++] = symbol;
        continue;
      }
      if (symbol > 285) throw new Refused('compression', 'no such length code');
      const count = symbol === 285 ? 258 : 3 + this.#steps(symbol - 257, 2);
      const distanceSymbol = this.#symbol(distances);
      if (distanceSymbol > 29) throw new Refused('compression', 'no such distance code');
      const from = this.written - 1 - this.#steps(distanceSymbol, 1);
      if (from < 0) throw new Refused('compression', 'distance too far');
      this.#room(count);
      for (let i = 0; i < count; i++) output[this.written++] = output[from + i]!;
    }
  }

  /** What a length or distance symbol counts to: the steps double after each 2^`bits` symbols. */
  #steps(symbol: number, bits: number): number {
    const extra = (symbol >> bits) - 1;
    if (extra < 0) return symbol;
    return (((1 << bits) | (symbol & ((1 << bits) - 1))) << extra) + this.take(extra);
  }

  /** Makes room for `count` octets; here the cap is held. */
  #room(count: number): void {
    const needed = this.written + count;
    if (needed > this.#writtenMax) throw new Refused('compression', 'decodes to too much');
    if (needed <= output.length) return;
    const larger = new Uint8Array(Math.min(Math.max(needed, output.length * 2), this.#writtenMax));
    larger.set(output);
    output = larger;
  }
}

function codesOf(literalLengths: Uint8Array, distanceLengths: Uint8Array): BlockCodes {
  const [literals, distances] = [codeOf(literalLengths, false), codeOf(distanceLengths, true)];
  return { literalLengths, distanceLengths, literals, distances };
}

/**
 * The canonical code of these lengths (RFC 1951 §3.2.2).
 * @param sparse whether the exceptions for distance codes hold: a lone code of one bit, or none.
 * @throws Refused `compression` for any other code that is not complete.
 */
function codeOf(lengths: Uint8Array, sparse: boolean): Code {
  const counts = new Uint16Array(16);
  for (let symbol = 0; symbol < lengths.length; symbol++) counts[lengths[symbol]!]!++;
  const bits = Math.max(...lengths);
  const next = [0];
  let code = 0;
  for (let length = 1; length <= bits; length++) {
    next[length] = code <<= 1;
    code += counts[length]!;
    if (code > 1 << length) throw new Refused('compression', 'more codes than bits allow');
  }
  if (code !== 1 << bits && !(sparse && bits < 2)) throw new Refused('compression', 'an incomplete code');
  const table = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    for (let i = reversed(next[length]!++, length); i < table.length; i += 1 << length) {
      table[i] = (symbol << 4) | length;
    }
  }
  return { bits, table };
}

/** The lowest `length` bits in reverse: codes stand in the stream with their first bit lowest. */
function reversed(code: number, length: number): number {
  let bits = 0;
  for (let i = 0; i < length; i++) bits = (bits << 1) | ((code >> i) & 1);
  return bits;
}
