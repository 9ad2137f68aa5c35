/** How a resolver is asked over UDP and TCP (RFC 1035 §4.2). */
import { createSocket, type Socket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Exchange } from '../../src/dns/resolver.ts';

/** Queries of one socket: then another port is taken, which whoever forges from afar must guess anew. */
const QUERIES_A_SOCKET = 50;
const RECEIVE_BUFFER_BYTES = 1 << 20;

type Take = (answer: Uint8Array) => boolean;

/** Asks `address` by UDP. Sockets close with their last query. */
export function askByUdp(address: string, port = 53): Exchange {
  let current: Asker | null = null;
  return (query, take, signal) => {
    signal.throwIfAborted();
    if (!current || current.isSpent) current = new Asker(address, port);
    return current.ask(query, take, signal);
  };
}

interface Waiting {
  query: Uint8Array;
  take: Take;
  end: (error: Error | null) => void;
}

/** One socket. It is connected: the system drops what comes from elsewhere. */
class Asker {
  readonly #socket: Socket;
  readonly #connected: Promise<void>;
  readonly #waiting = new Set<Waiting>();
  #queries = 0;
  #isClosed = false;

  constructor(address: string, port: number) {
    const type = isIPv6(address) ? 'udp6' : 'udp4';
    this.#socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
    this.#connected = new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.connect(port, address, resolve);
    });
    this.#connected.catch(() => {});
    this.#socket.on('message', (answer) => this.#hear(answer));
    this.#socket.on('error', (error) => this.#fail(error));
  }

  get isSpent(): boolean {
    return this.#queries >= QUERIES_A_SOCKET;
  }

  async ask(query: Uint8Array, take: Take, signal: AbortSignal): Promise<void> {
    this.#queries++;
    await this.#connected;
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => end(signal.reason as Error);
      const end = (error: Error | null): void => {
        signal.removeEventListener('abort', stop);
        this.#waiting.delete(waiting);
        if (this.#waiting.size === 0) this.#rest();
        if (error) reject(error);
        else resolve();
      };
      const waiting = { query, take, end };
      this.#waiting.add(waiting);
      this.#socket.ref();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      else this.#socket.send(query, (error) => error && end(error));
    });
  }

  /** Nobody waits: it holds no process any more, and closes when its queries are used up. */
  #rest(): void {
    if (!this.isSpent) return void this.#socket.unref();
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
  }

  #hear(answer: Uint8Array): void {
    for (const waiting of this.#waiting) {
      const isId = waiting.query[0] === answer[0] && waiting.query[1] === answer[1];
      if (isId && waiting.take(answer)) return waiting.end(null);
    }
  }

  #fail(error: Error): void {
    this.#queries = QUERIES_A_SOCKET;
    for (const waiting of this.#waiting) waiting.end(error);
    this.#rest();
  }
}

/** Asks `address` by TCP, one connection a query. */
export function askByTcp(address: string, port = 53): Exchange {
  return (query, take, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const socket = connect({ host: address, port, signal, noDelay: true });
      let received = Buffer.alloc(0);
      socket.once('connect', () =>
        socket.write(Buffer.concat([Buffer.from([query.length >> 8, query.length]), query])),
      );
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
        take(received.subarray(2, 2 + received.readUInt16BE(0)));
        resolve();
        socket.destroy();
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the resolver hung up')));
    });
}
