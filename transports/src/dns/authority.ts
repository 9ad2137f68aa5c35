/**
 * Answers for one zone (spec §19, RFC 1034 §4.3.2): pure, from question to answer. A name that exists has every type,
 * as NODATA where there is nothing, so that no resolver concludes that the name is not there.
 */
import { concatBytes } from '@pappus/core';
import { RCODE, TYPE, UDP_BYTES, UDP_BYTES_PLAIN, encodeName } from './message.ts';
import { BLOCK_TTL, RUNGS, encodePointer, piecesOf } from './names.ts';
import type { ZoneBlocks } from './blocks.ts';
import { recordData, type CarrierType } from './records.ts';

/** A name server of the zone: its name, and its addresses where it lies inside the zone. */
export interface NameServer {
  name: string;
  addresses: string[];
}

/** A zone as it is served. */
export interface Zone {
  name: string;
  servers: readonly NameServer[];
  /** Of the head, in seconds: the serial number too. */
  time: number;
  channel: Uint8Array;
  content: ZoneBlocks;
}

/** Denials and the SOA live this long: a name that is asked for too early is soon there. Seconds. */
export const SHORT_TTL = 60;
const NS_TTL = 86_400;
const REFRESH = [3_600, 600, 2_592_000];
/** The types in which a whole block is given, and a piece of one. */
export const WHOLE_TYPES: readonly CarrierType[] = [TYPE.TXT, TYPE.HTTPS, TYPE.NULL];
export const PIECE_TYPES: readonly CarrierType[] = [TYPE.TXT, TYPE.AAAA];

/** What a name holds beside the names of servers. */
export interface Held {
  payload: Uint8Array;
  ttl: number;
  types: readonly CarrierType[];
}

const LABEL_CHARS = 26;
const HEADER_BYTES = 12;
const OPT_BYTES = 11;
const AUTHORITATIVE = 0x8400;
const TRUNCATED = 0x0200;
const CLASS_IN = 1;
const KEPT_MAX = 20_000;

/** The records of a zone that are not blocks: `name` is relative, '' for the zone itself. */
export interface PlainRecord {
  name: string;
  type: number;
  ttl: number;
  data: Uint8Array;
}

/** One zone. It may be replaced while it answers. */
export class Authority {
  #zone: Zone;
  #suffix: Uint8Array;
  #plain = new Map<string, PlainRecord[]>();
  #soa: Uint8Array = NONE;
  #rungs = new Map<string, Held>();
  /** Records of blocks, ready to be sent, by type and name. */
  readonly #ready = new Map<number, Map<string, Found>>();

  constructor(zone: Zone) {
    this.#zone = zone;
    this.#suffix = encodeName(zone.name);
    this.replace(zone);
  }

  /** Answers from another state of the same zone from now on. */
  replace(zone: Zone): void {
    this.#zone = zone;
    this.#suffix = encodeName(zone.name);
    this.#plain = new Map();
    for (const record of plainRecords(zone))
      this.#plain.set(record.name, [...(this.#plain.get(record.name) ?? []), record]);
    this.#soa = asRecord(SHORT_TTL, TYPE.SOA, soaData(zone), HEADER_BYTES);
    this.#rungs = new Map(rungsOf(zone).map(({ name, held }) => [name, held]));
    this.#ready.clear();
    for (const type of new Set([...WHOLE_TYPES, ...PIECE_TYPES])) this.#ready.set(type, new Map());
  }

  /**
   * The answer to a query, of at most `maxBytes` octets; null for what deserves none. `maxBytes` null: by a stream,
   * where any length goes.
   */
  answer(query: Uint8Array, maxBytes: number | null): Uint8Array | null {
    if (query.length < HEADER_BYTES || (query[2]! & 0x80) !== 0) return null;
    const asked = readQuestion(query, this.#suffix);
    if (asked === 'malformed') return rejection(query, RCODE.FORMERR);
    if ((query[2]! & 0x78) !== 0) return rejection(query, RCODE.NOTIMP);
    if (asked === 'outside' || asked.type === TYPE.AXFR || asked.type === TYPE.IXFR)
      return rejection(query, RCODE.REFUSED);
    const udpBytes = asked.udpBytes === null ? UDP_BYTES_PLAIN : Math.max(UDP_BYTES_PLAIN, asked.udpBytes);
    const room = maxBytes === null ? 0xffff : Math.min(maxBytes, udpBytes, UDP_BYTES);
    return compose(query, asked, this.#find(asked), room);
  }

  #find({ name, type }: Asked): Found {
    const ready = this.#ready.get(type)?.get(name);
    if (ready) return ready;
    const held = this.#held(name);
    const plain = this.#plain.get(name);
    if (!held && !plain) return { rcode: RCODE.NXDOMAIN, records: NONE, count: 0, soa: this.#soa };
    if (type === TYPE.ANY) return { rcode: RCODE.NOERROR, records: ANY_ANSWER, count: 1, soa: NONE };
    if (held?.types.includes(type as CarrierType)) return this.#carried(name, held, type as CarrierType);
    const records = plain?.filter((record) => record.type === type) ?? [];
    const soa = records.length === 0 ? this.#soa : NONE;
    return {
      rcode: RCODE.NOERROR,
      records: concatBytes(...records.map((record) => asRecord(record.ttl, record.type, record.data, HEADER_BYTES))),
      count: records.length,
      soa,
    };
  }

  #carried(name: string, held: Held, type: CarrierType): Found {
    const records = recordData(type, held.payload).map((data) => asRecord(held.ttl, type, data, HEADER_BYTES));
    const found = { rcode: RCODE.NOERROR, records: concatBytes(...records), count: records.length, soa: NONE };
    const ready = this.#ready.get(type)!;
    if (ready.size < KEPT_MAX) ready.set(name, found);
    return found;
  }

  #held(name: string): Held | null {
    const rung = this.#rungs.get(name);
    if (rung) return rung;
    const block = this.#zone.content.blocks.get(name.length > LABEL_CHARS ? name.slice(0, LABEL_CHARS) : name);
    return block ? heldIn(block, name) : null;
  }
}

function heldIn(block: Uint8Array, name: string): Held | null {
  if (name.length === LABEL_CHARS) return { payload: block, ttl: BLOCK_TTL, types: WHOLE_TYPES };
  const piece = piecesOf(name.slice(0, LABEL_CHARS), block.length).find(({ label }) => label === name);
  if (!piece) return null;
  return { payload: block.subarray(piece.from, piece.from + piece.bytes), ttl: BLOCK_TTL, types: PIECE_TYPES };
}

/** Every rung: the ladder itself, and a pointer to it. */
export function rungsOf({ channel, content }: Zone): { name: string; held: Held }[] {
  const pointer = encodePointer({ label: content.ladderLabel, bytes: content.ladder.length, channel });
  return RUNGS.flatMap(({ whole, pointer: name, ttl }) => [
    { name: whole, held: { payload: content.ladder, ttl, types: WHOLE_TYPES } },
    { name, held: { payload: pointer, ttl, types: PIECE_TYPES } },
  ]);
}

/** SOA, NS, and the addresses of servers inside the zone. Throws Error for an address that is none. */
export function plainRecords(zone: Zone): PlainRecord[] {
  const inside = zone.servers.filter(({ name }) => name.endsWith(`.${zone.name}`));
  return [
    { name: '', type: TYPE.SOA, ttl: SHORT_TTL, data: soaData(zone) },
    ...zone.servers.map(({ name }) => ({ name: '', type: TYPE.NS, ttl: NS_TTL, data: encodeName(name) })),
    ...inside.flatMap(({ name, addresses }) =>
      addresses.map((address) => ({
        name: name.slice(0, -zone.name.length - 1),
        type: address.includes(':') ? TYPE.AAAA : TYPE.A,
        ttl: NS_TTL,
        data: addressBytes(address),
      })),
    ),
  ];
}

/** Serial numbers are the head's time: they go up with each edition (RFC 1982). */
export function soaData(zone: Zone): Uint8Array {
  const numbers = new Uint8Array(20);
  const view = new DataView(numbers.buffer);
  [zone.time >>> 0, ...REFRESH, SHORT_TTL].forEach((number, i) => view.setUint32(4 * i, number));
  const primary = zone.servers[0]?.name ?? `ns1.${zone.name}`;
  return concatBytes(encodeName(primary), encodeName(`hostmaster.${zone.name}`), numbers);
}

function addressBytes(address: string): Uint8Array {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (v4) return Uint8Array.from(v4.slice(1), Number);
  const [head = '', tail] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: zeros }, () => 0), ...after];
  if (all.length !== 8 || all.some((group) => !(group >= 0 && group <= 0xffff)))
    throw new Error(`${address} is no address`);
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

interface Asked {
  /** Relative to the zone, in lower case. */
  name: string;
  type: number;
  questionEnd: number;
  udpBytes: number | null;
  isTooNew: boolean;
}

interface Found {
  rcode: number;
  records: Uint8Array;
  count: number;
  soa: Uint8Array;
}

const NONE = new Uint8Array(0);
/** What nobody needs is not given (RFC 8482). */
const ANY_ANSWER = asRecord(
  BLOCK_TTL,
  TYPE.HINFO,
  Uint8Array.of(7, ...[...'RFC8482'].map((c) => c.charCodeAt(0)), 0),
  HEADER_BYTES,
);
const DOT = 0x2e;
const LOWER = Uint8Array.from({ length: 256 }, (_, octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet));

/** The question under the zone of `suffix`. Labels with odd octets name nothing of ours; they are taken as they are. */
function readQuestion(query: Uint8Array, suffix: Uint8Array): Asked | 'malformed' | 'outside' {
  const [questions, others] = [(query[4]! << 8) | query[5]!, (query[6]! << 8) | query[7]! | query[8]! | query[9]!];
  if (questions !== 1 || others !== 0) return 'malformed';
  let at = HEADER_BYTES;
  while (at < query.length && query[at]! !== 0 && query[at]! < 64 && at - HEADER_BYTES < 255) at += query[at]! + 1;
  if (query[at] !== 0 || at + 5 > query.length) return 'malformed';
  const nameEnd = at + 1;
  const relativeBytes = nameEnd - HEADER_BYTES - suffix.length;
  const [type, cls] = [(query[nameEnd]! << 8) | query[nameEnd + 1]!, (query[nameEnd + 2]! << 8) | query[nameEnd + 3]!];
  if (cls !== CLASS_IN || relativeBytes < 0) return 'outside';
  for (let i = 0; i < suffix.length; i++)
    if (LOWER[query[HEADER_BYTES + relativeBytes + i]!] !== suffix[i]) return 'outside';
  const name = relativeName(query, relativeBytes);
  if (name === null) return 'outside';
  const edns = readEdns(query, nameEnd + 4);
  if (edns === 'malformed') return 'malformed';
  return { name, type, questionEnd: nameEnd + 4, ...edns };
}

/** Null when the zone's name begins inside a label. */
function relativeName(query: Uint8Array, relativeBytes: number): string | null {
  const characters = new Uint8Array(Math.max(0, relativeBytes - 1));
  let at = 0;
  while (at < relativeBytes) {
    const length = query[HEADER_BYTES + at]!;
    if (at > 0) characters[at - 1] = DOT;
    for (let i = 0; i < length; i++) characters[at + i] = LOWER[query[HEADER_BYTES + at + 1 + i]!]!;
    at += length + 1;
  }
  return at === relativeBytes ? String.fromCharCode.apply(null, characters as unknown as number[]) : null;
}

/** The OPT record of a query: it is the only one that may follow the question, but for signatures, which are not read. */
function readEdns(query: Uint8Array, at: number): Pick<Asked, 'udpBytes' | 'isTooNew'> | 'malformed' {
  const additionals = (query[10]! << 8) | query[11]!;
  if (additionals === 0) return { udpBytes: null, isTooNew: false };
  if (query.length < at + OPT_BYTES || query[at] !== 0) return 'malformed';
  const type = (query[at + 1]! << 8) | query[at + 2]!;
  if (type !== TYPE.OPT) return { udpBytes: null, isTooNew: false };
  return { udpBytes: (query[at + 3]! << 8) | query[at + 4]!, isTooNew: query[at + 6] !== 0 };
}

/** A record whose name is where a pointer says. */
function asRecord(ttl: number, type: number, data: Uint8Array, nameAt: number): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xc000 | nameAt);
  view.setUint16(2, type);
  view.setUint16(4, CLASS_IN);
  view.setUint32(6, ttl);
  view.setUint16(10, data.length);
  bytes.set(data, 12);
  return bytes;
}

/** Header, the question as it was written, records, EDNS. What does not fit is said to be too long. */
function compose(query: Uint8Array, asked: Asked, found: Found, room: number): Uint8Array {
  const { questionEnd, udpBytes, isTooNew } = asked;
  const optBytes = udpBytes === null ? 0 : OPT_BYTES;
  const full = questionEnd + found.records.length + found.soa.length + optBytes;
  const fits = full <= room && !isTooNew;
  const bytes = roomFor(fits ? full : questionEnd + optBytes);
  for (let i = 0; i < questionEnd; i++) bytes[i] = query[i]!;
  const flags =
    AUTHORITATIVE | (query[2]! & 1 ? 0x0100 : 0) | (fits || isTooNew ? 0 : TRUNCATED) | (isTooNew ? 0 : found.rcode);
  const hasSoa = fits && found.soa.length > 0;
  const count = fits ? found.count : 0;
  bytes[2] = flags >> 8;
  bytes[3] = flags & 0xff;
  bytes[6] = count >> 8;
  bytes[7] = count & 0xff;
  bytes[9] = hasSoa ? 1 : 0;
  bytes[11] = optBytes > 0 ? 1 : 0;
  bytes[8] = bytes[10] = 0;
  let at = questionEnd;
  if (fits) {
    bytes.set(found.records, at);
    bytes.set(found.soa, at + found.records.length);
    at += found.records.length + found.soa.length;
    if (hasSoa) pointAtZone(bytes, at - found.soa.length, asked);
  }
  if (optBytes > 0) bytes.set(isTooNew ? OPT_TOO_NEW : OPT, at);
  return bytes;
}

const OPT = Uint8Array.of(0, 0, TYPE.OPT, UDP_BYTES >> 8, UDP_BYTES & 0xff, 0, 0, 0, 0, 0, 0);
const OPT_TOO_NEW = Uint8Array.from(OPT, (octet, at) => (at === 5 ? 1 : octet));
const SLAB_BYTES = 1 << 16;
let slab = new Uint8Array(SLAB_BYTES);
let slabUsed = 0;

/** Answers share their memory a while: to allocate each by itself takes longer than to compose it. */
function roomFor(octets: number): Uint8Array {
  if (octets > SLAB_BYTES) return new Uint8Array(octets);
  if (slabUsed + octets > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    slabUsed = 0;
  }
  slabUsed += octets;
  return slab.subarray(slabUsed - octets, slabUsed);
}

/** The SOA's name is the zone's, which stands in the question after the relative name. */
function pointAtZone(bytes: Uint8Array, at: number, { name }: Asked): void {
  const pointer = 0xc000 | (HEADER_BYTES + (name === '' ? 0 : name.length + 1));
  bytes[at] = pointer >> 8;
  bytes[at + 1] = pointer & 0xff;
}

function rejection(query: Uint8Array, rcode: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes.set(query.subarray(0, 2));
  bytes[2] = 0x80 | (query[2]! & 0x79);
  bytes[3] = rcode;
  return bytes;
}
