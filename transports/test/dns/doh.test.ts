/** Our authority over HTTP, asked by our reader, by hostile clients, and by kdig behind a server that adds TLS. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { encodeBase32, type TreeFile, type TreePath } from '@pappus/core';
import { serveDoh, type DohServer } from '../../node/index.ts';
import {
  Authority,
  BLOCK_TTL,
  DnsShelf,
  Resolver,
  SHORT_TTL,
  TYPE,
  askByHttps,
  decodeMessage,
  encodeQuery,
} from '../../src/dns/index.ts';
import { describeShelf } from '../conformance.ts';
import { CHANNEL, FAST, ZONE, zoneOf } from './zone.ts';

const HOST = '127.0.0.1';
const FILES: TreeFile[] = [{ path: 'head' as TreePath, bytes: new Uint8Array(5_000).map((_, i) => i * 7) }];

describeShelf('a zone of DNS over HTTP', async (files) => {
  const server = await serveDoh({ authority: new Authority(zoneOf(files)), host: HOST, port: 0 });
  const resolvers = [new Resolver({ name: 'doh', stream: askByHttps(server.url), pace: FAST })];
  const shelf = new DnsShelf({ zone: ZONE, channelId: encodeBase32(CHANNEL), resolvers, random: () => 0.5 });
  return {
    shelf,
    stop: async () => {
      shelf.close();
      await server.close();
    },
  };
});

test('where nobody answers, that is said without waiting for what cannot come', { timeout: 30_000 }, async () => {
  const server = await serveDoh({ authority: new Authority(zoneOf(FILES)), host: HOST, port: 0 });
  await server.close();
  const resolvers = [new Resolver({ name: 'gone', stream: askByHttps(server.url), pace: FAST })];
  const shelf = new DnsShelf({ zone: ZONE, channelId: encodeBase32(CHANNEL), resolvers, random: () => 0.5 });
  const limit = { bytes: 9_000, signal: new AbortController().signal };
  const began = performance.now();
  await expect(shelf.read('head' as TreePath, limit)).rejects.toThrow('no resolver has it (unreachable)');
  const elapsedMs = performance.now() - began;
  await expect(shelf.read('head' as TreePath, limit)).rejects.toThrow('unreachable');
  expect(performance.now() - began - elapsedMs).toBeLessThan(1_000);
  expect(elapsedMs).toBeLessThan(20_000);
  shelf.close();
});

async function served(): Promise<DohServer> {
  const server = await serveDoh({ authority: new Authority(zoneOf(FILES)), host: HOST, port: 0 });
  onTestFinished(() => server.close());
  return server;
}

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const queryFor = (name: string, type: number = TYPE.TXT): Uint8Array =>
  encodeQuery({ id: 0, name, type, udpBytes: 1_232 });
const label = [...zoneOf(FILES).content.blocks.keys()][0]!;

test('an answer may be kept as long as its records, and a denial as long as the zone denies', async () => {
  const { url } = await served();
  const asked: [name: string, type: number, rcode: number, seconds: number][] = [
    [`${label}.${ZONE}`, TYPE.TXT, 0, BLOCK_TTL],
    [`h0.${ZONE}`, TYPE.TXT, 0, 300],
    [`h3.${ZONE}`, TYPE.HTTPS, 0, 604_800],
    [`${label}.${ZONE}`, TYPE.A, 0, SHORT_TTL],
    [`no.${ZONE}`, TYPE.TXT, 3, SHORT_TTL],
    ['example.net', TYPE.TXT, 5, 0],
  ];
  for (const [name, type, rcode, seconds] of asked) {
    const response = await fetch(`${url}?dns=${base64Url(queryFor(name, type))}`);
    const { headers } = response;
    expect([name, response.status, headers.get('cache-control')]).toEqual([name, 200, `max-age=${seconds}`]);
    expect([headers.get('content-type'), headers.get('access-control-allow-origin')]).toEqual([
      'application/dns-message',
      '*',
    ]);
    const message = decodeMessage(new Uint8Array(await response.arrayBuffer()));
    expect([message.id, message.rcode]).toEqual([0, rcode]);
  }
});

test('what is no question in its one form gets no answer of DNS', async () => {
  const { url } = await served();
  const good = base64Url(queryFor(`h0.${ZONE}`));
  const loose = base64Url(queryFor(`h00.${ZONE}`));
  const answer = queryFor(`h0.${ZONE}`);
  answer[2]! |= 0x80;
  const odd: [search: string, status: number][] = [
    ['', 400],
    ['?', 400],
    ['?dns=', 400],
    [`?dns=${good}=`, 400],
    [`?dns=${good}&reader=1`, 400],
    [`?reader=1&dns=${good}`, 400],
    [`?dns=${good.slice(0, -1)}%41`, 400],
    [`?dns=${good.slice(0, 2)}`, 400],
    [`?dns=${loose}`, 200],
    [`?dns=${loose.slice(0, -1)}B`, 400], // the same octets
    [`?dns=${base64Url(answer)}`, 400],
    [`?dns=${'A'.repeat(684)}`, 414],
  ];
  const statuses = await Promise.all(odd.map(async ([search]) => (await fetch(`${url}${search}`)).status));
  expect(statuses.map((status, i) => [odd[i]![0], status])).toEqual(odd);
  expect((await fetch(`${url}/?dns=${good}`)).status).toBe(404);
  expect((await fetch(new URL('/', url))).status).toBe(404);
  const post = await fetch(`${url}?dns=${good}`, { method: 'POST', body: Buffer.from(queryFor(`h0.${ZONE}`)) });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
  expect((await fetch(`${url}?dns=${good}`)).status).toBe(200);
});

test('no octets stop it', async () => {
  const { url } = await served();
  let seed = 7;
  const chance = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const whole = queryFor(`h0.${ZONE}`);
  for (let i = 0; i < 500; i++) {
    const query = i % 2 ? whole.slice() : new Uint8Array(chance(300)).map(() => chance(256));
    for (let n = chance(4); n >= 0 && query.length > 0; n--) query[chance(query.length)] = chance(256);
    const { status } = await fetch(`${url}?dns=${base64Url(query)}`);
    expect([200, 400], base64Url(query)).toContain(status);
  }
});

/** What comes back for octets that no client of HTTP would send. */
function raw(port: number, octets: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, HOST, () => socket.write(octets));
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

test('requests that are none, or too long, are turned away', async () => {
  const { url } = await served();
  const port = Number(new URL(url).port);
  expect(await raw(port, `GET /dns-query?dns=${'A'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(/ 431 /);
  expect(await raw(port, 'GET http://a/dns-query HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/ 404 /);
  expect(await raw(port, '\0\0\r\n\r\n')).toMatch(/ 400 /);
});

const missing = ['kdig', 'openssl'].filter((name) => {
  try {
    return !execFileSync('which', [name]);
  } catch {
    return true;
  }
});

test.skipIf(missing.length > 0)(
  `kdig reads it through a server that adds TLS (needs ${missing.join(' ')})`,
  async () => {
    const { url } = await served();
    const folder = mkdtempSync(join(tmpdir(), 'pappus-doh-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...made, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const front = createSecureServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      async (request, response) => {
        const answer = await fetch(new URL(request.url, url), { method: request.method });
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! });
        response.end(new Uint8Array(await answer.arrayBuffer()));
      },
    );
    await new Promise<void>((resolve) => front.listen(0, HOST, resolve));
    onTestFinished(() => void front.close());
    const { port } = front.address() as AddressInfo;
    const asked = [`@${HOST}`, '-p', String(port), '+https-get', '+short', `${label}.${ZONE}`, 'TXT'];
    const { stdout } = await promisify(execFile)('kdig', asked);
    const octets = zoneOf(FILES).content.blocks.get(label)!;
    const shown = [...stdout.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!).join('');
    const text = shown.replaceAll(/\\(\d{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number(code)) : code,
    );
    expect(Buffer.from(text, 'latin1')).toEqual(Buffer.from(octets));
  },
);
