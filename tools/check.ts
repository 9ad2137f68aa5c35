/** `npm run check`: types, lint, format, dead code and house rules, at once; seconds, before each commit. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const FOLDERS = ['core', 'core/test', 'transports', 'newsroom', 'reader', 'pappus', 'tools', 'bench'];
const started = performance.now();

const checks: [name: string, command: string, args: string[]][] = [
  ...FOLDERS.filter((folder) => existsSync(`${folder}/tsconfig.json`)).map((folder): [string, string, string[]] => {
    return [`types of ${folder}`, 'tsc', ['-p', folder]];
  }),
  ['lint', 'oxlint', ['--type-aware', ...FOLDERS.filter((folder) => existsSync(folder))]],
  ['format', 'oxfmt', ['--check', '.']],
  ['dead code', 'knip', []],
  ['house rules', 'vitest', ['run', 'tools/tidy.test.ts']],
];

/** Two at a time: the machine of the smallest contributor has two cores. */
async function runAll(): Promise<boolean> {
  const queue = [...checks];
  let good = true;
  const worker = async (): Promise<void> => {
    for (let check = queue.shift(); check; check = queue.shift()) good = (await run(...check)) && good;
  };
  await Promise.all([worker(), worker()]);
  return good;
}

async function run(name: string, command: string, args: string[]): Promise<boolean> {
  const child = spawn(`node_modules/.bin/${command}`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) process.stdout.write(`\n${name} failed\n${output}`);
  return code === 0;
}

const good = await runAll();
process.stdout.write(
  `${good ? 'all checks passed' : 'checks failed'} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
);
process.exitCode = good ? 0 : 1;
