/**
 * The app's own files on the device, so that it starts without a network; the news lie in IndexedDB and are no matter
 * of this worker. One version is served whole: a new one is fetched whole, each file held against its digest, and
 * takes over when no page of the old one is open. A failed update leaves the old version as it is. Open pages are not
 * claimed: some browsers write the headers of a page under a worker in another order, and those of one page would
 * differ by chance.
 */

/** By name ('' is the page): the digest as integrity metadata says it. Written in when the app is built. */
declare const FILES: Readonly<Record<string, string>>;
declare const VERSION: string;

/** As much of ServiceWorkerGlobalScope as is used: TypeScript knows either pages or workers. */
interface WorkerScope {
  readonly registration: { readonly scope: string };
  addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: AskedEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}
interface LifeEvent {
  waitUntil(promise: Promise<unknown>): void;
}
interface AskedEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const worker = globalThis as unknown as WorkerScope;
const CACHE = `app-${VERSION}`;
const GIVEN_MAX = 16;
const QUIET = { credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' } as const;

/** Files that other programs gave, until the page takes them. Not on disk: what is given may not be meant to stay. */
let given: File[] = [];

const addressOf = (name: string): string => new URL(name, worker.registration.scope).href;

worker.addEventListener('install', (event) => event.waitUntil(keepOwnFiles()));
worker.addEventListener('activate', (event) => event.waitUntil(dropOthers()));
worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const address = url.replace(/#.*/, '');
  if (method === 'POST' && address === addressOf('share')) event.respondWith(takeGiven(event.request));
  else if (method === 'GET' && Object.keys(FILES).some((name) => addressOf(name) === address))
    event.respondWith(ownFile(address));
});
worker.addEventListener('message', ({ data, ports }) => {
  if (data !== 'given') return;
  ports[0]!.postMessage(given, []);
  given = [];
});

async function keepOwnFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const [name, integrity] of Object.entries(FILES)) {
    const response = await fetch(addressOf(name), { ...QUIET, integrity, cache: 'no-cache' });
    if (!response.ok) throw new Error(`${name} is not here`);
    await cache.put(addressOf(name), response);
  }
}

async function dropOthers(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith('app-') && name !== CACHE) await caches.delete(name);
}

async function ownFile(address: string): Promise<Response> {
  return (await (await caches.open(CACHE)).match(address)) ?? fetch(address, QUIET);
}

async function takeGiven(request: Request): Promise<Response> {
  const files = (await request.formData()).getAll('file').filter((value) => value instanceof File);
  given = files.slice(0, GIVEN_MAX);
  return Response.redirect(addressOf(''), 303);
}
