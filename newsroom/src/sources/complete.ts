/** The last step of every source: from the fields found to a draft within the limits of a post, or the reason why not. */
import { createHash } from 'node:crypto';
import { LIMITS, type Block } from '@pappus/core';
import type { Draft, Imported } from '../draft.ts';
import { SOURCE_LIMITS } from './limits.ts';
import { oneLine, plainText } from './plain-text.ts';

/** What a source says about one item; empty where it says nothing. */
export type Found = Draft;

/** Where the opening words stand in for a title. */
const OPENING_CHARS = 80;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]+/g;
/** Marks that override the direction of the text after them: a headline could show other words than it holds. */
const OVERRIDES = /[\u202a-\u202e]/g;
const ISOLATES = /[\u2066-\u2069]/g;

/** A draft within the limits of a post; a sentence when `found` cannot be one. */
export function completeDraft(found: Found): Draft | string {
  const text = plainText(found.body);
  const summary = distinct(shortened(plain(found.summary, '\n'), LIMITS.summaryBytes), text);
  const title = headline(found.title) || opening(text) || opening(summary);
  if (title === '') return 'It has neither a title nor a text.';
  if (bodyBytes(found.body) > LIMITS.textLayerBytes) {
    return `Its text is longer than a post can be (${LIMITS.textLayerBytes / 1024} KiB). Divide it into several posts.`;
  }
  return {
    ...found,
    sourceId: stableId(found.sourceId.trim() || found.link) || digest(`${title}\n${text}`),
    title: shortened(title, LIMITS.titleBytes),
    summary,
    byline: shortened(headline(found.byline), LIMITS.bylineBytes),
    tags: cleanTags(found.tags),
  };
}

/** Collects drafts and refusals. Some sources give many items one identifier: then the link tells them apart, or the later one is refused. */
export class Collection {
  readonly #imported: Imported;
  readonly #ids = new Set<string>();

  constructor(title: string, lang: string) {
    this.#imported = { title: headline(title), lang, drafts: [], refused: [] };
  }

  get imported(): Imported {
    return this.#imported;
  }

  add(where: string, found: Draft | string): void {
    if (typeof found === 'string') return this.refuse(where, found);
    const draft = this.#ids.has(found.sourceId) && found.link !== '' ? { ...found, sourceId: found.link } : found;
    if (this.#ids.has(draft.sourceId)) return this.refuse(where, 'It repeats an item that came before it.');
    if (this.#imported.drafts.length >= SOURCE_LIMITS.items)
      return this.refuse(where, 'There are more items than one import takes.');
    this.#ids.add(draft.sourceId);
    this.#imported.drafts.push(draft);
  }

  refuse(where: string, why: string): void {
    this.#imported.refused.push({ where, why });
  }
}

/** One line of text without control characters or overrides of direction; isolates only where they are balanced. */
export function headline(text: string): string {
  const line = oneLine(plain(text, ' ').replace(OVERRIDES, ''));
  return isBalanced(line) ? line : line.replace(ISOLATES, '');
}

function isBalanced(text: string): boolean {
  let open = 0;
  for (const sign of text.match(ISOLATES) ?? []) {
    open += sign === '\u2069' ? -1 : 1;
    if (open < 0) return false;
  }
  return open === 0;
}

function plain(text: string, lineFeed: string): string {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd');
  return wellFormed.replace(CONTROL, (run) => (run.includes('\n') ? lineFeed : ' ')).trim();
}

/** The summary, unless the text is no more than that. */
function distinct(summary: string, text: string): string {
  return oneLine(summary) === oneLine(text) ? '' : summary;
}

function opening(text: string): string {
  const line = headline(text.split('\n').find((part) => part.trim() !== '') ?? '');
  if (line.length <= OPENING_CHARS) return line;
  const cut = line.slice(0, OPENING_CHARS);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), OPENING_CHARS / 2)).trimEnd()}…`.replace(/\p{Surrogate}/gu, '');
}

/** At most `bytes_max` octets of UTF-8, cut between words where there are any. */
function shortened(text: string, bytes_max: number): string {
  if (Buffer.byteLength(text) <= bytes_max) return text;
  const cut = Buffer.from(text)
    .subarray(0, bytes_max - 3)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
  const space = cut.lastIndexOf(' ');
  return `${space > cut.length / 2 ? cut.slice(0, space) : cut}…`;
}

function cleanTags(tags: string[]): string[] {
  const fitting = tags.map(headline).filter((tag) => tag !== '' && Buffer.byteLength(tag) <= LIMITS.tagBytes);
  return [...new Set(fitting)].slice(0, LIMITS.tags);
}

/** Names longer than a link are replaced by their digest. */
function stableId(name: string): string {
  return Buffer.byteLength(name) <= LIMITS.linkBytes ? name : digest(name);
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** An upper bound of what the text layer takes, near enough to refuse early. */
function bodyBytes(body: Block[]): number {
  return Buffer.byteLength(plainText(body));
}
