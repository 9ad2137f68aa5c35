/**
 * What a page shows before and without its engine: headlines and lead text as plain HTML, for viewers that
 * run no scripts. It is made from a verified library, and says itself that it cannot be checked there.
 */
import { describeLibrary, postsOf, type Block, type Inline, type Library, type PostReport } from '@pappus/core';
import { day, fill } from '../src/say.ts';
import type { Words } from '../src/words/words.ts';

const HEADLINES_MAX = 300;
const LEAD_CHARS_MAX = 600;

/** The body of the page; everything that comes from a channel is escaped. */
export function staticBody(library: Library, words: Words): string {
  const report = describeLibrary(library)!;
  const posts = [...postsOf(library)].filter((post) => post.record && post.status !== 'corrected').reverse();
  const date = report.signedAt === null ? '' : day(report.signedAt, words.lang);
  return [
    `<div id="page" data-channel="${report.channelId}" data-words="${escape(JSON.stringify(words))}">`,
    `<header><h1 dir="auto">${escape(report.name)}</h1>`,
    `<p class="state">${escape(fill(words.signed, words, { ago: date }))}</p>`,
    `<p class="hint" id="state">${escape(words.unchecked)}</p></header>`,
    `<main><ol class="headlines">${posts.slice(0, HEADLINES_MAX).map((post) => item(post, library)).join('\n')}</ol></main>`,
    '</div>',
  ].join('\n');
}

function item({ index, record }: PostReport, library: Library): string {
  const { title, summary, lang, rtl, date } = record!;
  const lead = summary || leadOf(library.text(index) ?? []);
  const when = date === null ? '' : `<small>${escape(day(date, lang))}</small>`;
  const attributes = `lang="${escape(lang)}" dir="${rtl ? 'rtl' : 'ltr'}"`;
  return `<li><a ${attributes}><strong>${escape(title)}</strong><span>${escape(lead)}</span>${when}</a></li>`;
}

function leadOf(blocks: readonly Block[]): string {
  const first = blocks.find((block) => block.type === 'paragraph');
  const text = first ? textOf(first.children) : '';
  return text.length > LEAD_CHARS_MAX ? `${text.slice(0, text.lastIndexOf(' ', LEAD_CHARS_MAX))} …` : text;
}

function textOf(inlines: readonly Inline[]): string {
  return inlines.map((i) => ('value' in i ? i.value : 'children' in i ? textOf(i.children) : ' ')).join('');
}

function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}
