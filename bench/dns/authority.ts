/** Questions a second: our authority beside NSD and Knot, each with one process, the same zone and dnsperf. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, CARRIER_TYPES, writeZoneFile } from '@pappus/transports/dns';
import { serveDns } from '@pappus/transports/node';
import { ZONE } from '../../pappus/test/dns/edition.ts';
import { bringUpLoopback } from '../../pappus/test/dns/resolvers.ts';
import { largeZone } from './large-zone.ts';
import { processorSeconds, startKnot, startNsd } from './name-servers.ts';
import { done } from './scene.ts';

/** Questions a second of each run, and in a second of the server's processor time, which others change less. */
export interface Served {
  perSecond: number[];
  perProcessorSecond: number[];
}

export type AuthorityResult = Record<'Pappus' | 'NSD' | 'Knot', Served>;

const ADDRESS = '127.0.0.1';
const PORTS = { Pappus: 5_300, NSD: 5_301, Knot: 5_302 };
const IN_FLIGHT = 200;
const SECONDS = 4;
const RUNS = 3;
/** What dnsperf had under way when it ended counts as lost. */
const LOST_MAX = IN_FLIGHT;

const zone = largeZone();

if (process.send) {
  await serveDns({ authority: new Authority(zone), hosts: [ADDRESS], port: PORTS.Pappus, rateLimit: null });
  process.on('message', () => process.exit(0));
  process.send([...zone.content.blocks.keys()]);
} else {
  bringUpLoopback();
  done(await compare());
}

/** The zone differs from start to start, so our child tells its names: theirs are asked for by theirs. */
async function compare(): Promise<AuthorityResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pappus-perf-'));
  const questions = (name: string, labels: Iterable<string>): string => {
    const file = join(folder, name);
    writeFileSync(file, [...labels].map((label) => `${label}.${ZONE} TXT\n`).join(''));
    return file;
  };
  const file = join(folder, 'zone');
  writeFileSync(file, Buffer.concat([...writeZoneFile(zone, [CARRIER_TYPES['txt']!])]));
  const place = { zone: ZONE, file, address: ADDRESS, label: [...zone.content.blocks.keys()].at(-1)! };
  const child = fork(import.meta.filename, [], { serialization: 'json' });
  const [labels] = (await once(child, 'message')) as [string[]];
  const [nsd, knot] = [await startNsd({ ...place, port: PORTS.NSD }), await startKnot({ ...place, port: PORTS.Knot })];
  const theirs = questions('theirs', zone.content.blocks.keys());
  const asked = { Pappus: questions('ours', labels), NSD: theirs, Knot: theirs };
  const pids = { Pappus: child.pid!, NSD: nsd.pid, Knot: knot.pid };
  const none = (): Served => ({ perSecond: [], perProcessorSecond: [] });
  const result: AuthorityResult = { Pappus: none(), NSD: none(), Knot: none() };
  for (let run = 0; run <= RUNS; run++)
    for (const name of ['Pappus', 'NSD', 'Knot'] as const) {
      const before = processorSeconds(pids[name]);
      const { answered, perSecond } = dnsperf(PORTS[name], asked[name]);
      if (run === 0) continue; // it warms each
      result[name].perSecond.push(perSecond);
      result[name].perProcessorSecond.push(answered / (processorSeconds(pids[name]) - before));
    }
  await nsd.stop();
  await knot.stop();
  child.send('stop');
  return result;
}

function dnsperf(port: number, file: string): { answered: number; perSecond: number } {
  const args = ['-s', ADDRESS, '-p', String(port), '-d', file, '-l', String(SECONDS), '-q', String(IN_FLIGHT), '-e'];
  const said = execFileSync('dnsperf', args).toString();
  const lost = Number(/Queries lost:\s+(\d+)/.exec(said)![1]);
  const codes = /Response codes:\s+(.*)/.exec(said)![1]!;
  if (lost > LOST_MAX || !/^NOERROR \d+ \(100\.00%\)$/.test(codes))
    throw new Error(`port ${port}: ${lost} lost, ${codes}`);
  const [answered, perSecond] = [/Queries completed:\s+(\d+)/, /Queries per second:\s+([\d.]+)/].map((pattern) =>
    Number(pattern.exec(said)![1]),
  );
  return { answered: answered!, perSecond: perSecond! };
}
