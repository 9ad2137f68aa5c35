/** Assembles DEFLATE streams bit by bit, so that tests can say what no encoder would. */

const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Octets of a string of 0 and 1 (others are ignored), the first bit lowest, filled up with zeros. */
export function octets(...bits: string[]): Uint8Array<ArrayBuffer> {
  const all = bits.join('').replace(/[^01]/g, '');
  const bytes = new Uint8Array(Math.ceil(all.length / 8));
  for (let i = 0; i < all.length; i++) if (all[i] === '1') bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
}

/** A number as DEFLATE writes it: lowest bit first. */
export function number(value: number, bits: number): string {
  return code(value, bits).split('').reverse().join('');
}

/** A Huffman code as DEFLATE writes it: highest bit first. */
export function code(value: number, bits: number): string {
  return bits === 0 ? '' : value.toString(2).padStart(bits, '0');
}

/** The fixed code of a literal or length symbol (RFC 1951 §3.2.6). */
export function fixed(symbol: number): string {
  if (symbol < 144) return code(0x30 + symbol, 8);
  if (symbol < 256) return code(0x190 + symbol - 144, 9);
  return symbol < 280 ? code(symbol - 256, 7) : code(0xc0 + symbol - 280, 8);
}

/** The header of a dynamic block, from HLIT on, with these lengths of codes, none of them run-length coded. */
export function dynamicHeader(literalLengths: number[], distanceLengths: number[]): string {
  const counts = number(literalLengths.length - 257, 5) + number(distanceLengths.length - 1, 5) + number(15, 4);
  const lengthOfLengths = CODE_LENGTH_ORDER.map((symbol) => number(symbol < 16 ? 4 : 0, 3)).join('');
  return counts + lengthOfLengths + [...literalLengths, ...distanceLengths].map((length) => code(length, 4)).join('');
}

/** The canonical code of each symbol (RFC 1951 §3.2.2). */
export function canonical(lengths: number[]): string[] {
  const codes = lengths.map(() => '');
  let next = 0;
  for (let bits = 1; bits <= 15; bits++, next *= 2) {
    for (const [symbol, length] of lengths.entries()) if (length === bits) codes[symbol] = code(next++, bits);
  }
  return codes;
}

/** `lengths` with zeros after, `size` in all. */
export function padded(lengths: Record<number, number>, size: number): number[] {
  return Array.from({ length: size }, (_, i) => lengths[i] ?? 0);
}
