/** Root and authority of the lab, and the networks before the authority: told by messages, and telling its counts. */
import { Authority } from '@pappus/transports/dns';
import { serveDns } from '@pappus/transports/node';
import { ZONE, chance, sourceOf } from './edition.ts';
import { SERVERS, serveRoot } from './lab.ts';
import { relay, type Faults } from './relay.ts';

const AUTHORITY = { host: '127.0.9.2', port: 5300 };

const source = sourceOf(process.argv[2]!);
const authority = new Authority(await source.refresh());
await serveRoot(ZONE, SERVERS);
const server = await serveDns({ authority, hosts: [AUTHORITY.host], port: AUTHORITY.port, rateLimit: null });
const random = chance(SERVERS.length);
const to = { to: AUTHORITY.host, toPort: AUTHORITY.port };
const ways = await Promise.all(SERVERS.map((from) => relay({ from, ...to }, {}, random)));

process.on('message', async (order: { faults?: Faults; refresh?: true }) => {
  if (order.faults) for (const way of ways) way.faults = order.faults;
  if (order.refresh) authority.replace(await source.refresh());
  process.send!({ ...server.answered });
});
process.send!('ready');
