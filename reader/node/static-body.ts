/**
 * What a page shows before and without its engine: the same headlines, and for viewers that run no scripts the
 * beginnings of the newest texts. It is made from a verified library, and says itself that nothing was checked.
 */
import { describeLibrary, postsOf, type Block, type Inline, type Library, type PostReport } from '@pappus/core';
import { day, fill } from '../src/say.ts';
import { factsOf, listed, standingOf } from '../src/standing.ts';
import type { Words } from '../src/words/words.ts';

const HEADLINES_MAX = 300;
/** So many posts bring the beginning of their text along, each at most so many octets. */
const LEADS_MAX = 10;
const LEAD_BYTES_MAX = 2048;

/** The body of the page; everything that comes from a channel is escaped. */
export function staticBody(library: Library, words: Words): string {
  const report = describeLibrary(library)!;
  const all = [...postsOf(library)];
  const { gaps } = standingOf(all, words);
  const posts = listed(all).slice(0, HEADLINES_MAX);
  const leads = leadsOf(posts, library);
  const signed = report.signedAt === null ? '' : fill(words.signed, words, { ago: day(report.signedAt, words.lang) });
  return [
    `<div id="page" data-channel="${report.channelId}" data-words="${escape(JSON.stringify(words))}">`,
    `<header><h1><bdi>${escape(report.name)}</bdi></h1>`,
    `<p class="state"><span id="state">${escape(words.unchecked)}</span></p>`,
    `<noscript><p class="hint">${escape(signed)}</p></noscript>`,
    ...gaps.map((gap) => `<p class="hint">${escape(gap)}</p>`),
    '</header><main><ol class="headlines">',
    ...posts.map((post) => item(post, words, leads.get(post.index) ?? [])),
    '</ol></main></div>',
  ].join('\n');
}

function item(post: PostReport, words: Words, lead: readonly string[]): string {
  const { record } = post;
  if (!record) return `<li><a class="gone">${escape(words.withdrawnTitle)}</a></li>`;
  const { title, summary, lang, rtl } = record;
  const { date, notes } = factsOf(post, words);
  return [
    `<li lang="${escape(lang)}" dir="${rtl ? 'rtl' : 'ltr'}"><a><strong>${escape(title)}</strong>`,
    summary && `<span>${escape(summary)}</span>`,
    `<small>${date && `<bdi>${escape(date)}</bdi>`} `,
    ...notes.map((note) => `<bdi lang="${words.lang}" class="care">${escape(note)}</bdi>`),
    '</small></a>',
    lead.length > 0 && `<noscript>${lead.map((text) => `<p dir="auto">${escape(text)}</p>`).join('')}</noscript>`,
    '</li>',
  ]
    .filter(Boolean)
    .join('');
}

function leadsOf(posts: readonly PostReport[], library: Library): Map<number, string[]> {
  const leads = new Map<number, string[]>();
  for (const { index } of posts) {
    if (leads.size === LEADS_MAX) break;
    const text = library.text(index);
    if (text) leads.set(index, leadOf(text));
  }
  return leads;
}

/** The first paragraphs, as many as there is room for; the first is cut where it must be. */
function leadOf(blocks: readonly Block[]): string[] {
  const lead: string[] = [];
  let room = LEAD_BYTES_MAX;
  for (const block of blocks) {
    if (block.type !== 'paragraph') break;
    const text = textOf(block.children);
    const bytes = Buffer.byteLength(text);
    if (bytes > room) return lead.length > 0 ? lead : [cut(text, room)];
    room -= bytes;
    lead.push(text);
  }
  return lead;
}

/** Ends between two words. A word longer than all the room is cut between two code points. */
function cut(text: string, bytes: number): string {
  const fits = Buffer.from(text)
    .subarray(0, bytes)
    .toString()
    .replace(/\uFFFD+$/, '');
  const end = fits.lastIndexOf(' ');
  return `${end > 0 ? fits.slice(0, end) : fits} …`;
}

function textOf(inlines: readonly Inline[]): string {
  return inlines.map((i) => ('value' in i ? i.value : 'children' in i ? textOf(i.children) : ' ')).join('');
}

function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}
