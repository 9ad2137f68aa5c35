/** The client's side of iodine, in the namespace where nothing else is: told by a message what to fetch. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Download, IodineResult } from './iodine.ts';

interface Order {
  own: string;
  resolver: string;
  zone: string;
  url: string;
  sizes: number[];
}

const ETHERNET_BYTES = 14;
const SET_UP_MS_MAX = 60_000;

/** What has crossed the only wire so far. */
function crossed(): { bytes: number; packets: number } {
  const line = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((one) => one.trim().startsWith('bench1'))!;
  const numbers = line.split(':')[1]!.trim().split(/\s+/).map(Number);
  const packets = numbers[1]! + numbers[9]!;
  return { bytes: numbers[0]! + numbers[8]! - packets * ETHERNET_BYTES, packets };
}

async function setUp({ own, resolver, zone }: Order): Promise<Pick<IodineResult, 'setUpMs' | 'setUpBytes'>> {
  for (const args of [
    ['link', 'set', 'lo', 'up'],
    ['address', 'add', `${own}/24`, 'dev', 'bench1'],
    ['link', 'set', 'bench1', 'up'],
  ])
    execFileSync('ip', args);
  const [began, before] = [performance.now(), crossed()];
  const child = spawn('/usr/sbin/iodine', ['-f', '-r', '-P', 'x', resolver, zone], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.on('exit', () => child.kill());
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => reject(new Error(`iodine: ${log.slice(-1_000)}`));
    setTimeout(fail, SET_UP_MS_MAX).unref();
    child.once('exit', fail);
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('Connection setup complete')) resolve();
    });
  });
  return { setUpMs: performance.now() - began, setUpBytes: crossed().bytes - before.bytes };
}

async function download(url: string, size: number): Promise<Download> {
  const [began, before] = [performance.now(), crossed()];
  const { byteLength } = await (await fetch(`${url}/${size}`)).arrayBuffer();
  const ms = performance.now() - began;
  const after = crossed();
  if (byteLength !== size) throw new Error(`${byteLength} of ${size} octets`);
  return { bytes: size, ms, wireBytes: after.bytes - before.bytes, packets: after.packets - before.packets };
}

process.once('message', async (order: Order) => {
  try {
    const result: IodineResult = { ...(await setUp(order)), downloads: [] };
    for (const size of order.sizes) result.downloads.push(await download(order.url, size));
    process.send!(result);
  } catch (error) {
    process.send!({ error: `${String(error)} ${String((error as Error).cause)}` });
  }
});
process.send!('ready');
