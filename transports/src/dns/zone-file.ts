/** A zone as a master file (RFC 1035 §5), for servers that are not ours. */
import { PIECE_TYPES, WHOLE_TYPES, plainRecords, rungsOf, type Zone } from './authority.ts';
import { TYPE } from './message.ts';
import { BLOCK_TTL, piecesOf } from './names.ts';
import { recordData, type CarrierType } from './records.ts';

/** Types by the names that users give them. */
export const CARRIER_TYPES: Readonly<Record<string, CarrierType>> = {
  txt: TYPE.TXT,
  https: TYPE.HTTPS,
  null: TYPE.NULL,
  aaaa: TYPE.AAAA,
};

/**
 * The file, in parts. `types` are those in which blocks are given; the more there are, the more a filter must refuse
 * and the larger is the file.
 */
export function* writeZoneFile(zone: Zone, types: readonly CarrierType[]): Generator<Uint8Array> {
  const lines = new Lines();
  lines.text(`$ORIGIN ${zone.name}.\n$TTL ${BLOCK_TTL}\n`);
  for (const { name, type, ttl, data } of plainRecords(zone)) lines.record(name === '' ? '@' : name, ttl, type, data);
  const add = (name: string, ttl: number, payload: Uint8Array, of: readonly CarrierType[]): void => {
    for (const type of of) {
      if (!types.includes(type)) continue;
      for (const data of recordData(type, payload)) lines.record(name, ttl, type, data);
    }
  };
  for (const { name, held } of rungsOf(zone)) add(name, held.ttl, held.payload, held.types);
  for (const [label, block] of zone.content.blocks) {
    add(label, BLOCK_TTL, block, WHOLE_TYPES);
    for (const piece of piecesOf(label, block.length))
      add(piece.label, BLOCK_TTL, block.subarray(piece.from, piece.from + piece.bytes), PIECE_TYPES);
    if (lines.isLong) yield lines.take();
  }
  yield lines.take();
}

const PART_BYTES = 1 << 18;
/** Room for all records of one block. */
const BLOCK_LINES_BYTES = 1 << 16;
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const LINE_FEED = 10;

/** Octets of text: as strings they would take twice as long to write. */
class Lines {
  #bytes = new Uint8Array(PART_BYTES + BLOCK_LINES_BYTES);
  #length = 0;
  #owner = '';

  get isLong(): boolean {
    return this.#length >= PART_BYTES;
  }

  take(): Uint8Array {
    const part = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return part;
  }

  text(ascii: string): void {
    this.#reserve(ascii.length);
    for (let i = 0; i < ascii.length; i++) this.#bytes[this.#length++] = ascii.charCodeAt(i);
  }

  /** Data in the form that every server reads, whatever the type (RFC 3597 §5). A name stands before its first record. */
  record(name: string, ttl: number, type: number, data: Uint8Array): void {
    this.text(name === this.#owner ? '' : name);
    this.#owner = name;
    this.text(`${ttl === BLOCK_TTL ? '' : ` ${ttl}`} IN TYPE${type} \\# ${data.length} `);
    this.#reserve(2 * data.length + 1);
    for (let i = 0; i < data.length; i++) {
      this.#bytes[this.#length++] = HEX[data[i]! >> 4]!;
      this.#bytes[this.#length++] = HEX[data[i]! & 15]!;
    }
    this.#bytes[this.#length++] = LINE_FEED;
  }

  #reserve(octets: number): void {
    if (this.#length + octets <= this.#bytes.length) return;
    const more = new Uint8Array(2 * this.#bytes.length + octets);
    more.set(this.#bytes);
    this.#bytes = more;
  }
}
