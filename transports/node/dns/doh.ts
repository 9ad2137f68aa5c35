/**
 * An authority over HTTP (RFC 8484), for readers whose browser asks no other way. TLS is the matter of the web server
 * before it. GET only, with the question in the address: so every reader's request is the same, and caches answer.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SHORT_TTL, type Authority } from '../../src/dns/authority.ts';
import { RCODE, decodeMessage } from '../../src/dns/message.ts';

export interface DohServerOptions {
  authority: Authority;
  host: string;
  /** 0: any free one. */
  port: number;
}

export interface DohServer {
  /** Whom to ask, without a question. */
  url: string;
  close(): Promise<void>;
}

/** What is said to one request. */
interface Said {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | string;
}

const PATH = '/dns-query';
const MESSAGE = 'application/dns-message';
/** A name of 255 octets with EDNS, and some padding (RFC 7830). */
const QUERY_BYTES_MAX = 512;
const QUERY_CHARS_MAX = Math.ceil((QUERY_BYTES_MAX * 4) / 3);
const HEADER_BYTES_MAX = 8_192;
const HEADERS_MAX = 64;
const CONNECTIONS_MAX = 512;
const REQUEST_MS_MAX = 10_000;
const IDLE_MS_MAX = 30_000;

/** Serves until closed. Keeps no log. Throws the system's error when the address cannot be had. */
export async function serveDoh({ authority, host, port }: DohServerOptions): Promise<DohServer> {
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: REQUEST_MS_MAX, requestTimeout: REQUEST_MS_MAX };
  const server = createServer(limits, (request, response) => {
    const { status, headers, body } = answerTo(authority, request.method!, request.url!);
    response.writeHead(status, { ...EVERY_ANSWER, ...headers, 'Content-Length': body.length }).end(body);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.maxHeadersCount = HEADERS_MAX;
  server.timeout = IDLE_MS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const at = `${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  return { url: `http://${at}${PATH}`, close: () => close(server) };
}

const EVERY_ANSWER = {
  'Access-Control-Allow-Origin': '*',
  'X-Content-Type-Options': 'nosniff',
  'Content-Type': 'text/plain; charset=utf-8',
};

function answerTo(authority: Authority, method: string, target: string): Said {
  const end = target.indexOf('?');
  if ((end < 0 ? target : target.slice(0, end)) !== PATH) return refused(404, 'Nothing is here.');
  if (method !== 'GET') return refused(405, 'Only GET is answered.', { Allow: 'GET' });
  const [, text] = /^\?dns=([\w-]+)$/.exec(end < 0 ? '' : target.slice(end)) ?? [];
  if (text === undefined) return refused(400, 'A question is ?dns= and base64url (RFC 8484), nothing else.');
  if (text.length > QUERY_CHARS_MAX) return refused(414, 'The question is too long.');
  const query = Buffer.from(text, 'base64url');
  // What has another form too would be kept twice by caches.
  const answer = query.toString('base64url') === text ? authority.answer(query, null) : null;
  if (!answer) return refused(400, 'This is no question of DNS.');
  const headers = { 'Content-Type': MESSAGE, 'Cache-Control': `max-age=${freshSeconds(answer)}` };
  return { status: 200, headers, body: answer };
}

function refused(status: number, body: string, headers: Said['headers'] = {}): Said {
  return { status, headers: { ...headers, 'Cache-Control': 'no-store' }, body: `${body}\n` };
}

/** RFC 8484 §5.1: no longer than the record that ends first; a denial as long as the SOA says. */
function freshSeconds(answer: Uint8Array): number {
  const { rcode, answers } = decodeMessage(answer);
  if (answers.length > 0) return Math.min(...answers.map(({ ttl }) => ttl));
  return rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN ? SHORT_TTL : 0;
}

function close(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  server.closeAllConnections();
  return closed;
}
