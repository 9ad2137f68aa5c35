import { afterAll, test } from 'vitest';
import { ENGINES } from './index.ts';
import type { Engine, Tab, TabOptions } from './tab.ts';

/** Declares one test for each engine. */
export type EngineTest = (name: string, run: (tab: Tab) => Promise<void>, timeoutMs?: number) => void;

/** For the tests of one file, which share one tab of each engine; they say what to install where one is missing. */
export function useEngines(options: TabOptions = {}): EngineTest {
  const tabs = new Map<Engine, Promise<Tab>>();
  const tabOf = (engine: Engine): Promise<Tab> => {
    const tab = tabs.get(engine) ?? engine.open(options);
    tabs.set(engine, tab);
    return tab;
  };
  afterAll(async () => {
    for (const tab of tabs.values()) await (await tab).close();
  });
  return (name, run, timeoutMs) => {
    for (const engine of ENGINES) {
      const needs = engine.missing === null ? '' : ` (needs "${engine.missing}")`;
      test.skipIf(needs !== '')(`${engine.name}: ${name}${needs}`, async () => run(await tabOf(engine)), timeoutMs);
    }
  };
}
