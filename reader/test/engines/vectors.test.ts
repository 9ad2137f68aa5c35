/** Core's own vectors, in the engines that readers have, from a script that is built as the page's engine is. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect } from 'vitest';
import { buildScript } from '../../node/engine.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const { text } = (
  JSON.parse(readFileSync(new URL('../../../spec/vectors/index.json', import.meta.url), 'utf8')) as Index
).units;
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const engineTest = useEngines();
const folder = mkdtempSync(join(tmpdir(), 'pappus-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const built = new Map<string, Promise<string>>();

/** A test file of core as a script. */
function script(name: string): Promise<string> {
  const source =
    built.get(name) ?? buildScript(pathOf(`../../../core/test/${name}`), { alias: { vitest: pathOf('in-page.ts') } });
  built.set(name, source);
  return source;
}

/** Orders are proven elsewhere: here each vector is judged once. */
const EACH_ONCE = '^(?!.*( > order [0-9]|reversed: true|then the whole tree))';

interface Index {
  units: {
    text: {
      items: { what: string; data: string }[];
      runs: unknown[];
      packs: { name: string; primed: string }[];
    };
  };
}

interface Result {
  passed: number;
  failed: string[];
}

/** Runs the tests whose names fit. */
async function runIn(tab: Tab, source: string, pattern: string): Promise<Result> {
  const path = join(folder, `${tab.engine}.html`);
  writeFileSync(path, `<!doctype html><meta charset="utf-8"><script>${source}</script>`);
  await tab.goto(pathToFileURL(path).href);
  return tab.evaluate<Result>(`inPage.run(${JSON.stringify(pattern)})`);
}

describe("core's vectors", () => {
  engineTest('hold, and one wrong octet does not', async (tab) => {
    const source = await script('vectors.test.ts');
    const { passed, failed } = await runIn(tab, source, EACH_ONCE);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(100);
    expect([tab.errors, tab.knocks]).toEqual([[], []]);

    const leafOfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(source).toContain(leafOfNothing);
    const planted = await runIn(tab, source.replaceAll(leafOfNothing, `${leafOfNothing.slice(0, -1)}4`), '^units');
    expect(planted.failed.map((line) => line.replace(/:.*/, ''))).toEqual(['units > root hashes']);
  });

  engineTest('of the text codec hold, and one wrong octet does not', async (tab) => {
    const source = await script('text-vectors.test.ts');
    const { passed, failed } = await runIn(tab, source, '');
    expect(failed).toEqual([]);
    expect(passed).toBe(3 + text.items.length + text.runs.length + text.packs.length);
    expect([tab.errors, tab.knocks]).toEqual([[], []]);

    const { primed } = text.packs.find(({ name }) => name === 'fa.pack')!;
    const { data } = text.items.find(({ what }) => what === 'after title and summary')!;
    const wrong = [primed, data].reduce((all, hex) => {
      expect(all).toContain(hex);
      return all.replace(hex, hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0'));
    }, source);
    const planted = await runIn(tab, wrong, 'latin|after|fa.pack|ar.pack');
    const names = planted.failed.map((line) => line.replace(/: (?:Error|found).*/, ''));
    expect(names).toEqual(['text vectors > item: after title and summary', 'text vectors > pack: fa.pack']);
  });
});
