/** Builds the page's engine: one classic script, for the browser floor of the design. */
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../src/engine.tsx', import.meta.url));
const FLOOR = ['chrome109', 'firefox115', 'safari16.4'];

let built: Promise<string> | null = null;

/** The script's text; built once a process, in some tenths of a second. */
export function engineScript(): Promise<string> {
  built ??= buildEngine();
  return built;
}

async function buildEngine(): Promise<string> {
  const { build } = await import('vite'); // slow to load, and most commands never need it
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('..', import.meta.url)),
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: FLOOR,
      minify: true,
      modulePreload: false,
      lib: { entry: ENTRY, formats: ['iife'], name: 'pappus' },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  for (const output of outputs) {
    if (!('output' in output)) continue;
    return inScriptElement(output.output[0].code.trim());
  }
  throw new Error('the engine was not built');
}

/** Inside a script element these octets would end it or change how it is read (HTML §4.12.1.3). */
function inScriptElement(script: string): string {
  return script.replace(/<(?=\/?script|!--)/gi, String.raw`\x3c`);
}
