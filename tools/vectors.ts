/**
 * `npm run vectors`: writes spec/vectors. The same octets each time: all comes from fixed seeds, nothing from a
 * clock or from chance. spec/vectors/README.md says how to use them.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentId, encodeBase64, encodeHex, encodeUtf8, sha256 } from '@pappus/core';
import { CONTAINED, containerCases, goodHtml, goodZip } from './vectors-containers.ts';
import { acceptedVectors, type Accepted } from './vectors-golden.ts';
import type { RefusedCase } from './vectors-forge.ts';
import { refusedCases } from './vectors-refused.ts';
import { unitVectors } from './vectors-units.ts';

/** Where the vectors are. */
export const VECTORS = join(import.meta.dirname, '..', 'spec', 'vectors');
const BASE = 'golden';

/** Every file of spec/vectors but its README, by its path there. */
export function vectorFiles(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const accepted = acceptedVectors();
  const refused = refusedCases();
  const units = unitVectors();
  for (const vector of accepted) addAccepted(files, vector, accepted[0]!);
  addContainers(files);
  for (const one of refused) addRefused(files, one);
  addUnits(files, units);
  files.set('index.json', encodeUtf8(indexOf(accepted, refused, units)));
  return files;
}

function json(value: unknown): Uint8Array {
  return encodeUtf8(`${JSON.stringify(value, null, 1)}\n`);
}

/** The base tree is whole; others say what they leave out of it and hold what they add. */
function addAccepted(
  files: Map<string, Uint8Array>,
  { name, what, files: tree, expected, evidence }: Accepted,
  base: Accepted,
): void {
  const isBase = name === BASE;
  const own = [...tree].filter(
    ([path, bytes]) => isBase || (base.files.get(path) !== bytes && !sameFile(base, path, bytes)),
  );
  for (const [path, bytes] of own) files.set(`accepted/${name}/tree/${path}`, bytes);
  const without = isBase ? [] : [...base.files.keys()].filter((path) => !tree.has(path)).sort();
  files.set(
    `accepted/${name}/expected.json`,
    json({ what, base: isBase ? null : BASE, without, evidence, ...expected }),
  );
}

function sameFile(base: Accepted, path: string, bytes: Uint8Array): boolean {
  const other = base.files.get(path);
  return other !== undefined && encodeHex(other) === encodeHex(bytes);
}

function addContainers(files: Map<string, Uint8Array>): void {
  files.set('accepted/containers/lantern.zip', goodZip());
  files.set('accepted/containers/lantern.html', goodHtml());
  const held = CONTAINED.map(({ path, bytes }) => [path, encodeHex(sha256(bytes))]);
  files.set('accepted/containers/expected.json', json({ what: 'Both hold these files (SHA-256).', files: held }));
  for (const { name, what, kind, bytes } of containerCases()) {
    files.set(`refused/container/${name}/case.json`, json({ code: 'container', what, kind, file: `file.${kind}` }));
    files.set(`refused/container/${name}/file.${kind}`, bytes);
  }
}

function addRefused(files: Map<string, Uint8Array>, { bytes, name, ...one }: RefusedCase): void {
  const folder = `refused/${one.code}/${name}`;
  files.set(`${folder}/case.json`, json({ ...one, file: 'file.bin' }));
  files.set(`${folder}/file.bin`, bytes);
}

function addUnits(files: Map<string, Uint8Array>, units: ReturnType<typeof unitVectors>): void {
  const lines = (rows: readonly (string | readonly unknown[])[]): Uint8Array => {
    return encodeUtf8(rows.map((row) => `${typeof row === 'string' ? row : row.join(' ')}\n`).join(''));
  };
  files.set('units/cbor-valid.txt', lines(units.cborValid));
  files.set('units/cbor-invalid.txt', lines(units.cborInvalid));
  files.set('units/paths-valid.txt', lines(units.pathsValid));
  files.set('units/paths-invalid.txt', lines(units.pathsInvalid));
  files.set('units/base32.txt', lines(units.base32));
  files.set('units/base32-invalid.txt', lines(units.base32Invalid));
  files.set(
    'units/public-keys.txt',
    lines(units.publicKeys.map(([hex, sound]) => `${hex} ${sound ? 'sound' : 'unsound'}`)),
  );
  files.set('units/merkle.txt', lines(units.merkle));
  files.set('units/spoken.txt', lines(units.spoken));
  files.set('units/note.json', json(units.note));
  files.set('units/digests.json', json(units.digests));
  files.set('units/codec.json', json(units.codec));
  files.set('units/text.json', json(units.text));
}

/** Everything that needs no container in one file, contents by their id, for tests without a disk. */
function indexOf(accepted: Accepted[], refused: RefusedCase[], units: unknown): string {
  const contents = new Map<string, string>();
  const hold = (bytes: Uint8Array): string => {
    const id = contentId(bytes);
    contents.set(id, encodeBase64(bytes));
    return id;
  };
  const index = {
    accepted: accepted.map(({ name, files, expected, evidence = [] }) => {
      return { name, files: [...files].map(([path, bytes]) => [path, hold(bytes)]), expected, evidence };
    }),
    refused: refused.map(({ bytes, ...one }) => ({ ...one, file: hold(bytes) })),
    units,
  };
  const rows = [...contents].map(([id, base64]) => `"${id}":"${base64}"`).join(',\n');
  return `${JSON.stringify(index, null, 0).slice(0, -1)},\n"contents":{\n${rows}\n}}\n`;
}

function writeAll(): void {
  for (const folder of ['accepted', 'refused', 'units'])
    rmSync(join(VECTORS, folder), { recursive: true, force: true });
  let octets = 0;
  const files = vectorFiles();
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(VECTORS, path)), { recursive: true });
    writeFileSync(join(VECTORS, path), bytes);
    octets += bytes.length;
  }
  process.stdout.write(`${files.size} files, ${octets} octets\n`);
}

if (import.meta.main) writeAll();
