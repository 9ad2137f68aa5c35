/**
 * SHA-256 (FIPS 180-4) in WebAssembly, assembled here: about twice as fast as the same in JavaScript, for pages, where
 * nothing native is synchronous. The module has one function, `f(blocks)`: it takes that many blocks of 64 octets
 * from BLOCKS on into the state at 0, eight words with the lowest octet first.
 *
 * All rounds stand one after the other, so that no working variable ever moves: each round renames them instead, and
 * an engine keeps them in registers. The code is written in the order of the stack machine, operands first.
 */
import { ROUNDS_256, START_256 } from './sha2.ts';

const WORDS = 8;
const DIGEST_BYTES = 32;
const BLOCK_BYTES = 64;
const BLOCKS = 64;
const PAGE_BYTES = 65_536;
/** What is hashed at once; behind it there is room for a block of padding. */
const CHUNK_BYTES = PAGE_BYTES - BLOCKS - BLOCK_BYTES;

/** Opcodes of the WebAssembly core specification §5.4; of i32 where a type is meant. */
const LOOP = 0x03;
const END = 0x0b;
const BRANCH_IF = 0x0d;
const GET = 0x20;
const SET = 0x21;
const TEE = 0x22;
const LOAD = 0x28;
const STORE = 0x36;
const CONST = 0x41;
const ADD = 0x6a;
const AND = 0x71;
const OR = 0x72;
const XOR = 0x73;
const SHIFT = 0x76;
const ROTATE = 0x78;
const I32 = 0x7f;
const NO_VALUE = 0x40;
const ALIGNED = 2;

/** Locals: how many blocks are left, where the next one stands, a sum, the words a to h, and sixteen of the schedule. */
const LEFT = 0;
const AT = 1;
const SUM = 2;
const A = 3;
const W = 11;
const LOCALS = 26;

type Code = number[];

/** Appends LEB128 of a signed number. */
function pushConstant(code: Code, value: number): void {
  code.push(CONST);
  for (; value < -64 || value > 63; value >>= 7) code.push((value & 0x7f) | 0x80);
  code.push(value & 0x7f);
}

/** Three rotations by XOR; the last one shifts where `last` says so. */
function pushSigma(code: Code, local: number, bits: [number, number, number], last = ROTATE): void {
  code.push(GET, local, CONST, bits[0], ROTATE, GET, local, CONST, bits[1], ROTATE, XOR);
  code.push(GET, local, CONST, bits[2], last, XOR);
}

/** A word of a block, whose highest octet comes first. */
function pushBlockWord(code: Code, i: number): void {
  code.push(GET, AT, LOAD, ALIGNED, 4 * i, TEE, SUM, CONST, 8, ROTATE);
  pushConstant(code, 0xff00ff00 | 0);
  code.push(AND, GET, SUM, CONST, 24, ROTATE);
  pushConstant(code, 0x00ff00ff);
  code.push(AND, OR);
}

/** FIPS 180-4 §6.2.2 step 1, for round i. */
function pushSchedule(code: Code, i: number): void {
  const word = (j: number): number => W + ((i + j) & 15);
  if (i < 16) {
    pushBlockWord(code, i);
  } else {
    pushSigma(code, word(1), [7, 18, 3], SHIFT);
    pushSigma(code, word(14), [17, 19, 10], SHIFT);
    code.push(GET, word(0), ADD, GET, word(9), ADD, ADD);
  }
  code.push(SET, word(0));
}

/** FIPS 180-4 §6.2.2 step 3: choice and majority in the forms with the fewest operations. */
function pushRound(code: Code, i: number, k: number): void {
  const name = (letter: number): number => A + ((letter - i) & 7);
  const [a, b, c, d, e, f, g, h] = [name(0), name(1), name(2), name(3), name(4), name(5), name(6), name(7)];
  pushSchedule(code, i);
  code.push(GET, h, GET, W + (i & 15), ADD);
  pushConstant(code, k);
  code.push(ADD, GET, g, GET, e, GET, f, GET, g, XOR, AND, XOR, ADD);
  pushSigma(code, e, [6, 11, 25]);
  code.push(ADD, TEE, SUM, GET, d, ADD, SET, d, GET, SUM);
  pushSigma(code, a, [2, 13, 22]);
  code.push(ADD, GET, b, GET, a, GET, b, XOR, GET, b, GET, c, XOR, AND, XOR, ADD, SET, h);
}

function functionBody(): Code {
  const code: Code = [1, LOCALS, I32];
  pushConstant(code, BLOCKS);
  code.push(SET, AT, LOOP, NO_VALUE);
  for (let i = 0; i < WORDS; i++) code.push(CONST, 0, LOAD, ALIGNED, 4 * i, SET, A + i);
  ROUNDS_256.forEach((k, i) => pushRound(code, i, k));
  for (let i = 0; i < WORDS; i++) {
    code.push(CONST, 0, CONST, 0, LOAD, ALIGNED, 4 * i, GET, A + i, ADD, STORE, ALIGNED, 4 * i);
  }
  code.push(GET, AT);
  pushConstant(code, BLOCK_BYTES);
  code.push(ADD, SET, AT, GET, LEFT, CONST, 0x7f, ADD, TEE, LEFT, BRANCH_IF, 0, END, END);
  return code;
}

/** `size` in the three octets of a padded LEB128, then the code. */
function sized(code: Code): Code {
  const { length } = code;
  return [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14, ...code];
}

/** Specification §5.5: a type (i32) → (), a function of it, a page of memory, both exported as f and m, the code. */
function assemble(): Uint8Array<ArrayBuffer> {
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 1, I32, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1];
  const exported = [7, 9, 2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0];
  return Uint8Array.from([...head, ...exported, 10, ...sized([1, ...sized(functionBody())])]);
}

/** As the WebAssembly JavaScript interface has it; not every library of types that builds core knows it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object) => { exports: object };
};

interface Exports {
  m: { buffer: ArrayBuffer };
  f: (blocks: number) => void;
}

/**
 * A SHA-256 for `useSha256`, or null where WebAssembly is missing or a policy forbids it. Assembling and compiling
 * take a few milliseconds: call it once.
 */
export function wasmSha256(): ((bytes: Uint8Array) => Uint8Array) | null {
  try {
    const { m, f } = new WebAssembly.Instance(new WebAssembly.Module(assemble())).exports as Exports;
    return hasher(m.buffer, f);
  } catch {
    return null;
  }
}

function hasher(memory: ArrayBuffer, compress: (blocks: number) => void): (bytes: Uint8Array) => Uint8Array {
  const words = new Int32Array(memory, 0, WORDS);
  const state = new DataView(memory);
  const room = new Uint8Array(memory, BLOCKS);
  return (bytes) => {
    words.set(START_256);
    let rest = bytes;
    for (; rest.length >= CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES)) {
      room.set(rest.subarray(0, CHUNK_BYTES));
      compress(CHUNK_BYTES / BLOCK_BYTES);
    }
    room.set(rest);
    compress(pad(state, rest.length, bytes.length));
    const digest = new Uint8Array(DIGEST_BYTES);
    for (let i = 0; i < WORDS; i++) {
      const word = words[i]!;
      digest[4 * i] = word >>> 24;
      digest[4 * i + 1] = word >>> 16;
      digest[4 * i + 2] = word >>> 8;
      digest[4 * i + 3] = word;
    }
    return digest;
  };
}

/** FIPS 180-4 §5.1.1 behind the last `rest` octets of `length`. Gives the number of blocks. */
function pad(memory: DataView, rest: number, length: number): number {
  const blocks = (rest + 8 + BLOCK_BYTES) >> 6;
  const end = BLOCKS + blocks * BLOCK_BYTES;
  for (let at = BLOCKS + rest; at < end; at++) memory.setUint8(at, 0);
  memory.setUint8(BLOCKS + rest, 0x80);
  memory.setUint32(end - 8, length / 2 ** 29);
  memory.setUint32(end - 4, length << 3);
  return blocks;
}
