/**
 * iodine from Debian's package through Unbound: octets over HTTP through its tunnel. Its client sits in a namespace of
 * its own, or the system would find a shorter way. Unbound asks for an address before anything else, iodine's server
 * answers that with a CNAME, and its client then finds no type but CNAME to work: so it is measured with Unbound's
 * defaults, and at its best with `qname-minimisation: no`.
 *
 *     unshare --net node iodine.ts best|defaults <octets>…
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { serveRoot } from '../../pappus/test/dns/lab.ts';
import { Resolving, done, kindOf } from './scene.ts';
import { bringUpLoopback } from '../../pappus/test/dns/resolvers.ts';

export interface Download {
  bytes: number;
  ms: number;
  /** At the client, both ways, IP packets whole. */
  wireBytes: number;
  packets: number;
}

export interface IodineResult {
  /** From its start until the tunnel stands. */
  setUpMs: number;
  setUpBytes: number;
  downloads: Download[];
}

const TUNNEL_ZONE = 't.example.org';
const AUTHORITY = '127.0.9.11';
const RESOLVER_SIDE = '10.77.0.1';
const CLIENT_SIDE = '10.77.0.2';
const WITHIN = '10.53.0.1';

const ip = (...args: string[]): Buffer => execFileSync('ip', args);

bringUpLoopback();
await serveRoot(TUNNEL_ZONE, [AUTHORITY]);
const client = spawn('unshare', ['--net', process.execPath, join(import.meta.dirname, 'iodine-client.ts')], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
await once(client, 'message');
ip('link', 'add', 'bench0', 'type', 'veth', 'peer', 'name', 'bench1');
ip('link', 'set', 'bench1', 'netns', String(client.pid));
ip('address', 'add', `${RESOLVER_SIDE}/24`, 'dev', 'bench0');
ip('link', 'set', 'bench0', 'up');
const [mode, ...sizes] = process.argv.slice(2);
const minimises = mode === 'best' ? '\n  qname-minimisation: no' : '';
const listens = `  interface: ${RESOLVER_SIDE}\n  access-control: 10.77.0.0/24 allow${minimises}`;
const resolver = await new Resolving(kindOf('Unbound'), { Unbound: listens }).restart();
const server = spawn('/usr/sbin/iodined', ['-f', '-c', '-P', 'x', '-l', AUTHORITY, WITHIN, TUNNEL_ZONE], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
await once(server.stderr, 'data');

const payloads = new Map<string, Buffer>();
const http = createServer((request, response) => {
  const bytes = Number(request.url!.slice(1));
  const payload = payloads.get(request.url!) ?? randomBytes(bytes);
  payloads.set(request.url!, payload);
  response.end(payload);
});
await listenWhenThere();

/** The tunnel's address is there once iodined has set it. */
async function listenWhenThere(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      http.once('error', () => resolve(false));
      http.listen(8_080, WITHIN, () => resolve(true));
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50)); // of a device nobody tells us
  }
  throw new Error('iodined set up no tunnel');
}

client.send({
  own: CLIENT_SIDE,
  resolver: RESOLVER_SIDE,
  zone: TUNNEL_ZONE,
  url: `http://${WITHIN}:8080`,
  sizes: sizes.map(Number),
});
const [result] = (await once(client, 'message')) as [IodineResult | { error: string }];
server.kill('SIGTERM');
client.kill('SIGTERM');
await resolver.stop();
if ('error' in result) throw new Error(result.error);
done(result);
