/** Which addresses a reader's device asks for a channel: those that its newsroom signed, and those that she gave. */

/** http or https, without user, query and fragment; else null. */
export function addressOf(text: string): URL | null {
  const url = plain(text);
  if (url && !url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/**
 * A resolver of DNS over HTTPS; null for what is none. By plain http only in her own network: further away, everybody
 * on the line could read what is asked for.
 */
export function resolverOf(text: string): URL | null {
  const url = plain(text.replace(/\{\?dns\}$/, '')); // as operators write it (RFC 8484 §3)
  if (!url || (url.protocol === 'http:' && !isNear(url.hostname))) return null;
  if (url.pathname === '/') url.pathname = '/dns-query';
  return url;
}

/** The resolvers that can be asked from this page, in the order in which they were chosen. */
export function askableResolvers(chosen: readonly string[], page: { protocol: string }): string[] {
  const urls = chosen.flatMap((text) => resolverOf(text) ?? []).filter((url) => isReachable(url, page));
  return [...new Set(urls.map(({ href }) => href))];
}

/**
 * Whom to ask, those that the reader gave first. What she did not give is left out where it lies in her own network,
 * for a newsroom has no business with her router; and on a page of https so is plain http, which browsers refuse.
 */
export function askable(signed: readonly string[], given: readonly string[], page: { protocol: string }): string[] {
  const own = given.flatMap((text) => addressOf(text) ?? []);
  const hosts = new Set(own.map(({ hostname }) => hostname));
  const others = signed.flatMap((text) => addressOf(text) ?? []);
  const allowed = [...own, ...others.filter(({ hostname }) => !isNear(hostname) || hosts.has(hostname))];
  return [...new Set(allowed.filter((url) => isReachable(url, page)).map(({ href }) => href))];
}

function isReachable({ protocol }: URL, page: { protocol: string }): boolean {
  return protocol === 'https:' || page.protocol !== 'https:';
}

/** RFC 6890 and RFC 4193, in the one form in which a URL writes a host: this device, and the network around it. */
const NEAR =
  /^(?:localhost|[^.:[\]]+|.*\.(?:localhost|local|lan|home|internal|home\.arpa)|(?:0|10|127)\..*|192\.168\..*|169\.254\..*|172\.(?:1[6-9]|2\d|3[01])\..*|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\..*|\[(?:::.*|f[cd].*|fe[89ab].*)\])$/;

function isNear(hostname: string): boolean {
  return NEAR.test(hostname.replace(/\.$/, ''));
}

function plain(text: string): URL | null {
  const url = parsed(text);
  if (!url || !/^https?:$/.test(url.protocol) || /[?#]$/.test(text)) return null;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '' ? url : null;
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
