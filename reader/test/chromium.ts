/** Opens pages from disk in the system's own Chromium and keeps count of all that a page should not do. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright';
import { afterAll, beforeAll, test } from 'vitest';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
const executablePath = ['/usr/bin/chromium', ...onPath].find((path) => existsSync(path));

/** A test that says what to install when it cannot run. */
export function pageTest(name: string, run: () => Promise<void>): void {
  test.skipIf(!executablePath)(executablePath ? name : `${name} (needs the package "chromium")`, run);
}

export interface OpenOptions extends BrowserContextOptions {
  hash?: string;
  /** Seconds since 1970. */
  now?: number;
}

export interface Opened {
  page: Page;
  /** Everything that was asked for, the page itself among it. */
  requests: string[];
  /** Dialogs, windows and downloads. */
  intrusions: string[];
  errors: string[];
}

/** Gives `open` for the tests of one file; openings with the same options share a tab, which is dear to make. */
export function useChromium(): (html: string, options?: OpenOptions) => Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'pappus-page-'));
  const tabs = new Map<string, Promise<Page>>();
  let browser: Browser | null = null;
  let count = 0;
  beforeAll(async () => {
    if (executablePath) browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });
  return async (html, { hash = '', ...options } = {}) => {
    const file = join(folder, `${count++}.html`);
    writeFileSync(file, html);
    const key = JSON.stringify(options);
    if (!tabs.has(key)) tabs.set(key, newTab(browser!, options));
    const opened: Opened = { page: await tabs.get(key)!, requests: [], intrusions: [], errors: [] };
    watch(opened);
    await opened.page.goto(pathToFileURL(file).href + hash);
    return opened;
  };
}

async function newTab(browser: Browser, { now, ...options }: OpenOptions): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  if (now !== undefined) await page.clock.setFixedTime(now * 1000);
  return page;
}

function watch({ page, requests, intrusions, errors }: Opened): void {
  page.removeAllListeners();
  page.on('request', (request) => requests.push(request.url().replace(/#.*/, '')));
  page.on('popup', () => intrusions.push('window'));
  page.on('download', () => intrusions.push('download'));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('dialog', (dialog) => {
    intrusions.push(dialog.type());
    void dialog.dismiss();
  });
}

/** Waits until the engine has taken over, or has said why it cannot. */
export async function checked({ page }: Opened): Promise<Page> {
  await page.waitForSelector('nav, #page > .warning');
  return page;
}

/** Goes to a screen, as its link does. */
export async function goTo(page: Page, screen: string): Promise<void> {
  await page.evaluate((name) => void (location.hash = name), screen);
  await page.locator('main:not([hidden]) .back').waitFor();
}
