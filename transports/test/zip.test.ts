import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TreeFile, TreePath } from '@pappus/core';
import { openZipFile, writeZipFile } from '../node/zip-file.ts';
import { MemoryShelf } from '../src/memory.ts';
import { openZip, type ByteSource } from '../src/zip.ts';
import { ZIP_BYTES_MAX, ZIP_ENTRIES_MAX } from '../src/zip-layout.ts';
import { writeZip } from '../src/zip-writer.ts';
import { describeShelf, pathsOf } from './conformance.ts';
import { itWith, PYTHON, run, UNZIP } from './oracle.ts';
import { anyTree, largeTree } from './tree-files.ts';

const LIMIT = { bytes: 200_000, signal: new AbortController().signal };
const CHECKPOINT = 'checkpoint' as TreePath;
const FILES: TreeFile[] = [
  { path: 'edition/1' as TreePath, bytes: Uint8Array.of(1, 2, 3) },
  { path: CHECKPOINT, bytes: new TextEncoder().encode('example.org\n1\n') },
  { path: 'root/10' as TreePath, bytes: Uint8Array.of() },
  { path: 'head' as TreePath, bytes: Uint8Array.of(4) },
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pappus-zip-'));
});
afterEach(() => rm(folder, { recursive: true }));

describeShelf('ZIP in memory', async (files) => ({ shelf: await openZip(writeZip(files, 'read me')) }));

describeShelf('ZIP on a disk', async (files) => {
  const path = join(folder, `${Math.random()}.zip`);
  await writeZipFile(path, new MemoryShelf(files), LIMIT.signal, { readme: 'read me' });
  const { shelf, close } = await openZipFile(path);
  return { shelf, stop: close };
});

describe('writeZip', () => {
  it('orders the files for a reader who has only the beginning', async () => {
    const shelf = await openZip(writeZip(FILES, 'For people.'));
    expect(await pathsOf(shelf)).toEqual(['checkpoint', 'head', 'root/10', 'edition/1']);
  });

  it('gives the same octets for the same files in any order', () => {
    expect(writeZip([...FILES].reverse(), 'x')).toEqual(writeZip(FILES, 'x'));
  });

  it('gives the octets that writeZipFile writes', async () => {
    await writeZipFile(join(folder, 'a.zip'), new MemoryShelf(FILES), LIMIT.signal, { readme: 'x' });
    expect(await readFile(join(folder, 'a.zip'))).toEqual(Buffer.from(writeZip(FILES, 'x')));
    expect(await readdir(folder)).toEqual(['a.zip']);
  });

  it('throws for a path given twice and refuses what is none', () => {
    expect(() => writeZip([...FILES, FILES[0]!])).toThrow('in the archive already');
    expect(() => writeZip([{ path: '../x' as TreePath, bytes: Uint8Array.of() }])).toThrow('path');
  });

  it('holds as many files as an end record can count, and not one more', async () => {
    const files = largeTree(ZIP_ENTRIES_MAX + 1);
    const shelf = await openZip(writeZip(files.slice(1)));
    expect(await pathsOf(shelf)).toHaveLength(ZIP_ENTRIES_MAX);
    expect(() => writeZip(files)).toThrow('too much for one archive');
  });

  itWith(UNZIP, 'is whole in the eyes of others', () => {
    writeFileSync(join(folder, 'a.zip'), writeZip(largeTree(300), 'For people.'));
    expect(run(UNZIP, ['-t', join(folder, 'a.zip')])).toContain('No errors detected');
  });

  itWith(PYTHON, 'holds the same files in the eyes of others', () => {
    fc.assert(
      fc.property(anyTree, (files) => {
        writeFileSync(join(folder, 'a.zip'), writeZip(files, 'For people.'));
        const seen = JSON.parse(run(PYTHON, ['-c', READ_BY_PYTHON, join(folder, 'a.zip')])) as Record<string, string>;
        const expected = files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('hex')]);
        expect(seen).toEqual({
          'README.txt': Buffer.from('For people.').toString('hex'),
          ...Object.fromEntries(expected),
        });
      }),
      { numRuns: 10 },
    );
  });
});

describe('openZip', () => {
  itWith(PYTHON, 'reads the stored archive of another program', async () => {
    run(PYTHON, ['-c', WRITE_BY_PYTHON, join(folder, 'a.zip')]);
    const { shelf, close } = await openZipFile(join(folder, 'a.zip'));
    expect(await shelf.read(CHECKPOINT, LIMIT)).toEqual(new TextEncoder().encode('by python'));
    await close();
  });

  const fixtures = readdirSync(join(import.meta.dirname, 'fixtures/zip'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(zip|xlsx)$/.test(name))
    .sort();

  it('has the archives of others to refuse', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(55);
  });

  it.each(fixtures)('refuses %s', async (name) => {
    const bytes = readFileSync(join(import.meta.dirname, 'fixtures/zip', name));
    await expect(openZip(bytes)).rejects.toMatchObject({ name: 'Refused', code: 'container' });
    await expect(openZipFile(join(import.meta.dirname, 'fixtures/zip', name))).rejects.toMatchObject({
      code: 'container',
    });
  });

  it('refuses an archive cut at any octet', async () => {
    const archive = writeZip(FILES, 'x');
    for (let length = 0; length < archive.length; length++) {
      await expect(openZip(archive.subarray(0, length)), `${length}`).rejects.toMatchObject({ code: 'container' });
    }
  });

  it('never gives other contents when any octet has any one bit flipped', async () => {
    const archive = writeZip(FILES, 'x');
    for (let at = 0; at < archive.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = archive.slice();
        flipped[at]! ^= 1 << bit;
        await expectNothingElse(flipped, FILES);
      }
    }
  });

  it('allocates nothing for an archive that says it is larger than it may be', async () => {
    const source: ByteSource = { bytes: ZIP_BYTES_MAX + 1, read: () => Promise.reject(new Error('was read')) };
    await expect(openZip(source)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('reads no more than the directory and the headers before a file is asked for', async () => {
    const archive = writeZip([{ path: 'edition/1' as TreePath, bytes: new Uint8Array(60_000) }]);
    let octets = 0;
    const read = async (offset: number, length: number) => {
      octets += length;
      return archive.subarray(offset, offset + length);
    };
    await openZip({ bytes: archive.length, read });
    expect(octets).toBeLessThan(200);
  });
});

describe('openZip refuses what others may take', () => {
  const entry = 'edition/1';
  const one = (path = entry) => writeZip([{ path: path as TreePath, bytes: Uint8Array.of(1, 2, 3) }]);
  const LOCAL = 0;
  const CENTRAL = 30 + entry.length + 3;
  const END = CENTRAL + 46 + entry.length;

  it.each([
    ['a climbing name', '../x/1234'.slice(0, 9)],
    ['an absolute name', '/etc/pass'],
    ['a drive', 'C:/autoex'],
    ['a backslash', 'edition\\1'],
    ['a NUL', 'edition/\0'],
    ['a name in capitals', 'EDITION/1'],
    ['a folder', 'editions/'],
    ['a name above ASCII', 'edition/\u00b9'],
  ])('%s', async (_, name) => {
    const archive = renamed(one(), entry, name);
    await expect(openZip(archive)).rejects.toMatchObject({
      code: 'container',
      detail: 'a name that is no path of a tree',
    });
  });

  it.each<[string, string, (view: DataView) => void]>([
    ['deflate', 'deflated: entries are stored', (v) => both(v, 8, 8, 10)],
    ['another method', 'a compression method', (v) => both(v, 12, 8, 10)],
    ['encryption', 'encrypted', (v) => both(v, 1, 6, 8)],
    ['a data descriptor', 'data descriptor', (v) => both(v, 8, 6, 8)],
    ['the UTF-8 flag', 'another flag', (v) => both(v, 0x800, 6, 8)],
    ['a later version', 'a later version', (v) => both(v, 45, 4, 6)],
    ['two sizes', 'two sizes', (v) => both(v, 2, 18, 20)],
    ['ZIP64 sizes', 'two sizes', (v) => v.setUint32(CENTRAL + 24, 0xffffffff, true)],
    ['other contents CRC', 'differ: crc', (v) => v.setUint32(LOCAL + 14, 1, true)],
    ['another time', 'differ: time', (v) => v.setUint16(LOCAL + 10, 1, true)],
    ['another name', 'differ: name', (v) => v.setUint8(LOCAL + 30 + 8, 0x32)],
    ['an extra field', 'an extra field', (v) => v.setUint16(CENTRAL + 30, 4, true)],
    ['a local extra field', 'differ: extraBytes', (v) => v.setUint16(LOCAL + 28, 4, true)],
    ['a comment on an entry', 'a comment on an entry', (v) => v.setUint16(CENTRAL + 32, 1, true)],
    ['another disk', 'on another disk', (v) => v.setUint16(CENTRAL + 34, 1, true)],
    ['a link', 'a link', (v) => attributes(v, 3, 0o120777 * 2 ** 16)],
    ['a device', 'a link or another entry', (v) => attributes(v, 3, 0o020666 * 2 ** 16)],
    ['a folder by attribute', 'no file', (v) => attributes(v, 0, 0x10)],
    ['a link of an unknown host', 'made for a system', (v) => attributes(v, 19, 0o120777 * 2 ** 16)],
    ['a mode where DOS has none', 'no file', (v) => attributes(v, 0, 0o120777 * 2 ** 16)],
    ['a gap before the entry', 'leave a gap', (v) => v.setUint32(CENTRAL + 42, 1, true)],
    ['more disks', 'more than one disk', (v) => v.setUint16(END + 4, 1, true)],
    ['two counts', 'two counts', (v) => v.setUint16(END + 8, 2, true)],
    ['a count too high', 'ends too early', (v) => counts(v, 2)],
    ['a count too low', 'too long for its count', (v) => counts(v, 0)],
    ['the highest count', 'ends too early', (v) => counts(v, 65_535)],
    ['a directory elsewhere', 'does not end', (v) => v.setUint32(END + 16, 0, true)],
    ['a comment', 'a comment', (v) => v.setUint16(END + 20, 1, true)],
    ['no end record', 'no end record', (v) => v.setUint8(END, 0)],
    ['no directory header', 'no directory header', (v) => v.setUint8(CENTRAL, 0)],
    ['no local header', 'no local header', (v) => v.setUint8(LOCAL, 0)],
    ['a name beyond the directory', 'ends too early', (v) => v.setUint16(CENTRAL + 28, 60, true)],
    ['a name too long', 'a name longer', (v) => v.setUint16(CENTRAL + 28, 65, true)],
  ])('%s', async (_, detail, change) => {
    const archive = one();
    change(new DataView(archive.buffer));
    await expect(openZip(archive)).rejects.toMatchObject({
      code: 'container',
      detail: expect.stringContaining(detail),
    });
  });

  it('octets before, between and after', async () => {
    const archive = one();
    for (const at of [LOCAL, CENTRAL, END, archive.length]) {
      const stuffed = Buffer.concat([archive.subarray(0, at), Buffer.from('PK'), archive.subarray(at)]);
      await expect(openZip(stuffed), `${at}`).rejects.toMatchObject({ code: 'container' });
    }
  });

  it('octets between the parts, with offsets and sizes that allow for them', async () => {
    const archive = one();
    const beforeDirectory = inserted(archive, CENTRAL);
    new DataView(beforeDirectory.buffer).setUint32(END + 2 + 16, CENTRAL + 2, true);
    await expect(openZip(beforeDirectory)).rejects.toMatchObject({ detail: expect.stringContaining('octets between') });
    const afterDirectory = inserted(archive, END);
    new DataView(afterDirectory.buffer).setUint32(END + 2 + 12, END + 2 - CENTRAL, true);
    await expect(openZip(afterDirectory)).rejects.toMatchObject({ detail: 'octets after the directory' });
  });

  it('an entry that would lie beyond the end', async () => {
    const two = writeZip(
      ['edition/1', 'edition/2'].map((path) => ({ path: path as TreePath, bytes: Uint8Array.of(1) })),
    );
    const view = new DataView(two.buffer);
    const directory = view.getUint32(two.length - 22 + 16, true);
    for (const at of [18, 22, directory + 20, directory + 24]) view.setUint32(at, 1_000, true);
    view.setUint32(directory + 46 + entry.length + 42, 30 + entry.length + 1_000, true);
    await expect(openZip(two)).rejects.toMatchObject({ detail: 'an entry beyond the end' });
  });

  it('a name twice', async () => {
    const two = writeZip(
      ['edition/1', 'edition/2'].map((path) => ({ path: path as TreePath, bytes: Uint8Array.of(1) })),
    );
    await expect(openZip(renamed(two, 'edition/2', 'edition/1'))).rejects.toMatchObject({ detail: 'a name twice' });
  });

  it('README.txt twice', async () => {
    const two = writeZip([{ path: 'edition/12' as TreePath, bytes: Uint8Array.of(1) }], 'x');
    await expect(openZip(renamed(two, 'edition/12', 'README.txt'))).rejects.toMatchObject({ detail: 'a name twice' });
  });

  it('entries that share their octets, as in a bomb of overlaps', async () => {
    const two = writeZip(
      ['edition/1', 'edition/2'].map((path) => ({ path: path as TreePath, bytes: Uint8Array.of(1) })),
    );
    const view = new DataView(two.buffer);
    const second = two.length - 22 - 46 - entry.length;
    view.setUint32(second + 42, 0, true);
    await expect(openZip(two)).rejects.toMatchObject({ detail: 'entries overlap or leave a gap' });
  });

  function both(view: DataView, value: number, local: number, central: number): void {
    view.setUint16(LOCAL + local, value, true);
    view.setUint16(CENTRAL + central, value, true);
  }

  function attributes(view: DataView, host: number, value: number): void {
    view.setUint8(CENTRAL + 5, host);
    view.setUint32(CENTRAL + 38, value, true);
  }

  function counts(view: DataView, count: number): void {
    view.setUint16(END + 8, count, true);
    view.setUint16(END + 10, count, true);
  }
});

/** Either the archive is refused, or each file is refused, absent or exactly what it was. */
async function expectNothingElse(archive: Uint8Array, files: TreeFile[]): Promise<void> {
  const shelf = await openZip(archive).catch(() => null);
  if (!shelf) return;
  for (const path of await pathsOf(shelf)) {
    const bytes = await shelf.read(path, LIMIT).catch(() => null);
    if (bytes) expect(files.map((file) => Buffer.from(file.bytes))).toContainEqual(Buffer.from(bytes));
  }
  for (const { path, bytes } of files) {
    const held = await shelf.read(path, LIMIT).catch(() => null);
    if (held) expect(held).toEqual(bytes);
  }
}

function inserted(archive: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...archive.subarray(0, at), 0, 0, ...archive.subarray(at)]);
}

function renamed(archive: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(archive).toString('latin1');
  return Buffer.from(
    text.replaceAll(from, () => to),
    'latin1',
  );
}

const READ_BY_PYTHON = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps({i.filename: z.read(i).hex() for i in z.infolist()}))
`;

const WRITE_BY_PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_STORED) as z:
    z.writestr('edition/1', b'123')
    z.writestr('checkpoint', b'by python')
`;
