/** A little internet whose hosts try by all means to be asked for more than is theirs, and write down what they are asked. */
import type { RequestListener, ServerResponse } from 'node:http';
import { Refused, parsePath, refusal } from '@pappus/core';

/** Nobody signed these addresses. */
export const LEAK = 'http://leak.test/';

export interface Question {
  method: string;
  url: string;
  /** `name: value`, the name in lower case. */
  headers: string[];
}

/** How a host answers for a path below its address. */
export type Site = (path: string, response: ServerResponse) => void;

export class HostileNet {
  /** In the order in which they came. */
  readonly questions: Question[] = [];
  /** By the address that paths are below. Where several fit, the longest answers. */
  readonly sites = new Map<string, Site>();

  /** For servers and for the gate: whoever is asked, the same internet answers. */
  readonly answer: RequestListener = (request, response) => {
    const target = request.url!;
    const url = target.startsWith('/') ? `http://${request.headers.host}${target}` : target;
    const headers: string[] = [];
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      headers.push(`${request.rawHeaders[i]!.toLowerCase()}: ${request.rawHeaders[i + 1]}`);
    this.questions.push({ method: request.method!, url, headers });
    const bases = [...this.sites.keys()].filter((base) => url.startsWith(base));
    const base = bases.reduce((longest, one) => (one.length > longest.length ? one : longest), '');
    const site = this.sites.get(base) ?? ((_, rest) => rest.writeHead(200, LURES).end('x'));
    site(url.slice(base.length), response);
  };
}

/** All that a header can ask of a browser: to come again, to come elsewhere, to remember, to report. */
export const LURES: Record<string, string | string[]> = {
  'access-control-allow-origin': '*',
  'set-cookie': ['id=1; Path=/; Max-Age=9999', 'b=2; Domain=127.0.0.1'],
  etag: '"reader-1"',
  'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
  'cache-control': 'public, max-age=9999',
  link: ['preload', 'prefetch', 'preconnect', 'modulepreload', 'stylesheet', 'manifest', 'icon']
    .map((rel) => `<${LEAK}${rel}>; rel=${rel}; as=script`)
    .join(', '),
  refresh: `0; url=${LEAK}refresh`,
  location: `${LEAK}location`,
  'content-location': `${LEAK}content-location`,
  'alt-svc': 'h2="leak.test:443"; ma=9999',
  sourcemap: `${LEAK}map`,
  'report-to': JSON.stringify({ group: 'all', max_age: 9999, endpoints: [{ url: `${LEAK}report` }] }),
  'reporting-endpoints': `all="${LEAK}reporting"`,
  nel: JSON.stringify({ report_to: 'all', max_age: 9999, success_fraction: 1 }),
  'content-security-policy-report-only': `default-src 'none'; report-uri ${LEAK}csp; report-to all`,
  'speculation-rules': `"${LEAK}rules"`,
  'accept-ch': 'Sec-CH-UA-Full-Version-List, Sec-CH-UA-Model, Device-Memory, Viewport-Width, Downlink',
  'service-worker-allowed': '/',
  'www-authenticate': 'Basic realm="news"',
};

/** What would tell one reader from another, or where she was. */
const TELLING =
  /^(?:cookie|referer|authorization|if-[a-z-]+|device-memory|viewport-width|downlink|sec-ch-ua-(?:full|model)[^:]*):/;

/** What may be asked for: files at just these addresses, and files of a tree below those. */
export interface Allowed {
  own: ReadonlySet<string>;
  mirrors: readonly string[];
}

/**
 * A question that nobody may be asked, in words; null for a GET of an own file, or of a file of a tree at a mirror. Now
 * and then Firefox looks for a newer worker, and names as referrer the very file that it asks for, which tells nothing.
 */
export function fault({ method, url, headers }: Question, { own, mirrors }: Allowed): string | null {
  const telling = headers.find((line) => TELLING.test(line) && line !== `referer: ${url}`);
  if (method !== 'GET' || telling !== undefined) return `${method} ${url} ${telling ?? ''}`;
  const isOfTree = (path: string): boolean => !(refusal(() => parsePath(path)) instanceof Refused);
  const isKnown = own.has(url) || mirrors.some((base) => url.startsWith(base) && isOfTree(url.slice(base.length)));
  return isKnown ? null : `GET ${url}`;
}
