/** Debian's Chromium, through Playwright. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { openGate, type Gate } from './gate.ts';
import { OWN_ADDRESS } from './own-address.ts';
import { findProgram } from './program.ts';
import { CommonTab, type Engine, type TabOptions } from './tab.ts';

const path = findProgram('chromium');
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];

export const chromiumEngine: Engine = {
  name: 'chromium',
  missing: path ? null : 'chromium',
  async open({ width = 360, height = 740, dark = false, direct = false, beyond, profile, lang }: TabOptions = {}) {
    const gate = await openGate(beyond);
    const proxy = {
      server: `http://127.0.0.1:${gate.port}`,
      bypass: ['localhost', '127.0.0.1', OWN_ADDRESS ?? []].flat().join(),
    };
    const launch = { executablePath: path!, args: ARGS, ...(direct ? {} : { proxy }) };
    const look = {
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      ...(lang && { locale: lang }),
    } as const;
    if (profile === undefined) {
      const browser = await chromium.launch(launch);
      return new ChromiumTab(browser, await browser.newPage(look), gate);
    }
    const context = await chromium.launchPersistentContext(profile, { ...launch, ...look });
    return new ChromiumTab(context, await context.newPage(), gate);
  },
};

class ChromiumTab extends CommonTab {
  readonly engine = 'chromium';
  readonly #browser: Browser | BrowserContext;
  readonly #page: Page;
  readonly #gate: Gate;

  constructor(browser: Browser | BrowserContext, page: Page, gate: Gate) {
    super(gate.knocks);
    this.#browser = browser;
    this.#page = page;
    this.#gate = gate;
    page.on('request', (request) => this.requests.push(request.url().replace(/#.*/, '')));
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
  }

  protected override async load(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  protected override run(expression: string): Promise<string> {
    return this.#page.evaluate<string>(expression);
  }

  protected override async strike(key: string, isShifted: boolean): Promise<void> {
    await this.#page.keyboard.press(isShifted ? `Shift+${key}` : key);
  }

  override screenshot(): Promise<Uint8Array> {
    return this.#page.screenshot();
  }

  override async close(): Promise<void> {
    await this.#browser.close();
    this.#gate.close();
  }
}
