/** A network between two hosts: it loses, delays, forges, refuses and cuts as it is told. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { connect, createServer } from 'node:net';

export interface Faults {
  /** Share of datagrams that is lost, each way. */
  loss?: number;
  /** Milliseconds that each datagram takes, at least and at most: different ones change the order. */
  delayMs?: [number, number];
  /** Of so many answers one comes false instead. */
  forgeOneIn?: number;
  /** A false answer comes before each true one: that there is no such name, or other octets. */
  injects?: 'denial' | 'falsehood';
  /** Types of questions that are refused. */
  refusedTypes?: number[];
  /** Questions over so many in a second are refused. */
  queriesPerSecond?: number;
  /** Takes EDNS out of each question and answers of more than 512 octets away. */
  stripsEdns?: boolean;
  blocksTcp?: boolean;
  /** Questions for names that begin so are lost. */
  lostNames?: string[];
  /** Neither questions nor answers pass. */
  isCut?: boolean;
}

export interface Relay {
  faults: Faults;
  /** What passed, each way, in octets with the headers of IP and UDP. */
  queries: number;
  queryBytes: number;
  answerBytes: number;
  forged: number;
  close: () => void;
}

export interface Ends {
  from: string;
  to: string;
  toPort?: number;
  fromPort?: number;
}

const HEADERS_BYTES = 28;
const REFUSED = 5;

/** Starts a relay of UDP and TCP. `random` gives the same faults each time. */
export async function relay(ends: Ends, faults: Faults, random: () => number): Promise<Relay> {
  const { from, to, toPort = 53, fromPort = 53 } = ends;
  const front = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  const open = new Set<ReturnType<typeof createSocket>>();
  let [second, inSecond] = [0, 0];
  const state: Relay = { faults, queries: 0, queryBytes: 0, answerBytes: 0, forged: 0, close: () => {} };

  const later = (send: () => void): void => {
    const { loss = 0, delayMs, isCut } = state.faults;
    if (isCut || random() < loss) return;
    if (!delayMs) send();
    else setTimeout(send, delayMs[0] + random() * (delayMs[1] - delayMs[0]));
  };
  const answer = (bytes: Buffer, client: RemoteInfo): void =>
    later(() => {
      state.answerBytes += bytes.length + HEADERS_BYTES;
      front.send(bytes, client.port, client.address, () => {});
    });
  const isOverLimit = (): boolean => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, inSecond] = [now, 0];
    return ++inSecond > (state.faults.queriesPerSecond ?? Infinity);
  };

  front.on('message', (query, client) => {
    state.queries++;
    state.queryBytes += query.length + HEADERS_BYTES;
    later(() => {
      const { refusedTypes, stripsEdns, lostNames } = state.faults;
      if (lostNames?.includes(query.toString('latin1', 13, 13 + query[12]!))) return;
      if (isOverLimit() || refusedTypes?.includes(typeOf(query))) return answer(refusalOf(query), client);
      const back = createSocket('udp4');
      open.add(back);
      const close = (): void => void (open.delete(back) && back.close());
      const end = setTimeout(close, 30_000);
      back.once('message', (reply) => {
        clearTimeout(end);
        close();
        for (const one of altered(reply, query, state, random)) answer(one, client);
      });
      back.send(stripsEdns ? withoutEdns(query) : query, toPort, to, () => {});
    });
  });

  const tcp = createServer((socket) => {
    if (state.faults.blocksTcp || state.faults.isCut) return void socket.destroy();
    const other = connect({ host: to, port: toPort });
    socket.pipe(other).pipe(socket);
    for (const one of [socket, other]) one.on('error', () => [socket, other].forEach((each) => each.destroy()));
  });
  await new Promise<void>((resolve) => front.bind(fromPort, from, resolve));
  await new Promise<void>((resolve) => tcp.listen(fromPort, from, resolve));
  state.close = () => {
    front.close();
    tcp.close();
    for (const socket of open) socket.close();
    open.clear();
  };
  return state;
}

function altered(reply: Buffer, query: Buffer, state: Relay, random: () => number): Buffer[] {
  const { forgeOneIn, injects } = state.faults;
  if (forgeOneIn && random() < 1 / forgeOneIn) {
    state.forged++;
    return [scrambled(reply)];
  }
  if (!injects) return [reply];
  state.forged++;
  return [injects === 'denial' ? denialOf(query) : scrambled(reply), reply];
}

/** The same answer with other octets in it. */
function scrambled(reply: Buffer): Buffer {
  const bytes = Buffer.from(reply);
  for (let i = questionEnd(bytes) + 14; i < bytes.length - 11; i += 3) bytes[i] = bytes[i]! ^ 0x15;
  return bytes;
}

/** "There is no such name." */
function denialOf(query: Buffer): Buffer {
  const bytes = Buffer.from(query.subarray(0, questionEnd(query)));
  bytes.set([0x81, 0x83], 2);
  bytes.fill(0, 6, 12);
  return bytes;
}

function refusalOf(query: Buffer): Buffer {
  const bytes = denialOf(query);
  bytes[3] = 0x80 | REFUSED;
  return bytes;
}

function withoutEdns(query: Buffer): Buffer {
  const bytes = Buffer.from(query.subarray(0, questionEnd(query)));
  bytes.fill(0, 6, 12);
  return bytes;
}

function questionEnd(message: Buffer): number {
  let at = 12;
  while (message[at]! !== 0) at += message[at]! + 1;
  return at + 5;
}

function typeOf(query: Buffer): number {
  return query.readUInt16BE(questionEnd(query) - 4);
}
