/** The prelude of a dictionary (core, codec.ts): the beginning of a stream, which its items then need not carry. */
import { BitWriter } from './bits.ts';
import { codeOf } from './block.ts';
import { RUN_SYMBOLS, writeHeader } from './header.ts';
import type { Frequencies } from './parse.ts';

/** One bit under the limit: then the last code length of a header is never used, and may be written or left out. */
const CODE_BITS_MAX = 14;
/** Given to symbols that did not occur, so that the code can say everything. */
const UNSEEN = 0.3;
const EMPTY_BLOCK_BITS = 10;

/** A prelude with the code that suits these frequencies; it fills whole octets. */
export function encodePrelude({ literals, distances }: Frequencies): Uint8Array {
  const seen = (frequency: number): number => Math.max(UNSEEN, frequency);
  const frequencies = { literals: literals.map(seen), distances: distances.map(seen) };
  const header = codeOf(frequencies, CODE_BITS_MAX).header!;
  const spare = RUN_SYMBOLS - header.count;
  for (let fill = 0; fill < 32; fill++) {
    // Empty blocks add ten bits each, code lengths of nothing three.
    const [blocks, lengths] = [fill % 4, fill >> 2];
    if (lengths > spare || (EMPTY_BLOCK_BITS * blocks + 3 + header.bits + 3 * lengths) % 8 !== 0) continue;
    const writer = new BitWriter();
    for (let i = 0; i < blocks; i++) writer.bits(2, EMPTY_BLOCK_BITS);
    writer.bits(5, 3);
    writeHeader(writer, { ...header, count: header.count + lengths });
    return writer.take();
  }
  throw new Error('a prelude that cannot be filled to whole octets');
}
