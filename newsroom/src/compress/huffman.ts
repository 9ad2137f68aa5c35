/** Optimal prefix codes of limited length, and their canonical form (RFC 1951 §3.2.2). */

/**
 * Code lengths, each at most `bitsMax`, that make the sum of frequency x length least (package-merge).
 * Symbols of frequency 0 get none; a lone symbol gets one bit.
 */
export function codeLengths(frequencies: ArrayLike<number>, bitsMax: number): Uint8Array {
  const lengths = new Uint8Array(frequencies.length);
  const symbols: number[] = [];
  for (let i = 0; i < frequencies.length; i++) if (frequencies[i]! > 0) symbols.push(i);
  if (symbols.length === 1) lengths[symbols[0]!] = 1;
  if (symbols.length < 2) return lengths;
  symbols.sort((a, b) => frequencies[a]! - frequencies[b]! || a - b);
  const leaves = symbols.map((symbol) => frequencies[symbol]!);
  const levels: Uint8Array[] = [];
  let packages: number[] = [];
  for (let level = 0; level < bitsMax; level++) packages = mergeLevel(leaves, packages, levels);
  // Of the last level the first 2n - 2 are taken; a package taken stands for two of the level before.
  let taken = 2 * symbols.length - 2;
  for (let level = bitsMax - 1; level >= 0 && taken > 0; level--) {
    let packaged = 0;
    for (let i = 0; i < taken; i++) packaged += levels[level]![i]!;
    for (let i = 0; i < taken - packaged; i++) lengths[symbols[i]!]!++;
    taken = 2 * packaged;
  }
  return lengths;
}

/** Merges leaves with the packages of the level before, notes which are packages, and gives the next packages. */
function mergeLevel(leaves: number[], packages: number[], levels: Uint8Array[]): number[] {
  const total = leaves.length + packages.length;
  const isPackage = new Uint8Array(total);
  const paired: number[] = [];
  let leaf = 0;
  let held = 0;
  for (let i = 0; i < total; i++) {
    const next = i - leaf;
    const takesPackage = leaf === leaves.length || (next < packages.length && packages[next]! < leaves[leaf]!);
    const weight = takesPackage ? packages[next]! : leaves[leaf]!;
    if (takesPackage) isPackage[i] = 1;
    else leaf++;
    if (i % 2 === 0) held = weight;
    else paired.push(held + weight);
  }
  levels.push(isPackage);
  return paired;
}

/** The canonical code of each symbol, its bits reversed as they are written: the first bit lowest. */
export function canonicalCodes(lengths: Uint8Array): Uint16Array {
  const codes = new Uint16Array(lengths.length);
  let code = 0;
  for (let bits = 1; bits <= 15; bits++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === bits) codes[symbol] = reversed(code++, bits);
    }
    code <<= 1;
  }
  return codes;
}

function reversed(code: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i++) result |= ((code >> i) & 1) << (bits - 1 - i);
  return result;
}
