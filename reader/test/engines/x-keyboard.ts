/**
 * The keyboard of an X display without a window manager, as far as the tests press it: the core protocol
 * (https://www.x.org/releases/X11R7.7/doc/xproto/x11protocol.html) and its extension XTEST.
 */
import { connect, type Socket } from 'node:net';

const REPLY_OCTETS = 32;
const SETUP_OCTETS = 8;
const VIEWABLE = 2;
const [KEY_PRESS, KEY_RELEASE] = [2, 3];
/** Of the protocol's appendix A; a character of Latin 1 is its own. */
const KEYSYMS: Record<string, number> = {
  Tab: 0xff09,
  Enter: 0xff0d,
  Escape: 0xff1b,
  Shift: 0xffe1,
  ArrowDown: 0xff54,
};

/** Strikes keys in the window that is on top. */
export class XKeyboard {
  readonly #socket: Socket;
  #read = Buffer.alloc(0);
  #came: () => void = () => {};
  #root = 0;
  #xtest = 0;
  readonly #keycodes = new Map<number, number>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', () => {
      for (let some = read(socket); some; some = read(socket)) this.#read = Buffer.concat([this.#read, some]);
      this.#came();
    });
  }

  /** `display`: its number. */
  static async open(display: string): Promise<XKeyboard> {
    const socket = connect(`/tmp/.X11-unix/X${display}`);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const keyboard = new XKeyboard(socket);
    await keyboard.#introduce();
    return keyboard;
  }

  async #introduce(): Promise<void> {
    this.#socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    const start = await this.#take(SETUP_OCTETS);
    const setup = await this.#take(start.readUInt16LE(6) * 4);
    if (start[0] !== 1) throw new Error(`the X display: ${setup.toString()}`);
    const vendor = Math.ceil(setup.readUInt16LE(16) / 4) * 4;
    this.#root = setup.readUInt32LE(32 + vendor + 8 * setup[21]!);
    const [first, last] = [setup[26]!, setup[27]!];
    const name = Buffer.from('XTEST\0\0\0');
    const found = await this.#ask(98, 0, Buffer.concat([words16(5, 0), name]));
    if (found[8] !== 1) throw new Error('the X display has no XTEST');
    this.#xtest = found[9]!;
    const mapping = await this.#ask(101, 0, Buffer.from([first, last - first + 1, 0, 0]));
    const each = mapping[1]!;
    for (let code = last; code >= first; code--)
      this.#keycodes.set(mapping.readUInt32LE(REPLY_OCTETS + (code - first) * each * 4), code);
  }

  /** A key without a place on the board is our own bug. */
  async strike(key: string, isShifted: boolean): Promise<void> {
    this.#send(42, 0, words32(await this.#windowOnTop(), 0));
    const code = this.#codeOf(key);
    const shift = this.#codeOf('Shift');
    if (isShifted) this.#fake(KEY_PRESS, shift);
    this.#fake(KEY_PRESS, code);
    this.#fake(KEY_RELEASE, code);
    if (isShifted) this.#fake(KEY_RELEASE, shift);
    await this.#ask(43, 0); // all before is done once this is answered
  }

  close(): void {
    this.#socket.destroy();
  }

  #codeOf(key: string): number {
    const code = this.#keycodes.get(KEYSYMS[key] ?? key.charCodeAt(0));
    if (code === undefined) throw new Error(`no key "${key}"`);
    return code;
  }

  #fake(type: number, code: number): void {
    const request = Buffer.alloc(REPLY_OCTETS);
    request.set([type, code]);
    this.#send(this.#xtest, 2, request);
  }

  /** The last of those that are seen: without a window manager the newest. */
  async #windowOnTop(): Promise<number> {
    const tree = await this.#ask(15, 0, words32(this.#root));
    for (let i = tree.readUInt16LE(16) - 1; i >= 0; i--) {
      const window = tree.readUInt32LE(REPLY_OCTETS + 4 * i);
      const attributes = await this.#ask(3, 0, words32(window));
      if (attributes[26] === VIEWABLE) return window;
    }
    throw new Error('no window on the X display');
  }

  #send(opcode: number, detail: number, rest: Buffer = Buffer.alloc(0)): void {
    const start = Buffer.from([opcode, detail, 0, 0]);
    start.writeUInt16LE(1 + rest.length / 4, 2);
    this.#socket.write(Buffer.concat([start, rest]));
  }

  async #ask(opcode: number, detail: number, rest?: Buffer): Promise<Buffer> {
    this.#send(opcode, detail, rest);
    for (;;) {
      const start = await this.#take(REPLY_OCTETS);
      if (start[0] === 0) throw new Error(`the X display: error ${start[1]} of request ${start[10]}`);
      if (start[0] === 1) return Buffer.concat([start, await this.#take(start.readUInt32LE(4) * 4)]);
    }
  }

  async #take(octets: number): Promise<Buffer> {
    while (this.#read.length < octets) await new Promise<void>((resolve) => (this.#came = resolve));
    const taken = this.#read.subarray(0, octets);
    this.#read = this.#read.subarray(octets);
    return taken;
  }
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}

function words16(...values: number[]): Buffer {
  return Buffer.from(Uint16Array.from(values).buffer);
}

function words32(...values: number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}
