/** What the tests may ask of a browser engine, the same of each. */
import type { RequestListener } from 'node:http';

export type EngineName = 'chromium' | 'firefox' | 'webkit';

export interface TabOptions {
  /** CSS pixels of the page, a small phone's by default. */
  width?: number;
  height?: number;
  dark?: boolean;
  /** Of the browser. Chromium. */
  lang?: string;
  /** A folder for the browser's profile, which stays when the tab is closed. Chromium and Firefox. */
  profile?: string;
  /** Without the gate: for a namespace whose network leads nowhere. */
  direct?: boolean;
  /** Answers for every http host beyond the gate; without it nobody does. */
  beyond?: RequestListener;
}

/** A tab in a browser of its own, from which nothing leaves the machine. */
export interface Tab {
  readonly engine: EngineName;
  /** Addresses that the page asked for since the last `goto`, without fragment, itself among them. */
  readonly requests: readonly string[];
  /** Console errors, uncaught exceptions and violations of the policy since the last `goto`. */
  readonly errors: readonly string[];
  /** Who knocked at the gate since the last `goto`, the browser's maker aside: an address, or host:port for https. */
  readonly knocks: readonly string[];
  /** Any address: file, http, about. Resolves when the page has loaded. */
  goto(url: string): Promise<void>;
  /** The value of a function that the page runs, or of an expression; both may be promises of something JSON. */
  evaluate<T>(script: string | (() => T | Promise<T>)): Promise<T>;
  /** Resolves when an expression has become true in the page. */
  until(expression: string): Promise<void>;
  /**
   * Presses a key as a hand does: a name of KeyboardEvent.key, or one character; `Shift+` before it holds that key.
   * Resolves when the page has seen it; a focus that left the page fails.
   */
  press(key: string): Promise<void>;
  /** PNG of what is seen. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** One of the three. */
export interface Engine {
  readonly name: EngineName;
  /** The Debian packages to install when it is not here, else null. */
  readonly missing: string | null;
  open(options?: TabOptions): Promise<Tab>;
}

const UNTIL_MS = 30_000;

/** The key that was meant is the last to come up but for Shift, which no page here listens for. */
const COUNT_KEYS = `globalThis.keysReleased ??= (addEventListener('keyup',
  ({ key }) => key !== 'Shift' && keysReleased++, true), 0)`;

/** What all tabs have in common. An adapter gives `run`, and fills `requests` and `errors`. */
export abstract class CommonTab implements Tab {
  abstract readonly engine: EngineName;
  requests: string[] = [];
  errors: string[] = [];
  readonly #knocks: readonly string[];
  #knocksBefore = 0;

  /** `knocks`: of the tab's gate, which adds to them. */
  constructor(knocks: readonly string[]) {
    this.#knocks = knocks;
  }

  get knocks(): readonly string[] {
    return this.#knocks.slice(this.#knocksBefore);
  }

  async goto(url: string): Promise<void> {
    this.requests = [];
    this.errors = [];
    this.#knocksBefore = this.#knocks.length;
    await this.load(url);
  }

  async evaluate<T>(script: string | (() => T | Promise<T>)): Promise<T> {
    const expression = typeof script === 'string' ? script : `(${String(script)})()`;
    const text = await this.run(`(async () => JSON.stringify(await (${expression})) ?? 'null')()`);
    return JSON.parse(text) as T;
  }

  async until(expression: string): Promise<void> {
    const found = await this.evaluate<boolean>(`new Promise((done) => {
      const end = performance.now() + ${UNTIL_MS};
      const look = () => {
        if (${expression}) done(true);
        else if (performance.now() > end) done(false);
        else setTimeout(look, 20);
      };
      look();
    })`);
    if (!found) throw new Error(`${this.engine}: never came true: ${expression}`);
  }

  async press(key: string): Promise<void> {
    const parts = key.length === 1 ? [key] : key.split('+');
    const before = await this.evaluate<number>(COUNT_KEYS);
    await this.strike(parts.at(-1)!, parts.length > 1);
    await this.until(`keysReleased > ${before}`);
  }

  abstract screenshot(): Promise<Uint8Array>;
  abstract close(): Promise<void>;
  /** One key down and up again, while Shift is held where it is. */
  protected abstract strike(key: string, isShifted: boolean): Promise<void>;
  protected abstract load(url: string): Promise<void>;
  /** The text that the promise of `expression` resolves to. */
  protected abstract run(expression: string): Promise<string>;
}
