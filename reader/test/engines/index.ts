/** The three engines that readers have, headless, from Debian's packages. */
import { chromiumEngine } from './chromium.ts';
import { firefoxEngine } from './firefox.ts';
import type { Engine, Tab, TabOptions } from './tab.ts';
import { webkitEngine } from './webkit.ts';

export const ENGINES: readonly Engine[] = [chromiumEngine, firefoxEngine, webkitEngine];

/** A tab in each engine that is here; what is missing is named, and on CI it is a failure. */
export async function openEngines(options: TabOptions = {}): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (const engine of ENGINES) {
    if (engine.missing === null) {
      tabs.push(await engine.open(options));
      continue;
    }
    const message = `${engine.name}: install the packages "${engine.missing}".`;
    if (process.env['CI']) throw new Error(message);
    process.stderr.write(`SKIPPED ${message}\n`);
  }
  return tabs;
}
