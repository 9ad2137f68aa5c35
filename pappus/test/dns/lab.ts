/**
 * An internet in a network namespace: a root server, the authority of a zone behind four addresses, resolvers, and a
 * network between them and a reader. Nothing of it reaches beyond the namespace.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createSocket, type Socket } from 'node:dgram';
import { join } from 'node:path';
import { TYPE, decodeMessage } from '@pappus/transports/dns';
import type { Faults } from './relay.ts';
import { ROOT_SERVER } from './resolvers.ts';

export const SERVERS = ['127.0.9.11', '127.0.9.12', '127.0.9.13', '127.0.9.14'];

/** The root and all zones above ours: it knows one delegation. */
export async function serveRoot(zone: string, servers: readonly string[]): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (query, client) => socket.send(rootAnswer(query, zone, servers), client.port, client.address));
  await new Promise<void>((resolve) => socket.bind(53, ROOT_SERVER, resolve));
  return socket;
}

function rootAnswer(query: Buffer, zone: string, servers: readonly string[]): Buffer {
  const { question, questionBytes, udpBytes } = decodeMessage(query);
  const name = question?.name ?? '';
  const isBelow = name === zone || name.endsWith(`.${zone}`);
  const exists = name === '' || zone.endsWith(`.${name}`) || name === 'a.root' || name === 'root';
  const answers: Buffer[] = [];
  const authority: Buffer[] = [];
  const additional: Buffer[] = [];
  if (isBelow) {
    servers.forEach((address, i) => {
      authority.push(record(wire(zone), TYPE.NS, wire(`ns${i + 1}.${zone}`)));
      additional.push(record(wire(`ns${i + 1}.${zone}`), TYPE.A, Buffer.from(address.split('.').map(Number))));
    });
  } else if (name === '' && question?.type === TYPE.NS) {
    answers.push(record(wire(''), TYPE.NS, wire('a.root')));
    additional.push(record(wire('a.root'), TYPE.A, Buffer.from(ROOT_SERVER.split('.').map(Number))));
  } else if (name === 'a.root' && question?.type === TYPE.A) {
    answers.push(record(wire('a.root'), TYPE.A, Buffer.from(ROOT_SERVER.split('.').map(Number))));
  } else {
    const numbers = Buffer.alloc(20);
    [1, 3600, 600, 86_400, 60].forEach((number, i) => numbers.writeUInt32BE(number, 4 * i));
    authority.push(record(wire(''), TYPE.SOA, Buffer.concat([wire('a.root'), wire('nobody'), numbers])));
  }
  if (udpBytes !== null) additional.push(Buffer.from([0, 0, TYPE.OPT, 4, 208, 0, 0, 0, 0, 0, 0]));
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header[2] = (isBelow ? 0x80 : 0x84) | (query[2]! & 1);
  header[3] = isBelow || exists ? 0 : 3;
  [1, answers.length, authority.length, additional.length].forEach((count, i) =>
    header.writeUInt16BE(count, 4 + 2 * i),
  );
  return Buffer.concat([header, questionBytes, ...answers, ...authority, ...additional]);
}

function wire(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]),
    Buffer.from([0]),
  ]);
}

function record(name: Buffer, type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(3_600, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([name, head, data]);
}

/** Where a reader finds the network before its resolver. */
export const READER_SIDE = '127.0.2.1';

/** What the servers are told. */
export interface Order {
  /** Of the networks before the authority's addresses. */
  faults?: Faults;
  /** A network before this resolver, and what is wrong with it from now on. */
  reader?: { resolver: string; faults: Faults };
  /** The channel has another edition. */
  refresh?: true;
}

/** What has crossed so far: at the reader, with the headers of IP and UDP, and answers of the authority. */
export interface Counts {
  queries: number;
  wireBytes: number;
  forged: number;
  /** `questions`: different ones; a resolver asks again what is not answered in time. */
  authority: { queries: number; questions: number; bytes: number };
}

/** Root and authority, in a process of their own: what a reader computes must not delay their answers. */
export class Servers {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(channel: string): Promise<Servers> {
    const child = fork(join(import.meta.dirname, 'servers.ts'), [channel], { stdio: 'inherit' });
    await once(child, 'message');
    return new Servers(child);
  }

  async tell(order: Order): Promise<Counts> {
    const answer = once(this.#child, 'message');
    this.#child.send(order);
    return ((await answer) as [Counts])[0];
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
