/** What is not news: another file, comfort of reading, and what to know before relying on it. */
import { elementOf } from './dom.ts';
import type { Page } from './page.ts';
import { h, type Child } from './tree.ts';
import type { Words } from './words/words.ts';

const SIZES_PERCENT = [85, 100, 115, 130, 150, 175, 200];
const COLOURS = ['', 'light', 'dark'] as const;

/** The screen "more". */
export function moreScreen({ words, shell }: Page): Child[] {
  return [
    h('h2', null, words.more),
    h('h3', null, words.textSize),
    textSize(words),
    h('h3', null, words.colours),
    colours(words),
    h('p', { class: 'step' }, h('a', { href: '#limits' }, words.limitsTitle)),
    shell.more?.() ?? h('p', { class: 'hint' }, words.keepsNothing),
  ];
}

function textSize(words: Words): Child {
  const { style } = document.documentElement;
  const at = (): number => Math.max(0, SIZES_PERCENT.indexOf(parseInt(style.fontSize || '100', 10)));
  const step = (by: number): void => {
    style.fontSize = `${SIZES_PERCENT[Math.max(0, Math.min(at() + by, SIZES_PERCENT.length - 1))]!}%`;
  };
  return h(
    'p',
    { class: 'choices' },
    h('button', { onclick: () => step(-1) }, words.smaller),
    h('button', { onclick: () => step(1) }, words.larger),
  );
}

function colours(words: Words): Child {
  const { dataset } = document.documentElement;
  const names = [words.asDevice, words.light, words.dark];
  const buttons = COLOURS.map((colour, i) => elementOf(h('button', { onclick: () => choose(colour) }, names[i])));
  const choose = (colour: string): void => {
    dataset['colours'] = colour;
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(COLOURS[i] === colour)));
  };
  choose(dataset['colours'] ?? '');
  return h('p', { class: 'choices' }, buttons);
}
