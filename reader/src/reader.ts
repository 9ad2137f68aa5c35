/**
 * What a reader sees of one library: headlines, a post, and the screens beside them. The address stays the same
 * whatever is read: steps are kept in the tab's own history, so that the browser's list of visits tells nothing.
 */
import { describeLibrary, postsOf, type Library } from '@pappus/core';
import { addFile } from './add-files.ts';
import { elementOf, nodesOf } from './dom.ts';
import { findScreen, tagScreen } from './find.ts';
import { listScreen } from './list.ts';
import { moreScreen } from './more.ts';
import type { Fault, Page, Shell } from './page.ts';
import { passScreen } from './pass.ts';
import { postScreen } from './post.ts';
import { fill } from './say.ts';
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
  find: findScreen,
  pass: passScreen,
  more: moreScreen,
  saved: (page) => page.shell.later?.screen(page),
};
const NAMED = /^(post|tag)-(.+)$/s;

/** Draws a library in a place of the document. */
export class Reader {
  readonly #place: HTMLElement;
  readonly #options: ReaderOptions;
  readonly #list = elementOf(h('div'));
  readonly #screen = elementOf(h('main', { tabindex: -1 }));
  readonly #note = elementOf(h('p', { class: 'note', role: 'status', hidden: true }));
  readonly #bar: HTMLElement;
  /** Of the screen that is open. */
  #ends: (() => void)[] = [];
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
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', (event) => {
      event.preventDefault();
      if (this.#page) void this.#add(event.dataTransfer?.files ?? []);
    });
    addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && this.#open !== '') this.#step('');
    });
  }

  /** Shows a library, or what became of it; `faults` are files that were left out. */
  show(library: Library, faults: readonly Fault[]): void {
    if (!this.#refresh(library, faults)) return;
    this.#place.replaceChildren(this.#list, this.#screen, this.#note, this.#bar);
    this.#arrive(history.state);
  }

  /** The list as it stands now; the screen that is open stays. False before a channel is known. */
  #refresh(library: Library, faults: readonly Fault[]): boolean {
    const report = describeLibrary(library);
    const { words } = this.#options;
    if (!report) this.#place.replaceChildren(...nodesOf(faultsOf({ faults, words })));
    if (!report) return false;
    const now = Math.floor(Date.now() / 1000);
    const doing = {
      add: (files: Iterable<Blob>) => this.#add(files),
      say: (sentence: string) => this.#say(sentence),
      whenLeft: (end: () => void) => void this.#ends.push(end),
    };
    this.#page = { library, report, posts: [...postsOf(library)], faults, now, ...doing, ...this.#options };
    this.#list.replaceChildren(...nodesOf(listScreen(this.#page)));
    return true;
  }

  #say(sentence: string): void {
    this.#note.textContent = sentence;
    this.#note.hidden = sentence === '';
  }

  async #add(files: Iterable<Blob>): Promise<void> {
    const { words, shell } = this.#options;
    const { library } = this.#page!;
    for (const file of files) {
      const { posts, texts, refused, isOtherChannel } = await addFile(library, file, (done, all) =>
        this.#say(`${words.checking} ${fill(words.posts, words, { here: done, all })}`),
      );
      const isNews = posts + texts > 0;
      if (isNews) await shell.added?.(library);
      this.#refresh(library, [...this.#page!.faults, ...refused]);
      const isNothing = isOtherChannel || (refused.length > 0 && !isNews);
      this.#say(isNews ? fill(words.added, words, { posts, texts }) : isNothing ? words.notOurs : words.nothingNew);
    }
  }

  /** Links within the page are steps, not addresses; whoever opens one elsewhere gets an address all the same. */
  #follow(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#"]');
    if (!link || event.button > 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#step(nameIn(link.hash));
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
    const asked = nameIn(location.hash);
    const [name, depth] = Array.isArray(state) ? (state as [string, number]) : [asked, 0];
    this.#depth = depth;
    this.#draw(name);
    if (location.hash === '') return;
    try {
      history.replaceState([name, depth], '', location.href.replace(/#.*/, ''));
    } catch {
      // it stays in the address then
    }
  }

  #draw(name: string): void {
    const left = this.#open;
    for (const end of this.#ends.splice(0)) end();
    const screen = this.#page && this.#drawn(name, this.#page);
    if (left === '') this.#listAt = scrollY;
    this.#open = screen ? name : '';
    this.#say('');
    this.#list.hidden = screen !== null;
    this.#screen.hidden = screen === null;
    this.#screen.replaceChildren(...nodesOf(screen));
    for (const link of this.#bar.children) {
      if (link.getAttribute('href') === `#${this.#open}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    if (left === this.#open) return;
    const focused = screen ? this.#screen : this.#place.querySelector<HTMLElement>(`[href="#${CSS.escape(left)}"]`);
    (this.#screen.querySelector<HTMLElement>('[autofocus]') ?? focused)?.focus({ preventScroll: true });
    scrollTo(0, screen ? 0 : this.#listAt);
  }

  /** Null: the list. */
  #drawn(name: string, page: Page): Child | null {
    const [, kind, of = ''] = NAMED.exec(name) ?? [];
    const screen =
      kind === 'tag' ? tagScreen(of, page) : kind === 'post' ? postScreen(Number(of), page) : SCREENS[name]?.(page);
    if (screen === undefined) return null;
    return [h('p', { class: 'step back' }, h('a', { href: '#' }, page.words.back)), screen];
  }
}

/** What an address names; whoever wrote it may have written anything. */
function nameIn(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return '';
  }
}

function bar(words: Words): HTMLElement {
  const places = { '': words.news, find: words.find, pass: words.passOn, more: words.more };
  const links = Object.entries(places).map(([name, label]) => h('a', { href: `#${name}` }, label));
  return elementOf(h('nav', { class: 'bar' }, links));
}
