/** Posts that a person keeps for later, on the screens of the page. */
import type { PostReport } from '@pappus/core';
import { elementOf } from '../dom.ts';
import { growingList } from '../list.ts';
import { own, type Later, type Page } from '../page.ts';
import { listed } from '../standing.ts';
import { h, type Child } from '../tree.ts';
import type { App } from './app.ts';

/** By their indexes in the log of the open channel. */
export interface SavedPosts {
  has(index: number): boolean;
  keep(index: number, isSaved: boolean): void;
}

export function laterOf({ say, words }: App, saved: SavedPosts): Later {
  return {
    link: () => h('p', { class: 'step' }, h('a', { href: '#saved' }, say.keptPosts)),
    screen({ posts }: Page): Child[] {
      const kept = listed(posts).filter(({ index }) => saved.has(index));
      const none = kept.length === 0 && h('p', { class: 'hint' }, say.nothingKept);
      return [h('h2', null, say.keptPosts), none, growingList(kept, words).list];
    },
    button({ index }: PostReport): Child {
      const button = elementOf(h('button', { onclick: () => set(!saved.has(index)) }));
      const draw = (): void => {
        button.textContent = saved.has(index) ? say.kept : say.keep;
        button.setAttribute('aria-pressed', String(saved.has(index)));
      };
      const set = (isSaved: boolean): void => {
        saved.keep(index, isSaved);
        draw();
      };
      draw();
      return h('p', { ...own(words), class: 'choices' }, button);
    },
  };
}
