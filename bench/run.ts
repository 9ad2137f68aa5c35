/**
 * `npm run bench`: every case in a process of its own, peers and Pappus by turns; writes BENCHMARKS.md.
 *
 *     --rounds 3      how often each timing case is started
 *     --articles …    folder with the articles; without them only the timing cases run
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argument, type Timing } from './measure.ts';
import { benchmarksPage, type Results } from './page.ts';
import { hasArticles } from './real-input.ts';
import { TIMING_CASES } from './timing-cases.ts';

const FOLDER = import.meta.dirname;
const ROUNDS = Number(argument('rounds', '3'));
const ARTICLES = argument('articles', join(FOLDER, '../../shared/data/articles'));

/** The peers, exactly as locked; nothing of them runs while they are installed. */
function installPeers(): void {
  if (existsSync(join(FOLDER, 'node_modules'))) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--prefix', FOLDER], { stdio: 'inherit' });
}

function child(script: string, parameters: readonly string[]): unknown {
  const output = execFileSync(process.execPath, [join(FOLDER, script), ...parameters], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}

function runTimings(): Map<string, Timing[]> {
  const timings = new Map<string, Timing[]>();
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { name, script, parameters } of TIMING_CASES) {
      process.stderr.write(`round ${round} of ${ROUNDS}: ${name}\n`);
      const all = timings.get(name) ?? [];
      timings.set(name, [...all, child(script, parameters) as Timing]);
    }
  }
  return timings;
}

function runOnArticles(): Pick<Results, 'bytes' | 'large' | 'realInput'> {
  if (!hasArticles(ARTICLES)) return { bytes: null, large: null, realInput: null };
  process.stderr.write('bytes, then real input\n');
  const weigh = (pack: string): unknown =>
    child('bytes.ts', ['--articles', join(ARTICLES, 'fa-fars.jsonl'), '--pack', pack]);
  const [bytes, large] = ['small', 'large'].map(weigh) as [Results['bytes'], Results['large']];
  return { bytes, large, realInput: child('real-input.ts', ['--articles', ARTICLES]) as Results['realInput'] };
}

installPeers();
const page = benchmarksPage({ timings: runTimings(), rounds: ROUNDS, ...runOnArticles() });
writeFileSync(join(FOLDER, 'BENCHMARKS.md'), page);
process.stdout.write(page);
