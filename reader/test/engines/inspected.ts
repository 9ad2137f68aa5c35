/** One window of WebKit under its inspector. A window's page moves to another process, a new target, when it must. */
import { eventually, within } from './eventually.ts';
import { openWire, Wire, type Fields } from './wire.ts';

export type OnEvent = (method: string, params: Fields) => void;

export class Inspected {
  readonly #onEvent: OnEvent;
  readonly #targets = new Map<string, Wire>();
  #window!: Wire;
  #current: Promise<Wire>;
  #arrived!: (target: Wire) => void;
  #loaded: (() => void) | null = null;

  private constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent;
    this.#current = new Promise((resolve) => (this.#arrived = resolve));
  }

  static async open(address: string, onEvent: OnEvent): Promise<Inspected> {
    const inspected = new Inspected(onEvent);
    inspected.#window = await openWire(address, (method, params) => {
      inspected.#ofWindow(method, params).catch(() => {}); // the target went before it was known
    });
    await inspected.#window.send('Target.setPauseOnStart', { pauseOnStart: true });
    await within(`a page in ${address}`, inspected.#current);
    return inspected;
  }

  async #ofWindow(method: string, params: Fields): Promise<void> {
    if (method === 'Target.dispatchMessageFromTarget')
      this.#targets.get(params['targetId'])?.receive(params['message']);
    if (method === 'Target.didCommitProvisionalTarget') {
      const target = this.#targets.get(params['newTargetId'])!;
      this.#current = Promise.resolve(target);
      this.#arrived(target); // the first may go before it has answered
    }
    if (method === 'Target.targetDestroyed') this.#targets.get(params['targetId'])?.hangUp();
    if (method !== 'Target.targetCreated') return;
    const { targetId, isProvisional, isPaused } = params['targetInfo'];
    const post = (message: string): void => {
      this.#window.send('Target.sendMessageToTarget', { targetId, message }).catch(() => target.hangUp());
    };
    const target = new Wire(post, (name, fields) => this.#ofPage(name, fields));
    this.#targets.set(targetId, target);
    await Promise.all(['Console.enable', 'Network.enable', 'Page.enable'].map((command) => target.send(command)));
    if (isPaused) await this.#window.send('Target.resume', { targetId });
    if (!isProvisional) this.#arrived(target);
  }

  #ofPage(method: string, params: Fields): void {
    if (method === 'Page.loadEventFired') this.#loaded?.();
    this.#onEvent(method, params);
  }

  async send(method: string, params: Fields = {}): Promise<Fields> {
    return (await this.#current).send(method, params);
  }

  /** The text that the promise of `expression`, or itself, resolves to. */
  async run(expression: string): Promise<string> {
    const promise = await this.send('Runtime.evaluate', { expression: `Promise.resolve(${expression})` });
    if (promise['wasThrown']) throw new Error(promise['result'].description);
    const promiseObjectId = promise['result'].objectId;
    const { result, wasThrown } = await this.send('Runtime.awaitPromise', { promiseObjectId, returnByValue: true });
    if (wasThrown) throw new Error(result.description ?? JSON.stringify(result));
    return result.value;
  }

  /** Waits until `expression` is true. Asked anew each time, for the document may be replaced meanwhile. */
  async until(expression: string): Promise<void> {
    await eventually(expression, async () => {
      const asked = this.send('Runtime.evaluate', { expression, returnByValue: true });
      const answer = await asked.catch(() => null); // it moves to another process
      return answer?.['result'].value === true ? true : null;
    });
  }

  /** Leads the page elsewhere and waits until that has loaded. */
  async follow(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => (this.#loaded = resolve));
    await this.send('Runtime.evaluate', { expression: `location.href = ${JSON.stringify(url)}` });
    await within(`${url} has loaded`, loaded);
  }

  /** Says nothing more: the answer would go with the window. */
  close(): void {
    this.send('Runtime.evaluate', { expression: 'window.close()' }).catch(() => {});
  }
}
