/**
 * Runs in a network namespace of its own, whose only way out ends in the next interface: opens each page that is named
 * in each engine, and prints as JSON what packets each of them sent.
 *
 *     node in-namespace.ts <page>…
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { ENGINES } from './index.ts';
import type { Tab } from './tab.ts';

const ip = (line: string): unknown => execFileSync('ip', line.split(' '));
for (const line of [
  'link set lo up',
  'link add v0 type veth peer name v1',
  'address add 10.9.9.1/24 dev v0',
  'link set v0 up',
  'link set v1 up',
  'neighbour add 10.9.9.2 lladdr 02:00:00:00:00:01 dev v0',
  'route add default via 10.9.9.2',
]) {
  ip(line);
}

const sniffer = spawn('python3', [join(import.meta.dirname, 'packets.py'), 'v1'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let packets: string[] = [];
const lines = createInterface(sniffer.stdout);
await once(lines, 'line');
lines.on('line', (line) => packets.push(line));

/** A datagram of our own, sent last: what was sent before it has been seen once it is. */
async function drained(): Promise<void> {
  const mark = `mark-${Math.random()}`;
  const seen = new Promise<void>((resolve) => {
    const look = (line: string): void => {
      if (!line.endsWith(mark)) return;
      lines.off('line', look);
      resolve();
    };
    lines.on('line', look);
  });
  const name = [mark.length, ...Buffer.from(mark)].join(',');
  const send = `import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(12) + bytes([${name},0]), ("10.9.9.3", 53))`;
  ip('neighbour replace 10.9.9.3 lladdr 02:00:00:00:00:01 dev v0');
  execFileSync('python3', ['-c', send]);
  await seen;
}

/** Opens the page, and on ours every screen; then goes elsewhere, so that what a page does as it goes is seen too. */
async function visit(tab: Tab, page: string): Promise<void> {
  await tab.goto(pathToFileURL(page).href);
  await tab.until(`document.querySelector('nav, #blank')`);
  for (const screen of ['how', 'find', 'pass', 'more', 'limits', 'post-0']) {
    await tab.evaluate(`void (location.hash = '${screen}')`);
    await tab.until(`document.querySelector('#page > main:not([hidden]), #blank')`);
  }
  await tab.goto('about:blank').catch(() => {}); // WebKit says nothing of it
}

const found: Record<string, string[][]> = {};
for (const engine of ENGINES) {
  const tab = await engine.open({ direct: true });
  found[engine.name] = [];
  for (const page of process.argv.slice(2)) {
    await drained();
    packets = [];
    await visit(tab, page);
    await drained();
    found[engine.name]!.push([...new Set(packets.filter((line) => !line.includes('mark-')))].sort());
  }
  await tab.close();
}
sniffer.kill();
process.stdout.write(JSON.stringify(found));
process.exit(0);
