/** The child's side of a timing case: what it measured, as one line of JSON on standard output. */

/** What a case has to say. Times in milliseconds. */
export interface Timing {
  posts: number;
  bytes: number;
  /** The first run, before the engine has compiled anything. */
  first: number;
  times: number[];
  /** Processor time of all threads in the same runs: what others do on the machine changes it little. */
  cpu: number[];
  /** Other facts of the run, for the page. */
  facts: Record<string, string | number>;
}

export interface TimedCase {
  posts: number;
  bytes: number;
  repetitions: number;
  facts?: Record<string, string | number>;
  /** One whole verification. Throws when anything is not as it should be. */
  run(): void | Promise<void>;
}

/** Runs a case once cold and then `repetitions` times, and prints the result. */
export async function measure({ posts, bytes, repetitions, facts = {}, run }: TimedCase): Promise<void> {
  const once = async (): Promise<{ wall: number; cpu: number }> => {
    const before = process.cpuUsage();
    const started = performance.now();
    await run();
    const wall = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    return { wall, cpu: (user + system) / 1000 };
  };
  const first = (await once()).wall;
  await once();
  const runs: { wall: number; cpu: number }[] = [];
  for (let i = 0; i < repetitions; i++) runs.push(await once());
  const timing: Timing = { posts, bytes, first, times: runs.map((r) => r.wall), cpu: runs.map((r) => r.cpu), facts };
  process.stdout.write(`${JSON.stringify(timing)}\n`);
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** The value after `--name` on the command line. */
export function argument(name: string, otherwise: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1]!;
}
