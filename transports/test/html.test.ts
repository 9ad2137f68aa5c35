import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPath, type TreeFile, type TreePath } from '@pappus/core';
import { filesOfDocument, HTML_BLOCK_CHARS_MAX, readHtml, writeHtml, type HtmlPage } from '../src/html.ts';
import { MemoryShelf } from '../src/memory.ts';
import { describeShelf } from './conformance.ts';
import { CHROMIUM, itWith, run } from './oracle.ts';
import { anyTree } from './tree-files.ts';

const PAGE: HtmlPage = {
  title: 'قاصدک & "News" <1>',
  lang: 'fa',
  dir: 'rtl',
  body: '<main><h1>خبر</h1><p id="seen">-</p></main>',
  css: 'h1 { color: #234 }',
  script: 'document.getElementById("seen").textContent = "engine ran";',
};
const FILES: TreeFile[] = [
  { path: 'edition/1' as TreePath, bytes: Uint8Array.of(1, 2, 3) },
  { path: 'checkpoint' as TreePath, bytes: new TextEncoder().encode('example.org\n1\n') },
  { path: 'root/1' as TreePath, bytes: Uint8Array.of() },
];
const OPEN = '<script type="application/octet-stream" data-files="1">';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const made = (files: TreeFile[] = FILES, page: Partial<HtmlPage> = {}): Uint8Array =>
  writeHtml({ files, page: { ...PAGE, ...page }, sha256 });
const text = (html: Uint8Array): string => new TextDecoder().decode(html);
const asBytes = (html: string): Uint8Array => new TextEncoder().encode(html);
const filesIn = (html: Uint8Array): TreeFile[] => [...readHtml(html)];
const byPath = (files: TreeFile[]): TreeFile[] => [...files].sort((a, b) => (a.path < b.path ? -1 : 1));

describeShelf('One HTML file', async (files) => ({ shelf: new MemoryShelf(readHtml(made(files))) }));

describe('writeHtml', () => {
  it('writes exactly this', () => {
    const hash = (data: string) => `'sha256-${createHash('sha256').update(data).digest('base64')}'`;
    expect(text(made())).toBe(`<!doctype html>
<html lang="fa" dir="rtl">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${hash(PAGE.script)} 'wasm-unsafe-eval'; style-src ${hash(PAGE.css)}; img-src data: blob:; media-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types pappus">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>قاصدک &#38; &#34;News&#34; &#60;1&#62;</title>
<style>h1 { color: #234 }</style>
</head>
<body>
<main><h1>خبر</h1><p id="seen">-</p></main>
${OPEN}
checkpoint ZXhhbXBsZS5vcmcKMQo=
root/1${' '}
edition/1 AQID
</script>
<script>document.getElementById("seen").textContent = "engine ran";</script>
</body>
</html>
`);
  });

  it('puts a packed script before the one that unpacks it, and into the policy', () => {
    const packed = { data: 'AQID', digest: new Uint8Array(32).fill(7) };
    const html = text(made(FILES, { packed }));
    expect(html).toContain(
      '<script type="application/octet-stream" data-packed="deflate-raw">AQID</script>\n<script>doc',
    );
    expect(html).toMatch(/script-src 'sha256-[^']+' 'sha256-BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=' 'wasm/);
    expect(filesIn(asBytes(html)).map(({ path }) => path)).toEqual(filesIn(made()).map(({ path }) => path));
  });

  it('gives the same octets for the same files in any order', () => {
    expect(made([...FILES].reverse())).toEqual(made());
  });

  it('splits what is large into blocks of at most 1 MiB', () => {
    const files = Array.from({ length: 40 }, (_, i) => ({
      path: formatPath({
        kind: 'pack',
        id: `${'abcdefghijklmnopqrstuvwxyz234567ab'[i % 32]!.repeat(24)}${i < 32 ? 'a' : 'b'}a`,
      }),
      bytes: new Uint8Array(131_072).fill(i),
    }));
    const html = made(files);
    const blocks = text(html)
      .split(OPEN)
      .slice(1)
      .map((part) => part.slice(0, part.indexOf('</script>')));
    expect(blocks.length).toBe(8); // five packs of 131,072 octets fit into one
    expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(HTML_BLOCK_CHARS_MAX);
    expect(filesIn(html)).toEqual(byPath(files));
  });

  it('computes the hash of what a browser will see of CR LF', () => {
    expect(made(FILES, { script: 'a\r\nb' })).toEqual(made(FILES, { script: 'a\nb' }));
  });

  it.each<[string, Partial<HtmlPage>]>([
    ['a script that ends its element', { script: 'let x = "</script>"' }],
    ['a script that opens a comment', { script: 'let x = "<!--"' }],
    ['a script with a NUL', { script: '"\0"' }],
    ['a style that ends its element', { css: 'x { content: "</STYLE>" }' }],
    ['a packed script that is no base64', { packed: { data: 'a</script>', digest: new Uint8Array(32) } }],
    ['a body with a script', { body: '<SCRIPT>1</script>' }],
    ['a body with a comment', { body: '<!-- x -->' }],
  ])('throws for %s', (_, page) => {
    expect(() => made(FILES, page)).toThrow();
  });

  it('throws for a path given twice, one that is none, and a file beyond its maximum', () => {
    expect(() => made([...FILES, FILES[0]!])).toThrow('already');
    expect(() => made([{ path: '../x' as TreePath, bytes: Uint8Array.of() }])).toThrow('path');
    expect(() => made([{ path: 'head' as TreePath, bytes: new Uint8Array(10_000) }])).toThrow('maximum');
  });
});

describe('readHtml', () => {
  it.each<[string, (html: string) => string]>([
    ['as written', (html) => html],
    ['a byte order mark', (html) => `\ufeff${html}`],
    ['CR LF', (html) => html.replaceAll('\n', '\r\n')],
    ['spaces at the ends of lines', (html) => html.replaceAll('\n', ' \t\n')],
    ['no spaces at the ends of lines', (html) => html.replaceAll(' \n', '\n')],
    ['empty lines', (html) => html.replaceAll('\n', '\n\n')],
    ['text put around it', (html) => `<!-- saved from url=(0014)about:internet -->\n${html}\n-- \nSent from a phone`],
    ['attributes of a browser that saved it', (html) => html.replace(OPEN, `${OPEN.slice(0, -1)} class="x" nonce="">`)],
    ['an engine that holds the marker itself', (html) => html.replace('<script>doc', `<script>let m = '${OPEN}';doc`)],
  ])('bears %s', (_, change) => {
    expect(byPath(filesIn(asBytes(change(text(made())))))).toEqual(byPath(FILES));
  });

  it.each<[string, (html: string) => string]>([
    ['a page without a tree', () => '<!doctype html><p>404</p>'],
    ['nothing', () => ''],
    ['a later layout', (html) => html.replace('data-files="1"', 'data-files="2"')],
    ['a file cut inside a block', (html) => html.slice(0, html.indexOf('edition/1'))],
    ['base64 without its padding', (html) => html.replace('MQo=', 'MQo')],
    ['base64 with spare bits', (html) => html.replace('MQo=', 'MQp=')],
    ['base64 with a space inside', (html) => html.replace('MQo=', 'M Qo=')],
    ['base64 for URLs', (html) => html.replace('AQID', 'AQ-_')],
    ['a hostile path', (html) => html.replace('edition/1', '../../etc')],
    ['a path twice', (html) => html.replace('edition/1', 'checkpoint')],
    ['a line of no kind', (html) => html.replace('edition/1 AQID', 'edition/1\tAQID')],
    ['a third word in a line', (html) => html.replace('AQID', 'AQID AQID')],
    ['markup inside a block', (html) => html.replace('edition/1', '<b>edition/1')],
  ])('refuses %s', (_, change) => {
    expect(() => filesIn(asBytes(change(text(made()))))).toThrow(expect.objectContaining({ code: 'container' }));
  });

  it('refuses a file beyond the maximum of its path before it is decoded', () => {
    const long = text(made()).replace('edition/1 AQID', `edition/1 ${'AAAA'.repeat(30_000)}`);
    expect(() => filesIn(asBytes(long))).toThrow(expect.objectContaining({ code: 'too-large' }));
  });

  it('gives what stands before a damaged place', () => {
    const given: string[] = [];
    expect(() => {
      for (const { path } of readHtml(made().slice(0, text(made()).indexOf('AQID')))) given.push(path);
    }).toThrow('container');
    const damaged = asBytes(text(made()).replace('AQID', 'AQI!'));
    expect(() => {
      for (const { path } of readHtml(damaged)) given.push(path);
    }).toThrow('container');
    expect(given).toEqual(['checkpoint', 'root/1']);
  });

  it('throws nothing but a refusal when any octet is changed', () => {
    const html = made();
    fc.assert(
      fc.property(fc.nat(html.length - 1), fc.nat(255), (at, octet) => {
        const changed = html.slice();
        changed[at] = octet;
        try {
          filesIn(changed);
        } catch (error) {
          expect(error).toMatchObject({ name: 'Refused' });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes linear time for a page made of unfinished tags', () => {
    const began = performance.now();
    expect(() => filesIn(asBytes(`${OPEN.slice(0, -1)} `.repeat(60_000)))).toThrow('container');
    expect(() => filesIn(asBytes(`${OPEN}</script>`.repeat(60_000)))).not.toThrow();
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('in a browser', () => {
  itWith(CHROMIUM, 'the policy lets the engine run, and the page it saves still holds the tree', () => {
    fc.assert(
      fc.property(anyTree, (files) => {
        const saved = savedByChromium(made(files));
        expect(text(saved)).toContain('engine ran');
        expect(byPath(filesIn(saved))).toEqual(byPath(files));
      }),
      { numRuns: 1, seed: 7 },
    );
  });

  itWith(CHROMIUM, 'the policy stops a script that is not the engine', () => {
    const forged = text(made()).replace('engine ran', 'forged ran');
    expect(text(savedByChromium(asBytes(forged)))).toContain('<p id="seen">-</p>');
  });
});

describe('filesOfDocument', () => {
  it('gives the files of the blocks that the document finds', () => {
    const block = text(made()).split(OPEN)[1]!.split('</script>')[0]!;
    let asked = '';
    const page = {
      querySelectorAll: (selector: string) => {
        asked = selector;
        return [{ textContent: block }];
      },
    } as unknown as Document;
    expect(byPath([...filesOfDocument(page)])).toEqual(byPath(FILES));
    expect(asked).toBe('script[type="application/octet-stream"][data-files="1"]');
  });
});

/** The document as a browser would save it, after its scripts have run. No name resolves, nothing is asked. */
function savedByChromium(html: Uint8Array): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'pappus-html-'));
  try {
    writeFileSync(join(folder, 'page.html'), html);
    const quiet = ['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-background-networking', '--no-first-run'];
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    const headless = ['--headless', '--no-sandbox', '--disable-gpu', profile, ...quiet];
    return asBytes(run(CHROMIUM, [...headless, '--dump-dom', `file://${join(folder, 'page.html')}`]));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
