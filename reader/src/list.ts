/** Headlines, newest first, under what is known of the channel. */
import type { PostReport } from '@pappus/core';
import { elementOf, nodesOf } from './dom.ts';
import { headline } from './headline.ts';
import type { Page } from './page.ts';
import { fill } from './say.ts';
import { ageOf, listed, standingOf } from './standing.ts';
import { h, type Child } from './tree.ts';
import type { Words } from './words/words.ts';

/** A small screen full. More are drawn as the reader comes near the end: a phone takes long over thousands. */
const AT_ONCE = 6;

/** The list of a channel. */
export function listScreen(page: Page): Child[] {
  return [header(page), h('main', { tabindex: -1 }, growingList(listed(page.posts), page.words).list)];
}

function header({ report, posts, faults, words, now }: Page): Child {
  const { whole, count, gaps } = standingOf(posts, words);
  const { since, overdue } = ageOf(report, now, words);
  const { name, signedAt, evidence } = report;
  const signed = [
    h('span', { class: evidence.length > 0 ? 'care' : 'good' }, fill(words.signedBy, words, { name })),
    h('span', { class: whole ? '' : 'care' }, count),
    h('span', null, since),
  ];
  const warnings = [overdue, evidence.length > 0 && words.evidence];
  return h(
    'header',
    null,
    h('h1', null, h('bdi', null, name)),
    h(
      'p',
      { class: 'state', role: 'status' },
      signedAt === null ? h('span', { class: 'care' }, words.unsigned) : h('a', { href: '#how' }, signed),
    ),
    gaps.map((gap) => h('p', { class: 'hint' }, gap)),
    warnings.map((warning) => warning && h('p', { class: 'warning' }, warning)),
    h('p', { class: 'step' }, h('a', { href: '#limits' }, words.limitsTitle)),
    faults.length > 0 && h('p', { class: 'step' }, h('a', { href: '#how', class: 'care' }, words.leftOut)),
  );
}

/** A list that is drawn as its end comes into sight. `add` puts a post at its end, and into `posts`. */
export function growingList(posts: PostReport[], words: Words): { list: HTMLElement; add: (post: PostReport) => void } {
  const list = elementOf(h('ol', { class: 'headlines' }));
  let drawn = 0;
  const grow = (): void => {
    const next = posts.slice(drawn, drawn + AT_ONCE);
    drawn += next.length;
    list.append(...nodesOf(next.map((post) => headline(post, words, `#post-${post.index}`))));
    if (drawn < posts.length) watch.observe(list.lastElementChild!);
  };
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      grow();
    },
    { rootMargin: '800px' },
  );
  grow();
  const add = (post: PostReport): void => {
    const isAtEnd = drawn === posts.length;
    posts.push(post);
    if (isAtEnd) grow();
  };
  return { list, add };
}
