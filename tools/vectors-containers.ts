/** Containers (spec §15): a ZIP and a page that must be read, and such as must be refused as a whole. */
import { treePath, sha256, type TreeFile } from '@pappus/core';
import { writeHtml, writeZip } from '@pappus/transports';
import { goldenNewsroom } from './vectors-golden.ts';

/** A container that must be refused with `container`. */
export interface ContainerCase {
  name: string;
  what: string;
  kind: 'zip' | 'html';
  bytes: Uint8Array;
}

const golden = goldenNewsroom(3);
/** What both good containers hold. */
export const CONTAINED: readonly TreeFile[] = ['checkpoint', 'head', 'root/1', 'root/2'].map((path) => {
  return { path: treePath(path), bytes: golden.files.get(path)! };
});

/** The good ZIP. */
export function goodZip(): Uint8Array {
  return writeZip(CONTAINED, 'Signed news: open this archive with a reader of Pappus.\n');
}

/** The good page. */
export function goodHtml(): Uint8Array {
  const page = {
    title: 'The Lantern',
    lang: 'en',
    dir: 'ltr',
    body: '<h1>The Lantern</h1>',
    css: '',
    script: '',
  } as const;
  return writeHtml({ files: CONTAINED, page, sha256 });
}

const tiny = writeZip([{ path: treePath('head'), bytes: Uint8Array.of(1, 2, 3) }]);
const END = tiny.length - 22;
const CENTRAL = END - 50;

/** `tiny` with octets changed: 34 local header and name, 3 contents, 50 central header and name, 22 end record. */
function patched(...changes: [at: number, ...octets: number[]][]): Uint8Array {
  const copy = tiny.slice();
  for (const [at, ...octets] of changes) copy.set(octets, at);
  return copy;
}

const named = (...octets: number[]): Uint8Array => patched([30, ...octets], [CENTRAL + 46, ...octets]);

const zips: Omit<ContainerCase, 'kind'>[] = [
  { name: 'zip-deflated', what: 'An entry that is deflated.', bytes: patched([8, 8], [CENTRAL + 10, 8]) },
  { name: 'zip-encrypted', what: 'An entry that is encrypted.', bytes: patched([6, 1], [CENTRAL + 8, 1]) },
  { name: 'zip-name', what: 'An entry whose name is no path of a tree.', bytes: named(0x2e, 0x2e, 0x2f, 0x61) },
  { name: 'zip-names-differ', what: 'Two names for one entry.', bytes: patched([30, 0x48]) },
  { name: 'zip-crc', what: 'Contents that do not fit their CRC-32.', bytes: patched([34, 9]) },
  { name: 'zip-link', what: 'A symbolic link.', bytes: patched([CENTRAL + 5, 3], [CENTRAL + 40, 0, 0xa0]) },
  { name: 'zip-before', what: 'Octets before the first entry.', bytes: new Uint8Array([0, ...tiny]) },
  { name: 'zip-after', what: 'Octets after the end record.', bytes: new Uint8Array([...tiny, 0]) },
  { name: 'zip-disks', what: 'More than one disk.', bytes: patched([END + 4, 1]) },
  { name: 'zip-cut', what: 'The end record is cut.', bytes: tiny.slice(0, -1) },
];

const OPEN = '<script type="application/octet-stream" data-files="1">';
const block = (text: string): Uint8Array => new TextEncoder().encode(`<!doctype html>${OPEN}\n${text}\n</script>`);

const pages: Omit<ContainerCase, 'kind'>[] = [
  { name: 'html-none', what: 'A page without a tree.', bytes: new TextEncoder().encode('<!doctype html><p>Nothing.') },
  { name: 'html-twice', what: 'A path twice.', bytes: block('head AQID\nhead AQID') },
  { name: 'html-path', what: 'A line that begins with no path of a tree.', bytes: block('../head AQID') },
  { name: 'html-word', what: 'A third word in a line.', bytes: block('head AQID AQID') },
  { name: 'html-base64', what: 'Base64 whose spare bits are set.', bytes: block('head AR==') },
  { name: 'html-cut', what: 'The file ends inside a block.', bytes: new TextEncoder().encode(`${OPEN}\nhead AQID\n`) },
];

/** All containers to be refused. */
export function containerCases(): ContainerCase[] {
  return [
    ...zips.map((one) => ({ ...one, kind: 'zip' as const })),
    ...pages.map((one) => ({ ...one, kind: 'html' as const })),
  ];
}
