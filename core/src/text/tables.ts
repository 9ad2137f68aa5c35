/**
 * Numbers of the model, all from integer formulas (`/` rounds down):
 *
 *     odds(0) = 2^20, odds(x) = odds(x - 1) * 257 / 256
 *     squash(x) = 2^16 odds(x) / (odds(x) + 2^20), squash(-x) = 2^16 - squash(x), for 0 <= x <= 2047
 *     stretch(p) = the least x from -2047 with squash(x) >= 16 p + 8, else 2047, for 0 <= p <= 4095
 *     rate(n) = 5 * 2^16 / (10 n + 11)
 */

/** Index of x = 0 in `squash`. */
export const STRETCH_MAX = 2_047;
export const SQUASH_ZERO = 2_048;
const ONE = 1 << 20;

export const squash: Int32Array = new Int32Array(2 * SQUASH_ZERO);
export const stretch: Int16Array = new Int16Array(4_096);
export const rates: Int32Array = new Int32Array(64);

let odds = ONE;
for (let x = 0; x <= STRETCH_MAX; x++) {
  squash[SQUASH_ZERO + x] = Math.floor((0x10000 * odds) / (odds + ONE));
  squash[SQUASH_ZERO - x] = 0x10000 - squash[SQUASH_ZERO + x]!;
  odds = Math.floor((odds * 257) / 256);
}
for (let p = 0, x = -STRETCH_MAX; p < 4_096; p++) {
  while (x < STRETCH_MAX && squash[SQUASH_ZERO + x]! < 16 * p + 8) x++;
  stretch[p] = x;
}
for (let n = 0; n < 64; n++) rates[n] = Math.floor((5 * 0x10000) / (10 * n + 11));
