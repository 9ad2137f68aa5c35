/** The dictionaries and language packs that come with Pappus, and the choice of a codec for an item. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import {
  CODEC,
  Refused,
  concatBytes,
  encodeRun,
  encodeText,
  modelOf,
  parseAnyDictionary,
  parseLanguagePack,
  refusal,
  type AnyDictionary,
  type Coded,
  type Compress,
  type Dictionary,
  type LanguagePack,
} from '@pappus/core';
import { ownFile, ownFileNames } from '@pappus/transports/node';
import { encodeCoded, encodeQuickly } from './compress/encode.ts';
import { NewsroomError } from './keys.ts';

const DICTIONARIES = 'core/dictionaries/';
const PACKS = 'core/packs/';
const LARGE = '-large.pack';

export interface DictionaryFile {
  /** Language subtag. */
  readonly lang: string;
  readonly bytes: Uint8Array;
  readonly dictionary: AnyDictionary;
}

let loaded: DictionaryFile[] | null = null;

/** All dictionaries and language packs that come with Pappus, without the large ones. */
export function builtInDictionaries(): readonly DictionaryFile[] {
  return (loaded ??= [...filesIn(DICTIONARIES, '.dict'), ...filesIn(PACKS, '.pack')]);
}

function filesIn(folder: string, ending: string): DictionaryFile[] {
  const names = ownFileNames(folder).filter((name) => name.endsWith(ending) && !name.endsWith(LARGE));
  return names.map((name) => new BuiltIn(name.slice(0, -ending.length), folder + name));
}

/** Read once it is asked for: most news is in one language or two. */
class BuiltIn implements DictionaryFile {
  readonly lang: string;
  readonly #path: string;
  #bytes: Uint8Array | null = null;
  #dictionary: AnyDictionary | null = null;

  constructor(lang: string, path: string) {
    this.lang = lang;
    this.#path = path;
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= ownFile(this.#path));
  }

  get dictionary(): AnyDictionary {
    return (this.#dictionary ??= parseAnyDictionary(this.bytes));
  }
}

/** Puts the large packs that come with Pappus into a newsroom's folder for packs. Gives their languages. */
export async function copyLargePacks(folder: string): Promise<string[]> {
  const names = ownFileNames(PACKS).filter((name) => name.endsWith(LARGE));
  await mkdir(folder, { recursive: true });
  for (const name of names) await writeFile(join(folder, name.replace(LARGE, '.pack')), ownFile(PACKS + name));
  return names.map((name) => name.slice(0, -LARGE.length));
}

/** No DEFLATE comes near this part of an item, and looking would take longer than the text codec did. */
const SURELY_SMALLEST = 0.3;
/** Readers decode DEFLATE in no time: for less than this the text codec is not worth theirs. */
const WORTH_DECODING = 0.95;

/** What a newsroom codes with: packs of its own go before those that come with Pappus. */
export class Books {
  readonly files: readonly DictionaryFile[];

  constructor(own: readonly DictionaryFile[] = []) {
    this.files = [...own, ...builtInDictionaries()];
  }

  /** The fewest octets that our codecs give: with a language pack some 5 ms for an article, without one 15. */
  readonly compressWell: Compress = (items, lang, before) => {
    const { dictionary, pack } = this.#of(lang);
    const text = pack && encodeWords(pack, items, before);
    const bytes = concatBytes(...items);
    if (!text) return encodeCoded(dictionary, bytes);
    if (text.data.length < SURELY_SMALLEST * bytes.length) return text;
    const other = encodeQuickly(dictionary, bytes);
    return text.data.length < WORTH_DECODING * other.data.length ? text : other;
  };

  /** Larger, and decoded many times as fast: for archives. */
  readonly compressQuickly: Compress = (items, lang) => {
    const { dictionary } = this.#of(lang);
    const bytes = concatBytes(...items);
    return dictionary ? encodeQuickly(dictionary, bytes) : deflated(bytes);
  };

  /** By the language subtag; script and region do not matter to a dictionary. */
  #of(lang: string): { dictionary: Dictionary | null; pack: LanguagePack | null } {
    const primary = lang.split('-')[0]!.toLowerCase();
    const books = this.files.filter((file) => file.lang === primary).map((file) => file.dictionary);
    return { dictionary: books.find(isOfDeflate) ?? null, pack: books.find(isOfText) ?? null };
  }
}

const isOfText = (book: AnyDictionary): book is LanguagePack => 'stream' in book;
const isOfDeflate = (book: AnyDictionary): book is Dictionary => !isOfText(book);

/** Packs that a newsroom put into a folder, `<lang>.pack` each; none where there is no folder. */
export async function readBooks(folder: string): Promise<Books> {
  const names = await readdir(folder).catch(() => []);
  const own = names.filter((name) => name.endsWith('.pack')).sort();
  return new Books(await Promise.all(own.map((name) => readPack(join(folder, name)))));
}

async function readPack(path: string): Promise<DictionaryFile> {
  const bytes = new Uint8Array(await readFile(path));
  const dictionary = refusal(() => modelOf(parseLanguagePack(bytes)).pack);
  if (dictionary instanceof Refused) {
    throw new NewsroomError(`${path} is no language pack. Take it away or build it anew; nothing was published.`);
  }
  return { lang: basename(path, '.pack'), bytes, dictionary };
}

function encodeWords(pack: LanguagePack, items: readonly Uint8Array[], before: readonly string[] | null): Coded | null {
  const model = modelOf(pack);
  const data = items.length === 1 ? encodeText(model, items[0]!, before) : encodeRun(model, items);
  const codec = before === null ? CODEC.text : CODEC.textAfter;
  return data && { coding: { codec, dictionary: pack.id }, data };
}

function deflated(bytes: Uint8Array): Coded {
  const data = new Uint8Array(deflateRawSync(bytes, { level: 9, memLevel: 9 }));
  const coding = { codec: data.length < bytes.length ? CODEC.deflate : CODEC.identity, dictionary: null };
  return { coding, data: data.length < bytes.length ? data : bytes };
}
