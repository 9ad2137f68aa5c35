/** The server of thefeed's model as its source has it: UDP alone, NXDOMAIN for all but TXT and no SOA, TTL 1. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { TYPE, decodeMessage } from '@pappus/transports/dns';
import { SERVERS, serveRoot } from '../../pappus/test/dns/lab.ts';
import { FEED_ZONE, blockAsked, feedText } from './feed.ts';

const blocks = (JSON.parse(process.argv[2]!) as number[]).map((bytes) => randomBytes(bytes));
const answered = { queries: 0, bytes: 0 };
let isCut = false;

function answerTo(query: Buffer): Buffer {
  const { question, questionBytes, udpBytes } = decodeMessage(query);
  const block = question?.type === TYPE.TXT ? blockAsked(question.name.slice(0, -FEED_ZONE.length - 1)) : null;
  const payload = block === null ? undefined : blocks[block];
  const record = payload ? txt(feedText(payload)) : Buffer.alloc(0);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header[2] = 0x84 | (query[2]! & 1);
  header[3] = payload ? 0 : 3;
  [1, payload ? 1 : 0, 0, udpBytes === null ? 0 : 1].forEach((count, i) => header.writeUInt16BE(count, 4 + 2 * i));
  const opt = udpBytes === null ? [] : [Buffer.from([0, 0, TYPE.OPT, 0x10, 0, 0, 0, 0, 0, 0, 0])];
  return Buffer.concat([header, questionBytes, record, ...opt]);
}

function txt(text: string): Buffer {
  const strings = (text.match(/.{1,255}/g) ?? []).map((part) =>
    Buffer.from(`${String.fromCharCode(part.length)}${part}`, 'latin1'),
  );
  const data = Buffer.concat(strings);
  const head = Buffer.from([0xc0, 12, 0, TYPE.TXT, 0, 1, 0, 0, 0, 1, data.length >> 8, data.length & 0xff]);
  return Buffer.concat([head, data]);
}

await serveRoot(FEED_ZONE, SERVERS);
for (const address of SERVERS) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  socket.on('message', (query, client) => {
    if (isCut) return;
    const answer = answerTo(query);
    answered.queries++;
    answered.bytes += answer.length;
    socket.send(answer, client.port, client.address, () => {});
  });
  await new Promise<void>((resolve) => socket.bind(53, address, resolve));
}
process.on('message', (order: { isCut?: boolean }) => {
  isCut = order.isCut ?? isCut;
  process.send!(answered);
});
process.send!('ready');
