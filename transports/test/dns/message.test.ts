import fc from 'fast-check';
import packet from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { Refused, encodeBase32, refusal } from '@pappus/core';
import { Authority, TYPE, decodeMessage, encodeQuery } from '../../src/dns/index.ts';
import { payloadOf, recordData, type CarrierType } from '../../src/dns/records.ts';
import { largeTree } from '../tree-files.ts';
import { ZONE, zoneOf } from './zone.ts';

const zone = zoneOf(largeTree(40));
const authority = new Authority(zone);
const [label, block] = [...zone.content.blocks][0]!;
const query = (name: string, type: number, udpBytes: number | null = 1_232): Uint8Array =>
  encodeQuery({ id: 4_711, name, type, udpBytes });
const ask = (name: string, type: number, udpBytes: number | null = 1_232): Uint8Array =>
  authority.answer(query(name, type, udpBytes), 1_232)!;
const name = fc
  .array(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join('.'));

describe('messages, with dns-packet as the other side', () => {
  it('questions read the same', () => {
    fc.assert(
      fc.property(
        name,
        fc.integer({ min: 0, max: 0xffff }),
        fc.option(fc.integer({ min: 512, max: 4_096 })),
        (n, id, udpBytes) => {
          const read = packet.decode(Buffer.from(encodeQuery({ id, name: n, type: TYPE.TXT, udpBytes })));
          expect(read).toMatchObject({ id, flag_rd: true, questions: [{ name: n, type: 'TXT', class: 'IN' }] });
          expect(read.additionals).toHaveLength(udpBytes === null ? 0 : 1);
          if (udpBytes !== null) expect(read.additionals![0]).toMatchObject({ type: 'OPT', udpPayloadSize: udpBytes });
        },
      ),
    );
  });

  it('its answers, with compressed names, are read as it meant them', () => {
    fc.assert(
      fc.property(name, fc.uint8Array({ minLength: 1, maxLength: 255 }), (n, data) => {
        const bytes = packet.encode({
          type: 'response',
          id: 9,
          questions: [{ name: n, type: 'TXT' }],
          answers: [
            { name: n, type: 'TXT', ttl: 77, data: Buffer.from(data) },
            { name: n, type: 'A', ttl: 1, data: '192.0.2.1' },
          ],
          additionals: [{ name: '.', type: 'OPT', udpPayloadSize: 1_400, flags: 0, options: [] } as never],
        });
        const message = decodeMessage(bytes);
        expect(message).toMatchObject({
          id: 9,
          isAnswer: true,
          udpBytes: 1_400,
          question: { name: n, type: TYPE.TXT },
        });
        expect(message.answers.map((record) => [record.name, record.type, record.ttl])).toEqual([
          [n, 16, 77],
          [n, 1, 1],
        ]);
        expect([...message.answers[0]!.data.subarray(1)]).toEqual([...data]);
      }),
    );
  });

  it('our answers are read by it', () => {
    const read = packet.decode(Buffer.from(ask(`${label}.${ZONE}`, TYPE.TXT)));
    expect(read).toMatchObject({ id: 4_711, flag_aa: true, rcode: 'NOERROR' });
    const [answer] = read.answers as { data: Buffer[]; ttl: number }[];
    expect(answer!.ttl).toBe(2_592_000);
    expect(Buffer.concat(answer!.data).equals(block)).toBe(true);
    const soa = packet.decode(Buffer.from(ask(ZONE, TYPE.SOA))).answers![0] as { data: object };
    expect(soa.data).toMatchObject({ mname: `ns1.${ZONE}`, serial: zone.time, minimum: 60 });
  });
});

describe('whatever comes as a message', () => {
  it('is read or refused, and never more than it is', () => {
    const answer = ask(`${label}.${ZONE}`, TYPE.TXT);
    const changed = fc.tuple(fc.integer({ min: 0, max: answer.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.array(changed, { maxLength: 8 }),
        fc.integer({ min: 0, max: answer.length }),
        (changes, length) => {
          const bytes = answer.slice(0, length);
          for (const [at, octet] of changes) if (at < length) bytes[at] = octet;
          const message = refusal(() => decodeMessage(bytes));
          expect(message instanceof Refused || typeof message.id === 'number').toBe(true);
          authority.answer(bytes, 1_232);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('octets by chance neither crash the reader nor the authority', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        refusal(() => decodeMessage(bytes));
        const answer = authority.answer(bytes, 1_232);
        expect(answer === null || answer.length <= Math.max(bytes.length, 12) || answer.length <= 1_232).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['a pointer to itself', [0xc0, 12]],
    ['a pointer forward', [0xc0, 40]],
    ['two pointers in a circle', [1, 97, 0xc0, 12]],
    ['a label of no known kind', [0x80, 1]],
    ['a label beyond the end', [63, 97]],
  ])('%s is refused', (_, nameBytes) => {
    const bytes = Uint8Array.of(0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...nameBytes, 0, 16, 0, 1);
    expect(() => decodeMessage(bytes)).toThrow(Refused);
  });

  it('65,535 records that are not there cost nothing', () => {
    const bytes = Uint8Array.of(0, 1, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    expect(() => decodeMessage(bytes)).toThrow(Refused);
  });
});

describe('octets as records', () => {
  const types: CarrierType[] = [TYPE.TXT, TYPE.HTTPS, TYPE.NULL, TYPE.AAAA];

  it('come back, in whatever order addresses come', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.uint8Array({ minLength: 1, maxLength: 1_100 }),
        fc.infiniteStream(fc.nat()),
        (type, payload, order) => {
          const data = recordData(type, payload);
          const keys = data.map(() => order.next().value as number);
          const shuffled = data.map((one, i) => [one, keys[i]!] as const).sort((a, b) => a[1] - b[1]);
          expect(
            payloadOf(
              type,
              shuffled.map(([one]) => one),
              payload.length,
            ),
          ).toEqual(payload);
        },
      ),
    );
  });

  it('several records, doubled or missing addresses are nothing', () => {
    const payload = new Uint8Array(100).fill(5);
    for (const type of types) {
      const data = recordData(type, payload);
      expect(payloadOf(type, [...data, data[0]!], payload.length)).toBeNull();
      expect(payloadOf(type, data.slice(1), payload.length)).toBeNull();
    }
    const addresses = recordData(TYPE.AAAA, payload);
    expect(payloadOf(TYPE.AAAA, [addresses[0]!, ...addresses.slice(0, -1)], payload.length)).toBeNull();
  });
});

describe('the authority', () => {
  const rcodeOf = (bytes: Uint8Array | null): number => bytes![3]! & 15;
  const countsOf = (bytes: Uint8Array): number[] => [7, 9].map((at) => bytes[at]!);

  it('denies types of names that exist as NODATA, and names that do not as NXDOMAIN, both with an SOA of a minute', () => {
    for (const [n, rcode] of [
      [`${label}.${ZONE}`, 0],
      [`h0.${ZONE}`, 0],
      [`ns1.${ZONE}`, 0],
      [`nothing.${ZONE}`, 3],
    ] as const) {
      const read = packet.decode(Buffer.from(ask(n, 33))) as packet.DecodedPacket & { rcode: string };
      expect([read.rcode, read.answers!.length]).toEqual([rcode === 0 ? 'NOERROR' : 'NXDOMAIN', 0]);
      expect(read.authorities![0]).toMatchObject({ type: 'SOA', ttl: 60, name: ZONE });
    }
  });

  it('takes no notice of case and gives the question back as it came', () => {
    const asked = query(`${label}.${ZONE}`, TYPE.TXT);
    const mixed = asked.map((octet, i) => (i >= 12 && octet >= 97 && octet <= 122 && i % 2 ? octet - 32 : octet));
    const answer = authority.answer(mixed, 1_232)!;
    expect([rcodeOf(answer), answer[7]]).toEqual([0, 1]);
    expect(answer.slice(12, 12 + 45)).toEqual(mixed.slice(12, 12 + 45));
  });

  it('truncates what does not fit, without EDNS at 512', () => {
    const long = [...zone.content.blocks].find(([, bytes]) => bytes.length > 600)![0];
    const answer = ask(`${long}.${ZONE}`, TYPE.TXT, null);
    expect([answer[2]! & 2, answer.length < 80, countsOf(answer)]).toEqual([2, true, [0, 0]]);
    expect(authority.answer(query(`${long}.${ZONE}`, TYPE.TXT, null), null)!.length).toBeGreaterThan(600);
  });

  it('refuses other zones, transfers and other classes, and answers ANY with next to nothing', () => {
    expect(rcodeOf(ask('example.net', TYPE.TXT))).toBe(5);
    expect(rcodeOf(ask(`x${ZONE}`, TYPE.TXT))).toBe(5);
    expect(rcodeOf(ask(ZONE, TYPE.AXFR))).toBe(5);
    expect(ask(`${label}.${ZONE}`, TYPE.ANY).length).toBeLessThan(110);
    const notify = query(ZONE, TYPE.SOA);
    notify[2] = 0x20;
    expect(rcodeOf(authority.answer(notify, 1_232))).toBe(4);
  });

  it('answers no answer, so that two of its kind never talk for ever', () => {
    const answer = ask(`${label}.${ZONE}`, TYPE.TXT);
    expect(authority.answer(answer, 1_232)).toBeNull();
  });

  it('says to EDNS of a version to come that it knows none', () => {
    const asked = query(ZONE, TYPE.SOA);
    asked[asked.length - 5] = 1;
    const read = decodeMessage(authority.answer(asked, 1_232)!);
    expect([read.answers.length, read.udpBytes]).toEqual([0, 1_232]);
  });

  it('names are those that anybody computes: SHA-256 over label, channel and block', async () => {
    const parts = [new TextEncoder().encode('pappus/v1/dns\n'), zone.channel, block];
    const digest = await crypto.subtle.digest('SHA-256', Buffer.concat(parts));
    expect(label).toBe(encodeBase32(new Uint8Array(digest).subarray(0, 16)));
  });
});
