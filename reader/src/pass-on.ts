/** What a reader carries to a friend: this page with as much of its news as she likes, or the bare files as a ZIP. */
import {
  describeLibrary,
  encodeUtf8,
  heldFiles,
  inFull,
  sha256,
  withDictionaries,
  type Library,
  type TreeFile,
} from '@pappus/core';
import { htmlLines, writeHtml, writeZip, zipPieces, type HtmlPage } from '@pappus/transports';

/** `headlines`: identity, head, editions and all headlines. `texts`: the newest texts besides. `all`: whatever is held. */
export type Choice = 'headlines' | 'texts' | 'all';
export type Form = 'html' | 'zip';

/** The parts of a page; `body` gives what it shows without its script. */
export type PageParts = Pick<HtmlPage, 'script' | 'packed' | 'css' | 'lang' | 'dir'> & {
  body: (library: Library) => string;
};

/** Octets of packs of texts that go with `texts`, at most. */
const TEXTS_BYTES_MAX = 80 * 1024;
/** Headers of an entry and end record of a ZIP. */
const ZIP_ENTRY_BYTES = 76;
const ZIP_END_BYTES = 22;
const NAME_CHARS_MAX = 40;

/** Makes files to pass on from a library that has a channel, as it is now. What they hold verifies by itself. */
export class PassOn {
  readonly #library: Library;
  readonly #parts: PageParts;
  /** The page without a file of the tree. */
  #empty: { page: HtmlPage; sizeBytes: number } | null = null;

  constructor(library: Library, parts: PageParts) {
    this.#library = library;
    this.#parts = parts;
  }

  /** The tree files of a choice, with the dictionaries that they name. */
  files(choice: Choice, textsBytesMax = TEXTS_BYTES_MAX): TreeFile[] {
    const library = this.#library;
    const texts = library.contents.posts.layerPacks();
    const first = heldFiles(
      library,
      [...inFull(library)].filter((path) => !texts.has(path)),
    );
    let room = { headlines: 0, texts: textsBytesMax, all: Infinity }[choice];
    const fit = heldFiles(library, texts).filter(({ bytes }) => {
      if (bytes.length > room) return false;
      room -= bytes.length;
      return true;
    });
    return withDictionaries([...first, ...fit], heldFiles(library, library.paths()));
  }

  /** Octets that `write` will give: exact for a ZIP, for a page but for some tags a megabyte. */
  sizeBytes(files: readonly TreeFile[], form: Form): number {
    const sum = (sizeOf: (file: TreeFile) => number): number => files.reduce((all, file) => all + sizeOf(file), 0);
    if (form === 'zip')
      return ZIP_END_BYTES + sum(({ path, bytes }) => ZIP_ENTRY_BYTES + 2 * path.length + bytes.length);
    return this.#emptyPage().sizeBytes + sum(({ path, bytes }) => path.length + 2 + 4 * Math.ceil(bytes.length / 3));
  }

  /** Throws Error for a page that would break out of its place, or for more than a ZIP holds. */
  write(files: readonly TreeFile[], form: Form): Uint8Array<ArrayBuffer> {
    return form === 'zip' ? writeZip(files) : writeHtml({ files, page: this.#emptyPage().page, sha256 });
  }

  /** As `write`, piece by piece, for what had better not be in memory whole. Throws Error when a file was lost meanwhile. */
  *pieces(files: readonly TreeFile[], form: Form): Generator<Uint8Array> {
    if (form === 'zip') yield* zipPieces(files);
    else for (const line of htmlLines({ files, page: this.#emptyPage().page, sha256 })) yield encodeUtf8(`${line}\n`);
  }

  /** Name of the channel and day of its head, for any file system: nothing in it tells of the reader. */
  fileName(form: Form): string {
    const { name, signedAt } = describeLibrary(this.#library)!;
    const plain = [...name.normalize()].slice(0, NAME_CHARS_MAX).join('');
    const words = plain.split(/[^\p{L}\p{M}\p{N}]+/u);
    const day = signedAt === null ? '' : new Date(signedAt * 1000).toISOString().slice(0, 10);
    return `${[...words, day].filter(Boolean).join('-')}.${form}`;
  }

  #emptyPage(): { page: HtmlPage; sizeBytes: number } {
    if (this.#empty) return this.#empty;
    const title = describeLibrary(this.#library)!.name;
    const page = { ...this.#parts, title, body: this.#parts.body(this.#library) };
    return (this.#empty = { page, sizeBytes: writeHtml({ files: [], page, sha256 }).length });
  }
}
