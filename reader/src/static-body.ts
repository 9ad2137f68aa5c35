/**
 * What a page shows before and without its engine: the same headlines, and for viewers that run no scripts the
 * beginnings of the newest texts. It is made from a verified library, and says itself that nothing was checked.
 */
import {
  describeLibrary,
  encodeUtf8,
  postIndexes,
  postOf,
  statusOf,
  type Block,
  type Library,
  type PostReport,
} from '@pappus/core';
import { plainText } from './blocks.ts';
import { headline } from './headline.ts';
import { day, fill } from './say.ts';
import { listed, standingOf } from './standing.ts';
import { h, htmlOf } from './tree.ts';
import { listOf } from './words/listed.ts';
import type { Words } from './words/words.ts';

const HEADLINES_MAX = 300;
/** So many posts bring the beginning of their text along, each at most so many octets. */
const LEADS_MAX = 10;
const LEAD_BYTES_MAX = 2048;

/** The body of the page; everything that comes from a channel is escaped. */
export function staticBody(library: Library, words: Words): string {
  const { channelId, name, signedAt } = describeLibrary(library)!;
  const all = Array.from(postIndexes(library), (index) => ({ index, status: statusOf(library, index) }));
  const newest = listed(all).slice(0, HEADLINES_MAX);
  const posts = newest.map(({ index }) => postOf(library, index));
  const leads = leadsOf(posts, library);
  const signed = signedAt === null ? '' : fill(words.signed, words, { ago: day(signedAt, words.lang) });
  const page = h(
    'div',
    { id: 'page', 'data-channel': channelId, 'data-words': JSON.stringify(listOf(words)) },
    h(
      'header',
      null,
      h('h1', null, h('bdi', null, name)),
      h('p', { class: 'state' }, h('span', { id: 'state' }, words.unchecked)),
      h('noscript', null, h('p', { class: 'hint' }, signed)),
      standingOf(all, words).gaps.map((gap) => h('p', { class: 'hint' }, gap)),
      h('p', { class: 'step' }, h('a', null, words.limitsTitle)),
    ),
    '\n',
    h(
      'main',
      null,
      h(
        'ol',
        { class: 'headlines' },
        posts.map((post) => [headline(post, words, null, noscript(leads.get(post.index) ?? [])), '\n']),
      ),
    ),
  );
  return htmlOf(page);
}

function noscript(lead: readonly string[]) {
  const paragraphs = lead.map((text) => h('p', { dir: 'auto' }, text));
  return lead.length > 0 && h('noscript', null, paragraphs);
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
    const text = plainText([block])[0]!;
    const bytes = encodeUtf8(text).length;
    if (bytes > room) return lead.length > 0 ? lead : [cut(text, room)];
    room -= bytes;
    lead.push(text);
  }
  return lead;
}

/** Ends between two words. A word longer than all the room is cut between two code points. */
function cut(text: string, bytes: number): string {
  const fits = new TextDecoder().decode(encodeUtf8(text).subarray(0, bytes)).replace(/\uFFFD+$/, '');
  const end = fits.lastIndexOf(' ');
  return `${end > 0 ? fits.slice(0, end) : fits} …`;
}
