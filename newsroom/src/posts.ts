/** Drafts into posts: the limits of the format applied, nothing cut in silence. */
import { LAYER, LIMITS, encodeBlocks, encodeUtf8, type Block, type NewPost } from '@pappus/core';
import type { Draft } from './draft.ts';

const RTL_LANGUAGES = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'prs', 'sd', 'ug', 'ur', 'yi', 'azb', 'lrc', 'mzn', 'glk']);
const RTL_SCRIPTS = new Set(['arab', 'aran', 'hebr', 'syrc', 'thaa', 'nkoo', 'rohg']);

/** Whether text in a BCP 47 language runs from right to left: the script subtag decides, else the language. */
export function isRtl(lang: string): boolean {
  const [language = '', ...subtags] = lang.toLowerCase().split('-');
  const script = subtags.find((s) => s.length === 4);
  return script ? RTL_SCRIPTS.has(script) : RTL_LANGUAGES.has(language);
}

/** Why a draft cannot be published as it is; null when it can. */
export function obstacleOf(draft: Draft): string | null {
  if (draft.title.trim() === '' && draft.body.length === 0) return 'it has neither a title nor a text';
  if (encodeBlocks(draft.body).length > LIMITS.textLayerBytes) {
    return `its text is over ${LIMITS.textLayerBytes / 1024} KB; divide it into several posts`;
  }
  return null;
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
