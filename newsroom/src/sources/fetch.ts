/** Fetches one feed. Names are resolved first, judged, and the connection goes to the very address that was judged. */
import { lookup as lookupDns } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { isPublicAddress } from './addresses.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { SourceRefused } from './refusal.ts';

export interface Address {
  address: string;
  family: number;
}

export interface FetchOptions {
  /** For addresses that the user typed: also reach this machine and its network. */
  allowPrivate?: boolean;
  /** Instead of the system's resolver. */
  resolve?: (host: string) => Promise<Address[]>;
  bytes_max?: number;
  /** For all redirects together. */
  time_ms?: number;
}

export interface Fetched {
  bytes: Uint8Array;
  /** Empty when the server does not say. */
  contentType: string;
  /** After redirects. */
  url: string;
}

const HEADERS = {
  'user-agent': 'pappus',
  accept: 'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5',
  'accept-encoding': 'gzip, br',
};

/** Sends no cookies, no credentials and no referrer. @throws SourceRefused with what to tell the user. */
export async function fetchSource(address: string, options: FetchOptions = {}): Promise<Fetched> {
  const signal = AbortSignal.timeout(options.time_ms ?? SOURCE_LIMITS.fetchTime_ms);
  let url = parseUrl(address, undefined);
  for (let hop = 0; hop <= SOURCE_LIMITS.redirects; hop += 1) {
    const response = await respond(url, options, signal);
    const target = redirection(response);
    if (target === null)
      return {
        bytes: await body(response, url, options, signal),
        contentType: response.headers['content-type'] ?? '',
        url: url.href,
      };
    response.destroy();
    url = parseUrl(target, url);
  }
  throw new SourceRefused(`${url.host} sends the request in circles (more than ${SOURCE_LIMITS.redirects} redirects).`);
}

function parseUrl(address: string, base: URL | undefined): URL {
  const url = URL.parse(address, base);
  if (!url) throw new SourceRefused('This is no web address.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new SourceRefused(`Only http and https addresses can be imported, not ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw new SourceRefused('Take the user name and password out of the address: they would not be kept secret.');
  return url;
}

async function respond(url: URL, options: FetchOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const addresses = await permitted(url, options, signal);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const settings: RequestOptions = { agent: false, headers: HEADERS, signal, lookup: pinned(addresses) };
  return new Promise((resolve, reject) => {
    request(url, settings, resolve)
      .on('error', (error) => reject(explained(error, url, signal)))
      .end();
  });
}

/** The addresses of a host. One address that is not public refuses them all: honest names do not mix. */
async function permitted(url: URL, options: FetchOptions, signal: AbortSignal): Promise<Address[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses =
    isIP(host) > 0 ? [{ address: host, family: isIP(host) }] : await resolveHost(host, url, options, signal);
  if (!options.allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
    throw new SourceRefused(`${url.host} leads into a private network and is not fetched.`);
  }
  return addresses;
}

async function resolveHost(host: string, url: URL, options: FetchOptions, signal: AbortSignal): Promise<Address[]> {
  try {
    const addresses = await Promise.race([(options.resolve ?? systemResolve)(host), aborted(signal)]);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    throw explained(error, url, signal);
  }
  throw new SourceRefused(`${url.host} has no address.`);
}

function systemResolve(host: string): Promise<Address[]> {
  return lookupDns(host, { all: true });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Answers with the addresses that were judged, whatever is asked: no second question to DNS can change them. */
function pinned(addresses: Address[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, addresses);
    else callback(null, first!.address, first!.family);
  };
}

/** Where the server sends us, null when it answers itself. */
function redirection(response: IncomingMessage): string | null {
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  return [301, 302, 303, 307, 308].includes(status) && location !== undefined ? location : null;
}

async function body(
  response: IncomingMessage,
  url: URL,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes_max = options.bytes_max ?? SOURCE_LIMITS.sourceBytes;
  if (response.statusCode !== 200) {
    response.destroy();
    throw new SourceRefused(
      `${url.host} answers with the error ${response.statusCode}. Check the address in a browser.`,
    );
  }
  try {
    return decompressed(await collect(response, bytes_max), response.headers['content-encoding'] ?? '', bytes_max);
  } catch (error) {
    throw explained(error, url, signal);
  }
}

async function collect(response: IncomingMessage, bytes_max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytes_max) throw tooLarge(bytes_max);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decompressed(bytes: Buffer, encoding: string, bytes_max: number): Uint8Array {
  const limit = { maxOutputLength: bytes_max };
  try {
    if (/gzip/i.test(encoding)) return gunzipSync(bytes, limit);
    if (/^\s*br\s*$/i.test(encoding)) return brotliDecompressSync(bytes, limit);
    return /deflate/i.test(encoding) ? inflateSync(bytes, limit) : bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bytes_max);
    throw new SourceRefused('The answer is damaged: it cannot be decompressed.', { cause: error });
  }
}

function tooLarge(bytes_max: number): SourceRefused {
  return new SourceRefused(`The answer is larger than ${Math.floor(bytes_max / 2 ** 20)} MiB.`);
}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'has no address: check the name',
  EAI_AGAIN: 'cannot be looked up: check the connection to the internet',
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'broke the connection',
  ENETUNREACH: 'cannot be reached',
  EHOSTUNREACH: 'cannot be reached',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a certificate of its own making',
};

/** What went wrong on the network, in plain words. */
function explained(error: unknown, url: URL, signal: AbortSignal): SourceRefused {
  if (error instanceof SourceRefused) return error;
  if (signal.aborted)
    return new SourceRefused(`${url.host} takes too long to answer. Try again later.`, { cause: error });
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new SourceRefused(`${url.host} ${REASONS[code] ?? 'cannot be read'}${code === '' ? '' : ` (${code})`}.`, {
    cause: error,
  });
}
