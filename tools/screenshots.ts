/** `npm run screenshots`: the main screens of a page with demonstration news, as README and docs show them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type BrowserContextOptions, type Page } from 'playwright';
import { makeDemo } from './demo.ts';

const TO = process.argv[2] ?? new URL('../docs/screenshots', import.meta.url).pathname;
const PROGRAM = new URL('../pappus/src/pappus.ts', import.meta.url).pathname;
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 };
const DESKTOP = { viewport: { width: 1100, height: 760 } };

interface Shot {
  name: string;
  lang: 'fa' | 'en';
  context: BrowserContextOptions;
  /** What a finger does before. */
  steps: (page: Page) => Promise<unknown>;
}

const open = (screen: string) => async (page: Page) => {
  await page.evaluate((name) => void (location.hash = name), screen);
  await page.locator('main:not([hidden]) .back').waitFor();
};
const first = async (page: Page): Promise<void> => page.locator('.headlines a').first().click();
const list = async (): Promise<void> => {};

const SHOTS: Shot[] = [
  { name: 'list-fa-phone-dark', lang: 'fa', context: { ...PHONE, colorScheme: 'dark' }, steps: list },
  { name: 'post-fa-phone-light', lang: 'fa', context: PHONE, steps: first },
  { name: 'how-fa-phone-light', lang: 'fa', context: PHONE, steps: open('how') },
  { name: 'pass-fa-phone-dark', lang: 'fa', context: { ...PHONE, colorScheme: 'dark' }, steps: open('pass') },
  { name: 'find-fa-phone-light', lang: 'fa', context: PHONE, steps: open('find') },
  { name: 'more-fa-phone-light', lang: 'fa', context: PHONE, steps: open('more') },
  { name: 'limits-fa-phone-light', lang: 'fa', context: PHONE, steps: open('limits') },
  { name: 'list-en-desktop-light', lang: 'en', context: DESKTOP, steps: list },
  { name: 'how-en-desktop-dark', lang: 'en', context: { ...DESKTOP, colorScheme: 'dark' }, steps: open('how') },
  { name: 'pass-en-desktop-light', lang: 'en', context: DESKTOP, steps: open('pass') },
  { name: 'no-scripts-fa-phone', lang: 'fa', context: { ...PHONE, javaScriptEnabled: false }, steps: list },
];

const executablePath = '/usr/bin/chromium';
if (!existsSync(executablePath)) throw new Error('Install the package "chromium"; nothing was written.');
const folder = mkdtempSync(join(tmpdir(), 'pappus-shots-'));
process.env['XDG_STATE_HOME'] = join(folder, 'state');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  mkdirSync(TO, { recursive: true });
  for (const lang of ['fa', 'en'] as const) {
    const channel = join(folder, lang);
    await makeDemo(channel, lang);
    const html = join(folder, `${lang}.html`);
    execFileSync(process.execPath, [PROGRAM, 'export', channel, '--to', html], { stdio: 'ignore' });
    for (const shot of SHOTS.filter((s) => s.lang === lang)) await take(shot, html);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

async function take({ name, context, steps }: Shot, html: string): Promise<void> {
  const tab = await browser.newContext(context);
  const page = await tab.newPage();
  await page.goto(pathToFileURL(html).href);
  if (context.javaScriptEnabled !== false) await page.locator('nav').waitFor();
  await steps(page);
  await page.screenshot({ path: join(TO, `${name}.png`) });
  await tab.close();
  process.stdout.write(`${name}\n`);
}
