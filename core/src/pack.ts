/**
 * Packs (spec §7): individually compressed items, merely concatenated, so that one can be shipped or withdrawn
 * without its neighbours. A pack is immutable and named by its digest; nothing in it is trusted for that.
 *
 *     pack   = { 0: 1, 1: [coding, …], 2: kind, 3: first index, 4: [item, …] }
 *     coding = [codec] or [codec, 16-octet dictionary id]
 *     kind 0, headlines:  item = [step, coding number, salt ‖ tail, data]     a record: decode(data) ‖ tail
 *                              | [step, entry]                                a record that does not travel
 *     kind 1, layers:     item = [step, layer number, coding number, salt, data]
 *
 * `step` is the distance from the index of the item before (of the first item: from `first index`).
 */
import { concatBytes, decodeBase32, encodeBase32 } from './base.ts';
import { decodeCoded, type AnyDictionary, type Expected } from './codec.ts';
import { decode, encode, type Cbor } from './encoding.ts';
import { asArray, asBytes, asInteger, asMap } from './fields.ts';
import { LIMITS } from './limits.ts';
import { ENTRY_BYTES, SALT_BYTES } from './post.ts';
import { Refused } from './refused.ts';

export type PackKind = 'headlines' | 'layers';
const KINDS: readonly PackKind[] = ['headlines', 'layers'];

/** How an item is compressed: codec number, and the dictionary where the codec takes one. */
export interface Coding {
  codec: number;
  dictionary: string | null;
}

/** Octets under a coding. */
export interface Coded {
  coding: Coding;
  data: Uint8Array;
}

/** A record as it travels. `tail` follows the decoded head and is not compressed. */
export interface HeadlineItem extends Coded {
  index: number;
  salt: Uint8Array;
  tail: Uint8Array;
}

/** Stands for a record that does not travel here: withdrawn, or left out for want of room. */
export interface EntryItem {
  index: number;
  entry: Uint8Array;
}

export interface LayerItem extends Coded {
  index: number;
  /** Number of the layer in its record, from 1. */
  layer: number;
  salt: Uint8Array;
}

export type Pack = { kind: 'headlines'; items: (HeadlineItem | EntryItem)[] } | { kind: 'layers'; items: LayerItem[] };

/** A dictionary that the reader holds, or null. */
export type Dictionaries = (id: string) => AnyDictionary | null;

/** Octets of a pack. Items are in ascending order of index (and layer); an empty pack is our own bug. */
export function encodePack(pack: Pack): Uint8Array {
  const codings = new CodingTable();
  const first = pack.items[0]?.index;
  if (first === undefined) throw new Error('an empty pack');
  let last = first;
  const items = pack.items.map((item): Cbor => {
    const step = item.index - last;
    last = item.index;
    if ('entry' in item) return [step, item.entry];
    const coding = codings.number(item.coding);
    if ('layer' in item) return [step, item.layer, coding, item.salt, item.data];
    return [step, coding, concatBytes(item.salt, item.tail), item.data];
  });
  return encode(
    new Map<number, Cbor>([
      [0, 1],
      [1, codings.encode()],
      [2, KINDS.indexOf(pack.kind)],
      [3, first],
      [4, items],
    ]),
  );
}

/** Reads a pack; decodes and verifies no item. @throws Refused `encoding` or `too-large`. */
export function decodePack(bytes: Uint8Array): Pack {
  if (bytes.length > LIMITS.packBytes) throw new Refused('too-large', 'pack');
  const map = asMap(decode(bytes), 'pack');
  if (map.get(0) !== 1) throw new Refused('encoding', 'pack of another version');
  const codings = decodeCodings(map.get(1));
  const kind = KINDS[asInteger(map.get(2), 'pack kind', 0, KINDS.length - 1)]!;
  let index = asInteger(map.get(3), 'first index', 0, LIMITS.logSize);
  const items = asArray(map.get(4), 'items', LIMITS.packItems);
  if (items.length === 0) throw new Refused('encoding', 'an empty pack');
  const read = kind === 'headlines' ? decodeHeadline : decodeLayerItem;
  const read1 = (value: Cbor): HeadlineItem | EntryItem | LayerItem => {
    const fields = asArray(value, 'item', 8);
    index += asInteger(fields[0], 'step', 0, LIMITS.logSize);
    return read(index, fields, codings);
  };
  return { kind, items: items.map(read1) } as Pack;
}

function decodeHeadline(index: number, fields: Cbor[], codings: readonly Coding[]): HeadlineItem | EntryItem {
  if (fields.length === 2) return { index, entry: asBytes(fields[1], 'entry', ENTRY_BYTES) };
  const sides = asBytes(fields[2], 'salt and tail');
  if (sides.length < SALT_BYTES) throw new Refused('encoding', 'salt too short');
  return {
    index,
    coding: codingAt(codings, fields[1]),
    salt: sides.subarray(0, SALT_BYTES),
    tail: sides.subarray(SALT_BYTES),
    data: asBytes(fields[3], 'data'),
  };
}

function decodeLayerItem(index: number, fields: Cbor[], codings: readonly Coding[]): LayerItem {
  return {
    index,
    layer: asInteger(fields[1], 'layer number', 1, LIMITS.layers),
    coding: codingAt(codings, fields[2]),
    salt: asBytes(fields[3], 'salt', SALT_BYTES),
    data: asBytes(fields[4], 'data'),
  };
}

/** The record of an item, or null when its dictionary is not held. @throws Refused as `decodeCoded`. */
export function recordOf(item: HeadlineItem, dictionaries: Dictionaries): Uint8Array | null {
  const head = decodeData(item, { bytesMax: LIMITS.recordBytes - item.tail.length }, dictionaries);
  if (head === null) return null;
  const record = pieceOf(head.length + item.tail.length);
  record.set(head);
  record.set(item.tail, head.length);
  return record;
}

/** Records are short and many: they share arrays. */
let shared = new Uint8Array(0);
let sharedUsed = 0;
const SHARED_BYTES = 1 << 14;

function pieceOf(octets: number): Uint8Array {
  if (shared.length - sharedUsed < octets) {
    shared = new Uint8Array(Math.max(SHARED_BYTES, octets));
    sharedUsed = 0;
  }
  return shared.subarray(sharedUsed, (sharedUsed += octets));
}

/** Decodes data, or gives null when its dictionary is not held. @throws Refused as `decodeCoded`. */
export function decodeData({ coding, data }: Coded, expected: Expected, dictionaries: Dictionaries): Uint8Array | null {
  const dictionary = coding.dictionary === null ? null : dictionaries(coding.dictionary);
  if (coding.dictionary !== null && dictionary === null) return null;
  return decodeCoded(coding.codec, dictionary, data, expected);
}

/** The codings of a file, each once, in the order of their first use. */
export class CodingTable {
  #codings: Coding[] = [];

  number(coding: Coding): number {
    const known = this.#codings.findIndex((c) => c.codec === coding.codec && c.dictionary === coding.dictionary);
    return known >= 0 ? known : this.#codings.push(coding) - 1;
  }

  encode(): Cbor {
    return this.#codings.map(({ codec, dictionary }) =>
      dictionary === null ? [codec] : [codec, decodeBase32(dictionary)],
    );
  }
}

/** @throws Refused `encoding` or `too-large`. */
export function decodeCodings(value: Cbor | undefined): Coding[] {
  return asArray(value, 'codings', 64).map((coding) => {
    const [codec, id] = asArray(coding, 'coding', 2);
    return {
      codec: asInteger(codec, 'codec', 0, 2 ** 16),
      dictionary: id === undefined ? null : encodeBase32(asBytes(id, 'dictionary id', 16)),
    };
  });
}

/** The coding with this number. @throws Refused `encoding` or `too-large`. */
export function codingAt(codings: readonly Coding[], number: Cbor | undefined): Coding {
  return codings[asInteger(number, 'coding number', 0, codings.length - 1)]!;
}

/** The pack without the words of one post: its record becomes a bare entry, its layers go. */
export function withoutPost(pack: Pack, index: number, entry: Uint8Array): Pack {
  if (pack.kind === 'layers') return { kind: 'layers', items: pack.items.filter((item) => item.index !== index) };
  return { kind: 'headlines', items: pack.items.map((item) => (item.index === index ? { index, entry } : item)) };
}
