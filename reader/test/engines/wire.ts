/** Commands, their answers and events as JSON: WebDriver BiDi and WebKit's inspector protocol have this in common. */

// oxlint-disable-next-line typescript/no-explicit-any -- two protocols of hundreds of shapes; each adapter reads a few
export type Fields = Record<string, any>;

interface Waiting {
  method: string;
  resolve(result: Fields): void;
  reject(error: Error): void;
}

/** One conversation. Whoever holds the line hands over what arrives with `receive`. */
export class Wire {
  readonly #post: (text: string) => void;
  readonly #onEvent: (method: string, params: Fields) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(post: (text: string) => void, onEvent: (method: string, params: Fields) => void) {
    this.#post = post;
    this.#onEvent = onEvent;
  }

  send(method: string, params: Fields = {}): Promise<Fields> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      this.#post(JSON.stringify({ id, method, params }));
    });
  }

  receive(text: string): void {
    const message = JSON.parse(text) as Fields;
    if (typeof message['id'] !== 'number') return this.#onEvent(message['method'], message['params']);
    const waiting = this.#waiting.get(message['id']);
    this.#waiting.delete(message['id']);
    if (!('error' in message)) return waiting?.resolve(message['result']);
    waiting?.reject(new Error(`${waiting.method}: ${JSON.stringify(message)}`));
  }

  /** Nothing more will arrive. */
  hangUp(): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(`${waiting.method}: the page has gone`));
    this.#waiting.clear();
  }
}

/** A conversation over a WebSocket. */
export async function openWire(url: string, onEvent: (method: string, params: Fields) => void): Promise<Wire> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error(`no answer from ${url}`)), { once: true });
  });
  const wire = new Wire((text) => socket.send(text), onEvent);
  socket.addEventListener('message', ({ data }) => wire.receive(String(data)));
  socket.addEventListener('close', () => wire.hangUp());
  return wire;
}
