/** One block of DEFLATE (RFC 1951 §3.2): its three kinds, their exact sizes, and how they are written. */
import type { BitWriter } from './bits.ts';
import { planHeader, writeHeader, type Header } from './header.ts';
import { canonicalCodes, codeLengths } from './huffman.ts';
import type { Frequencies, Tokens } from './parse.ts';
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DISTANCE_SYMBOL,
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LENGTH_SYMBOL,
} from './symbols.ts';

const STORED_MAX = 65_535;
const CODE_BITS_MAX = 15;

/** The lengths of a block's codes; `header` is null where they are known: the fixed codes, or those of a prelude. */
export interface Code {
  literals: Uint8Array;
  distances: Uint8Array;
  header: Header | null;
}

/** A piece of an item and the code that says it in `bits`; without one it is stored. */
export interface Block {
  bytes: Uint8Array;
  tokens: Tokens;
  code: Code | null;
  bits: number;
}

/** RFC 1951 §3.2.6. */
export const FIXED: Code = {
  literals: new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280),
  distances: new Uint8Array(DISTANCE_SYMBOLS).fill(5),
  header: null,
};

/** The code that makes a block of these frequencies smallest, header included. */
export function bestCode(frequencies: Frequencies): Code {
  let best = codeOf(frequencies, CODE_BITS_MAX);
  let bits = blockBits(frequencies, best);
  // Fewer different lengths make a shorter header; that may be worth a less than ideal code.
  for (let bitsMax = Math.max(...best.literals) - 1; bitsMax >= 7; bitsMax--) {
    if (1 << bitsMax < 2 * frequencies.literals.filter((frequency) => frequency > 0).length) break;
    const code = codeOf(frequencies, bitsMax);
    const total = blockBits(frequencies, code);
    if (total < bits) [best, bits] = [code, total];
  }
  return best;
}

/** The ideal code of these frequencies with its header. */
export function codeOf({ literals, distances }: Frequencies, bitsMax: number): Code {
  const literalLengths = codeLengths(literals, bitsMax);
  const distanceLengths = codeLengths(distances, Math.max(bitsMax, 5));
  return {
    literals: literalLengths,
    distances: distanceLengths,
    header: planHeader(literalLengths, distanceLengths),
  };
}

/** Exact size in bits of a block of these frequencies under a code. */
export function blockBits({ literals, distances }: Frequencies, code: Code): number {
  let bits = 3 + (code.header?.bits ?? 0);
  for (let i = 0; i < literals.length; i++) {
    bits += literals[i]! * (code.literals[i]! + (i > END_OF_BLOCK ? LENGTH_EXTRA[i - 257]! : 0));
  }
  for (let i = 0; i < distances.length; i++) bits += distances[i]! * (code.distances[i]! + DISTANCE_EXTRA[i]!);
  return bits;
}

/** The most bits that stored blocks take for so many octets. */
export function storedBits(octets: number): number {
  return 8 * octets + Math.max(1, Math.ceil(octets / STORED_MAX)) * (3 + 7 + 32);
}

/** Writes a block, of which the last is marked. */
export function writeBlock(writer: BitWriter, { bytes, tokens, code }: Block, last: boolean): void {
  if (code === null) return writeStored(writer, bytes, last);
  writer.bits(last ? 1 : 0, 1);
  writer.bits(code.header === null ? 1 : 2, 2);
  if (code.header !== null) writeHeader(writer, code.header);
  writeTokens(writer, tokens, code);
}

function writeStored(writer: BitWriter, bytes: Uint8Array, last: boolean): void {
  let at = 0;
  do {
    const piece = bytes.subarray(at, at + STORED_MAX);
    at += piece.length;
    writer.bits(last && at === bytes.length ? 1 : 0, 3);
    writer.align();
    writer.bits(piece.length, 16);
    writer.bits(piece.length ^ 0xffff, 16);
    for (const byte of piece) writer.bits(byte, 8);
  } while (at < bytes.length);
}

/** Writes the symbols of a block and its end. */
export function writeTokens(writer: BitWriter, { values, distances }: Tokens, code: Code): void {
  const literalCodes = canonicalCodes(code.literals);
  const distanceCodes = canonicalCodes(code.distances);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const distance = distances[i]!;
    if (distance === 0) {
      writer.bits(literalCodes[value]!, code.literals[value]!);
      continue;
    }
    const length = LENGTH_SYMBOL[value]!;
    writer.bits(literalCodes[257 + length]!, code.literals[257 + length]!);
    writer.bits(value - LENGTH_BASE[length]!, LENGTH_EXTRA[length]!);
    const symbol = DISTANCE_SYMBOL[distance]!;
    writer.bits(distanceCodes[symbol]!, code.distances[symbol]!);
    writer.bits(distance - DISTANCE_BASE[symbol]!, DISTANCE_EXTRA[symbol]!);
  }
  writer.bits(literalCodes[END_OF_BLOCK]!, code.literals[END_OF_BLOCK]!);
}
