/** Lends core the SHA-256 that a case is about. */
import { useSha256, wasmSha256 } from '@pappus/core';
import { lendSha256 } from '../pappus/src/sha256.ts';

/** `node`: Node's own; `wasm`: as on a page; `noble`: core's own JavaScript, as where a page may not use WebAssembly. */
export function lendHash(which: string): void {
  if (which === 'node') lendSha256();
  if (which === 'wasm') useSha256(wasmSha256()!);
}
