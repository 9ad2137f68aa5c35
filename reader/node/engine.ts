/** Builds the page's engine: one classic script, for the browser floor of the design. */
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { sha256 } from '@pappus/core';
import type { PackedScript } from '@pappus/transports';
import { ownBuilt } from '@pappus/transports/node';
import type { InlineConfig } from 'vite';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const FLOOR = ['chrome109', 'firefox115', 'safari16.4'];

let built: Promise<string> | null = null;
let parts: Promise<EngineParts> | null = null;

/** The engine as a page carries it. */
export interface EngineParts {
  /** Runs in the page as it is, and unpacks the engine. */
  script: string;
  packed: PackedScript;
}

/** The engine's text; built once a process, in some tenths of a second. */
export function engineScript(): Promise<string> {
  built ??= buildEngine();
  return built;
}

/** The engine packed, with the script that unpacks it. */
export function engineParts(): Promise<EngineParts> {
  parts ??= ownBuilt('engine', packedEngine);
  return parts;
}

async function packedEngine(): Promise<EngineParts> {
  const [script, engine] = await Promise.all([buildScript(pathOf('../src/boot.ts')), engineScript()]);
  const bytes = Buffer.from(engine);
  const data = deflateRawSync(bytes, { level: 9, memLevel: 9 }).toString('base64');
  return { script, packed: { data, digest: sha256(bytes) } };
}

async function buildEngine(): Promise<string> {
  const { ownNames } = await import('./names.ts');
  const names = ownNames(['../src', '../../core/src', '../../transports/src'].map(pathOf));
  return buildScript(pathOf('../src/engine.ts'), { names });
}

/**
 * A module and all that it needs as one classic script, made as the engine is. `alias`: a file for a module's name.
 * `names`: of a script into which no other looks, fields and methods whose names may be short.
 */
export async function buildScript(
  entry: string,
  { alias = {}, names = [] }: { alias?: Record<string, string>; names?: readonly string[] } = {},
): Promise<string> {
  const { build } = await import('vite'); // slow to load, and most commands never need it
  const { unused } = await import('./unused.ts');
  const config = await configOf(entry, alias);
  const isClosed = names.length > 0;
  const mangleProps = { include: new RegExp(`^(?:${names.join('|')})$`) };
  const result = await build({
    ...config,
    plugins: [config.plugins, isClosed && unused()],
    build: {
      ...config.build,
      rolldownOptions: {
        optimization: { inlineConst: { mode: 'all', pass: 3 } },
        output: { minify: { compress: { target: FLOOR }, ...(isClosed && { mangleProps }) } },
      },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if (!('output' in output)) continue;
    return inScriptElement(output.output[0].code.trim());
  }
  throw new Error('the engine was not built');
}

/** How each script for readers is built, as one classic script unless `build` says otherwise. */
export async function configOf(entry: string, alias: Record<string, string> = {}): Promise<InlineConfig> {
  const [{ terse }, { numbers }] = await Promise.all([import('./terse.ts'), import('./numbers.ts')]);
  return {
    configFile: false,
    logLevel: 'error',
    root: pathOf('..'),
    plugins: [terse(), numbers()],
    resolve: { alias: { '@noble/hashes/sha2.js': pathOf('../../core/src/sha2.ts'), ...alias } }, // decision 008
    build: {
      write: false,
      target: FLOOR,
      minify: true,
      modulePreload: false,
      lib: { entry, formats: ['iife'], name: 'pappus' },
    },
  };
}

/** Inside a script element these octets would end it or change how it is read (HTML §4.12.1.3). */
function inScriptElement(script: string): string {
  return script.replace(/<(?=\/?script|!--)/gi, String.raw`\x3c`);
}
