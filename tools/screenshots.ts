/** `npm run screenshots`: the main screens of a page with demonstration news, as README and docs show them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type BrowserContextOptions, type Page } from 'playwright';
import { webApp } from '@pappus/reader/app';
import { startMirror } from '@pappus/transports/node';
import { makeDemo } from './demo.ts';

const TO = process.argv[2] ?? new URL('../docs/screenshots', import.meta.url).pathname;
const PROGRAM = new URL('../pappus/src/pappus.ts', import.meta.url).pathname;
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1.5, locale: 'fa-IR' };
const DESKTOP = { viewport: { width: 1100, height: 760 } };

interface Shot {
  name: string;
  lang: 'fa' | 'en';
  context: BrowserContextOptions;
  /** Of the app at a mirror, not of the file. */
  app?: boolean;
  /** What a finger does before. */
  steps: (page: Page) => Promise<unknown>;
}

const open = (screen: string) => async (page: Page) => {
  await page.evaluate((name) => void (location.hash = name), screen);
  await page.locator('main:not([hidden]) .back').waitFor();
};
const persian = async (page: Page): Promise<void> => page.locator('.headlines [lang=fa] a').first().click();
const list = async (): Promise<void> => {};

/** Follows the channel of the mirror, as somebody would who opens its address. */
const follow = async (page: Page): Promise<void> => {
  await page.locator('.here').click();
  await page.locator('.follow').click();
  await page.locator('.headlines').waitFor();
  await page.mouse.move(0, 0);
};

const SHOTS: Shot[] = [
  { name: 'list-fa-phone-dark', lang: 'fa', context: { ...PHONE, colorScheme: 'dark' }, steps: list },
  { name: 'post-fa-phone-light', lang: 'fa', context: PHONE, steps: persian },
  { name: 'how-fa-phone-light', lang: 'fa', context: PHONE, steps: open('how') },
  { name: 'pass-fa-phone-dark', lang: 'fa', context: { ...PHONE, colorScheme: 'dark' }, steps: open('pass') },
  { name: 'list-en-desktop-light', lang: 'en', context: DESKTOP, steps: list },
  { name: 'no-scripts-fa-phone', lang: 'fa', context: { ...PHONE, javaScriptEnabled: false }, steps: list },
  { name: 'app-home-fa-phone', lang: 'fa', context: PHONE, app: true, steps: list },
  { name: 'app-channel-fa-phone', lang: 'fa', context: PHONE, app: true, steps: follow },
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
    const beside = async (name: string) => (await webApp()).get(name) ?? null;
    const mirror = await startMirror({ folder: join(channel, 'tree'), beside });
    for (const shot of SHOTS.filter((s) => s.lang === lang)) {
      await take(shot, shot.app ? mirror.url : pathToFileURL(html).href);
    }
    await mirror.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

async function take({ name, context, steps, app }: Shot, url: string): Promise<void> {
  const tab = await browser.newContext(context);
  const page = await tab.newPage();
  await page.goto(url);
  if (context.javaScriptEnabled !== false) await page.locator(app ? '.here' : 'nav').waitFor();
  await steps(page);
  await page.screenshot({ path: join(TO, `${name}.png`) });
  await tab.close();
  process.stdout.write(`${name}\n`);
}
