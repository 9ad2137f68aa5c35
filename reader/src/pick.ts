/** One of several, as a row of buttons. */
import { elementOf } from './dom.ts';
import { h, type Child } from './tree.ts';

/** `labels` by value; `picked` is called with the first value at once, and with each that is chosen. */
export function pick<T extends string>(
  labels: Record<T, Child>,
  first: T,
  { picked, tall = false }: { picked: (value: T) => void; tall?: boolean },
): Child {
  const values = Object.keys(labels) as T[];
  const buttons = values.map((value) => elementOf(h('button', { onclick: () => choose(value) }, labels[value])));
  const choose = (chosen: T): void => {
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(values[i] === chosen)));
    picked(chosen);
  };
  choose(first);
  return h('p', { class: tall ? 'choices tall' : 'choices', role: 'group' }, buttons);
}
