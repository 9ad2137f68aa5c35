/**
 * All that core takes from its platform: the UTF-8 coders of the WHATWG Encoding Standard,
 * the same in every browser and in Node (and WebAssembly, see wasm-sha256.ts). No I/O, no clock, no chance.
 */
declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: true; ignoreBOM: true });
  decode(bytes: Uint8Array): string;
}
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
