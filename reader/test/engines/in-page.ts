/**
 * Stands in for vitest where a test file runs inside a page: as much of it as core's vectors need. What fails is kept
 * in `inPage.failed`; `inPage.run(pattern)` runs all whose names fit.
 */

type Body = (...values: never[]) => unknown;

const tests: { name: string; body: () => unknown }[] = [];
let within: string[] = [];

export function describe(name: string, body: () => void): void {
  within.push(name);
  body();
  within.pop();
}

export function test(name: string, body: () => unknown): void {
  tests.push({ name: [...within, name].join(' > '), body });
}

/** As vitest does: an array is a list of arguments, all else is the one argument; `%s` and `$key` name the case. */
function each(take: (name: string, body: () => void) => void) {
  return (cases: readonly unknown[]) =>
    (name: string, body: Body): void =>
      cases.forEach((one) => {
        const values = (Array.isArray(one) ? one : [one]) as never[];
        take(named(name, values[0]), () => body(...values));
      });
}

function named(name: string, value: unknown): string {
  if (typeof value === 'string') return name.replace('%s', value);
  return name.replace(/\$(\w+)/g, (_, key: string) => String((value as Record<string, unknown>)[key]));
}

describe.each = each(describe);
test.each = each(test);

export function expect(found: unknown) {
  const hold = (holds: boolean, wanted: unknown): void => {
    if (!holds) throw new Error(`found ${written(found)}, wanted ${written(wanted)}`);
  };
  return {
    toBe: (wanted: unknown) => hold(Object.is(found, wanted), wanted),
    toEqual: (wanted: unknown) => hold(written(found) === written(wanted), wanted),
    toBeGreaterThan: (wanted: number) => hold((found as number) > wanted, wanted),
    toMatchObject(wanted: object) {
      const part = Object.keys(wanted).map((key) => [key, (found as Record<string, unknown>)[key]]);
      hold(written(Object.fromEntries(part)) === written(wanted), wanted);
    },
  };
}

/** Two values are written alike exactly if vitest calls them equal: keys in order, octets as numbers, no undefined. */
function written(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (inner instanceof Uint8Array) return { octets: String(inner) };
      if (inner instanceof Map) return { map: [...inner] };
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? 'undefined'
  );
}

async function run(pattern: string): Promise<{ passed: number; failed: string[] }> {
  const failed: string[] = [];
  const chosen = tests.filter(({ name }) => new RegExp(pattern).test(name));
  for (const { name, body } of chosen) {
    try {
      await body();
    } catch (error) {
      failed.push(`${name}: ${String(error)}`);
    }
  }
  return { passed: chosen.length - failed.length, failed };
}

Object.assign(globalThis, { inPage: { run } });
