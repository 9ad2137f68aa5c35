import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { TreeFile, TreePath } from '@pappus/core';
import { nodeDisk, type Disk } from '../node/disk.ts';
import { FolderShelf } from '../node/folder.ts';
import { askOnNewConnection } from '../node/http.ts';
import { startMirror } from '../node/mirror.ts';
import { askByFetch, HttpShelf, type HttpOptions } from '../src/http.ts';
import { describeShelf, type MakeShelf } from './conformance.ts';
import { ManualClock } from './manual-clock.ts';
import { isHere, itWith, PYTHON } from './oracle.ts';
import { serve, serveByPython, type TestServer } from './servers.ts';

const CHECKPOINT = 'checkpoint' as TreePath;
const LIMIT = { bytes: 100_000, signal: new AbortController().signal };

/** These folders need not outlive a power cut. */
const hastyDisk: Disk = {
  ...nodeDisk,
  create: async (path) => {
    const file = await nodeDisk.create(path);
    return { write: file.write, close: file.close, sync: async () => {} };
  },
  syncFolder: async () => {},
};

async function folderOf(files: TreeFile[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pappus-http-'));
  await new FolderShelf(folder, hastyDisk).putAll(files);
  return folder;
}

const overMirror =
  (options: HttpOptions): MakeShelf =>
  async (files) => {
    const folder = await folderOf(files);
    const mirror = await startMirror({ folder });
    const stop = async () => {
      await mirror.close();
      await rm(folder, { recursive: true });
    };
    return { shelf: new HttpShelf(mirror.url, options), stop };
  };

const overPython =
  (options: HttpOptions): MakeShelf =>
  async (files) => {
    const folder = await folderOf(files);
    const python = await serveByPython(folder);
    const stop = async () => {
      await python.stop();
      await rm(folder, { recursive: true });
    };
    return { shelf: new HttpShelf(python.url, options), stop };
  };

describeShelf('HttpShelf', overMirror({}), { runs: 10 });
describeShelf('HttpShelf in pieces', overMirror({ pieceBytes: 100 }), { runs: 10, files: 300 });
describeShelf('HttpShelf in pieces on new connections', overMirror({ pieceBytes: 12_288, ask: askOnNewConnection }), {
  runs: 10,
  files: 300,
});
if (isHere(PYTHON)) {
  describeShelf('HttpShelf over a plain static server', overPython({}), { runs: 2 });
  describeShelf('HttpShelf in pieces over a server without Range', overPython({ pieceBytes: 12_288 }), {
    runs: 2,
    files: 300,
  });
} else itWith(PYTHON, 'HttpShelf over a plain static server', () => {});

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function mirrorThat(listener: RequestListener): Promise<TestServer> {
  const server = await serve(listener);
  servers.push(server);
  return server;
}

const asks = [
  ['fetch', askByFetch],
  ['new connections', askOnNewConnection],
] as const;

describe.each(asks)('HttpShelf by %s', (_, ask) => {
  const shelfOf = (server: TestServer, options: HttpOptions = {}) => new HttpShelf(server.url, { ask, ...options });

  it.each([404, 410])('takes %d for absent', async (status) => {
    const server = await mirrorThat((_, response) => response.writeHead(status).end('x'.repeat(1_000)));
    expect(await shelfOf(server).read(CHECKPOINT, LIMIT)).toBeNull();
    expect(await shelfOf(server, { pieceBytes: 10 }).read(CHECKPOINT, LIMIT)).toBeNull();
  });

  it.each([204, 206, 304, 400, 403, 416, 429, 500, 503])('throws for %d', async (status) => {
    const server = await mirrorThat((_, response) => response.writeHead(status).end());
    await expect(shelfOf(server).read(CHECKPOINT, LIMIT)).rejects.toThrow(`${status}`);
  });

  it.each([301, 302, 307, 308])('follows no %d', async (status) => {
    const server = await mirrorThat((_, response) => response.writeHead(status, { location: '/head' }).end());
    await expect(shelfOf(server).read(CHECKPOINT, LIMIT)).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });

  it('takes the page of a captive portal for the octets that it is', async () => {
    const server = await mirrorThat((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in'),
    );
    expect(await shelfOf(server).read(CHECKPOINT, LIMIT)).toEqual(new TextEncoder().encode('<h1>Log in'));
  });

  it('ends an endless answer at the limit', async () => {
    let sent = 0;
    const server = await mirrorThat((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(new Uint8Array(16_384))) sent += 16_384;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(shelfOf(server).read(CHECKPOINT, LIMIT)).rejects.toMatchObject({ code: 'too-large' });
    expect(sent).toBeLessThan(64 * 2 ** 20);
  });

  it('reads nothing of what announces itself as too long', async () => {
    const server = await mirrorThat((_, response) =>
      response.writeHead(200, { 'content-length': '100001' }).write('x'),
    );
    await expect(shelfOf(server).read(CHECKPOINT, LIMIT)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('throws for an answer shorter than announced', async () => {
    const server = await mirrorThat((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    await expect(shelfOf(server).read(CHECKPOINT, LIMIT)).rejects.toThrow();
  });

  it('gives up a mirror that says nothing, and one that says an octet a second', async () => {
    for (const begin of [() => {}, (response: ServerResponse) => response.writeHead(200).write('x')]) {
      const clock = new ManualClock();
      const server = await mirrorThat((_, response) => begin(response));
      const reading = expect(shelfOf(server, { clock }).read(CHECKPOINT, LIMIT)).rejects.toThrow('slower than 64');
      await server.asked;
      await clock.advance(20_000);
      await reading;
    }
  });

  it('waits for a slow mirror when told to', async () => {
    const clock = new ManualClock();
    let response: ServerResponse | undefined;
    const server = await mirrorThat((_, late) => (response = late));
    const reading = shelfOf(server, { clock, minBytesPerSecond: 0 }).read(CHECKPOINT, LIMIT);
    await server.asked;
    await clock.advance(3_600_000);
    response!.end('late');
    expect(await reading).toHaveLength(4);
  });

  it('stops at the reason of a signal that fires while it reads', async () => {
    const stop = new AbortController();
    const server = await mirrorThat((_, response) => {
      response.writeHead(200).write('x');
      stop.abort(new Error('enough'));
    });
    await expect(shelfOf(server).read(CHECKPOINT, { ...LIMIT, signal: stop.signal })).rejects.toThrow('enough');
  });

  it('asks the same of everyone: no cookie, referrer or validator, whatever it was told', async () => {
    const server = await mirrorThat((_, response) =>
      response
        .writeHead(200, {
          'set-cookie': 'id=1',
          etag: '"1"',
          'last-modified': new Date(0).toUTCString(),
          'cache-control': 'max-age=9',
        })
        .end('x'),
    );
    const shelf = shelfOf(server);
    for (let i = 0; i < 2; i++) await shelf.read(CHECKPOINT, LIMIT);
    const [first, second] = server.requests.map(({ url, rawHeaders }) => JSON.stringify({ url, rawHeaders }));
    expect(second).toBe(first);
    expect(first).not.toMatch(/cookie|referer|if-none-match|if-modified-since|authorization/i);
    expect(server.requests[0]!.headers.accept).toBe('*/*');
  });

  it('throws when the server is away', async () => {
    const server = await serve(() => {});
    await server.stop();
    await expect(shelfOf(server).read(CHECKPOINT, LIMIT)).rejects.toThrow();
  });

  it('reads in pieces though the server does not say how long the file is', async () => {
    const file = Uint8Array.from({ length: 250 }, (_, at) => at);
    const server = await mirrorThat((request, response) => {
      const from = Number(/=(\d+)-/.exec(request.headers.range!)![1]);
      response.writeHead(from < file.length ? 206 : 416).end(file.subarray(from, from + 50));
    });
    expect(await shelfOf(server, { pieceBytes: 50 }).read(CHECKPOINT, LIMIT)).toEqual(file);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual(
      [0, 50, 100, 150, 200, 250].map((from) => `bytes=${from}-${from + 49}`),
    );
  });

  it.each([
    ['another piece', 'bytes 5-9/20', 'another piece'],
    ['a total beyond the limit', 'bytes 0-9/100001', 'too-large'],
  ])('throws for %s', async (_, range, message) => {
    const server = await mirrorThat((_, response) => response.writeHead(206, { 'content-range': range }).end('x'));
    await expect(shelfOf(server, { pieceBytes: 10 }).read(CHECKPOINT, LIMIT)).rejects.toThrow(message);
  });

  it('throws for a mirror that sends empty pieces for ever', async () => {
    const server = await mirrorThat((_, response) =>
      response.writeHead(206, { 'content-range': 'bytes 0-9/20' }).end(),
    );
    await expect(shelfOf(server, { pieceBytes: 10 }).read(CHECKPOINT, LIMIT)).rejects.toThrow('empty piece');
  });
});

describe('HttpShelf', () => {
  it('makes one connection for each piece in Node', async () => {
    const server = await mirrorThat((request, response) => {
      const from = Number(/=(\d+)-/.exec(request.headers.range!)![1]);
      response.writeHead(206, { 'content-range': `bytes ${from}-${from + 9}/30` }).end('0123456789');
    });
    const shelf = new HttpShelf(server.url, { ask: askOnNewConnection, pieceBytes: 10 });
    expect(await shelf.read(CHECKPOINT, LIMIT)).toHaveLength(30);
    expect(server.connections()).toBe(3);
  });

  it('bounds what a short compressed answer becomes', async () => {
    const bomb = gzipSync(new Uint8Array(50 * 2 ** 20));
    const server = await mirrorThat((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    await expect(new HttpShelf(server.url).read(CHECKPOINT, LIMIT)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('keeps the folder of its address', async () => {
    const server = await mirrorThat((_, response) => response.end('x'));
    await new HttpShelf(`${server.url}a/b`).read(CHECKPOINT, LIMIT);
    expect(server.requests[0]!.url).toBe('/a/b/checkpoint');
  });

  it.each([
    'ftp://127.0.0.1/',
    'file:///etc/',
    'http://user:word@127.0.0.1/',
    'http://127.0.0.1/?x',
    'http://127.0.0.1/#x',
    '',
  ])('is not made of %j', (base) => {
    expect(() => new HttpShelf(base)).toThrow();
  });
});
