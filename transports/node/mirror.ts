/**
 * A static web mirror of a folder. It answers GET and HEAD for the paths of a tree, for `/` and for the pages that
 * are given beside it, the same to everyone: no cookie, no validator, no log. What it holds in memory it answers at the
 * speed of Node's own http. Pages beside the tree are sent compressed to whoever reads that; files of a tree are small as they are.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isMutable, maxBytes, refusal, treePath, type TreePath } from '@pappus/core';
import { codedForms, isAccepted, type CodedForm } from './codings.ts';
import { nodeDisk } from './disk.ts';
import { FolderShelf } from './folder.ts';
import { MirrorCache } from './mirror-cache.ts';
import { parseRange } from './range.ts';

/** What is served, where, and how much at most. */
export interface MirrorOptions {
  folder: string;
  /** 127.0.0.1 unless given: a mirror for others must be asked for. */
  host?: string;
  /** 0, any free port, unless given. */
  port?: number;
  /** Octets of files kept in memory; 64 MiB unless given. */
  cacheBytes?: number;
  /** Pages beside the tree by their names, `index.html` for `/`; null: none of this name. Asked for no tree path. */
  beside?: (name: string) => Promise<MirrorPage | null>;
  /** Connections at a time; 1,024 unless given. */
  connectionsMax?: number;
}

/** A page beside the tree. */
export interface MirrorPage {
  /** The value of Content-Type. */
  type: string;
  /** Or what makes them piece by piece, for what is too large to be held: it is sent as it is made, and never in parts. */
  bytes: Uint8Array | (() => Iterable<Uint8Array>);
  /** More headers, names and values by turns. */
  headers?: readonly string[];
}

/** A mirror that is up. */
export interface Mirror {
  /** With a slash at the end. */
  url: string;
  /** Lets answers that have begun end, for up to five seconds, and frees the port. */
  close: () => Promise<void>;
}

const CACHE_BYTES = 64 * 2 ** 20;
const CONNECTIONS_MAX = 1_024;
const HEADER_BYTES_MAX = 8_192;
const HEADERS_MAX = 64;
const REQUEST_MS_MAX = 10_000;
const IDLE_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 5_000;
const CLOSE_MS_MAX = 5_000;
const INDEX_BYTES_MAX = 32 * 2 ** 20;

const IMMUTABLE = 'public, max-age=31536000, immutable';
const MUTABLE = 'public, max-age=60';
const EVERY_ANSWER = [
  'X-Content-Type-Options',
  'nosniff',
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Expose-Headers',
  'Content-Range',
  'Referrer-Policy',
  'no-referrer',
];
const NOTHING = new Uint8Array(0);
const TEXT = 'text/plain; charset=utf-8';

const INDEX = `This is a mirror of a news channel: signed files that anyone may copy.

  checkpoint            the newest signed state
  head                  the newest headlines
  root/1, root/2, ...   who may sign
  edition/1, ...        what each publishing added
  pack/, dict/, tile/   the news itself and its proofs
  fork/                 signed states that contradict it, if there are any

A reader of the channel takes this address as a mirror. It checks every file
itself and need not trust this server. To copy the channel, copy the folder.
`;

/** One answer, made ready: its headers and its octets. */
interface Page {
  headers: string[];
  body: Uint8Array;
  /** What is sent instead of `body`. */
  pieces?: () => Iterable<Uint8Array>;
  /** Smaller forms, smallest first. */
  coded?: readonly (Page & Pick<CodedForm, 'coding'>)[];
}

/** Serves `folder`. Throws the system's error when the address cannot be had. */
export async function startMirror(options: MirrorOptions): Promise<Mirror> {
  const pages = new Pages(options);
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: REQUEST_MS_MAX, requestTimeout: REQUEST_MS_MAX };
  const server = createServer({ ...limits, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    answer(pages, request, response).catch(() => send(request, response, 500, BROKEN));
  });
  server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
  server.maxHeadersCount = HEADERS_MAX;
  server.timeout = IDLE_MS_MAX;
  const host = options.host ?? '127.0.0.1';
  await listen(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/`, close: () => close(server) };
}

/** The pages of a folder, kept in memory while there is room. */
class Pages {
  readonly #shelf: FolderShelf;
  readonly #index: string;
  readonly #cache: MirrorCache<Page>;
  readonly #beside: NonNullable<MirrorOptions['beside']>;
  /** By the octets of a page, which are compressed once. */
  readonly #forms = new WeakMap<Uint8Array, Promise<CodedForm[]>>();

  constructor({ folder, cacheBytes, beside }: MirrorOptions) {
    this.#shelf = new FolderShelf(folder);
    this.#index = join(resolve(folder), 'index.html');
    this.#cache = new MirrorCache(cacheBytes ?? CACHE_BYTES, (page) => page.body.length);
    this.#beside = beside ?? (async () => null);
  }

  /** Without waiting, when it is in memory. */
  page(url: string): Page | null | Promise<Page | null> {
    return this.#cache.get(url) ?? this.#cache.load(url, () => this.#read(url), isMutableUrl(url));
  }

  async #read(url: string): Promise<Page | null> {
    if (!url.startsWith('/')) return null;
    const path = refusal(() => treePath(url.slice(1)));
    if (typeof path !== 'string') return this.#readBeside(url.slice(1) || 'index.html');
    const limit = { bytes: maxBytes(path), signal: new AbortController().signal };
    const body = await this.#shelf.read(path, limit);
    return body && { body, headers: headersOf(body, typeOf(path), isMutable(path) ? MUTABLE : IMMUTABLE) };
  }

  async #readBeside(name: string): Promise<Page | null> {
    const page = await this.#beside(name);
    if (!page) return name === 'index.html' ? this.#readIndex() : null;
    const { type, bytes, headers = [] } = page;
    if (typeof bytes === 'function')
      return {
        body: NOTHING,
        pieces: bytes,
        headers: ['Content-Type', type, 'Cache-Control', MUTABLE, ...EVERY_ANSWER, ...headers],
      };
    const forms = this.#forms.get(bytes) ?? codedForms(bytes);
    this.#forms.set(bytes, forms);
    const sent = (body: Uint8Array, ...more: string[]): Page => {
      return { body, headers: [...headersOf(body, type, MUTABLE), 'Vary', 'Accept-Encoding', ...more, ...headers] };
    };
    const coded = (await forms).map((form) => {
      return { coding: form.coding, ...sent(form.bytes, 'Content-Encoding', form.coding) };
    });
    return { ...sent(bytes), coded };
  }

  async #readIndex(): Promise<Page> {
    const body = await nodeDisk.read(this.#index, INDEX_BYTES_MAX);
    if (!body) return plain(INDEX, MUTABLE);
    return { body, headers: headersOf(body, 'text/html; charset=utf-8', MUTABLE) };
  }
}

function isMutableUrl(url: string): boolean {
  return url === '/checkpoint' || url === '/head' || typeof refusal(() => treePath(url.slice(1))) !== 'string';
}

function typeOf(path: TreePath): string {
  return path === 'checkpoint' ? TEXT : 'application/octet-stream';
}

function headersOf(body: Uint8Array, type: string, cache: string): string[] {
  return ['Content-Type', type, 'Content-Length', String(body.length), 'Cache-Control', cache, ...EVERY_ANSWER];
}

function plain(text: string, cache = 'no-store'): Page {
  const body = new TextEncoder().encode(text);
  return { body, headers: headersOf(body, TEXT, cache) };
}

const NOT_HERE = plain('not here\n');
const BROKEN = plain('the mirror cannot read its files\n');
const NOT_ALLOWED = plain('only GET and HEAD\n');
NOT_ALLOWED.headers.push('Allow', 'GET, HEAD');

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(request, response, 405, NOT_ALLOWED);
  const held = pages.page(request.url ?? '');
  const page = held instanceof Promise ? await held : held;
  if (!page) return send(request, response, 404, NOT_HERE);
  const { range, 'accept-encoding': accepted } = request.headers;
  if (page.pieces && request.method === 'GET') return sendPieces(response, page.headers, page.pieces());
  if (range === undefined || page.pieces) {
    const form = page.coded?.find(({ coding }) => isAccepted(coding, accepted));
    return send(request, response, 200, form ?? page);
  }
  sendRange(request, response, page, range);
}

/** Without a length: who is cut off sees that the end is missing (RFC 9112 §8). */
async function sendPieces(response: ServerResponse, headers: string[], pieces: Iterable<Uint8Array>): Promise<void> {
  response.writeHead(200, headers);
  await pipeline(Readable.from(pieces, { highWaterMark: 1 }), response).catch(() => {}); // who asked has gone, or a file
}

/** RFC 9110 §14: one range of octets. If-Range never fits, for there are no validators (§13.1.5). */
function sendRange(request: IncomingMessage, response: ServerResponse, page: Page, header: string): void {
  const size = page.body.length;
  const range = request.headers['if-range'] === undefined ? parseRange(header, size) : null;
  if (range === null) return send(request, response, 200, page);
  if (range === 'unsatisfiable') {
    const none = plain('no such range\n');
    none.headers.push('Content-Range', `bytes */${size}`);
    return send(request, response, 416, none);
  }
  const headers = [...page.headers, 'Content-Range', `bytes ${range.from}-${range.to}/${size}`];
  headers[headers.indexOf('Content-Length') + 1] = String(range.to - range.from + 1);
  send(request, response, 206, { headers, body: page.body.subarray(range.from, range.to + 1) });
}

function send(request: IncomingMessage, response: ServerResponse, status: number, page: Page): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, page.headers);
  response.end(request.method === 'HEAD' ? undefined : page.body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const patience = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
  await closed;
  clearTimeout(patience);
}
