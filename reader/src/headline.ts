/** One line of a list of posts: the same on the page, in a file without scripts, and among what was found. */
import type { PostReport } from '@pappus/core';
import { factsOf } from './standing.ts';
import { h, type Child, type Tree } from './tree.ts';
import type { Words } from './words/words.ts';

/** `address`: where it leads, null where nothing can be opened. `more` stands below. */
export function headline(post: PostReport, words: Words, address: string | null, more?: Child): Tree {
  const { record } = post;
  const own = { lang: words.lang, dir: words.dir };
  if (!record) return h('li', own, h('a', { href: address, class: 'gone' }, words.withdrawnTitle));
  const { date, notes } = factsOf(post, words);
  const { title, summary, lang, rtl } = record;
  return h(
    'li',
    { lang, dir: rtl ? 'rtl' : 'ltr' },
    h(
      'a',
      { href: address },
      h('strong', null, title),
      summary && h('span', null, summary),
      h(
        'small',
        null,
        date && h('bdi', null, date),
        ' ',
        notes.map((note) => h('bdi', { ...own, class: 'care' }, note)),
      ),
    ),
    more,
  );
}
