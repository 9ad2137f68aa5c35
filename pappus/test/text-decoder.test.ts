/** The text codec, decoded by a program in Python that was written from spec/6-text-codec.md and shares no code. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeHex, encodeHex } from '@pappus/core';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const skipped = hasPython ? '' : ' SKIPPED: install the package python3';
const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const VECTORS = join(ROOT, 'spec/vectors/units/text.json');
/** The one that is read fastest. */
const PACK = 'ckb.pack';
const MINUTES_MAX = 3 * 60_000;

interface Units {
  items: { what: string; item: string; data: string }[];
  runs: { items: string[]; data: string }[];
}
const units = JSON.parse(readFileSync(VECTORS, 'utf8')) as Units;

function byPython(vectors: string, ...packs: string[]): unknown {
  const program = join(HERE, 'text_decoder.py');
  const args = ['-B', program, vectors, join(ROOT, 'core/packs'), ...packs];
  const { stdout, stderr, status } = spawnSync('python3', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('the text codec', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pappus-text-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.skipIf(!hasPython)(`decodes by Python${skipped}`, { timeout: MINUTES_MAX }, () => {
    const items = units.items.length + units.runs.length + 1;
    // One half happens to be an item, of another text.
    expect(byPython(VECTORS, PACK)).toEqual({ items, cutRefused: items - 1 });
  });

  const wrong = async (change: (copy: Units) => void): Promise<() => unknown> => {
    const copy = structuredClone(units);
    change(copy);
    const path = join(folder, 'text.json');
    await writeFile(path, JSON.stringify(copy));
    return () => byPython(path);
  };

  test.skipIf(!hasPython)(`a flipped bit is found${skipped}`, { timeout: MINUTES_MAX }, async () => {
    const flip = (hex: string): string => encodeHex(decodeHex(hex).map((octet, i) => (i === 2 ? octet ^ 1 : octet)));
    const inItem = await wrong(({ items }) => (items[0]!.item = flip(items[0]!.item)));
    expect(inItem).toThrow("'what': 'latin'");
    const inRun = await wrong(({ runs }) => (runs[0]!.items[3] = flip(runs[0]!.items[3]!)));
    expect(inRun).toThrow('run');
  });
});
