/** A resolver over HTTPS (RFC 8484): in browsers the only way to ask DNS. */
import type { Exchange } from './resolver.ts';

const MESSAGE = 'application/dns-message';
const ANSWER_BYTES_MAX = 65_535;

/**
 * Asks by GET with the query in the address, so that every reader's question is the same and caches on the way may
 * answer. The browser keeps none: its own cache is a trace on the device.
 */
export function askByHttps(resolver: string | URL): Exchange {
  const base = new URL(resolver);
  if (!/^https?:$/.test(base.protocol) || base.search !== '') throw new Error('a resolver is a plain https address');
  return async (query, take, signal) => {
    const url = `${base.href}?dns=${base64Url(query)}`;
    const response = await fetch(url, {
      headers: { accept: MESSAGE, 'accept-language': '*' },
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      redirect: 'error',
      signal,
    });
    if (response.status !== 200 || response.headers.get('content-type') !== MESSAGE) {
      await response.body?.cancel();
      throw new Error(`the resolver answered ${response.status}`);
    }
    take(await bodyOf(response));
  };
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  const whole = new Uint8Array(ANSWER_BYTES_MAX);
  const reader = response.body!.getReader();
  let octets = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (octets + part.value.length > ANSWER_BYTES_MAX) {
      await reader.cancel();
      throw new Error('the resolver sent too much');
    }
    whole.set(part.value, octets);
    octets += part.value.length;
  }
  return whole.slice(0, octets);
}

/** RFC 4648 §5 without padding. */
function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
