/**
 * The installable app as files: a page, its script and style, a worker that keeps them for days without a network, a
 * manifest and icons. Any static host serves them; they may lie beside a tree, whose names are others.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeBase64 } from '@pappus/core';
import { ownBuilt } from '@pappus/transports/node';
import { configOf, engineParts } from './engine.ts';
import { pageCss } from './html-file.ts';
import { iconPng } from './icon.ts';

export interface AppFile {
  type: string;
  bytes: Uint8Array;
  /** What a host had better say besides: names and values by turns. */
  headers: readonly string[];
}

const POLICY = [
  `default-src 'none'`,
  `script-src 'self' 'wasm-unsafe-eval'`,
  `style-src 'self'`,
  `img-src 'self' blob: data:`,
  'media-src blob:',
  'connect-src http: https:',
  `manifest-src 'self'`,
  `worker-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `require-trusted-types-for 'script'`,
  'trusted-types app',
].join('; ');

/** A header may say more than a page can. */
const PAGE_HEADERS = ['Content-Security-Policy', `${POLICY}; frame-ancestors 'none'`, 'X-DNS-Prefetch-Control', 'off'];
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';
const ICON_PIXELS = [192, 512];
const VERSION_CHARS = 16;

const web = (name: string): URL => new URL(`../src/web/${name}`, import.meta.url);
const oneLine = (css: string): string => css.replace(/\s+/g, ' ').trim();

let built: Promise<ReadonlyMap<string, AppFile>> | null = null;

/** By name, `index.html` among them; built once a process, in a second or two. The same source gives the same octets. */
export function webApp(): Promise<ReadonlyMap<string, AppFile>> {
  return (built ??= ownBuilt('app', buildApp));
}

async function buildApp(): Promise<ReadonlyMap<string, AppFile>> {
  const files = new Map<string, AppFile>();
  const add = (name: string, type: string, content: string | Uint8Array): void => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    files.set(name, { type, bytes, headers: type.startsWith('text/html') ? PAGE_HEADERS : [] });
  };
  const index = readFileSync(web('index.html'), 'utf8').replace('{policy}', POLICY);
  add('index.html', 'text/html; charset=utf-8', index);
  for (const [name, code] of await buildModules()) add(name, SCRIPT, code);
  add('app.css', STYLE, `${pageCss} ${oneLine(readFileSync(web('app.css'), 'utf8'))}`);
  const { script, packed } = await engineParts();
  const page = { script, css: pageCss, data: packed.data, digest: encodeBase64(packed.digest) };
  add('page.json', 'application/json', JSON.stringify(page));
  add('app.webmanifest', 'application/manifest+json', JSON.stringify(manifest()));
  for (const side of ICON_PIXELS) add(`icon-${side}.png`, 'image/png', iconPng(side));
  add('worker.js', SCRIPT, await buildWorker(files));
  return files;
}

/** `app.js` and what it loads when it is used. */
async function buildModules(): Promise<[name: string, code: string][]> {
  const { build } = await import('vite');
  const base = await configOf(fileURLToPath(web('main.ts')));
  const { lib: _, ...rest } = base.build!;
  const output = { entryFileNames: 'app.js', chunkFileNames: '[name].js', format: 'es' as const };
  const result = await build({
    ...base,
    base: './',
    build: { ...rest, rollupOptions: { input: fileURLToPath(web('main.ts')), output } },
  });
  return chunksOf(result).map(({ fileName, code }) => [fileName, code]);
}

async function buildWorker(files: ReadonlyMap<string, AppFile>): Promise<string> {
  const { build } = await import('vite');
  const digests = [...files].map(([name, { bytes }]): [string, string] => [
    name === 'index.html' ? '' : name,
    `sha256-${createHash('sha256').update(bytes).digest('base64')}`,
  ]);
  const version = createHash('sha256').update(JSON.stringify(digests)).digest('hex').slice(0, VERSION_CHARS);
  const define = { FILES: JSON.stringify(Object.fromEntries(digests)), VERSION: JSON.stringify(version) };
  const result = await build({ ...(await configOf(fileURLToPath(web('worker.ts')))), define });
  return chunksOf(result)[0]!.code;
}

interface Chunk {
  fileName: string;
  code: string;
}

function chunksOf(result: unknown): Chunk[] {
  const outputs = [result].flat() as { output: (Partial<Chunk> & { type: string })[] }[];
  return outputs.flatMap(({ output }) => output.filter(({ type }) => type === 'chunk') as Chunk[]);
}

/** The name is as plain as the icon: who looks over a shoulder sees something to read. */
function manifest(): object {
  return {
    id: './',
    name: 'Reader',
    short_name: 'Reader',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#fbfaf7',
    theme_color: '#2b3a42',
    icons: ICON_PIXELS.map((side) => ({
      src: `icon-${side}.png`,
      sizes: `${side}x${side}`,
      type: 'image/png',
      purpose: 'any maskable',
    })),
    share_target: {
      action: './share',
      method: 'POST',
      enctype: 'multipart/form-data',
      params: { files: [{ name: 'file', accept: ['text/html', '.html', 'application/zip', '.zip'] }] },
    },
    file_handlers: [{ action: './', accept: { 'text/html': ['.html', '.htm'], 'application/zip': ['.zip'] } }],
    launch_handler: { client_mode: 'focus-existing' },
  };
}
