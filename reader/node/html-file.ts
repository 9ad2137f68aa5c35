/** The single HTML file: a tree, a page that reads without scripts, and an engine that verifies. */
import { decodeUtf8, describeLibrary, sha256, type Library, type TreeFile } from '@pappus/core';
import { writeHtml } from '@pappus/transports';
import { ownFile } from '@pappus/transports/node';
import { staticBody } from '../src/static-body.ts';
import { wordsFor } from '../src/words/index.ts';
import { engineParts } from './engine.ts';

export { engineParts, engineScript } from './engine.ts';

/** The style of the page, on one line. */
export const pageCss = ['page.css', 'screens.css']
  .map((name) => decodeUtf8(ownFile(`reader/src/${name}`)))
  .join(' ')
  .replace(/\/\*.*?\*\//gs, '')
  .replace(/\s+/g, ' ')
  .trim();

/** Octets of the page that carries `files`, which a library has verified; the library gives the static text. */
export async function htmlFile(library: Library, files: readonly TreeFile[]): Promise<Uint8Array> {
  const report = describeLibrary(library);
  if (!report) throw new Error('a page needs a channel');
  const words = wordsFor(report.lang);
  const page = {
    title: report.name,
    lang: words.lang,
    dir: words.dir,
    body: staticBody(library, words),
    css: pageCss,
    ...(await engineParts()),
  };
  return writeHtml({ files, page, sha256 });
}
