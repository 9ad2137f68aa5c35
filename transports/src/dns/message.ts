/**
 * Messages of DNS (RFC 1035 §4, EDNS of RFC 6891): as much as a reader asks and an authority answers. Everything that
 * arrives is hostile: names end, pointers only go back, and nothing is read beyond the message.
 */
import { Refused } from '@pappus/core';

/** Types of records (IANA). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  NULL: 10,
  HINFO: 13,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

/** Codes of answers (RFC 1035 §4.1.1). */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/** The UDP answer that crosses every network unbroken (DNS flag day 2020). */
export const UDP_BYTES = 1_232;
/** The largest UDP answer without EDNS (RFC 1035 §2.3.4). */
export const UDP_BYTES_PLAIN = 512;

const HEADER_BYTES = 12;
const NAME_BYTES_MAX = 255;
const LABEL_BYTES_MAX = 63;
const CLASS_IN = 1;

/** One question. `name` is in lower case, its labels joined by dots, without one at the end; the root is ''. */
export interface Question {
  name: string;
  type: number;
}

/** One resource record of class IN, its data as they came. */
export interface ResourceRecord {
  name: string;
  type: number;
  ttl: number;
  data: Uint8Array;
}

/** What a message says. */
export interface Message {
  id: number;
  isAnswer: boolean;
  isTruncated: boolean;
  /** 0 for ordinary questions; others, such as NOTIFY, are not for us (RFC 1035 §4.1.1). */
  opcode: number;
  wantsRecursion: boolean;
  rcode: number;
  /** Null when there is not exactly one, of class IN. */
  question: Question | null;
  /** Octets after the header that hold the question as it was written. */
  questionBytes: Uint8Array;
  answers: ResourceRecord[];
  /** Octets of UDP that the sender takes (RFC 6891 §6.2.3); null without EDNS. */
  udpBytes: number | null;
}

/** A question to a resolver. `udpBytes` null: without EDNS. `name` as in `Question`; throws Error for a name that is none. */
export function encodeQuery(query: { id: number; name: string; type: number; udpBytes: number | null }): Uint8Array {
  const name = encodeName(query.name);
  const bytes = new Uint8Array(HEADER_BYTES + name.length + 4 + (query.udpBytes === null ? 0 : 11));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, query.id);
  view.setUint16(2, 0x0100); // recursion desired
  view.setUint16(4, 1);
  view.setUint16(10, query.udpBytes === null ? 0 : 1);
  bytes.set(name, HEADER_BYTES);
  const at = HEADER_BYTES + name.length;
  view.setUint16(at, query.type);
  view.setUint16(at + 2, CLASS_IN);
  if (query.udpBytes !== null) {
    view.setUint16(at + 5, TYPE.OPT);
    view.setUint16(at + 7, query.udpBytes);
  }
  return bytes;
}

/** A name as octets, uncompressed (RFC 1035 §3.1). Throws Error for one that is too long or has an empty label. */
export function encodeName(name: string): Uint8Array {
  const labels = name === '' ? [] : name.split('.');
  const bytes = new Uint8Array(labels.reduce((sum, label) => sum + label.length + 1, 1));
  if (bytes.length > NAME_BYTES_MAX) throw new Error(`the name ${name} is too long`);
  let at = 0;
  for (const label of labels) {
    if (label === '' || label.length > LABEL_BYTES_MAX) throw new Error(`${name} is no name`);
    bytes[at++] = label.length;
    for (let i = 0; i < label.length; i++) bytes[at++] = label.charCodeAt(i);
  }
  return bytes;
}

/**
 * Reads a message. Records of the authority and additional sections are skipped, but for EDNS.
 * @throws Refused `encoding` for what is no message, `too-large` for one over 65,535 octets.
 */
export function decodeMessage(bytes: Uint8Array): Message {
  if (bytes.length > 0xffff) throw new Refused('too-large', 'DNS message');
  const reader = new Reader(bytes);
  const [id, flags, questions, answers, authorities, additionals] = Array.from({ length: 6 }, () => reader.uint16());
  const begins = reader.at;
  let question: Question | null = null;
  for (let i = 0; i < questions!; i++) question = reader.question();
  const questionBytes = bytes.subarray(begins, reader.at);
  const records = Array.from({ length: answers! }, () => reader.record());
  for (let i = 0; i < authorities!; i++) reader.record();
  const extra = Array.from({ length: additionals! }, () => reader.record());
  const edns = extra.find((record) => record?.type === TYPE.OPT);
  return {
    id: id!,
    isAnswer: (flags! & 0x8000) !== 0,
    isTruncated: (flags! & 0x0200) !== 0,
    opcode: (flags! >> 11) & 15,
    wantsRecursion: (flags! & 0x0100) !== 0,
    rcode: flags! & 15,
    question: questions === 1 ? question : null,
    questionBytes,
    answers: records.filter((record) => record.class === CLASS_IN),
    udpBytes: edns ? Math.max(UDP_BYTES_PLAIN, edns.class) : null,
  };
}

/** Reads a message from its beginning to its end. */
class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  uint16(): number {
    const [high, low] = this.take(2);
    return (high! << 8) | low!;
  }

  take(octets: number): Uint8Array {
    const end = this.at + octets;
    if (end > this.#bytes.length) throw new Refused('encoding', 'DNS message ends early');
    const part = this.#bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  question(): Question | null {
    const name = this.name();
    const [type, cls] = [this.uint16(), this.uint16()];
    return cls === CLASS_IN ? { name, type } : null;
  }

  record(): ResourceRecord & { class: number } {
    const name = this.name();
    const [type, cls] = [this.uint16(), this.uint16()];
    const ttl = this.uint16() * 0x1_0000 + this.uint16();
    return { name, type, class: cls, ttl, data: this.take(this.uint16()) };
  }

  /** Each pointer goes back beyond all before it, so that there is an end (RFC 1035 §4.1.4). */
  name(): string {
    const labels: string[] = [];
    let [at, octets, end, before] = [this.at, 1, 0, this.at];
    for (;;) {
      const length = this.#octet(at);
      if (length >= 0xc0) {
        const target = ((length & 0x3f) << 8) | this.#octet(at + 1);
        if (target >= before) throw new Refused('encoding', 'a DNS name that never ends');
        end ||= at + 2;
        at = before = target;
        continue;
      }
      if (length > LABEL_BYTES_MAX) throw new Refused('encoding', 'a DNS label of no known kind');
      octets += length + 1;
      if (octets > NAME_BYTES_MAX) throw new Refused('encoding', 'DNS name');
      at++;
      if (length === 0) break;
      labels.push(this.#label(at, length));
      at += length;
    }
    this.at = end || at;
    return labels.join('.');
  }

  /** In lower case; octets that no name of ours has are written as RFC 1035 §5.1 does. */
  #label(at: number, length: number): string {
    let text = '';
    for (let i = at; i < at + length; i++) {
      const octet = this.#octet(i);
      if (octet >= 0x41 && octet <= 0x5a) text += String.fromCharCode(octet + 32);
      else if (octet > 0x20 && octet < 0x7f && octet !== 0x2e && octet !== 0x5c) text += String.fromCharCode(octet);
      else text += `\\${String(octet).padStart(3, '0')}`;
    }
    return text;
  }

  #octet(at: number): number {
    const octet = this.#bytes[at];
    if (octet === undefined) throw new Refused('encoding', 'DNS message ends early');
    return octet;
  }
}
