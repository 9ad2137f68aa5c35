/** Other people's programs that judge our output. Where one is missing, its tests are skipped; never on CI. */
import { spawnSync } from 'node:child_process';
import { it } from 'vitest';

export const PYTHON = 'python3';
export const UNZIP = 'unzip';
export const CHROMIUM = 'chromium';

/** Like `it`, for a test that needs `program`; it is skipped with that name in its title when it is missing. */
export function itWith(program: string, title: string, test: () => Promise<void> | void): void {
  if (isHere(program)) it(`${title} (${program})`, test);
  else if (process.env['CI'])
    it(`${title} (${program} is missing)`, () => Promise.reject(new Error(`install ${program}`)));
  else it.skip(`${title} (skipped: ${program} is missing)`, test);
}

/** Standard output of a program that must end well. */
export function run(program: string, args: string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 27,
    ...(input === undefined ? {} : { input }),
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

export function isHere(program: string): boolean {
  return spawnSync(program, [program === UNZIP ? '-v' : '--version'], { stdio: 'ignore' }).status === 0;
}
