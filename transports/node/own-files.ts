/**
 * What comes with Pappus beside its code. In the source it lies in folders, or is built when it is asked for; the
 * single program carries it inside, where `tools/program.ts` put it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import * as sea from 'node:sea';
import { deserialize } from 'node:v8';

const ROOT = new URL('../../', import.meta.url);

/** Name inside the program of what `ownBuilt` gives. */
export const builtName = (name: string): string => `built/${name}`;

/** Octets of a file that comes with Pappus, by its path from the root of the source. */
export function ownFile(path: string): Uint8Array {
  return sea.isSea() ? new Uint8Array(sea.getAsset(path)) : new Uint8Array(readFileSync(new URL(path, ROOT)));
}

/** Names of the files that come with Pappus in a folder, whose path ends with a slash; sorted. */
export function ownFileNames(folder: string): string[] {
  if (!sea.isSea()) return readdirSync(new URL(folder, ROOT)).sort();
  const paths = sea.getAssetKeys().filter((path) => path.startsWith(folder));
  return paths.map((path) => path.slice(folder.length)).sort();
}

/** What `build` makes of the source: plain values, octets and maps. The program was built with it and never calls it. */
export async function ownBuilt<T>(name: string, build: () => Promise<T>): Promise<T> {
  return sea.isSea() ? (deserialize(new Uint8Array(sea.getAsset(builtName(name)))) as T) : build();
}
