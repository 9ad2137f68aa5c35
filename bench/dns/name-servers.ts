/** NSD and Knot from Debian's packages, serving one zone file. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TYPE, decodeMessage, encodeQuery } from '@pappus/transports/dns';
import { askByUdp } from '@pappus/transports/node';

export interface NameServer {
  name: 'NSD' | 'Knot';
  pid: number;
  /** Milliseconds from its start until it gave the name that was asked for. */
  loadMs: number;
  stop: () => Promise<void>;
}

interface Place {
  zone: string;
  /** A zone file. */
  file: string;
  address: string;
  port: number;
  /** A name of the zone with TXT: the server is ready when it answers. */
  label: string;
}

const LOOK_MS = 10;
const LOOKS = 6_000;

export const startNsd = (place: Place): Promise<NameServer> =>
  start('NSD', place, (folder) => {
    const config = join(folder, 'nsd.conf');
    writeFileSync(
      config,
      `server:
  ip-address: ${place.address}@${place.port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  pidfile: "${folder}/pid"
  database: ""
  xfrdfile: "${folder}/xfrd"
  zonelistfile: "${folder}/list"
  cookie-secret-file: "${folder}/cookie"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: ${place.zone}
  zonefile: ${place.file}
`,
    );
    return ['/usr/sbin/nsd', ['-d', '-c', config]];
  });

export const startKnot = (place: Place): Promise<NameServer> =>
  start('Knot', place, (folder) => {
    const config = join(folder, 'knot.conf');
    writeFileSync(
      config,
      `server:
  rundir: ${folder}
  listen: ${place.address}@${place.port}
  udp-workers: 1
database:
  storage: ${folder}
log:
  - target: stderr
    any: warning
zone:
  - domain: ${place.zone}
    file: ${place.file}
    storage: ${folder}
    zonefile-sync: -1
    journal-content: none
`,
    );
    return ['/usr/sbin/knotd', ['-c', config]];
  });

async function start(
  name: NameServer['name'],
  place: Place,
  configure: (folder: string) => [program: string, args: string[]],
): Promise<NameServer> {
  const [program, args] = configure(mkdtempSync(join(tmpdir(), 'pappus-ns-')));
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-2_000)));
  for (let looks = 0; !(await answers(place)); looks++) {
    if (looks === LOOKS || child.exitCode !== null) throw new Error(`${name} does not answer: ${log}`);
    await pause(LOOK_MS); // a process that has not bound its port yet gives nothing to wait for
  }
  return { name, pid: child.pid!, loadMs: performance.now() - began, stop: () => stop(child) };
}

async function answers({ zone, address, port, label }: Place): Promise<boolean> {
  const query = encodeQuery({ id: 5, name: `${label}.${zone}`, type: TYPE.TXT, udpBytes: 1_232 });
  let isThere = false;
  const take = (bytes: Uint8Array): boolean => ((isThere = decodeMessage(bytes).answers.length > 0), true);
  await askByUdp(address, port)(query, take, AbortSignal.timeout(200)).catch(() => {});
  return isThere;
}

/** NSD has children, which end with it when it is asked to. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

const TICKS_A_SECOND = 100;

/** Processor time of a process and its children so far, in seconds. */
export function processorSeconds(pid: number): number {
  const fields = (one: string): string[] => {
    const text = statOf(one);
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  };
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const family = new Set([String(pid)]);
  for (const one of all) if (family.has(fields(one)[1] ?? '')) family.add(one); // a child's number is the higher one
  const ticks = [...family].map((one) => Number(fields(one)[11] ?? 0) + Number(fields(one)[12] ?? 0));
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_A_SECOND;
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it has ended since
  }
}

/** The version that a program tells of itself, as far as it can be found. */
export function versionOf(program: string, args: readonly string[], pattern: RegExp): string {
  try {
    const text = execFileSync('sh', ['-c', `"$0" "$@" 2>&1 || true`, program, ...args]).toString();
    return pattern.exec(text)?.[0] ?? '?';
  } catch {
    return '?';
  }
}
