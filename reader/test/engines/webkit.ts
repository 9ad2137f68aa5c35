/**
 * Debian's WebKitGTK: its own small browser on a display of its own, through the protocol of its inspector
 * (WEBKIT_INSPECTOR_HTTP_SERVER), which tells console and requests too, as its WebDriver does not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from './eventually.ts';
import { openGate, type Gate } from './gate.ts';
import { OWN_ADDRESS } from './own-address.ts';
import { findProgram, newHome, Program } from './program.ts';
import { CommonTab, type Engine, type TabOptions } from './tab.ts';
import { Inspected, type OnEvent } from './inspected.ts';
import type { Fields } from './wire.ts';
import { XKeyboard } from './x-keyboard.ts';

const libraries = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const browser = findProgram(`/usr/lib/${libraries}/webkit2gtk-4.1/MiniBrowser`);
const display = findProgram('Xvfb');

/** A page of a file may lead to any other; a page of nothing may not lead to a file. */
const BLANK = pathToFileURL(join(import.meta.dirname, 'blank.html')).href;
/** A window shows a document of nothing before it. */
const BLANK_IS_HERE = `location.href === '${BLANK}' && document.readyState === 'complete'`;
/** Bars and buttons shrink: a window cannot be narrower than they are. */
const GTK_CSS = '* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0; font-size: 1px }';

export const webkitEngine: Engine = {
  name: 'webkit',
  missing: browser && display ? null : 'libwebkit2gtk-4.1-0 xvfb',
  async open({ width = 360, height = 740, dark = false, direct = false, beyond }: TabOptions = {}) {
    const gate = await openGate(beyond);
    const args = ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'];
    const screen = await Program.start(display!, args, { home: newHome(), ready: /^(\d+)\n/m });
    const address = `127.0.0.1:${await freePort()}`;
    const program = await startBrowser(address, direct ? null : gate, { screen: screen.said, dark });
    const parts = { address, size: `width=${width},height=${height}`, gate, programs: [program, screen] };
    const tab = new WebKitTab({ ...parts, display: screen.said });
    await tab.connect();
    return tab;
  },
};

function startBrowser(
  address: string,
  gate: Gate | null,
  { screen, dark }: { screen: string; dark: boolean },
): Promise<Program> {
  const home = newHome();
  mkdirSync(join(home, 'gtk-3.0'));
  writeFileSync(join(home, 'gtk-3.0/gtk.css'), GTK_CSS);
  const args = [
    ...(dark ? ['--dark-mode'] : []),
    '--private',
    '--enable-developer-extras=true',
    '--javascript-can-open-windows-automatically=true',
    ...(gate ? [`--proxy=http://127.0.0.1:${gate.port}`, '--ignore-host=localhost', '--ignore-host=127.0.0.1'] : []),
    ...(gate && OWN_ADDRESS ? [`--ignore-host=${OWN_ADDRESS}`] : []),
    BLANK,
  ];
  const env = { DISPLAY: `:${screen}`, XDG_CONFIG_HOME: home, WEBKIT_INSPECTOR_HTTP_SERVER: address };
  return Program.start(browser!, args, { home, env, ready: null });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Parts {
  address: string;
  /** As window.open takes it. */
  size: string;
  gate: Gate;
  display: string;
  programs: Program[];
}

/** Its first window stays empty; each `goto` opens a window of the asked size from there. */
class WebKitTab extends CommonTab {
  readonly engine = 'webkit';
  readonly #parts: Parts;
  readonly #known = new Set<string>();
  #first: Inspected | null = null;
  #page: Inspected | null = null;
  #keyboard: XKeyboard | null = null;

  constructor(parts: Parts) {
    super(parts.gate.knocks);
    this.#parts = parts;
  }

  async connect(): Promise<void> {
    this.#first = await this.#newWindow(() => {});
    await this.#first.until(BLANK_IS_HERE);
  }

  protected override async load(url: string): Promise<void> {
    this.#page?.close();
    await this.#first!.run(`'' + window.open('${BLANK}', '_blank', 'popup,noopener,${this.#parts.size}')`);
    this.#page = await this.#newWindow((method, params) => this.#note(method, params));
    await this.#page.until(BLANK_IS_HERE);
    this.requests = [];
    await this.#page.follow(url);
  }

  async #newWindow(onEvent: OnEvent): Promise<Inspected> {
    const { address } = this.#parts;
    const path = await eventually('webkit opens a window', async () => {
      const list = await fetch(`http://${address}/`).then(
        (answer) => answer.text(),
        () => '',
      );
      const paths = [...list.matchAll(/socket\/\d+\/\d+\/WebPage/g)].map(([found]) => found);
      return paths.find((found) => !this.#known.has(found)) ?? null;
    });
    this.#known.add(path);
    return Inspected.open(`ws://${address}/${path}`, onEvent);
  }

  #note(method: string, params: Fields): void {
    if (method === 'Console.messageAdded' && params['message'].level === 'error')
      this.errors.push(params['message'].text);
    if (method !== 'Network.requestWillBeSent') return;
    const url = params['request'].url.replace(/#.*/, '');
    if (!url.startsWith('data:')) this.requests.push(url);
  }

  protected override run(expression: string): Promise<string> {
    if (!this.#page) throw new Error('webkit: no page is open');
    return this.#page.run(expression);
  }

  protected override async strike(key: string, isShifted: boolean): Promise<void> {
    this.#keyboard ??= await XKeyboard.open(this.#parts.display);
    await this.#keyboard.strike(key, isShifted);
  }

  override async screenshot(): Promise<Uint8Array> {
    const size = await this.evaluate<{ width: number; height: number }>('({ width: innerWidth, height: innerHeight })');
    const { dataURL } = await this.#page!.send('Page.snapshotRect', {
      x: 0,
      y: 0,
      ...size,
      coordinateSystem: 'Viewport',
    });
    return Buffer.from(String(dataURL).replace(/^.*,/, ''), 'base64');
  }

  override async close(): Promise<void> {
    this.#keyboard?.close();
    for (const program of this.#parts.programs) await program.end();
    this.#parts.gate.close();
  }
}
