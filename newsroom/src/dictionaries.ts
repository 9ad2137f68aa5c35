/** The compression dictionaries that come with Pappus, one a language, and the codec over them. */
import { readFileSync, readdirSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { CODEC, parseDictionary, recode, type Coded, type Compress, type Dictionary } from '@pappus/core';
import { encodeCoded } from './compress/encode.ts';

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

/** The fewest octets that our codecs give. Some 50 ms for an article: for an edition, not for an archive. */
export const compressWell: Compress = (bytes, lang) => encodeCoded(dictionaryFor(lang), bytes);

/** A little larger, a hundred times as fast. */
export const compressQuickly: Compress = (bytes, lang) => {
  const dictionary = dictionaryFor(lang);
  const options = { level: 9, memLevel: 9, ...(dictionary && { dictionary: dictionary.text }) };
  const data = new Uint8Array(deflateRawSync(dictionary ? recode(dictionary, bytes) : bytes, options));
  if (data.length >= bytes.length) return identity(bytes);
  return { coding: { codec: CODEC.deflate, dictionary: dictionary?.id ?? null }, data };
};

function identity(bytes: Uint8Array): Coded {
  return { coding: { codec: CODEC.identity, dictionary: null }, data: bytes };
}

/** By the language subtag; script and region do not matter to a dictionary. */
function dictionaryFor(lang: string): Dictionary | null {
  const primary = lang.split('-')[0]!.toLowerCase();
  return builtInDictionaries().find((d) => d.lang === primary)?.dictionary ?? null;
}
