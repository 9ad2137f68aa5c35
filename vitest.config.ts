import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const node: TestProjectConfiguration = {
  test: {
    name: 'node',
    include: ['{core,transports,newsroom,reader,pappus}/test/**/*.test.ts', 'tools/**/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
  },
};

/** Core has no platform: the same files prove it in a browser. */
const chromium = (executablePath: string): TestProjectConfiguration => ({
  test: {
    name: 'chromium',
    include: ['core/test/**/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});

function findChromium(): string | null {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  return ['/usr/bin/chromium', ...onPath].find((path) => existsSync(path)) ?? null;
}

function browserProjects(): TestProjectConfiguration[] {
  const path = findChromium();
  if (path !== null) return [chromium(path)];
  const message = 'core tests in a browser: no chromium found. Install the package "chromium".';
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`SKIPPED ${message}\n`);
  return [];
}

export default defineConfig({ test: { projects: [node, ...browserProjects()] } });
