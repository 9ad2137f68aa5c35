/**
 * Octets as data of records, and back. A block is one record where the type allows it, because every resolver shuffles
 * several; addresses, which are many, carry their order.
 */
import { concatBytes } from '@pappus/core';
import { TYPE } from './message.ts';

/** The types that carry octets. */
export type CarrierType = typeof TYPE.TXT | typeof TYPE.HTTPS | typeof TYPE.NULL | typeof TYPE.AAAA;

const STRING_BYTES_MAX = 255;
/** SvcPriority 1, TargetName '.', and a parameter from the range for private use (RFC 9460 §14.3.2). */
const HTTPS_HEAD = [0, 1, 0, 0xff, 0x00];
const ADDRESS_PREFIX = 0x20;
const ADDRESS_PAYLOAD_BYTES = 14;

/** The data of the records that carry `payload`: one, but for AAAA. At most 3,570 octets. */
export function recordData(type: CarrierType, payload: Uint8Array): Uint8Array[] {
  switch (type) {
    case TYPE.TXT:
      return [strings(payload)];
    case TYPE.HTTPS:
      return [concatBytes(Uint8Array.of(...HTTPS_HEAD, payload.length >> 8, payload.length & 0xff), payload)];
    case TYPE.NULL:
      return [payload.slice()];
    case TYPE.AAAA:
      return addresses(payload);
  }
}

/** The payload of `payloadBytes` octets that these records carry; null when they carry none of that length. */
export function payloadOf(type: CarrierType, data: readonly Uint8Array[], payloadBytes: number): Uint8Array | null {
  const payload = payloadIn(type, data, payloadBytes);
  return payload?.length === payloadBytes ? payload : null;
}

/** As `payloadOf`, of any length; for AAAA it may have zeros at the end. */
export function payloadOfAnyLength(type: CarrierType, data: readonly Uint8Array[]): Uint8Array | null {
  return payloadIn(type, data, type === TYPE.AAAA ? data.length * ADDRESS_PAYLOAD_BYTES : 0);
}

function payloadIn(type: CarrierType, data: readonly Uint8Array[], payloadBytes: number): Uint8Array | null {
  if (type === TYPE.AAAA) return fromAddresses(data, payloadBytes);
  const [one] = data;
  if (data.length !== 1 || !one) return null;
  if (type === TYPE.TXT) return fromStrings(one);
  if (type === TYPE.NULL) return one;
  const isOurs = HTTPS_HEAD.every((octet, at) => one[at] === octet);
  const length = (one[5]! << 8) | one[6]!;
  return isOurs && one.length === 7 + length ? one.subarray(7) : null;
}

function strings(payload: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < payload.length || at === 0; at += STRING_BYTES_MAX) {
    const part = payload.subarray(at, at + STRING_BYTES_MAX);
    parts.push(Uint8Array.of(part.length), part);
  }
  return concatBytes(...parts);
}

function fromStrings(data: Uint8Array): Uint8Array | null {
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < data.length) {
    const end = at + 1 + data[at]!;
    if (end > data.length) return null;
    parts.push(data.subarray(at + 1, end));
    at = end;
  }
  return concatBytes(...parts);
}

function addresses(payload: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += ADDRESS_PAYLOAD_BYTES) {
    const address = new Uint8Array(16);
    address.set([ADDRESS_PREFIX, all.length]);
    address.set(payload.subarray(at, at + ADDRESS_PAYLOAD_BYTES), 2);
    all.push(address);
  }
  return all;
}

/** Each address stands where its second octet says; two at one place, or a gap, are no payload. */
function fromAddresses(data: readonly Uint8Array[], payloadBytes: number): Uint8Array | null {
  const count = Math.ceil(payloadBytes / ADDRESS_PAYLOAD_BYTES);
  if (data.length !== count) return null;
  const payload = new Uint8Array(count * ADDRESS_PAYLOAD_BYTES);
  const seen = new Set<number>();
  for (const address of data) {
    if (address.length !== 16 || address[0] !== ADDRESS_PREFIX || address[1]! >= count) return null;
    seen.add(address[1]!);
    payload.set(address.subarray(2), address[1]! * ADDRESS_PAYLOAD_BYTES);
  }
  return seen.size === count ? payload.subarray(0, payloadBytes) : null;
}
