/**
 * Reading fields of decoded CBOR: each function gives a value of its type or refuses with `encoding`
 * (wrong shape) or `too-large` (over the limit). `what` names the field in the refusal's detail.
 */
import { encodeUtf8 } from './base.ts';
import type { Cbor, CborMap } from './encoding.ts';
import { Refused } from './refused.ts';

type Field = Cbor | undefined;

/** A map. */
export function asMap(value: Field, what: string): CborMap {
  if (value instanceof Map) return value;
  throw new Refused('encoding', `${what} is not a map`);
}

/** An array of at most `itemsMax` items. */
export function asArray(value: Field, what: string, itemsMax: number): Cbor[] {
  if (!Array.isArray(value)) throw new Refused('encoding', `${what} is not an array`);
  if (value.length > itemsMax) throw new Refused('too-large', `${what} has too many items`);
  return value;
}

/** Text of at most `bytesMax` octets of UTF-8. */
export function asText(value: Field, what: string, bytesMax: number): string {
  if (typeof value !== 'string') throw new Refused('encoding', `${what} is not text`);
  if (value.length > bytesMax || (value.length * 3 > bytesMax && encodeUtf8(value).length > bytesMax)) {
    throw new Refused('too-large', `${what} is too long`);
  }
  return value;
}

/** A byte string, of exactly `length` octets where that is given. */
export function asBytes(value: Field, what: string, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Refused('encoding', `${what} is not a byte string`);
  if (length !== undefined && value.length !== length) throw new Refused('encoding', `${what} has a wrong length`);
  return value;
}

/** An integer from `min` to `max`, both included. */
export function asInteger(value: Field, what: string, min: number, max: number): number {
  if (typeof value !== 'number' || value < min) throw new Refused('encoding', `${what} is not a number from ${min}`);
  if (value > max) throw new Refused('too-large', `${what} is over ${max}`);
  return value;
}
