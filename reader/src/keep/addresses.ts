/** Which addresses a reader's device asks for a channel: those that its newsroom signed, and those that she gave. */

/** http or https, without user, query and fragment; else null. */
export function addressOf(text: string): URL | null {
  const url = parsed(text);
  if (!url) return null;
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !isPlain || /[?#]$/.test(text)) return null;
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
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
  const reachable = allowed.filter(({ protocol }) => protocol === 'https:' || page.protocol !== 'https:');
  return [...new Set(reachable.map(({ href }) => href))];
}

/** RFC 6890 and RFC 4193, in the one form in which a URL writes a host: this device, and the network around it. */
const NEAR =
  /^(?:localhost|[^.:[\]]+|.*\.(?:localhost|local|lan|home|internal|home\.arpa)|(?:0|10|127)\..*|192\.168\..*|169\.254\..*|172\.(?:1[6-9]|2\d|3[01])\..*|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\..*|\[(?:::.*|f[cd].*|fe[89ab].*)\])$/;

function isNear(hostname: string): boolean {
  return NEAR.test(hostname.replace(/\.$/, ''));
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
