/**
 * News over the resolvers that networks run, in a namespace of their own, under everything that networks do to DNS.
 * Each resolver has a process, which goes through the cases; here is what must come of each.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASE_NAMES, type CaseResult } from './case-names.ts';
import { RESOLVERS, missingPackages } from './resolvers.ts';

const POSTS = 30;
const CASE_MS_MAX = 120_000;
const DAY_SECONDS = 23 * 3_600;
/** Unbound asks for an address before anything else; dnsmasq asks it. */
const CROSSINGS_MAX: Record<string, number> = { Unbound: 60, dnsmasq: 60 };
const CROSSINGS = 30;
/** One reader in ten asks for a rung that others may not have asked for yet. */
const RUNG_CROSSINGS = 2;

/** Packages, or a right, that are not here. */
function missing(): string | null {
  const packages = missingPackages();
  if (packages.length > 0) return `packages "${packages.join(' ')}"`;
  try {
    execFileSync('unshare', ['--net', 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'the right to make a network namespace: run as root';
  }
}

const needs = missing();

/** The cases of one resolver, under way in a namespace; each result comes as a line. */
class Run {
  readonly #results = new Map<string, Promise<CaseResult>>();
  readonly #child: ChildProcess;

  constructor(resolver: string) {
    const args = ['--net', process.execPath, join(import.meta.dirname, 'cases.ts'), resolver, ...CASE_NAMES];
    this.#child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const waiting = new Map<string, (result: CaseResult) => void>();
    for (const name of CASE_NAMES) this.#results.set(name, new Promise((resolve) => waiting.set(name, resolve)));
    createInterface(this.#child.stdout!).on('line', (line) => {
      const result = JSON.parse(line) as CaseResult;
      waiting.get(result.case)!(result);
    });
  }

  result(name: string): Promise<CaseResult> {
    return this.#results.get(name)!;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** All at once: they wait for their networks most of the time. */
const runs = new Map<string, Run>();
beforeAll(() => {
  if (needs === null) for (const { name } of RESOLVERS) runs.set(name, new Run(name));
});
afterAll(() => {
  for (const run of runs.values()) run.stop();
});

describe.skipIf(needs !== null).each(RESOLVERS.map(({ name }) => name))(
  `through %s${needs === null ? '' : ` (needs ${needs})`}`,
  (resolver) => {
    const run = (): Run => runs.get(resolver)!;

    test.each(CASE_NAMES)('%s: all 30 posts arrive and verify', { timeout: CASES_MS_MAX }, async (name) => {
      const result = await run().result(name);
      expect(result).toMatchObject({ posts: POSTS, texts: POSTS, refused: 0, failures: [] });
      expect(result.headlinesMs).not.toBeNull();
    });

    test('a second reader is answered by the resolver alone', { timeout: CASES_MS_MAX }, async () => {
      expect((await run().result('again')).crossedAgain).toBeLessThanOrEqual(RUNG_CROSSINGS);
    });

    test('a hundred readers cost the border what one does', { timeout: CASES_MS_MAX }, async () => {
      const { complete, crossedQuestions } = await run().result('a hundred readers');
      expect(complete).toBe(100);
      expect(crossedQuestions).toBeLessThanOrEqual(CROSSINGS_MAX[resolver] ?? CROSSINGS);
    });

    test('what is cut off is still read for a day', { timeout: CASES_MS_MAX }, async () => {
      const { blockTtl, rungTtl } = await run().result('cut off');
      expect(Math.min(blockTtl!, rungTtl!)).toBeGreaterThanOrEqual(DAY_SECONDS);
    });
  },
);

/** All cases of a resolver, which run one after another. */
const CASES_MS_MAX = CASE_NAMES.length * CASE_MS_MAX;
