import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  Authority,
  CARRIER_TYPES,
  writeZoneFile,
  zoneName,
  type CarrierType,
  type NameServer,
} from '@pappus/transports/dns';
import { systemClock } from '@pappus/transports';
import { nodeDisk, replaceFile, serveDns, serveDoh, type DnsServer, type DohServer } from '@pappus/transports/node';
import { ZoneSource } from '../zone.ts';
import { EXIT, UserError, note, parseCount, parseZones, portError, say } from '../terminal.ts';

interface Options {
  channel: string;
  zone: string;
  ns: string[];
  blocks: string;
}

const BLOCKS = '10000';
/** How often a folder is looked at for a new edition. */
const LOOK_MS = 2_000;
const SERVERS_ENOUGH = 4;

export function addDns(program: Command): void {
  const dns = program
    .command('dns')
    .summary('carry a channel in the domain name system')
    .description(
      'Puts a channel into a zone of DNS. Resolvers keep its blocks, so that the resolvers of a filtered country become mirrors for about a day.',
    );
  dns
    .command('serve')
    .summary('answer for the zone')
    .description('Answers over UDP and TCP for the zone. New editions appear without a restart.')
    .requiredOption('--channel <folder>', 'a newsroom, tree or library')
    .requiredOption('--zone <name>', 'the zone, short: every octet of it is paid three times')
    .option('--ns <name[=address,...]...>', 'the name servers of the zone, with addresses if they lie inside it', [])
    .option('--blocks <n>', 'older editions are left out beyond this many blocks', BLOCKS)
    .option('--host <address...>', 'addresses to listen on', ['127.0.0.1'])
    .option('--port <n>', 'the port; resolvers ask 53', '53')
    .option('--http <n>', 'also answer DNS over HTTPS, on this port of 127.0.0.1, for a web server that adds TLS')
    .addHelpText('after', '\nExample:\n  $ pappus dns serve --channel courier --zone n.example.org --host 0.0.0.0\n')
    .action(serve);
  dns
    .command('zone')
    .summary('write the zone as a file for NSD, Knot, BIND or PowerDNS')
    .description('Writes a standard zone file, which any name server loads and hands on to secondaries.')
    .requiredOption('--channel <folder>', 'a newsroom, tree or library')
    .requiredOption('--zone <name>', 'the zone')
    .requiredOption('--to <file>', 'the file to write')
    .option('--ns <name[=address,...]...>', 'the name servers of the zone, with addresses if they lie inside it', [])
    .option('--blocks <n>', 'older editions are left out beyond this many blocks', BLOCKS)
    .option(
      '--types <types>',
      'kinds of records, for networks that refuse some: txt, https, null, aaaa',
      'txt,https,aaaa',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ pappus dns zone --channel courier --zone n.example.org --to n.example.org.zone\n',
    )
    .action(writeZone);
}

async function serve(options: Options & { host: string[]; port: string; http?: string }): Promise<void> {
  const source = sourceOf(options);
  const authority = new Authority(await source.refresh());
  const port = parseCount(options.port, 'port', 0);
  const httpPort = options.http === undefined ? null : parseCount(options.http, 'port', 0);
  const server = await serveDns({ authority, hosts: options.host, port }).catch((error: NodeJS.ErrnoException) => {
    throw portError(error, `Port ${port} of ${options.host.join(' ')}`, '--host and --port');
  });
  say(`dns:${options.zone} on ${options.host.map((host) => `${host} port ${server.port}`).join(', ')}`);
  const web = httpPort === null ? null : await serveWeb(authority, httpPort).catch(closing(server));
  note('Serving until you press Ctrl+C. No log is kept of who asks.');
  const stop = new AbortController();
  const end = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => stop.abort());
  await follow(options.channel, stop.signal, async () => authority.replace(await source.refresh()));
  await end;
  await Promise.all([server.close(), web?.close()]);
}

/** On this machine only: what goes further unencrypted tells everybody on the way what is read. */
async function serveWeb(authority: Authority, port: number): Promise<DohServer> {
  const web = await serveDoh({ authority, host: '127.0.0.1', port }).catch((error: NodeJS.ErrnoException) => {
    throw portError(error, `Port ${port} of 127.0.0.1`, '--http');
  });
  say(web.url);
  note('Let your web server pass /dns-query on to this address, over https and without a log.');
  return web;
}

function closing(server: DnsServer): (error: unknown) => Promise<never> {
  return async (error) => {
    await server.close();
    throw error;
  };
}

/** Calls `changed` each time that the folder has another head. */
async function follow(folder: string, signal: AbortSignal, changed: () => Promise<void>): Promise<void> {
  const headOf = async (): Promise<string> => {
    for (const path of [join(folder, 'tree', 'head'), join(folder, 'head')]) {
      const found = await stat(path).catch(() => null);
      if (found) return `${found.mtimeMs} ${found.ino}`;
    }
    return '';
  };
  let before = await headOf();
  while (!signal.aborted) {
    await systemClock.wait(LOOK_MS, signal).catch(() => {}); // stopped
    const now = await headOf();
    if (now === before || now === '' || signal.aborted) continue;
    before = now;
    await changed().catch((error: Error) =>
      note(`The new edition could not be read yet (${error.message}). The last one is served on.`),
    );
  }
}

async function writeZone(options: Options & { to: string; types: string }): Promise<void> {
  const types = typesOf(options.types);
  const zone = await sourceOf(options).refresh();
  if (zone.servers.length < SERVERS_ENOUGH)
    note('Give at least four name servers with --ns: with one, resolvers that lose a packet give the zone up.');
  await replaceFile(nodeDisk, options.to, async (file) => {
    for (const part of writeZoneFile(zone, types)) await file.write(part);
  });
  say(`${options.to}: ${zone.content.blocks.size} blocks of ${zone.name}, serial ${zone.time}`);
}

function sourceOf({ channel: folder, zone, ns, blocks }: Options): ZoneSource {
  const name = parseZones([zone])[0]!;
  const servers = ns.length > 0 ? ns.map(serverOf) : [{ name: `ns1.${name}`, addresses: [] }];
  return new ZoneSource({ folder, zone: name, servers, blocksMax: parseCount(blocks, 'number of blocks', 1) });
}

function serverOf(text: string): NameServer {
  const [name = '', list = ''] = text.split('=');
  const addresses = list === '' ? [] : list.split(',');
  const checked = zoneName(name);
  if (checked === null || addresses.some((address) => isIP(address) === 0))
    throw new UserError(`"${text}" is no name server. Write for instance ns1.n.example.org=192.0.2.1.`, EXIT.usage);
  return { name: checked, addresses };
}

function typesOf(text: string): CarrierType[] {
  return text.split(',').map((name) => {
    const type = CARRIER_TYPES[name.trim().toLowerCase()];
    if (type === undefined)
      throw new UserError(`"${name}" is no kind of record here. Choose of txt, https, null, aaaa.`, EXIT.usage);
    return type;
  });
}
