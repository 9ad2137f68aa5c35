/** Drafts into posts: the limits of the format applied, nothing cut in silence. */
import {
  LAYER,
  LIMITS,
  Refused,
  concatBytes,
  decodeBlocks,
  decodeRecord,
  encodeBlocks,
  encodeRecord,
  encodeUtf8,
  layerDigest,
  refusal,
  type Block,
  type NewPost,
} from '@pappus/core';
import { Books } from './dictionaries.ts';
import type { Draft } from './draft.ts';

const TOO_DEEP = 'its lists, quotations or tables are nested too deep or are too long';
/** Room for a pack's own fields beside one item. */
const PACK_FIELDS_BYTES = 256;

const RTL_LANGUAGES = new Set([
  'ar',
  'arc',
  'ckb',
  'dv',
  'fa',
  'he',
  'ks',
  'ps',
  'prs',
  'sd',
  'ug',
  'ur',
  'yi',
  'azb',
  'lrc',
  'mzn',
  'glk',
]);
const RTL_SCRIPTS = new Set(['arab', 'aran', 'hebr', 'syrc', 'thaa', 'nkoo', 'rohg']);

/** Whether text in a BCP 47 language runs from right to left: the script subtag decides, else the language. */
export function isRtl(lang: string): boolean {
  const [language = '', ...subtags] = lang.toLowerCase().split('-');
  const script = subtags.find((s) => s.length === 4);
  return script ? RTL_SCRIPTS.has(script) : RTL_LANGUAGES.has(language);
}

/** Why a draft cannot be published as it is; null when it can. No reader may refuse what this lets through. */
export function obstacleOf(draft: Draft): string | null {
  if (draft.title.trim() === '' && draft.body.length === 0) return 'it has neither a title nor a text';
  if (depthOf(draft.body) > LIMITS.nesting) return TOO_DEEP;
  const { record, layers } = postOf(draft, 'und', LIMITS.logSize);
  const named = layers.map(({ kind, mediaType, bytes }) => ({
    kind,
    mediaType,
    size: bytes.length,
    digest: layerDigest(bytes, bytes),
  }));
  const { head, tail } = encodeRecord({ ...record, layers: named });
  if (refusal(() => decodeRecord(concatBytes(head, tail))) instanceof Refused) {
    return `its headline, summary, tags and link are over ${LIMITS.recordBytes / 1024} KB together, or its language is no language tag`;
  }
  for (const { bytes } of layers) {
    if (bytes.length > LIMITS.textLayerBytes || !fitsPack(bytes, record.lang)) {
      return `its text is over ${LIMITS.textLayerBytes / 1024} KB, or over ${LIMITS.packBytes / 1024} KB compressed; divide it into several posts`;
    }
    if (refusal(() => decodeBlocks(bytes)) instanceof Refused) return TOO_DEEP;
  }
  return null;
}

/** At least as deep as the octets of these blocks are nested. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const isList = Array.isArray(value);
  const inner = Object.values(value).reduce<number>((deepest, child) => Math.max(deepest, depthOf(child)), 0);
  return inner + (isList ? 1 : 0);
}

function fitsPack(bytes: Uint8Array, lang: string): boolean {
  const room = LIMITS.packBytes - PACK_FIELDS_BYTES;
  return bytes.length <= room || new Books().compressQuickly([bytes], lang, null).data.length <= room;
}

/** The post of a draft; `lang` stands in where the draft names no language. */
export function postOf(draft: Draft, lang: string, replaces: number | null): NewPost {
  const language = (draft.lang || lang).slice(0, 32);
  return {
    record: {
      title: cut(draft.title || firstWords(draft.body), LIMITS.titleBytes),
      summary: cut(draft.summary, LIMITS.summaryBytes),
      lang: language,
      rtl: isRtl(language),
      date: draft.date,
      byline: cut(draft.byline, LIMITS.bylineBytes),
      tags: draft.tags.slice(0, LIMITS.tags).map((tag) => cut(tag, LIMITS.tagBytes)),
      link: encodeUtf8(draft.link).length > LIMITS.linkBytes ? '' : draft.link,
      translationOf: null,
      replaces,
    },
    layers: draft.body.length > 0 ? [{ kind: LAYER.text, mediaType: '', bytes: encodeBlocks(draft.body) }] : [],
  };
}

/** At most `bytesMax` octets of UTF-8, ending in an ellipsis where words are left out. */
function cut(text: string, bytesMax: number): string {
  const whole = text.toWellFormed();
  if (encodeUtf8(whole).length <= bytesMax) return whole;
  let kept = '';
  let octets = 3;
  for (const character of whole) {
    octets += encodeUtf8(character).length;
    if (octets > bytesMax) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function firstWords(blocks: readonly Block[]): string {
  for (const block of blocks) {
    if (block.type !== 'paragraph' && block.type !== 'heading') continue;
    const text = block.children.map((inline) => ('value' in inline ? inline.value : '')).join('');
    if (text.trim() !== '') return cut(text.trim(), 160);
  }
  return '…';
}
