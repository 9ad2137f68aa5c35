/** Choosing whom to ask for zones of DNS. Choosing asks nobody. */
import { elementOf, nodesOf } from '../dom.ts';
import { form } from '../form.ts';
import { resolverOf } from '../keep/addresses.ts';
import { fill } from '../say.ts';
import { h, type Child } from '../tree.ts';
import type { App } from './app.ts';
import { isolated, wayNote } from './ways.ts';

/**
 * A field for one more resolver, and those that were chosen, each with a way to drop it. What they see is said here as
 * long as none is chosen, and then where they are asked.
 */
export function resolverChoice(app: App, changed: () => void): Child {
  const { say } = app;
  const field = elementOf(
    h('input', { type: 'url', id: 'resolver', autocomplete: 'off', spellcheck: 'false', placeholder: 'https://' }),
  ) as HTMLInputElement;
  const state = elementOf(h('p', { role: 'status' }));
  const chosen = elementOf(h('div', { class: 'chosen', tabindex: -1, 'aria-live': 'polite' }));
  const keep = async (resolvers: string[]): Promise<void> => {
    await app.change({ resolvers });
    draw();
    changed();
  };
  const drop = async (address: string): Promise<void> => {
    await keep(app.settings.resolvers.filter((other) => other !== address));
    chosen.focus();
  };
  const draw = (): void => {
    const { resolvers } = app.settings;
    const none = resolvers.length === 0 && wayNote(app, 'resolver');
    chosen.replaceChildren(...nodesOf([none, resolvers.map((one) => chosenOne(app, one, () => drop(one)))]));
  };
  const add = async (): Promise<void> => {
    const address = resolverOf(field.value.trim());
    state.textContent = address ? '' : say.notAResolver;
    if (!address) return;
    field.value = '';
    await keep([...new Set([...app.settings.resolvers, address.href])]);
  };
  draw();
  return [
    chosen,
    form(
      () => void add(),
      [
        h('label', { for: 'resolver' }, say.resolver),
        field,
        h('p', { class: 'hint' }, say.resolverHint),
        h('p', { class: 'choices' }, h('button', { class: 'use', formnovalidate: true }, say.resolverUse)),
        state,
      ],
    ),
  ];
}

function chosenOne({ say, words }: App, address: string, drop: () => Promise<void>): Child {
  const host = isolated(new URL(address).host);
  return [
    h('p', null, h('bdi', { class: 'code' }, address)),
    h('p', { class: 'choices' }, h('button', { onclick: () => void drop() }, fill(say.resolverDrop, words, { host }))),
  ];
}
