/** The encoder of the text codec; the reader does without it. Bit stream: decode.ts. */
import type { BitCoder } from './model.ts';
import { beginItem, codeSymbols, type TextModel } from './decode.ts';
import { symbolsOf } from './symbols.ts';

/** Arithmetic encoder of 32 bits. */
export class Encoder {
  #bytes = new Uint8Array(256);
  #length = 0;
  #low = 0;
  #high = -1;

  readonly bit: BitCoder = (one, bit) => {
    const range = this.#high - this.#low;
    const middle = (this.#low + Math.imul(range >>> 16, one) + (Math.imul(range & 0xffff, one) >>> 16)) | 0;
    if (bit === 1) this.#high = middle;
    else this.#low = (middle + 1) | 0;
    while ((this.#low ^ this.#high) >>> 24 === 0) {
      this.#put(this.#high >>> 24);
      this.#low <<= 8;
      this.#high = (this.#high << 8) | 255;
    }
    return bit;
  };

  /** The fewest octets which, with zeros behind them, lie in what is left. */
  end(): Uint8Array<ArrayBuffer> {
    const low = this.#low >>> 0;
    let unit = 0x100000000;
    for (let octets = 0; low > 0; octets++, unit /= 256) {
      const value = Math.ceil(low / unit) * unit;
      if (value > this.#high >>> 0) continue;
      for (let i = 0; i < octets; i++) this.#put((value >>> (24 - 8 * i)) & 255);
      break;
    }
    return this.#bytes.slice(0, this.#length);
  }

  #put(octet: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = octet;
  }
}

/** The shortest data that `decodeText` gives `item` for, or null where the item is not of the domain. */
export function encodeText(text: TextModel, item: Uint8Array, before: readonly string[] | null): Uint8Array | null {
  return encodeItems(text, [item], before);
}

/** The shortest data that `decodeRun` gives `items` for, or null where one of them is not of the domain. */
export function encodeRun(text: TextModel, items: readonly Uint8Array[]): Uint8Array | null {
  return encodeItems(text, items, null);
}

function encodeItems(
  text: TextModel,
  items: readonly Uint8Array[],
  before: readonly string[] | null,
): Uint8Array | null {
  const symbols = items.map(symbolsOf);
  const encoder = new Encoder();
  beginItem(text, before);
  for (const item of symbols) {
    if (item === null) return null;
    codeSymbols(encoder.bit, item);
  }
  return encoder.end();
}
