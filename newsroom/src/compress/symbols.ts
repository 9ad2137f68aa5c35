/** The alphabets of DEFLATE (RFC 1951 §3.2.5) as an encoder needs them. */

export const LENGTH_MIN = 3;
export const LENGTH_MAX = 258;
export const DISTANCE_MAX = 32_768;
export const END_OF_BLOCK = 256;
export const LITERAL_SYMBOLS = 286;
export const DISTANCE_SYMBOLS = 30;

/** Of each length symbol, counted from 257: its shortest length and its extra bits. */
export const LENGTH_BASE = new Uint16Array(29);
export const LENGTH_EXTRA = new Uint8Array(29);
/** Of each distance symbol: its nearest distance and its extra bits. */
export const DISTANCE_BASE = new Uint16Array(DISTANCE_SYMBOLS);
export const DISTANCE_EXTRA = new Uint8Array(DISTANCE_SYMBOLS);

/** From a length to its symbol counted from 257, and from a distance to its symbol. */
export const LENGTH_SYMBOL = new Uint8Array(LENGTH_MAX + 1);
export const DISTANCE_SYMBOL = new Uint8Array(DISTANCE_MAX + 1);

fillLengths();
fillDistances();

function fillLengths(): void {
  for (let symbol = 0, base = LENGTH_MIN; symbol < 28; symbol++) {
    LENGTH_BASE[symbol] = base;
    LENGTH_EXTRA[symbol] = symbol < 8 ? 0 : (symbol - 4) >> 2;
    const end = base + (1 << LENGTH_EXTRA[symbol]!);
    LENGTH_SYMBOL.fill(symbol, base, end);
    base = end;
  }
  LENGTH_BASE[28] = LENGTH_MAX;
  LENGTH_SYMBOL[LENGTH_MAX] = 28;
}

function fillDistances(): void {
  for (let symbol = 0, base = 1; symbol < DISTANCE_SYMBOLS; symbol++) {
    DISTANCE_BASE[symbol] = base;
    DISTANCE_EXTRA[symbol] = symbol < 4 ? 0 : (symbol - 2) >> 1;
    const end = base + (1 << DISTANCE_EXTRA[symbol]!);
    DISTANCE_SYMBOL.fill(symbol, base, end);
    base = end;
  }
}
