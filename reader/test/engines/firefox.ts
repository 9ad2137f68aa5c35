/** Debian's Firefox, through WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/), which it speaks itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openGate, type Gate } from './gate.ts';
import { OWN_ADDRESS } from './own-address.ts';
import { findProgram, newHome, Program } from './program.ts';
import { CommonTab, type Engine, type TabOptions } from './tab.ts';
import { openWire, type Fields, type Wire } from './wire.ts';

const path = findProgram('firefox-esr', 'firefox');

export const firefoxEngine: Engine = {
  name: 'firefox',
  missing: path ? null : 'firefox-esr',
  async open({ width = 360, height = 740, dark = false, direct = false, beyond, profile }: TabOptions = {}) {
    const gate = await openGate(beyond);
    const home = newHome();
    const folder = profile ?? home;
    writeFileSync(join(folder, 'user.js'), preferences(direct ? null : gate.port, dark));
    const args = ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port=0', BLANK];
    const ready = /BiDi listening on (ws:\S+)/;
    const env = { MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' }; // only so the preference for the settings server counts
    const program = await Program.start(path!, args, { home, env, ready });
    const tab = new FirefoxTab(program, gate);
    await tab.connect({ width, height });
    return tab;
  },
};

/** Were it about:blank, the address bar would have the focus, and keep it. */
const BLANK = pathToFileURL(join(import.meta.dirname, 'blank.html')).href;

/** Keys without a character, as WebDriver writes them (§17.4.2 there). */
const KEYS: Record<string, string> = { Tab: '\uE004', Enter: '\uE007', Escape: '\uE00C', ArrowDown: '\uE015' };
const SHIFT = '\uE008';

/** Through the gate, and without what Firefox asks for on its own. */
function preferences(port: number | null, dark: boolean): string {
  const gate = {
    'network.proxy.http': '127.0.0.1',
    'network.proxy.http_port': port,
    'network.proxy.ssl': '127.0.0.1',
    'network.proxy.ssl_port': port,
    'network.proxy.no_proxies_on': OWN_ADDRESS ?? '',
  };
  const values = {
    'network.proxy.type': port === null ? 0 : 1,
    ...(port === null ? {} : gate),
    'layout.css.prefers-color-scheme.content-override': dark ? 0 : 1,
    'app.normandy.enabled': false,
    'app.update.disabledForTesting': true,
    'browser.contentblocking.features.standard': '',
    'browser.newtabpage.enabled': false,
    'browser.safebrowsing.update.enabled': false,
    'browser.search.update': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.topsites.contile.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'dom.push.connection.enabled': false,
    'extensions.getAddons.cache.enabled': false,
    'extensions.systemAddon.update.enabled': false,
    'extensions.update.enabled': false,
    'media.gmp-manager.updateEnabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'security.OCSP.enabled': 0,
    'services.settings.server': 'data:,#remote-settings-dummy/v1',
    'toolkit.telemetry.enabled': false,
  };
  return Object.entries(values)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}

class FirefoxTab extends CommonTab {
  readonly engine = 'firefox';
  readonly #program: Program;
  readonly #gate: Gate;
  #wire!: Wire;
  #context = '';

  constructor(program: Program, gate: Gate) {
    super(gate.knocks);
    this.#program = program;
    this.#gate = gate;
  }

  async connect(viewport: { width: number; height: number }): Promise<void> {
    this.#wire = await openWire(`${this.#program.said}/session`, (method, params) => this.#note(method, params));
    await this.#wire.send('session.new', { capabilities: {} });
    await this.#wire.send('session.subscribe', { events: ['log.entryAdded', 'network.beforeRequestSent'] });
    const { contexts } = await this.#wire.send('browsingContext.getTree');
    this.#context = contexts[0].context;
    await this.#wire.send('browsingContext.setViewport', { context: this.#context, viewport });
  }

  #note(method: string, params: Fields): void {
    if (method === 'log.entryAdded' && params['level'] === 'error') this.errors.push(params['text']);
    if (method !== 'network.beforeRequestSent') return;
    const url = params['request'].url.replace(/#.*/, '');
    if (!url.startsWith('data:')) this.requests.push(url); // Firefox draws its own scroll bars with a font of its own
  }

  /** A file is no network to Firefox, which says nothing of it. */
  protected override async load(url: string): Promise<void> {
    if (url.startsWith('file:')) this.requests.push(url.replace(/#.*/, ''));
    await this.#wire.send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  protected override async run(expression: string): Promise<string> {
    const target = { context: this.#context };
    const { result, exceptionDetails } = await this.#wire.send('script.evaluate', {
      expression,
      target,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  }

  protected override async strike(key: string, isShifted: boolean): Promise<void> {
    const value = KEYS[key] ?? key;
    const held = (type: string) => (isShifted ? [{ type, value: SHIFT }] : []);
    const actions = [...held('keyDown'), { type: 'keyDown', value }, { type: 'keyUp', value }, ...held('keyUp')];
    const source = { type: 'key', id: 'keyboard', actions };
    await this.#wire.send('input.performActions', { context: this.#context, actions: [source] });
  }

  override async screenshot(): Promise<Uint8Array> {
    const { data } = await this.#wire.send('browsingContext.captureScreenshot', { context: this.#context });
    return Buffer.from(data, 'base64');
  }

  override async close(): Promise<void> {
    await this.#wire.send('browser.close').catch(() => {});
    await this.#program.end();
    this.#gate.close();
  }
}
