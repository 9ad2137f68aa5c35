/**
 * `npm run program`: Pappus as one file that needs nothing beside it, a single executable application of Node
 * (https://nodejs.org/api/single-executable-applications.html). docs/developer-program.md says how for other systems.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { serialize } from 'node:v8';
import { build, normalizePath, type Plugin } from 'vite';
import { engineParts } from '@pappus/reader';
import { webApp } from '@pappus/reader/app';
import { builtName } from '@pappus/transports/node';

const ROOT = join(import.meta.dirname, '..');
const MAIN = 'pappus.mjs';
const LICENCES = 'pappus-licences.md';
const LICENCE_OF_NODE = `## Node.js ${process.version}

The program runs on Node.js, which is in it whole, with the libraries of its own:
<https://github.com/nodejs/node/blob/${process.version}/LICENSE>
`;
/** Files of the source that the program reads, and folders of such files. */
const OWN_FILES = ['reader/src/page.css', 'reader/src/screens.css'];
const OWN_FOLDERS = [
  { folder: 'core/dictionaries', ending: '.dict' },
  { folder: 'core/packs', ending: '.pack' },
];

const { values } = parseArgs({ options: { node: { type: 'string' }, to: { type: 'string' } } });
const node = resolve(values.node ?? process.execPath);
const octetsOfNode = readFileSync(node);
const isForWindows = octetsOfNode.subarray(0, 2).toString('latin1') === 'MZ';
const to = resolve(values.to ?? join(ROOT, isForWindows ? 'dist/pappus.exe' : 'dist/pappus'));

if (octetsOfNode.includes(process.version)) await buildProgram();
else {
  process.stderr.write(`${node} is not Node ${process.version}, which puts the program together. Nothing was built.\n`);
  process.exitCode = 1;
}

async function buildProgram(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pappus-program-'));
  try {
    const { code, licences } = await bundle();
    writeFileSync(join(folder, MAIN), code);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(join(dirname(to), LICENCES), licences);
    const assets = await writeAssets(folder);
    const config = {
      main: MAIN,
      mainFormat: 'module',
      executable: node,
      output: to,
      assets,
      disableExperimentalSEAWarning: true,
      execArgvExtension: 'none', // what the program does hangs on no NODE_OPTIONS
    };
    writeFileSync(join(folder, 'sea.json'), JSON.stringify(config));
    execFileSync(process.execPath, ['--build-sea', 'sea.json'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const octets = readFileSync(to);
  const digest = createHash('sha256').update(octets).digest('hex');
  process.stdout.write(`${digest}  ${to}\n${octets.length} octets\n`);
}

/** All code in one module, which imports nothing but what Node itself has. */
async function bundle(): Promise<{ code: string; licences: string }> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: ROOT,
    plugins: [buildsNothing()],
    ssr: { noExternal: true },
    build: {
      write: false,
      ssr: 'pappus/src/pappus.ts',
      target: 'node26',
      license: { fileName: LICENCES },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const outputs = [result].flat().flatMap((one) => ('output' in one ? one.output : []));
  const [chunk, ...others] = outputs.filter((output) => output.type === 'chunk');
  if (!chunk || others.length > 0) throw new Error('the program is not one module');
  const imports = [...chunk.imports, ...chunk.dynamicImports];
  const foreign = imports.filter((name) => !name.startsWith('node:') && name !== chunk.fileName);
  if (foreign.length > 0) throw new Error(`the program would need ${foreign.join(', ')} beside it`);
  const licences = outputs.find((output) => output.fileName === LICENCES);
  if (licences?.type !== 'asset') throw new Error('no licences were gathered');
  return { code: chunk.code, licences: `${String(licences.source)}\n${LICENCE_OF_NODE}` };
}

/** What builds engine and app is loaded when it is first needed; the program has both built, and leaves it out. */
function buildsNothing(): Plugin {
  const nothing = '\0builds-nothing';
  return {
    name: 'builds-nothing',
    enforce: 'pre',
    resolveId(_, importer, { kind }) {
      return kind === 'dynamic-import' && importer?.startsWith(normalizePath(join(ROOT, 'reader/node/')))
        ? nothing
        : null;
    },
    load: (id) => (id === nothing ? `throw new Error('the program was built without this');` : null),
  };
}

/** Paths by the name under which the program finds what `own-files.ts` asks for. */
async function writeAssets(folder: string): Promise<Record<string, string>> {
  const inFolders = OWN_FOLDERS.flatMap((own) =>
    readdirSync(join(ROOT, own.folder))
      .filter((name) => name.endsWith(own.ending))
      .sort()
      .map((name) => `${own.folder}/${name}`),
  );
  const built = { engine: await engineParts(), app: await webApp() };
  const files = Object.entries(built).map(([name, value]): [string, Uint8Array] => [builtName(name), serialize(value)]);
  for (const path of [...OWN_FILES, ...inFolders]) files.push([path, readFileSync(join(ROOT, path))]);
  for (const [name, octets] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), octets);
  }
  return Object.fromEntries(files.map(([name]) => [name, name]));
}
