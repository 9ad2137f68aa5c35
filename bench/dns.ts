/**
 * News over DNS beside thefeed's model, iodine, NSD and Knot, through the resolvers of Debian's packages, in network
 * namespaces of their own. Needs root and the packages `pappus/test/dns` names, `nsd knot dnsperf iodine`, and for the
 * clock that goes ahead `libfaketime`.
 *
 *     node bench/dns.ts                    every part; writes DNS.md; some ten minutes
 *     node bench/dns.ts bytes loss …       these parts; prints what they measured as JSON
 *     --runs 20                            how often an edition is read under loss
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESOLVERS } from '../pappus/test/dns/resolvers.ts';
import { argument } from './measure.ts';
import { dnsPage, type DnsResults } from './dns/page.ts';

type Part = keyof DnsResults;

const FOLDER = import.meta.dirname;
const CORES = 2;
/** Octets of one edition, and of several, for iodine; about those of ours. */
const EDITION_BYTES = '21635';
const SEVERAL_BYTES = Array.from({ length: 5 }, () => '200000');

/** Network and processes: whatever a part started ends with it. */
const OF_ITS_OWN = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Each in a namespace; its last line is what it measured. */
async function inNamespace(script: string, args: readonly string[]): Promise<unknown> {
  const child = spawn('unshare', [...OF_ITS_OWN, process.execPath, join(FOLDER, 'dns', script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${code}`);
  return JSON.parse(output.trim().split('\n').at(-1)!);
}

/** One part for every resolver, `atOnce` of them at a time. */
async function forEach<T>(script: string, atOnce: number, ...args: string[]): Promise<Record<string, T>> {
  const queue = RESOLVERS.map(({ name }) => name);
  const results: Record<string, T> = Object.fromEntries(queue.map((name) => [name, null as T]));
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift())
      results[name] = (await inNamespace(script, [name, ...args])) as T;
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

/** Those that mostly wait run side by side, those that count work one after another. */
const PARTS: { [part in Part]: () => Promise<DnsResults[part]> } = {
  bytes: () => forEach('bytes.ts', CORES),
  latency: () => forEach('latency.ts', CORES),
  loss: () => forEach('loss.ts', RESOLVERS.length, argument('runs', '20')),
  mirror: () => forEach('mirror.ts', CORES),
  silent: () => forEach('silent.ts', RESOLVERS.length),
  goodput: () => forEach('goodput.ts', 1),
  iodine: async () => ({
    best: (await inNamespace('iodine.ts', ['best', EDITION_BYTES, ...SEVERAL_BYTES])) as DnsResults['iodine']['best'],
    defaults: (await inNamespace('iodine.ts', ['defaults', EDITION_BYTES])) as DnsResults['iodine']['defaults'],
  }),
  authority: () => inNamespace('authority.ts', []) as Promise<DnsResults['authority']>,
  'zone-file': () => inNamespace('zone-file.ts', []) as Promise<DnsResults['zone-file']>,
};

const all = Object.keys(PARTS) as Part[];
const wanted = process.argv.slice(2).filter((one, at, list) => one !== '--runs' && list[at - 1] !== '--runs');
const unknown = wanted.filter((name) => !all.includes(name as Part));
if (unknown.length > 0) throw new Error(`${unknown.join(' ')}: the parts are ${all.join(' ')}`);
const results: Partial<Record<Part, unknown>> = {};
const began = performance.now();
for (const part of wanted.length > 0 ? (wanted as Part[]) : all) {
  process.stderr.write(`${Math.round((performance.now() - began) / 1_000)} s: ${part}\n`);
  results[part] = await PARTS[part]();
}
if (wanted.length > 0) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else {
  const page = dnsPage(results as unknown as DnsResults, (performance.now() - began) / 60_000);
  writeFileSync(join(FOLDER, 'DNS.md'), page);
  process.stdout.write(page);
}
