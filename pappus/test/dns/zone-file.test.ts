/** The zone as the world's servers and tools see it: our authority by dig and kdig, the zone file by NSD, Knot, BIND. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Authority,
  CARRIER_TYPES,
  TYPE,
  decodeMessage,
  encodeQuery,
  recordData,
  writeZoneFile,
  type Zone,
} from '@pappus/transports/dns';
import { askByTcp, askByUdp, serveDns, type DnsServer } from '@pappus/transports/node';
import { ZONE, newsroomWith, zoneOf } from './edition.ts';

const TOOLS = {
  dig: 'bind9-dnsutils',
  kdig: 'knot-dnsutils',
  nsd: 'nsd',
  knotd: 'knot',
  'named-checkzone': 'bind9-utils',
};
const lacking = Object.entries(TOOLS).filter(
  ([tool]) => !['/usr/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, tool))),
);
const needs = lacking.length === 0 ? null : lacking.map(([, name]) => name).join(' ');
const title = (text: string): string => (needs === null ? text : `${text} (needs the packages "${needs}")`);

const folder = mkdtempSync(join(tmpdir(), 'pappus-zone-'));
const run = promisify(execFile);
let zone: Zone;
let file: string;
let server: DnsServer;
const children: ChildProcess[] = [];

beforeAll(async () => {
  zone = await zoneOf(await newsroomWith(30));
  file = join(folder, 'zone');
  writeFileSync(file, Buffer.concat([...writeZoneFile(zone, Object.values(CARRIER_TYPES))]));
  server = await serveDns({ authority: new Authority(zone), hosts: ['127.0.0.1'], port: 0 });
});
afterAll(async () => {
  await server.close();
  for (const child of children) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
}

/** All payloads of a name and type that a server gives, by UDP or TCP. */
async function dataAt(port: number, name: string, type: number, way = askByTcp): Promise<string[]> {
  const query = encodeQuery({ id: 5, name: `${name}.${ZONE}`, type, udpBytes: 1_232 });
  let data: string[] = [];
  const take = (bytes: Uint8Array): boolean => {
    data = decodeMessage(bytes).answers.map((record) => Buffer.from(record.data).toString('hex'));
    return true;
  };
  await way('127.0.0.1', port)(query, take, AbortSignal.timeout(5_000));
  return data.sort();
}

/** Waits until the server answers for the zone. */
async function upAt(port: number, child: ChildProcess): Promise<void> {
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => (log += chunk.toString()));
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    const data = await dataAt(port, 'h0', TYPE.TXT).catch(() => []);
    if (data.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20)); // a closed port gives nothing to wait for
  }
  throw new Error(`no answer: ${log.slice(-2_000)}`);
}

/** A string as RFC 1035 §5.1 writes it. */
function unescaped(string: string): number[] {
  return [...string.matchAll(/\\(\d{3})|\\?([^])/g)].map(([, number, plain]) =>
    number ? Number(number) : plain!.charCodeAt(0),
  );
}

async function expectServes(port: number): Promise<void> {
  const hex = (type: (typeof TYPE)['TXT' | 'NULL' | 'HTTPS' | 'AAAA'], payload: Uint8Array): string[] =>
    recordData(type, payload)
      .map((data) => Buffer.from(data).toString('hex'))
      .sort();
  for (const [label, block] of zone.content.blocks) {
    expect(await dataAt(port, label, TYPE.TXT)).toEqual(hex(TYPE.TXT, block));
    expect(await dataAt(port, label, TYPE.HTTPS)).toEqual(hex(TYPE.HTTPS, block));
    expect(await dataAt(port, label, TYPE.NULL)).toEqual(hex(TYPE.NULL, block));
    expect(await dataAt(port, `${label}a`, TYPE.AAAA)).toEqual(hex(TYPE.AAAA, block.subarray(0, 400)));
  }
  expect(await dataAt(port, 'h3', TYPE.TXT, askByUdp)).toEqual(hex(TYPE.TXT, zone.content.ladder));
}

describe.skipIf(needs !== null)(title('a zone'), () => {
  test('is served by our authority', () => expectServes(server.port));

  test('dig and kdig read our answers, by UDP and TCP', async () => {
    const [label, block] = [...zone.content.blocks][0]!;
    const expected = recordData(TYPE.TXT, block)[0]!;
    for (const [tool, more] of [
      ['dig', []],
      ['dig', ['+tcp']],
      ['kdig', []],
      ['kdig', ['+tcp']],
    ] as const) {
      const args = [
        '-p',
        String(server.port),
        '@127.0.0.1',
        `${label}.${ZONE}`,
        'TXT',
        '+bufsize=1232',
        '+norecurse',
        ...more,
      ];
      const { stdout } = await run(tool, args);
      expect(stdout).toMatch(/status: NOERROR/);
      expect(stdout).not.toMatch(/warning|malformed|extra/i);
      const written = stdout.split('\n').find((line) => /\sTXT\s+"/.test(line))!;
      const octets = [...written.matchAll(/"((?:\\.|[^"\\])*)"/g)].flatMap(([, string]) => unescaped(string!));
      const strings = [...expected].filter((_, i) => i % 256 !== 0);
      expect(octets).toEqual(strings);
    }
  });

  test('its file is without fault to BIND', () => {
    const checked = execFileSync('named-checkzone', ['-k', 'ignore', ZONE, file]).toString();
    expect(checked).toMatch(/OK/);
  });

  test('its file is served by NSD', async () => {
    const port = await freePort();
    const config = join(folder, 'nsd.conf');
    writeFileSync(
      config,
      `server:\n  ip-address: 127.0.0.1@${port}\n  username: ""\n  chroot: ""\n  zonesdir: "${folder}"\n  pidfile: "${folder}/nsd.pid"\n  database: ""\n  xfrdfile: "${folder}/xfrd"\n  zonelistfile: "${folder}/list"\n  cookie-secret-file: "${folder}/cookie"\nremote-control:\n  control-enable: no\nzone:\n  name: ${ZONE}\n  zonefile: ${file}\n`,
    );
    const child = spawn('/usr/sbin/nsd', ['-d', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    await upAt(port, child);
    await expectServes(port);
  });

  test('its file is served by Knot', async () => {
    const port = await freePort();
    const config = join(folder, 'knot.conf');
    writeFileSync(
      config,
      `server:\n  rundir: ${folder}\n  listen: 127.0.0.1@${port}\ndatabase:\n  storage: ${folder}\nlog:\n  - target: stderr\n    any: warning\nzone:\n  - domain: ${ZONE}\n    file: ${file}\n    storage: ${folder}\n    zonefile-sync: -1\n    journal-content: none\n`,
    );
    const child = spawn('/usr/sbin/knotd', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    await upAt(port, child);
    await expectServes(port);
  });
});

test('whoever asks too often is told to come by TCP, and mostly nothing', async () => {
  const limited = await serveDns({
    authority: new Authority(zone),
    hosts: ['127.0.0.1'],
    port: 0,
    rateLimit: { perSecond: 1, burst: 20 },
  });
  let [whole, truncated] = [0, 0];
  const query = encodeQuery({ id: 5, name: `h0.${ZONE}`, type: TYPE.TXT, udpBytes: 1_232 });
  const ask = askByUdp('127.0.0.1', limited.port);
  const take = (bytes: Uint8Array): boolean => {
    if (decodeMessage(bytes).isTruncated) truncated++;
    else whole++;
    return true;
  };
  const asked = Array.from({ length: 100 }, () => ask(query, take, AbortSignal.timeout(1_000)).catch(() => {}));
  await Promise.all(asked);
  expect(whole).toBeLessThanOrEqual(22);
  expect(truncated).toBeGreaterThanOrEqual(30);
  expect(truncated).toBeLessThanOrEqual(41);
  expect(await dataAt(limited.port, 'h0', TYPE.TXT)).toHaveLength(1);
  await limited.close();
});
