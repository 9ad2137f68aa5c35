/**
 * What a reader sees of one library: headlines, a post, and the screens beside them. The address stays the same
 * whatever is read: steps are kept in the tab's own history, so that the browser's list of visits tells nothing.
 */
import { describeLibrary, postsOf, type Library } from '@pappus/core';
import { elementOf, nodesOf } from './dom.ts';
import { listScreen } from './list.ts';
import { moreScreen } from './more.ts';
import type { Fault, Page, Shell } from './page.ts';
import { postScreen } from './post.ts';
import { faultsOf, howScreen, limitsScreen } from './trust.ts';
import { h, type Child } from './tree.ts';
import type { Words } from './words/words.ts';

export interface ReaderOptions {
  words: Words;
  shell: Shell;
}

/** A screen other than the list, by its name in a link: `#how`. */
const SCREENS: Record<string, (page: Page) => Child> = {
  how: howScreen,
  limits: ({ words }) => limitsScreen(words),
  more: moreScreen,
};
const POST = /^post-(\d{1,15})$/;

/** Draws a library in a place of the document. */
export class Reader {
  readonly #place: HTMLElement;
  readonly #options: ReaderOptions;
  readonly #list = elementOf(h('div'));
  readonly #screen = elementOf(h('main', { tabindex: -1 }));
  readonly #bar: HTMLElement;
  #page: Page | null = null;
  #open = '';
  #listAt = 0;
  /** Steps away from where the reader came in. */
  #depth = 0;

  constructor(place: HTMLElement, options: ReaderOptions) {
    this.#place = place;
    this.#options = options;
    this.#bar = bar(options.words);
    place.addEventListener('click', (event) => this.#follow(event as MouseEvent));
    addEventListener('popstate', ({ state }) => this.#arrive(state));
    addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && this.#open !== '') this.#step('');
    });
  }

  /** Shows a library, or what became of it; `faults` are files that were left out. */
  show(library: Library, faults: readonly Fault[]): void {
    const report = describeLibrary(library);
    const { words } = this.#options;
    if (!report) return this.#place.replaceChildren(...nodesOf(faultsOf({ faults, words })));
    const now = Math.floor(Date.now() / 1000);
    this.#page = { library, report, posts: [...postsOf(library)], faults, now, ...this.#options };
    this.#list.replaceChildren(...nodesOf(listScreen(this.#page)));
    this.#place.replaceChildren(this.#list, this.#screen, this.#bar);
    this.#arrive(history.state);
  }

  /** Links within the page are steps, not addresses; whoever opens one elsewhere gets an address all the same. */
  #follow(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#"]');
    if (!link || event.button > 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#step(decodeURIComponent(link.hash.slice(1)));
  }

  #step(name: string): void {
    if (name === '' && this.#depth > 0) return history.go(-this.#depth);
    try {
      history.pushState([name, ++this.#depth], '');
    } catch {
      this.#depth = 0; // a frame without an origin has no history
    }
    this.#draw(name);
  }

  #arrive(state: unknown): void {
    const asked = decodeURIComponent(location.hash.slice(1));
    const [name, depth] = Array.isArray(state) ? (state as [string, number]) : [asked, 0];
    this.#depth = depth;
    this.#draw(name);
    if (asked === '') return;
    try {
      history.replaceState([name, depth], '', location.href.replace(/#.*/, ''));
    } catch {
      // it stays in the address then
    }
  }

  #draw(name: string): void {
    const left = this.#open;
    const screen = this.#page && this.#drawn(name, this.#page);
    if (left === '') this.#listAt = scrollY;
    this.#open = screen ? name : '';
    this.#list.hidden = screen !== null;
    this.#screen.hidden = screen === null;
    this.#screen.replaceChildren(...nodesOf(screen));
    for (const link of this.#bar.children) {
      if (link.getAttribute('href') === `#${this.#open}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    if (left === this.#open) return;
    const focused = screen
      ? this.#screen
      : (this.#list.querySelector<HTMLElement>(`[href="#${CSS.escape(left)}"]`) ?? this.#list);
    focused.focus({ preventScroll: true });
    scrollTo(0, screen ? 0 : this.#listAt);
  }

  /** Null: the list. */
  #drawn(name: string, page: Page): Child | null {
    const post = POST.exec(name);
    const screen = post ? postScreen(Number(post[1]), page) : SCREENS[name]?.(page);
    if (screen === undefined) return null;
    return [h('p', { class: 'step back' }, h('a', { href: '#' }, page.words.back)), screen];
  }
}

function bar(words: Words): HTMLElement {
  const places = { '': words.news, find: words.find, pass: words.passOn, more: words.more };
  const links = Object.entries(places).map(([name, label]) => h('a', { href: `#${name}` }, label));
  return elementOf(h('nav', { class: 'bar' }, links));
}
