/**
 * SHA-256 and SHA-512 (FIPS 180-4), small: the constants are computed, not carried. The page's engine uses this where
 * other programs use a library (decision 008). For hashing what is public: nothing here hides timing.
 */

/** The first 64 bits behind the point of the square roots of 8 primes (§5.3) and of the cube roots of 80 (§4.2). */
const START = primes(8).map((prime) => rootFraction(prime, 2n));
const ROUNDS = primes(80).map((prime) => rootFraction(prime, 3n));

/** Initial words and round constants of SHA-256. Not to be altered. */
export const START_256 = Int32Array.from(START, upperHalf);
export const ROUNDS_256 = Int32Array.from(ROUNDS.slice(0, 64), upperHalf);
const schedule256 = new Int32Array(64);
const schedule512 = new BigUint64Array(80);

/** SHA-256 of `bytes`: 32 octets. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const state = START_256.slice();
  eachBlock(bytes, 64, (view, at) => compress256(state, view, at));
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setInt32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

/** SHA-512 of `bytes`: 64 octets. Through BigInt, and so for short messages only. */
export function sha512(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const state = BigUint64Array.from(START);
  eachBlock(bytes, 128, (view, at) => compress512(state, view, at));
  const digest = new DataView(new ArrayBuffer(64));
  state.forEach((word, i) => digest.setBigUint64(8 * i, word));
  return new Uint8Array(digest.buffer);
}

/** All whole blocks of the message, then what remains with its padding (§5.1). */
function eachBlock(bytes: Uint8Array, blockBytes: number, compress: (view: DataView, at: number) => void): void {
  const rest = bytes.length % blockBytes;
  const whole = bytes.length - rest;
  const view = new DataView(bytes.buffer, bytes.byteOffset, whole);
  for (let at = 0; at < whole; at += blockBytes) compress(view, at);
  const tail = new Uint8Array(rest + 1 + blockBytes / 8 <= blockBytes ? blockBytes : 2 * blockBytes);
  tail.set(bytes.subarray(whole));
  tail[rest] = 0x80;
  const last = new DataView(tail.buffer);
  last.setUint32(tail.length - 8, bytes.length / 2 ** 29);
  last.setUint32(tail.length - 4, bytes.length * 8);
  for (let at = 0; at < tail.length; at += blockBytes) compress(last, at);
}

/** §6.2.2. */
function compress256(state: Int32Array, view: DataView, at: number): void {
  const w = schedule256;
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + ROUNDS_256[i]! + w[i]!) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

/** §6.4.2. Bits above the 64th are cut off where a word is kept. */
function compress512(state: BigUint64Array, view: DataView, at: number): void {
  const w = schedule512;
  for (let i = 0; i < 16; i++) w[i] = view.getBigUint64(at + 8 * i);
  for (let i = 16; i < 80; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = bigTurn(x, 1n) ^ bigTurn(x, 8n) ^ (x >> 7n);
    const s1 = bigTurn(y, 19n) ^ bigTurn(y, 61n) ^ (y >> 6n);
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as Eight<bigint>;
  for (let i = 0; i < 80; i++) {
    const choice = (e & f) ^ (~e & g);
    const t1 = h + (bigTurn(e, 14n) ^ bigTurn(e, 18n) ^ bigTurn(e, 41n)) + choice + ROUNDS[i]! + w[i]!;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t2 = (bigTurn(a, 28n) ^ bigTurn(a, 34n) ^ bigTurn(a, 39n)) + majority;
    h = g;
    g = f;
    f = e;
    e = BigInt.asUintN(64, d + t1);
    d = c;
    c = b;
    b = a;
    a = BigInt.asUintN(64, t1 + t2);
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i]! += word));
}

type Eight<T> = [T, T, T, T, T, T, T, T];

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function bigTurn(word: bigint, by: bigint): bigint {
  return (word >> by) | (word << (64n - by));
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}

/** floor(2^64 · prime^(1/degree)) without its whole part, by Newton's steps from above. */
function rootFraction(prime: number, degree: bigint): bigint {
  const radicand = BigInt(prime) << (64n * degree);
  let root = BigInt(Math.ceil(prime ** (1 / Number(degree)) * 2 ** 32) + 1) << 32n;
  for (;;) {
    const next = ((degree - 1n) * root + radicand / root ** (degree - 1n)) / degree;
    if (next >= root) return BigInt.asUintN(64, root);
    root = next;
  }
}

function upperHalf(bits: bigint): number {
  return Number(bits >> 32n);
}
