/** A zone as a master file (RFC 1035 §5), for servers that are not ours. */
import { encodeHex } from '@pappus/core';
import { PIECE_TYPES, WHOLE_TYPES, plainRecords, rungsOf, type Zone } from './authority.ts';
import { TYPE } from './message.ts';
import { BLOCK_TTL, piecesOf } from './names.ts';
import { recordData, type CarrierType } from './records.ts';

const LINES_A_PART = 64;

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
export function* writeZoneFile(zone: Zone, types: readonly CarrierType[]): Generator<string> {
  const lines: string[] = [`$ORIGIN ${zone.name}.`];
  for (const { name, type, ttl, data } of plainRecords(zone))
    lines.push(line(name === '' ? '@' : name, ttl, type, data));
  const has = (type: CarrierType): boolean => types.includes(type);
  const add = (name: string, ttl: number, payload: Uint8Array, of: readonly CarrierType[]): void => {
    for (const type of of) {
      if (!has(type)) continue;
      for (const data of recordData(type, payload)) lines.push(line(name, ttl, type, data));
    }
  };
  for (const { name, held } of rungsOf(zone)) add(name, held.ttl, held.payload, held.types);
  for (const [label, block] of zone.content.blocks) {
    add(label, BLOCK_TTL, block, WHOLE_TYPES);
    for (const piece of piecesOf(label, block.length))
      add(piece.label, BLOCK_TTL, block.subarray(piece.from, piece.from + piece.bytes), PIECE_TYPES);
    if (lines.length > LINES_A_PART) yield `${lines.splice(0).join('\n')}\n`;
  }
  yield `${lines.join('\n')}\n`;
}

/** Data in the form that every server reads, whatever the type (RFC 3597 §5). */
function line(name: string, ttl: number, type: number, data: Uint8Array): string {
  return `${name} ${ttl} IN TYPE${type} \\# ${data.length} ${encodeHex(data)}`;
}
