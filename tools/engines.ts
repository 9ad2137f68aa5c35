/**
 * `node tools/engines.ts page.html folder`: opens a page on a small phone and on a desk, light and dark, in each engine
 * that is here; leaves pictures in the folder and says what the page asked for and which errors it made.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openEngines } from '../reader/test/engines/index.ts';

const [page, folder] = process.argv.slice(2);
if (!page || !folder) throw new Error('usage: node tools/engines.ts page.html folder');
mkdirSync(folder, { recursive: true });

for (const [width, height] of [
  [360, 740],
  [1200, 800],
] as const) {
  for (const dark of [false, true]) {
    for (const tab of await openEngines({ width, height, dark })) {
      await tab.goto(pathToFileURL(resolve(page)).href);
      await tab.until(`document.readyState === 'complete'`);
      const name = `${tab.engine}-${width}-${dark ? 'dark' : 'light'}`;
      writeFileSync(join(folder, `${name}.png`), await tab.screenshot());
      process.stdout.write(`${[name, `${tab.requests.length} requests`, ...tab.errors].join(', ')}\n`);
      await tab.close();
    }
  }
}
