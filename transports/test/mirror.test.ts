import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as ask, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeUtf8, type TreePath } from '@pappus/core';
import { FolderShelf } from '../node/folder.ts';
import { MirrorCache } from '../node/mirror-cache.ts';
import { startMirror, type Mirror } from '../node/mirror.ts';
import { parseRange } from '../node/range.ts';
import { HOSTILE_NAMES } from './conformance.ts';

const PACK = 'pack/aaaaaaaaaaaaaaaaaaaaaaaaaa' as TreePath;

let folder: string;
let mirror: Mirror;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pappus-mirror-'));
  const shelf = new FolderShelf(folder);
  await shelf.put('checkpoint' as TreePath, new TextEncoder().encode('example.org\n'));
  await shelf.put(PACK, new TextEncoder().encode('0123456789'));
  mirror = await startMirror({ folder });
});
afterEach(async () => {
  await mirror.close();
  await rm(folder, { recursive: true });
});

interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
  octets: Buffer;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  const { hostname, port } = new URL(mirror.url);
  return new Promise((resolve, reject) => {
    const request = ask({ hostname, port, path, headers, method, agent: false }, async (response) => {
      const octets = Buffer.concat(await response.toArray());
      resolve({ status: response.statusCode!, headers: response.headers, body: String(octets), octets });
    });
    request.on('error', reject).end();
  });
}

describe('startMirror', () => {
  it('gives an immutable file with exactly these headers', async () => {
    const { status, headers, body } = await get(`/${PACK}`);
    const { date: _date, connection: _connection, ...fixed } = headers;
    expect({ status, body }).toEqual({ status: 200, body: '0123456789' });
    expect(fixed).toEqual({
      'content-type': 'application/octet-stream',
      'content-length': '10',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Content-Range',
      'referrer-policy': 'no-referrer',
    });
  });

  it('gives a checkpoint as text that is soon asked for again', async () => {
    const { headers, body } = await get('/checkpoint');
    expect(body).toBe('example.org\n');
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(headers['cache-control']).toBe('public, max-age=60');
  });

  it('answers HEAD as GET without the octets', async () => {
    const head = await get(`/${PACK}`, {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe('10');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])('allows no %s', async (method) => {
    const { status, headers } = await get('/checkpoint', {}, method);
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
  });

  it('answers whoever asks with a validator as it answers everyone', async () => {
    const { status, headers } = await get('/checkpoint', { 'if-none-match': '*', cookie: 'a=b' });
    expect(status).toBe(200);
    expect(Object.keys(headers).join()).not.toMatch(/etag|last-modified|cookie|vary/);
  });

  it('has nothing at any hostile name', async () => {
    await writeFile(join(folder, 'secret'), 'x');
    const names = HOSTILE_NAMES.filter((name) => /^[!-~]+$/.test(name) && name.length < 1_000);
    for (const name of [...names, 'secret', '%2e%2e/secret', '..%5csecret', 'edition/9']) {
      expect((await get(`/${name}`)).status, name).toBe(404);
    }
  });

  it('refuses a head that is too large', async () => {
    expect((await get('/checkpoint', { x: 'y'.repeat(10_000) })).status).toBe(431);
  });

  it.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=10-', 416, 'no such range\n', 'bytes */10'],
    ['bytes=-0', 416, 'no such range\n', 'bytes */10'],
    ['bytes=3-1', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
  ])('answers %s by %d', async (range, status, body, contentRange) => {
    const reply = await get(`/${PACK}`, { range });
    expect(reply).toMatchObject({ status, body });
    expect(reply.headers['content-range']).toBe(contentRange);
    expect(reply.headers['content-length']).toBe(String(body.length));
  });

  it('serves no range under a condition that it cannot check', async () => {
    expect((await get(`/${PACK}`, { range: 'bytes=0-1', 'if-range': '"x"' })).status).toBe(200);
  });

  it('answers for pages beside the tree, which take no name of a tree', async () => {
    const asked: string[] = [];
    const beside = async (name: string) => {
      asked.push(name);
      const bytes = encodeUtf8(`<!doctype html>${name}`);
      return /^(?:index\.html|a\.js|head)$/.test(name)
        ? { type: 'text/html', bytes, headers: ['X-More', 'yes'] }
        : null;
    };
    const other = await startMirror({ folder, beside });
    const page = await fetch(other.url);
    expect([await page.text(), page.headers.get('x-more'), page.headers.get('etag')]).toEqual([
      '<!doctype html>index.html',
      'yes',
      null,
    ]);
    expect((await fetch(new URL('a.js', other.url))).status).toBe(200);
    expect((await fetch(new URL('b.js', other.url))).status).toBe(404);
    await fetch(new URL('head', other.url));
    expect(asked).toEqual(['index.html', 'a.js', 'b.js']);
    await other.close();
  });

  it('sends a page piece by piece as it is made, and cuts the connection where it cannot be made', async () => {
    let made = 0;
    const pieces: Record<string, () => Generator<Uint8Array>> = {
      *'a.zip'() {
        for (let i = 0; i < 64; i++) {
          made++;
          yield new Uint8Array(2 ** 20).fill(i);
        }
      },
      *'b.zip'() {
        yield encodeUtf8('begun');
        throw new Error('lost');
      },
    };
    const beside = async (name: string) => (pieces[name] ? { type: 'application/zip', bytes: pieces[name] } : null);
    await mirror.close();
    mirror = await startMirror({ folder, beside });
    const { body } = await fetch(new URL('a.zip', mirror.url), { headers: { Range: 'bytes=0-1' } });
    const reader = body!.getReader();
    let octets = (await reader.read()).value!.length;
    expect(made).toBeLessThan(32);
    for (let next = await reader.read(); !next.done; next = await reader.read()) octets += next.value.length;
    expect(octets).toBe(64 * 2 ** 20);
    const { status, headers } = await fetch(new URL('a.zip', mirror.url), { method: 'HEAD' });
    expect([status, headers.get('content-length'), made]).toEqual([200, null, 64]);
    const cut = await fetch(new URL('b.zip', mirror.url))
      .then((answer) => answer.text())
      .catch(() => 'cut');
    expect(cut).toBe('cut');
  });

  it('sends a page compressed to whoever reads that, and the same octets to everyone', async () => {
    const text = '<!doctype html><p>The bridge is closed until spring.</p>'.repeat(40);
    const pages: Record<string, Uint8Array> = { 'a.html': encodeUtf8(text), 'b.png': randomBytes(2_000) };
    const beside = async (name: string) => (pages[name] ? { type: 'text/html', bytes: pages[name] } : null);
    await mirror.close();
    mirror = await startMirror({ folder, beside });
    const sizes: Record<string, string | undefined> = {};
    const opened = { br: brotliDecompressSync, gzip: gunzipSync, none: (bytes: Uint8Array) => bytes };
    for (const [accepted, coding] of [
      ['gzip, deflate, br', 'br'],
      ['BR;q=0.5, gzip', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip;q=0.001', 'gzip'],
      ['br;q=0.000, deflate, zstd', 'none'],
      ['identity', 'none'],
      ['', 'none'],
      ['brotli, xgzip', 'none'],
    ] as const) {
      const { status, headers, octets } = await get('/a.html', { 'accept-encoding': accepted });
      expect([accepted, status, headers['content-encoding'] ?? 'none']).toEqual([accepted, 200, coding]);
      expect([String(opened[coding](octets)), headers.vary]).toEqual([text, 'Accept-Encoding']);
      expect(headers['content-length']).toBe((sizes[coding] ??= String(octets.length)));
    }
    expect(Number(sizes['br'])).toBeLessThan(text.length / 10);
    const all = { 'accept-encoding': 'gzip, br' };
    expect((await get('/b.png', all)).headers['content-encoding']).toBeUndefined();
    expect((await get(`/${PACK}`, all)).headers['content-encoding']).toBeUndefined();
    const piece = await get('/a.html', { ...all, range: 'bytes=0-8' });
    expect(piece).toMatchObject({ status: 206, body: '<!doctype' });
    expect((await get('/a.html', all, 'HEAD')).headers['content-length']).toBe(sizes['br']);
  });

  it('explains itself at the top, or shows the index.html of the folder', async () => {
    expect((await get('/')).body).toContain('mirror of a news channel');
    const other = await startMirror({ folder });
    await writeFile(join(folder, 'index.html'), '<!doctype html>hello');
    await mirror.close();
    mirror = other;
    expect(await get('/')).toMatchObject({ status: 200, body: '<!doctype html>hello' });
    expect((await get('/')).headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it('says that it is broken when a file is longer than its path allows, and goes on', async () => {
    await writeFile(join(folder, 'head'), new Uint8Array(10_000));
    expect(await get('/head')).toMatchObject({ status: 500, body: 'the mirror cannot read its files\n' });
    expect((await get('/checkpoint')).status).toBe(200);
  });

  it('closes while a connection idles', async () => {
    const { hostname, port } = new URL(mirror.url);
    const socket = connect(Number(port), hostname);
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.write('GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    await mirror.close();
    await ended;
    mirror = await startMirror({ folder });
  });

  it('says so when the address is taken', async () => {
    await expect(startMirror({ folder, port: Number(new URL(mirror.url).port) })).rejects.toThrow('EADDRINUSE');
  });
});

describe('MirrorCache', () => {
  const text = (value: string | null) => async () => value;

  it('holds no more than it may, and what was used last longest', async () => {
    const cache = new MirrorCache<string>(
      10,
      (value) => value.length,
      () => 0,
    );
    await cache.load('a', text('aaaa'), false);
    await cache.load('b', text('bbbb'), false);
    expect(cache.get('a')).toBe('aaaa');
    await cache.load('c', text('cccc'), false);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['aaaa', null, 'cccc']);
    await cache.load('d', text('d'.repeat(11)), false);
    expect(['a', 'c', 'd'].map((key) => cache.get(key))).toEqual([null, null, null]);
    await cache.load('e', text('e'.repeat(10)), false);
    expect(cache.get('e')).not.toBeNull();
  });

  it('forgets a mutable value after a second, an immutable one after a minute, and never holds null', async () => {
    let now = 0;
    const cache = new MirrorCache<string>(
      10,
      (value) => value.length,
      () => now,
    );
    await cache.load('m', text('m'), true);
    await cache.load('i', text('i'), false);
    await cache.load('n', text(null), false);
    const held = (at: number) => ((now = at), ['m', 'i', 'n'].map((key) => cache.get(key)));
    expect([held(999), held(1_000), held(59_999), held(60_000)]).toEqual([
      ['m', 'i', null],
      [null, 'i', null],
      [null, 'i', null],
      [null, null, null],
    ]);
  });

  it('reads once for all who ask at the same time', async () => {
    const cache = new MirrorCache<string>(10, (value) => value.length);
    let reads = 0;
    const read = async () => `${++reads}`;
    expect(await Promise.all([cache.load('a', read, false), cache.load('a', read, false)])).toEqual(['1', '1']);
  });
});

describe('parseRange', () => {
  it('has nothing to give of an empty file', () => {
    expect(parseRange('bytes=0-9', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-9', 0)).toBe('unsatisfiable');
  });
});
