/** The compression dictionaries that come with Pappus, one a language, and the codec over them. */
import { readFileSync, readdirSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { CODEC, parseDictionary, type Coded, type Compress, type Dictionary } from '@pappus/core';
import { encodeCoded, encodeQuickly } from './compress/encode.ts';

const FOLDER = new URL('../../core/dictionaries/', import.meta.url);

export interface DictionaryFile {
  lang: string;
  bytes: Uint8Array;
  dictionary: Dictionary;
}

let loaded: DictionaryFile[] | null = null;

/** All dictionaries that come with Pappus. */
export function builtInDictionaries(): readonly DictionaryFile[] {
  loaded ??= readdirSync(fileURLToPath(FOLDER))
    .filter((name) => name.endsWith('.dict'))
    .sort()
    .map((name) => {
      const bytes = new Uint8Array(readFileSync(new URL(name, FOLDER)));
      return { lang: name.slice(0, -'.dict'.length), bytes, dictionary: parseDictionary(bytes) };
    });
  return loaded;
}

/** The fewest octets that our codecs give: some 15 ms for an article. */
export const compressWell: Compress = (bytes, lang) => encodeCoded(dictionaryFor(lang), bytes);

/** A little larger, several times as fast: for archives. */
export const compressQuickly: Compress = (bytes, lang) => {
  const dictionary = dictionaryFor(lang);
  return dictionary ? encodeQuickly(dictionary, bytes) : deflated(bytes);
};

function deflated(bytes: Uint8Array): Coded {
  const data = new Uint8Array(deflateRawSync(bytes, { level: 9, memLevel: 9 }));
  const coding = { codec: data.length < bytes.length ? CODEC.deflate : CODEC.identity, dictionary: null };
  return { coding, data: data.length < bytes.length ? data : bytes };
}

/** By the language subtag; script and region do not matter to a dictionary. */
function dictionaryFor(lang: string): Dictionary | null {
  const primary = lang.split('-')[0]!.toLowerCase();
  return builtInDictionaries().find((d) => d.lang === primary)?.dictionary ?? null;
}
