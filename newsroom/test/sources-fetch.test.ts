import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPublicAddress } from '../src/sources/addresses.ts';
import { fetchSource } from '../src/sources/fetch.ts';
import { importSource } from '../src/sources/sources.ts';

const FEED = '<rss><channel><title>F</title><item><title>t</title><link>/x</link></item></channel></rss>';
let server: Server;
let origin = '';
let hits = 0;

const answer: RequestListener = (request, response) => {
  hits += 1;
  const path = request.url ?? '';
  if (path === '/feed') return void response.end(FEED);
  if (path === '/gzip') return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(FEED));
  if (path === '/bomb')
    return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2_000_000)));
  if (path === '/large') return void response.end(Buffer.alloc(2_000_000));
  if (path === '/silent') return undefined;
  if (path === '/circle') return void response.writeHead(302, { location: '/circle' }).end();
  if (path === '/headers') return void response.end(JSON.stringify(request.headers));
  if (path.startsWith('/to?'))
    return void response.writeHead(302, { location: decodeURIComponent(path.slice(4)) }).end();
  return void response.writeHead(404).end();
};

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('addresses that are refused without a connection', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://127.0.0.1./',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://[fd12::1]/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://１２７.0.0.1/',
    'http://①②⑦.0.0.1/',
  ])('%s', async (url) => {
    await expect(fetchSource(url)).rejects.toThrow(/private network/);
  });

  test.each([
    'file:///etc/passwd',
    'gopher://example.org/',
    'ftp://example.org/',
    'data:text/xml,x',
    'javascript:1',
    'nonsense',
    'http://user:secret@example.org/',
  ])('%s', async (url) => {
    await expect(fetchSource(url)).rejects.toThrow(/Only http|no web address|password/);
  });

  test.each([
    ['127.0.0.1', 4],
    ['10.1.2.3', 4],
    ['::1', 6],
    ['::ffff:10.0.0.1', 6],
  ])('a name that leads to %s', async (address, family) => {
    const before = hits;
    const resolve = async () => [
      { address: '93.184.215.14', family: 4 },
      { address, family },
    ];
    await expect(fetchSource(origin.replace('127.0.0.1', 'news.example'), { resolve })).rejects.toThrow(
      /private network/,
    );
    expect(hits).toBe(before);
  });

  test('public ones are told apart', () => {
    expect(['93.184.215.14', '8.8.8.8', '2606:4700::1111', '2a00:1450::1'].map(isPublicAddress)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['1.2.3', 'x', '', 'fe80::1%eth0'].map(isPublicAddress)).toEqual([false, false, false, false]);
  });
});

describe('fetchSource()', () => {
  const local = { allowPrivate: true };
  const get = (path: string, options = {}) => fetchSource(origin + path, { ...local, ...options });

  test('connects to the address that was judged, without asking again', async () => {
    let asked = 0;
    const resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '192.0.2.1', family: 4 }];
    const { bytes } = await fetchSource(origin.replace('127.0.0.1', 'news.example') + '/feed', { ...local, resolve });
    expect([Buffer.from(bytes).toString(), asked]).toEqual([FEED, 1]);
  });
  test('sends nothing about the user', async () => {
    const headers = JSON.parse(Buffer.from((await get('/headers')).bytes).toString()) as object;
    expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(headers).toMatchObject({ 'user-agent': 'pappus' });
  });
  test('unpacks', async () => expect(Buffer.from((await get('/gzip')).bytes).toString()).toBe(FEED));
  test('follows a redirect and says where it ended', async () =>
    expect((await get('/to?%2Ffeed')).url).toBe(`${origin}/feed`));
  test.each([
    ['/circle', {}, /circles/],
    ['/to?file%3A%2F%2F%2Fetc%2Fpasswd', {}, /Only http/],
    ['/large', { bytes_max: 1_000_000 }, /larger/],
    ['/bomb', { bytes_max: 1_000_000 }, /larger/],
    ['/none', {}, /404/],
    ['/silent', { time_ms: 50 }, /too long/],
  ])('%s', async (path, options, why) => {
    await expect(get(path, options)).rejects.toThrow(why);
  });
  test('judges the target of a redirect too', async () => {
    const judged: string[] = [];
    const resolve = async (host: string) => {
      judged.push(host);
      return [];
    };
    await expect(get(`/to?${encodeURIComponent('http://inner.example/')}`, { resolve })).rejects.toThrow(
      'inner.example has no address',
    );
    expect(judged).toEqual(['inner.example']);
  });
});

describe('importSource()', () => {
  test('a feed by address', async () => {
    const { drafts } = await importSource(`${origin}/feed`, { allowPrivate: true });
    expect(drafts[0]!.link).toBe(`${origin}/x`);
  });
  test.each([
    ['http://127.0.0.1:9/', /private/],
    ['/no/such/file', /no such file/],
    ['gopher://x/', /Only http/],
  ])('%s says why', async (where, why) => {
    expect((await importSource(where)).refused[0]!.why).toMatch(why);
  });
});
