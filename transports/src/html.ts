/**
 * The single HTML file: a page that reads without JavaScript, and behind its text the tree.
 *
 * The tree lies in data blocks, which browsers neither show nor run (HTML §4.12.1):
 *
 *     <script type="application/octet-stream" data-files="1">
 *     checkpoint ZXhhbXBsZS5vcmcKNDEyCg==
 *     pack/aeaqcaibaeaqcaibaeaqcaibae AAECAwQ=
 *     </script>
 *
 *     block  = open-tag newline *( line newline ) "</script>"     at most 1 MiB of text
 *     line   = path " " base64                                    canonical base64 (RFC 4648 §4) with padding
 *
 * "1" is the version of this layout. Each path occurs once in a file, in the order of `compareTreePaths`. Many
 * blocks, because WebKit's time is quadratic in the length of one. A reader skips all that is not such a block.
 * It bears what files suffer on their way: a byte order mark, CR LF, spaces at the end of a line, empty lines, and
 * attributes that a browser adds to the tag when it saves the page.
 */
import {
  decodeBase64,
  encodeBase64,
  encodeUtf8,
  maxBytes,
  Refused,
  refusal,
  treePath,
  type TreeFile,
} from '@pappus/core';
import { requireWithin } from './limit.ts';
import { compareTreePaths } from './order.ts';

/** Characters (and octets) of text in one block, at most. */
export const HTML_BLOCK_CHARS_MAX = 2 ** 20;

/** What the maker of a page gives. Nothing in it may hold a script element or a comment. */
export interface HtmlPage {
  /** Plain text. */
  title: string;
  /** BCP 47. */
  lang: string;
  dir: 'ltr' | 'rtl';
  /** Static HTML, escaped by its maker: all that is seen without JavaScript. */
  body: string;
  css: string;
  /** A classic script, run after everything else is there. */
  script: string;
  /** A further one, which `script` unpacks and runs: letters would be dear where a file goes from hand to hand. */
  packed?: PackedScript;
}

/** A script as raw DEFLATE (RFC 1951) in base64. */
export interface PackedScript {
  data: string;
  /** SHA-256 of its text in UTF-8, 32 octets: the policy lets only this one run. */
  digest: Uint8Array;
}

/** All that goes into the file. */
export interface HtmlParts {
  files: Iterable<TreeFile>;
  page: HtmlPage;
  /** SHA-256 (FIPS 180-4), 32 octets: the policy names the script and the style by it. */
  sha256: (bytes: Uint8Array) => Uint8Array;
}

/**
 * The whole file, UTF-8. Its policy lets nothing in and nothing out: only this script, this style, and pictures and
 * media that the script itself makes. The same parts give the same octets.
 * @throws Refused `path`. Throws Error for a path given twice or a page that would break out of its place.
 */
export function writeHtml(parts: HtmlParts): Uint8Array<ArrayBuffer> {
  return encodeUtf8([...htmlLines(parts), ''].join('\n'));
}

/** As `writeHtml`, in lines without their ends: the octets of each file are looked at when its turn comes. */
export function* htmlLines({ files, page, sha256 }: HtmlParts): Generator<string> {
  const css = rawText(page.css, 'style');
  const script = rawText(page.script, 'script');
  if (/<(?:script|style|!--)/i.test(page.body)) throw new Error('the body holds a script, a style or a comment');
  const { packed } = page;
  if (packed && !/^[A-Za-z0-9+/]+=*$/.test(packed.data)) throw new Error('the packed script is not base64');
  const hashOf = (text: string): string => hashSource(sha256(encodeUtf8(text)));
  const scripts = [hashOf(script), ...(packed ? [hashSource(packed.digest)] : [])].join(' ');
  const policy = contentPolicy(scripts, hashOf(css));
  yield* [
    '<!doctype html>',
    `<html lang="${escaped(page.lang)}" dir="${page.dir}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">', // or a browser asks the server for one
    `<title>${escaped(page.title)}</title>`,
    `<style>${css}</style>`,
    '</head>',
    '<body>',
    page.body,
  ];
  yield* blocksOf(files);
  yield* [
    ...(packed ? [`<script type="${BLOCK_TYPE}" ${PACKED}>${packed.data}</script>`] : []),
    `<script>${script}</script>`,
    '</body>',
    '</html>',
  ];
}

/**
 * The files of a page, one at a time as they are asked for; what stands before a damaged place is still given.
 * @throws Refused `container`: no block at all, or one outside the layout; `too-large`: a file beyond its maximum.
 */
export function* readHtml(html: Uint8Array): Iterable<TreeFile> {
  const text = new TextDecoder('latin1').decode(html); // blocks are ASCII, and the rest is skipped
  yield* filesOfBlocks(blocksIn(text));
}

/** What is needed of a browser's document. */
export interface OpenPage {
  querySelectorAll(selector: string): ArrayLike<{ textContent: string | null }>;
}

/** As `readHtml`, from a page that a browser has open. */
export function* filesOfDocument(page: OpenPage): Iterable<TreeFile> {
  const elements = page.querySelectorAll(`script[type="${BLOCK_TYPE}"][data-files="${LAYOUT}"]`);
  yield* filesOfBlocks(Array.from(elements, (element) => element.textContent ?? ''));
}

const BLOCK_TYPE = 'application/octet-stream';
const LAYOUT = '1';
/** How `script` finds the packed one. */
const PACKED = 'data-packed="deflate-raw"';
const OPEN_TAG = `<script type="${BLOCK_TYPE}" data-files="${LAYOUT}">`;
const OPEN_TAG_AS_SAVED = new RegExp(`${OPEN_TAG.slice(0, -1)}(?: [^<>]*)?>`, 'y');
const CLOSE_TAG = '</script>';

function contentPolicy(scripts: string, style: string): string {
  return [
    "default-src 'none'",
    // WebAssembly hashes; only a script that the policy lets run can compile it.
    `script-src ${scripts} 'wasm-unsafe-eval'`,
    `style-src ${style}`,
    'img-src data: blob:',
    'media-src blob:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types pappus',
  ].join('; ');
}

function hashSource(digest: Uint8Array): string {
  return `'sha256-${encodeBase64(digest)}'`;
}

/** Text of a raw text element, with the newlines that a browser will see when it computes the hash. */
function rawText(text: string, element: 'script' | 'style'): string {
  const breakout = element === 'script' ? /<(?:\/?script|!--)/i : /<\/style/i;
  if (breakout.test(text)) throw new Error(`the ${element} would end or change its own element`);
  if (text.includes('\0')) throw new Error(`a browser would replace a NUL in the ${element}`);
  return text.replace(/\r\n?/g, '\n');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function* blocksOf(files: Iterable<TreeFile>): Iterable<string> {
  let lines: string[] = [];
  let length = 0;
  for (const line of linesOf(files)) {
    if (length + line.length + 1 >= HTML_BLOCK_CHARS_MAX) {
      yield block(lines);
      lines = [];
      length = 0;
    }
    lines.push(line);
    length += line.length + 1;
  }
  yield block(lines);
}

function block(lines: string[]): string {
  return [OPEN_TAG, ...lines, CLOSE_TAG].join('\n');
}

function* linesOf(files: Iterable<TreeFile>): Iterable<string> {
  const ordered = [...files].sort((a, b) => compareTreePaths(a.path, b.path));
  for (const [i, { path, bytes }] of ordered.entries()) {
    if (path === ordered[i - 1]?.path) throw new Error(`${path} is in the file already`);
    if (bytes.length > maxBytes(path)) throw new Error(`${path} is longer than its maximum`);
    yield `${treePath(path)} ${encodeBase64(bytes)}`;
  }
}

/** Walks from script element to script element as a browser does, so a marker inside the engine is no block. */
function* blocksIn(html: string): Iterable<string> {
  let at = 0;
  while ((at = html.indexOf('<script', at)) !== -1) {
    OPEN_TAG_AS_SAVED.lastIndex = at;
    const open = OPEN_TAG_AS_SAVED.exec(html);
    const end = html.indexOf(CLOSE_TAG, at);
    if (open) yield html.slice(at + open[0].length, end === -1 ? html.lastIndexOf('\n') : end);
    if (end === -1) throw new Refused('container', 'the file ends inside a script element');
    at = end + CLOSE_TAG.length;
  }
}

function* filesOfBlocks(blocks: Iterable<string>): Iterable<TreeFile> {
  const seen = new Set<string>();
  let found = false;
  for (const text of blocks) {
    found = true;
    for (const line of text.split('\n')) {
      const trimmed = line.trimEnd();
      if (trimmed === '') continue;
      const file = readLine(trimmed);
      if (seen.has(file.path)) throw new Refused('container', 'a path twice');
      seen.add(file.path);
      yield file;
    }
  }
  if (!found) throw new Refused('container', 'no tree in this page');
}

function readLine(line: string): TreeFile {
  const [name = '', base64 = ''] = line.split(' ', 2);
  const path = refusal(() => treePath(name));
  if (path instanceof Refused) throw new Refused('container', 'a line without a path of a tree', { cause: path });
  if (name.length + 1 + base64.length < line.length) throw new Refused('container', 'a third word in a line');
  const digits = base64.replace(/=+$/, '').length;
  requireWithin(Math.floor((digits * 3) / 4), { bytes: maxBytes(path) });
  const bytes = refusal(() => decodeBase64(base64));
  if (bytes instanceof Refused) throw new Refused('container', bytes.detail, { cause: bytes });
  return { path, bytes };
}
