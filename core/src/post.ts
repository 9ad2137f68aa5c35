/**
 * Entries and the records that they commit to (spec §5).
 *
 *     entry  = type ‖ SHA-256("pappus/v1/entry\n" ‖ type ‖ salt ‖ record)      33 octets
 *     digest =        SHA-256("pappus/v1/layer\n" ‖ salt ‖ layer)              32 octets
 *
 * A salt is 16 fresh random octets for each record and each layer: without it nobody can guess
 * what a withdrawn post said by trying texts against the log.
 * A record is a CBOR map. Its keys are inside the commitment whether this reader knows them or not.
 */
import { encodeUtf8 } from './base.ts';
import { sha256Of } from './crypto.ts';
import { decode, encode, type Cbor, type CborMap } from './encoding.ts';
import { asArray, asBytes, asInteger, asMap, asText } from './fields.ts';
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';

export const ENTRY = { post: 1, tombstone: 2, rootPointer: 3, mark: 4 } as const;
export type EntryType = (typeof ENTRY)[keyof typeof ENTRY];
export const ENTRY_BYTES = 33;
export const SALT_BYTES = 16;

export const LAYER = { text: 1, thumbnail: 2, picture: 3, audio: 4, video: 5 } as const;

/** Why a post was withdrawn. Readers show a sentence for each; the newsroom cannot add words of its own. */
export const REASONS = ['unstated', 'error', 'person', 'legal', 'duplicate'] as const;
export type Reason = (typeof REASONS)[number];

export interface Layer {
  /** One of LAYER, or a later kind that this reader carries without showing. */
  kind: number;
  /** Exact octets after decoding. */
  size: number;
  /** 32 octets. */
  digest: Uint8Array;
  /** Empty for text layers, else for instance `image/webp`. */
  mediaType: string;
}

export interface PostRecord {
  title: string;
  summary: string;
  /** BCP 47. */
  lang: string;
  rtl: boolean;
  /** Seconds since 1970 of the news itself, null when unknown. */
  date: number | null;
  byline: string;
  tags: string[];
  /** http(s) address of the original, empty when none. */
  link: string;
  /** Index of the post that this one translates, or whose place it takes as its correction. */
  translationOf: number | null;
  replaces: number | null;
  layers: Layer[];
}

export interface Tombstone {
  /** The post that is withdrawn. */
  index: number;
  reason: Reason;
  replacement: number | null;
}

/** `version` of the identity that the log has seen, and SHA-256 of its body. */
export interface RootPointer {
  version: number;
  digest: Uint8Array;
}

const ENTRY_LABELS = [0, 1, 2, 3, 4].map((type) => encodeUtf8(`pappus/v1/entry\n${String.fromCharCode(type)}`));
const LAYER_LABEL = encodeUtf8('pappus/v1/layer\n');
const KEY = {
  title: 0,
  summary: 1,
  lang: 2,
  rtl: 3,
  date: 4,
  byline: 5,
  tags: 6,
  link: 7,
  translationOf: 8,
  replaces: 9,
  layers: 23,
} as const;

/** The 33 octets that the log stores for a record. */
export function entryOf(type: EntryType, salt: Uint8Array, record: Uint8Array): Uint8Array {
  const entry = new Uint8Array(ENTRY_BYTES);
  entry[0] = type;
  entry.set(sha256Of(ENTRY_LABELS[type]!, salt, record), 1);
  return entry;
}

/** The salted digest by which a record names a layer. */
export function layerDigest(salt: Uint8Array, layer: Uint8Array): Uint8Array {
  return sha256Of(LAYER_LABEL, salt, layer);
}

/**
 * Octets of a record in two parts. `tail` is the value of its last field, the layers: random digests
 * that no codec can shorten, so packs store it beside the compressed `head`. The record is head ‖ tail.
 */
export function encodeRecord(record: PostRecord): { head: Uint8Array; tail: Uint8Array } {
  const map: CborMap = new Map<number, Cbor>([[KEY.title, record.title]]);
  if (record.summary !== '') map.set(KEY.summary, record.summary);
  if (record.lang !== '') map.set(KEY.lang, record.lang);
  if (record.rtl) map.set(KEY.rtl, true);
  if (record.date !== null) map.set(KEY.date, record.date);
  if (record.byline !== '') map.set(KEY.byline, record.byline);
  if (record.tags.length > 0) map.set(KEY.tags, record.tags);
  if (record.link !== '') map.set(KEY.link, record.link);
  if (record.translationOf !== null) map.set(KEY.translationOf, record.translationOf);
  if (record.replaces !== null) map.set(KEY.replaces, record.replaces);
  if (record.layers.length === 0) return { head: encode(map), tail: new Uint8Array(0) };
  const layers = record.layers.map(encodeLayer);
  map.set(KEY.layers, layers);
  const bytes = encode(map);
  const cut = bytes.length - encode(layers).length;
  return { head: bytes.subarray(0, cut), tail: bytes.subarray(cut) };
}

function encodeLayer({ kind, size, digest, mediaType }: Layer): Cbor {
  return mediaType === '' ? [kind, size, digest] : [kind, size, digest, mediaType];
}

/** @throws Refused `encoding`, `text` or `too-large`. */
export function decodeRecord(bytes: Uint8Array): PostRecord {
  const map = decodeMap(bytes);
  return {
    title: asText(map.get(KEY.title), 'title', LIMITS.titleBytes),
    summary: optionalText(map.get(KEY.summary), 'summary', LIMITS.summaryBytes),
    lang: optionalText(map.get(KEY.lang), 'language', 64),
    rtl: map.get(KEY.rtl) === true,
    date: optionalInteger(map.get(KEY.date), 'date', -(2 ** 40), 2 ** 40),
    byline: optionalText(map.get(KEY.byline), 'byline', LIMITS.bylineBytes),
    tags: optionalArray(map.get(KEY.tags), 'tags', LIMITS.tags).map((tag) => asText(tag, 'tag', LIMITS.tagBytes)),
    link: optionalText(map.get(KEY.link), 'link', LIMITS.linkBytes),
    translationOf: optionalInteger(map.get(KEY.translationOf), 'translationOf', 0, LIMITS.logSize),
    replaces: optionalInteger(map.get(KEY.replaces), 'replaces', 0, LIMITS.logSize),
    layers: optionalArray(map.get(KEY.layers), 'layers', LIMITS.layers).map(decodeLayer),
  };
}

function optionalText(value: Cbor | undefined, what: string, bytesMax: number): string {
  return value === undefined ? '' : asText(value, what, bytesMax);
}

function optionalArray(value: Cbor | undefined, what: string, itemsMax: number): Cbor[] {
  return value === undefined ? [] : asArray(value, what, itemsMax);
}

function optionalInteger(value: Cbor | undefined, what: string, min: number, max: number): number | null {
  return value === undefined ? null : asInteger(value, what, min, max);
}

function decodeLayer(value: Cbor): Layer {
  const [kind, size, digest, mediaType] = asArray(value, 'layer', 16);
  return {
    kind: asInteger(kind, 'layer kind', 1, 2 ** 16),
    size: asInteger(size, 'layer size', 0, 2 ** 32),
    digest: asBytes(digest, 'layer digest', 32).slice(),
    mediaType: mediaType === undefined ? '' : asText(mediaType, 'media type', 128),
  };
}

/** The record of a tombstone (spec §5). */
export function encodeTombstone({ index, reason, replacement }: Tombstone): Uint8Array {
  const map: CborMap = new Map([
    [0, index],
    [1, REASONS.indexOf(reason)],
  ]);
  if (replacement !== null) map.set(2, replacement);
  return encode(map);
}

/** A reason of a later version reads as `unstated`. @throws Refused `encoding` or `too-large`. */
export function decodeTombstone(bytes: Uint8Array): Tombstone {
  const map = decodeMap(bytes);
  const replacement = map.get(2);
  return {
    index: asInteger(map.get(0), 'withdrawn index', 0, LIMITS.logSize),
    reason: REASONS[asInteger(map.get(1), 'reason', 0, 255)] ?? 'unstated',
    replacement: replacement === undefined ? null : asInteger(replacement, 'replacement', 0, LIMITS.logSize),
  };
}

/** The record of a root pointer (spec §5). */
export function encodeRootPointer({ version, digest }: RootPointer): Uint8Array {
  return encode(
    new Map<number, Cbor>([
      [0, version],
      [1, digest],
    ]),
  );
}

function decodeMap(bytes: Uint8Array): CborMap {
  if (bytes.length > LIMITS.recordBytes) throw new Refused('too-large', 'record');
  return asMap(decode(bytes), 'record');
}

/** The number of the text layer of a post, from 1. */
export function textLayerOf(record: PostRecord | undefined): number | null {
  const at = record?.layers.findIndex((layer) => layer.kind === LAYER.text) ?? -1;
  return at < 0 ? null : at + 1;
}
