/** Search as one types: headlines at once, then texts as they are gone through. Nothing of it is kept. */
import type { PostReport } from '@pappus/core';
import { plainText } from './blocks.ts';
import { elementOf } from './dom.ts';
import { form } from './form.ts';
import { growingList } from './list.ts';
import type { Page } from './page.ts';
import { fill } from './say.ts';
import { Search } from './search.ts';
import { inSlices } from './slices.ts';
import { listed } from './standing.ts';
import { h, type Child } from './tree.ts';

/** What was typed comes back with the screen, as long as the page is open. */
interface Finder {
  search: Search;
  posts: Map<number, PostReport>;
  query: string;
}
const PAUSE_MS = 250;
const finders = new WeakMap<Page, Finder>();

/** The screen "search". */
export function findScreen(page: Page): Child[] {
  const { words } = page;
  const finder = finderOf(page);
  const state = elementOf(h('p', { class: 'hint', role: 'status' }));
  const results = elementOf(h('div'));
  const field = elementOf(
    h('input', { type: 'search', id: 'query', autocomplete: 'off', dir: 'auto', autofocus: true }),
  ) as HTMLInputElement;
  field.value = finder.query;
  const look = (): void => {
    finder.query = field.value;
    void run(page, finder, { state, results });
  };
  field.addEventListener('input', look);
  queueMicrotask(() => {
    void inSlices(finder.search.prepare(), () => field.isConnected);
    if (finder.query !== '') look();
  });
  return [
    h('h2', null, h('label', { for: 'query' }, words.find)),
    h('p', { class: 'hint' }, words.findHint),
    form(() => {}, field),
    state,
    results,
  ];
}

function finderOf(page: Page): Finder {
  let finder = finders.get(page);
  if (!finder) {
    const posts = listed(page.posts);
    const textOf = (index: number): string => plainText(page.library.text(index) ?? []).join('\n');
    finder = { search: new Search(posts, textOf), posts: new Map(posts.map((post) => [post.index, post])), query: '' };
    finders.set(page, finder);
  }
  return finder;
}

/** Until the query is another, or the screen is left. */
async function run(
  { words }: Page,
  finder: Finder,
  { state, results }: { state: HTMLElement; results: HTMLElement },
): Promise<void> {
  const { query, search, posts } = finder;
  const isWanted = query.trim() !== '';
  const found = isWanted ? search.headlines(query).map((index) => posts.get(index)!) : [];
  const { list, add } = growingList(found, words);
  results.replaceChildren(list);
  state.textContent = '';
  // Whoever still types wants headlines now, not a phone that is busy with texts.
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const isCurrent = (): boolean => finder.query === query && list.isConnected;
  if (!isWanted || !isCurrent()) return;
  let done = 0;
  const all = posts.size - found.length;
  const say = (): void => {
    state.textContent = fill(words.searching, words, { done, all });
  };
  await inSlices(
    search.texts(query),
    (index) => {
      done++;
      if (index !== null) add(posts.get(index)!);
      return isCurrent();
    },
    say,
  );
  if (!isCurrent()) return;
  const count = found.length;
  state.textContent = count === 0 ? words.nothingFound : fill(words.found, words, { count });
}

/** The screen of all posts with a tag. */
export function tagScreen(tag: string, { posts, words }: Page): Child[] {
  const tagged = listed(posts).filter((post) => post.record?.tags.includes(tag));
  return [h('h2', null, fill(words.tagged, words, { tag })), growingList(tagged, words).list];
}
