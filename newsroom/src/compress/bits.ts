/** Bits in the order of RFC 1951 §3.1: the first in the lowest place of an octet. */
export class BitWriter {
  #bytes = new Uint8Array(1_024);
  #length = 0;
  #held = 0;
  #heldBits = 0;

  /** Writes the lowest `count` bits of `value`, at most 16. */
  bits(value: number, count: number): void {
    this.#held |= value << this.#heldBits;
    this.#heldBits += count;
    while (this.#heldBits >= 8) {
      this.#byte(this.#held & 0xff);
      this.#held >>>= 8;
      this.#heldBits -= 8;
    }
  }

  /** Fills the octet that has been begun with zeros. */
  align(): void {
    if (this.#heldBits > 0) this.bits(0, 8 - this.#heldBits);
  }

  take(): Uint8Array<ArrayBuffer> {
    this.align();
    return this.#bytes.slice(0, this.#length);
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }
}
