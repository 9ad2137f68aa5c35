/** An authority on the network: UDP and TCP on the same port. It keeps no log of who asked. */
import { createSocket, type Socket } from 'node:dgram';
import { createServer, isIPv6, type AddressInfo, type Server, type Socket as Connection } from 'node:net';
import type { Authority } from '../../src/dns/authority.ts';
import { UDP_BYTES } from '../../src/dns/message.ts';
import { RATE_LIMIT, Rates, type RateLimit } from './rate.ts';

export interface DnsServerOptions {
  authority: Authority;
  /** Addresses to listen on. */
  hosts: readonly string[];
  /** 0: any free one, the same for all. */
  port: number;
  /** Null: none, for measurements. */
  rateLimit?: RateLimit | null;
}

export interface DnsServer {
  port: number;
  /** Questions answered since the start. */
  readonly answered: { queries: number; bytes: number };
  close(): Promise<void>;
}

const RECEIVE_BUFFER_BYTES = 8 << 20;
const CONNECTIONS_MAX = 512;
const IDLE_MS_MAX = 10_000;
const QUERY_BYTES_MAX = 4_096;

/** Serves until closed. Throws the system's error when an address cannot be had. */
export async function serveDns({
  authority,
  hosts,
  port,
  rateLimit = RATE_LIMIT,
}: DnsServerOptions): Promise<DnsServer> {
  const rates = rateLimit && new Rates(rateLimit);
  const answered = { queries: 0, bytes: 0 };
  const sockets: Socket[] = [];
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sockets.map((socket) => new Promise<void>((done) => socket.close(done))));
    await Promise.all(servers.map((server) => new Promise<void>((done) => closeServer(server, done))));
  };
  try {
    for (const host of hosts) {
      const server = await listenByTcp(authority, host, port, answered);
      servers.push(server);
      port = (server.address() as AddressInfo).port;
      sockets.push(await listenByUdp(authority, host, port, rates, answered));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port, answered, close };
}

type Answered = DnsServer['answered'];

function listenByUdp(
  authority: Authority,
  host: string,
  port: number,
  rates: Rates | null,
  answered: Answered,
): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    lookup: (address, _, found) => found(null, address, isIPv6(address) ? 6 : 4), // of addresses: at once, not later
  });
  socket.on('message', (query, { address, port: theirs }) => {
    const verdict = rates ? rates.judge(address, performance.now()) : 'answer';
    if (verdict === 'drop') return;
    const answer = authority.answer(query, verdict === 'truncate' ? 0 : UDP_BYTES);
    if (!answer) return;
    answered.queries++;
    answered.bytes += answer.length;
    socket.send(answer, theirs, address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      socket.on('error', () => {}); // what cannot be delivered to one client concerns no other
      resolve(socket);
    });
  });
}

function listenByTcp(authority: Authority, host: string, port: number, answered: Answered): Promise<Server> {
  const server = createServer({ noDelay: true }, (connection) => {
    connections.get(server)!.add(connection);
    connection.once('close', () => connections.get(server)!.delete(connection));
    converse(authority, connection, answered);
  });
  connections.set(server, new Set());
  server.maxConnections = CONNECTIONS_MAX;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

const connections = new WeakMap<Server, Set<Connection>>();

function closeServer(server: Server, done: () => void): void {
  server.close(() => done());
  for (const connection of connections.get(server)!) connection.destroy();
}

/** Questions one after another, each with its length before it (RFC 7766). */
function converse(authority: Authority, connection: Connection, answered: Answered): void {
  let received: Buffer = Buffer.alloc(0);
  connection.setTimeout(IDLE_MS_MAX, () => connection.destroy());
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    while (received.length >= 2) {
      const length = received.readUInt16BE(0);
      if (length > QUERY_BYTES_MAX) return void connection.destroy();
      if (received.length < 2 + length) return;
      const answer = authority.answer(received.subarray(2, 2 + length), null);
      received = received.subarray(2 + length);
      if (!answer) return void connection.destroy();
      answered.queries++;
      answered.bytes += answer.length;
      if (!connection.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 0xff]), answer]))) {
        connection.pause();
        connection.once('drain', () => connection.resume());
      }
    }
  });
}
