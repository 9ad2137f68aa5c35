/** Language packs: what a reader of a language knows before it reads a text. File format: decode.ts. */
import { LIMITS } from '../limits.ts';
import { contentId } from '../crypto.ts';
import { Refused } from '../refused.ts';
import { EXTRA_NODES, INPUTS, KNOWN_SETS, type BitCoder } from './model.ts';
import { SYMBOL } from './symbols.ts';

/** The canonical prefix code of a language. The arrays are for reading only. */
export interface SymbolCode {
  /** In the order of the code; an index is a place here. */
  symbols: Int32Array;
  codes: Int32Array;
  lengths: Int32Array;
  indexes: ReadonlyMap<number, number>;
  /** At twice an inner node plus a bit: the next inner node, or ~index of a symbol. Node 0 is the root. */
  children: Int32Array;
  /** Inner nodes. */
  nodes: number;
}

/** A parsed pack. */
export interface LanguagePack extends SymbolCode {
  /** Base32 of the first 16 octets of SHA-256 of the file. */
  id: string;
  /** Symbols of the phrases. */
  primed: number;
  /** Mixing weights and phrases, coded. */
  stream: Uint8Array;
}

export const PACK_VERSION = 2;
export const CODE_LENGTH_MAX = 20;
const LAST_SYMBOL = SYMBOL.codePoint + 0x10ffff;

/** Reads the head of a pack; reads no phrases yet. @throws Refused `too-large`, `coding` or `encoding`. */
export function parseLanguagePack(bytes: Uint8Array): LanguagePack {
  if (bytes.length > LIMITS.dictionaryBytes) throw new Refused('too-large', 'dictionary');
  if (bytes[0] !== PACK_VERSION) throw new Refused('coding', 'dictionary of another version');
  let at = 1;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const octet = at < bytes.length ? bytes[at++]! : 0x80;
      value |= (octet & 127) << shift;
      if (octet < 0x80) return value;
    }
    throw new Refused('encoding', 'number of a dictionary');
  };
  const primed = varint();
  const symbols: number[] = [];
  const lengths: number[] = [];
  for (let length = 1; length <= CODE_LENGTH_MAX; length++) {
    let symbol = 0;
    for (let left = varint(); left > 0; left--) {
      const step = varint();
      symbols.push((symbol += (step >>> 1) ^ -(step & 1)));
      if (lengths.push(length) > LIMITS.codeSymbols) throw new Refused('too-large', 'symbols of a dictionary');
    }
  }
  if (primed > LIMITS.phraseSymbols) throw new Refused('too-large', 'phrases of a dictionary');
  return { id: contentId(bytes), primed, stream: bytes.subarray(at), ...symbolCode(symbols, lengths) };
}

/** The canonical code (RFC 1951 §3.2.2) of symbols by ascending length. @throws Refused `encoding` unless complete. */
export function symbolCode(symbols: readonly number[], lengths: readonly number[]): SymbolCode {
  const count = symbols.length;
  const codes = new Int32Array(count);
  const children = new Int32Array(2 * count);
  const refused = (): Refused => new Refused('encoding', 'code of a dictionary');
  let nodes = 1;
  let code = -1;
  for (let i = 0; i < count; i++) {
    code = (code + 1) << (lengths[i]! - (i > 0 ? lengths[i - 1]! : lengths[i]!));
    if (code >> lengths[i]! !== 0) throw refused();
    codes[i] = code;
    let at = (code >> (lengths[i]! - 1)) & 1;
    for (let left = lengths[i]! - 2; left >= 0; left--) {
      const next = children[at]! || (children[at] = nodes++);
      at = 2 * next + ((code >> left) & 1);
    }
    children[at] = ~i;
  }
  const indexes = new Map(symbols.map((symbol, i) => [symbol, i]));
  let known = indexes.size === count && count > SYMBOL.codePoint && code + 1 === 1 << lengths[count - 1]!;
  for (let symbol = 0; symbol < SYMBOL.codePoint; symbol++) known &&= indexes.has(symbol);
  if (!known || symbols.some((symbol) => symbol < 0 || symbol > LAST_SYMBOL || isSurrogate(symbol))) throw refused();
  return { symbols: Int32Array.from(symbols), codes, lengths: Int32Array.from(lengths), indexes, children, nodes };
}

function isSurrogate(symbol: number): boolean {
  return (symbol - SYMBOL.codePoint) >> 11 === 27;
}

/** A mixing weight of 1 is 65,536; a file counts in these. */
export const WEIGHT_STEP = 2_048;

/** Number of mixing weights over a code. */
export function weightCount({ nodes, symbols }: SymbolCode): number {
  return INPUTS * (KNOWN_SETS + nodes + EXTRA_NODES + symbols.length);
}

/** Codes the common set and then all sets, in steps: reads the arrays or, where the coder decodes, writes them. */
export function codeWeights(coder: BitCoder, common: Int32Array, weights: Int32Array): void {
  const ones = new Int32Array(INPUTS * 256 + 1).fill(0x8000);
  const adaptive = (at: number, wanted: number): number => {
    const bit = coder(ones[at]!, wanted);
    ones[at]! += ((bit << 16) - ones[at]!) >> 4;
    return bit;
  };
  const octet = (input: number, wanted: number): number => {
    let node = 1;
    for (let i = 7; i >= 0; i--) node = 2 * node + adaptive(input * 256 + node, (wanted >> i) & 1);
    return (node << 24) >> 24;
  };
  for (let i = 0; i < INPUTS; i++) common[i] = octet(i, common[i]!);
  for (let at = 0; at < weights.length; at += INPUTS) {
    const set = weights.subarray(at, at + INPUTS);
    const own = adaptive(INPUTS * 256, set.some((weight, i) => weight !== common[i]) ? 1 : 0);
    for (let i = 0; i < INPUTS; i++) set[i] = common[i]! + (own ? octet(i, set[i]! - common[i]!) : 0);
  }
}
