/** What is not news: another file, comfort of reading, and what to know before relying on it. */
import { elementOf } from './dom.ts';
import type { Page } from './page.ts';
import { pick } from './pick.ts';
import { h, type Child } from './tree.ts';
import type { Words } from './words/words.ts';

const SIZES_PERCENT = [85, 100, 115, 130, 150, 175, 200];

/** The screen "more". */
export function moreScreen(page: Page): Child[] {
  const { words, shell } = page;
  return [
    h('h2', null, words.more),
    shell.later?.link(),
    h('h3', null, words.add),
    h('p', null, words.addHint),
    adding(page),
    h('h3', null, words.textSize),
    textSize(words),
    h('h3', null, words.colours),
    colours(words),
    h('p', { class: 'step' }, h('a', { href: '#limits' }, words.limitsTitle)),
    shell.more?.() ?? h('p', { class: 'hint' }, words.keepsNothing),
  ];
}

function adding({ words, add }: Page): Child {
  const input = elementOf(h('input', { type: 'file', multiple: true, accept: '.html,.htm,.zip' })) as HTMLInputElement;
  input.addEventListener('change', () => void add(input.files ?? []));
  return h('p', { class: 'choices' }, h('button', { class: 'main', onclick: () => input.click() }, words.add));
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
  const labels = { '': words.asDevice, light: words.light, dark: words.dark };
  const picked = (colour: string): void => void (dataset['colours'] = colour);
  return pick(labels, (dataset['colours'] ?? '') as keyof typeof labels, { picked });
}
