/** Root and authority of the lab, and the networks before the authority: told by messages, and telling its counts. */
import { Authority, decodeMessage } from '@pappus/transports/dns';
import { serveDns } from '@pappus/transports/node';
import { ZONE, chance, sourceOf } from './edition.ts';
import { READER_SIDE, SERVERS, serveRoot, type Order } from './lab.ts';
import { relay, type Relay } from './relay.ts';

const AUTHORITY = { host: '127.0.9.2', port: 5300 };

const source = sourceOf(process.argv[2]!);
const authority = new Authority(await source.refresh());
const questions = new Set<string>();
const answer = authority.answer.bind(authority);
authority.answer = (query, maxBytes) => {
  questions.add(Buffer.from(decodeMessage(query).questionBytes).toString('hex'));
  return answer(query, maxBytes);
};
await serveRoot(ZONE, SERVERS);
const server = await serveDns({ authority, hosts: [AUTHORITY.host], port: AUTHORITY.port, rateLimit: null });
const random = chance(SERVERS.length);
const to = { to: AUTHORITY.host, toPort: AUTHORITY.port };
const ways = await Promise.all(SERVERS.map((from) => relay({ from, ...to }, {}, random)));

let before: Relay | null = null;

process.on('message', async ({ faults, reader, refresh }: Order) => {
  if (faults) for (const way of ways) way.faults = faults;
  if (reader && before) before.faults = reader.faults;
  else if (reader) before = await relay({ from: READER_SIDE, to: reader.resolver }, reader.faults, random);
  if (refresh) authority.replace(await source.refresh());
  const { queries = 0, queryBytes = 0, answerBytes = 0, forged = 0 } = before ?? {};
  process.send!({
    queries,
    wireBytes: queryBytes + answerBytes,
    forged,
    authority: { ...server.answered, questions: questions.size },
  });
});
process.send!('ready');
