/** Opens whatever a user names (folder, newsroom, library, ZIP, HTML file, URL) as a shelf of tree files. */
import { getServers } from 'node:dns';
import { open, readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Refused, type TreePath } from '@pappus/core';
import { Failover, HttpShelf, MemoryShelf, readHtml, type ListedShelf } from '@pappus/transports';
import { DnsShelf, RESOLVERS_MAX, Resolver, askByHttps, zoneName } from '@pappus/transports/dns';
import { FolderShelf, askByTcp, askByUdp, askOnNewConnection, openZipFile } from '@pappus/transports/node';
import { wordsFor } from '@pappus/reader/words';
import { UserError } from './terminal.ts';

interface OpenedFiles {
  kind: 'files';
  /** As the user named it. */
  where: string;
  shelf: ListedShelf;
  close(): Promise<void>;
}

export interface OpenedMirrors {
  kind: 'mirrors';
  where: string;
  shelf: Failover;
  /** Files that are asked for at a time. */
  atOnce: number;
  close(): Promise<void>;
}

export type Opened = OpenedFiles | OpenedMirrors;

const HTML_BYTES_MAX = 512 * 2 ** 20;
const SHORT_BREATH_BYTES = 12_288;
/** Files that are asked for at a time: blocks of many files stand in one row, as often as resolvers bear. */
export const FILES_AT_ONCE = { mirror: 6, zone: 16 } as const;
const ZIP_MAGIC = 'PK\u0003\u0004';

/** @throws UserError when it is not there or is nothing that carries a channel. */
export async function openSource(where: string): Promise<Opened> {
  if (isUrl(where) || isZone(where))
    return openAsked([where], { shortBreath: false, resolvers: [], channelId: null, isWanted: () => true });
  const found = await stat(where).catch(() => null);
  if (!found) throw new UserError(`${where} is not here. Check the name; nothing was changed.`);
  if (found.isDirectory()) return openFolder(where);
  try {
    return (await magicOf(where)) === ZIP_MAGIC ? await openZip(where) : await openHtml(where, found.size);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new UserError(`${where}: ${wordsFor('en').refusals[error.code]} (${error.code}: ${error.detail})`, 1, {
      cause: error,
    });
  }
}

export function isUrl(where: string): boolean {
  return /^https?:\/\//i.test(where);
}

export function isZone(where: string): boolean {
  return /^dns:/i.test(where);
}

/** How what is not a file is asked. */
export interface AskOptions {
  /** At most 12 KB a connection, for networks that freeze longer ones. */
  shortBreath: boolean;
  /** Addresses of resolvers, or of their pages for DNS over HTTPS; those of the system when empty. */
  resolvers: readonly string[];
  channelId: string | null;
  /** Whether a file is still wanted. */
  isWanted: (path: TreePath) => boolean;
}

/**
 * Mirrors (`http…`) and zones (`dns:…`) of one channel as one source: whichever answers best is asked, and one that
 * lies is left. @throws UserError for a zone or resolver that is none.
 */
export function openAsked(wheres: readonly string[], options: AskOptions): OpenedMirrors {
  const shelves = wheres.map((where) => openShelf(where, options));
  const close = async (): Promise<void> => shelves.forEach((shelf) => shelf instanceof DnsShelf && shelf.close());
  const atOnce = wheres.some(isZone) ? FILES_AT_ONCE.zone : FILES_AT_ONCE.mirror;
  return { where: wheres.join(' '), kind: 'mirrors', shelf: new Failover(shelves), atOnce, close };
}

/** A mirror or a zone. @throws UserError as `openAsked` does. */
export function openShelf(where: string, options: AskOptions): HttpShelf | DnsShelf {
  if (isZone(where)) return openZone(where.slice(4), options);
  return new HttpShelf(where, options.shortBreath ? { pieceBytes: SHORT_BREATH_BYTES, ask: askOnNewConnection } : {});
}

function openZone(zone: string, { resolvers, channelId, isWanted }: AskOptions): DnsShelf {
  const addresses = resolvers.length > 0 ? resolvers : getServers();
  if (zoneName(zone) === null) throw new UserError(`"${zone}" is no zone. Write for instance dns:n.example.org.`, 2);
  if (addresses.length === 0 || addresses.length > RESOLVERS_MAX)
    throw new UserError(`${addresses.length} resolvers are named. Give 1 to ${RESOLVERS_MAX} with --resolver.`, 2);
  return new DnsShelf({ zone, channelId, isWanted, resolvers: addresses.map(resolverOf) });
}

/** `9.9.9.9`, `9.9.9.9:5353`, `[2620:fe::fe]:53` or `https://…/dns-query`. */
function resolverOf(text: string): Resolver {
  if (isUrl(text)) return new Resolver({ name: new URL(text).host, stream: askByHttps(text) });
  const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([^:]+|[^:]+:.*:[^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  if (isIP(address) === 0 || Number(port) > 65_535)
    throw new UserError(`"${text}" is no resolver. Write an address such as 192.0.2.53 or 192.0.2.53:5353.`, 2);
  return new Resolver({
    name: text,
    datagram: askByUdp(address, Number(port)),
    stream: askByTcp(address, Number(port)),
  });
}

/** A newsroom's folder keeps its tree inside. */
async function openFolder(where: string): Promise<Opened> {
  const isNewsroom = await stat(join(where, 'newsroom.db')).catch(() => null);
  const shelf = new FolderShelf(isNewsroom ? join(where, 'tree') : where);
  return { where, kind: 'files', shelf, close: async () => {} };
}

async function openZip(where: string): Promise<Opened> {
  const { shelf, close } = await openZipFile(where);
  return { where, kind: 'files', shelf, close };
}

async function openHtml(where: string, size: number): Promise<Opened> {
  if (size > HTML_BYTES_MAX) throw new Refused('too-large', 'HTML file');
  const shelf = new MemoryShelf();
  for (const { path, bytes } of readHtml(new Uint8Array(await readFile(where)))) await shelf.put(path, bytes);
  return { where, kind: 'files', shelf, close: async () => {} };
}

async function magicOf(where: string): Promise<string> {
  const file = await open(where);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
