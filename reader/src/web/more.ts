/** What stands in the app beside the news: sources, the passphrase, and taking away. */
import { elementOf, nodesOf } from '../dom.ts';
import { form } from '../form.ts';
import type { Channel } from '../keep/store.ts';
import { fill } from '../say.ts';
import { h, type Child } from '../tree.ts';
import type { App } from './app.ts';

const PASSPHRASE_CHARS_MIN = 16;

/** Entries of the reader's screen "more". */
export function moreEntries(app: App, channel: Channel): Child {
  const { say } = app;
  const forget = async (): Promise<void> => {
    await app.store.unfollow(channel.channelId);
    await app.home();
  };
  return [
    h('h3', null, say.channels),
    h('p', { class: 'choices' }, h('button', { onclick: () => void app.home() }, say.channels)),
    receiveOnlyEntry(app, () => void app.open(channel)),
    historyEntry(app),
    twice(say.forget, fill(say.forgetAsk, app.words, { name: channel.name }), say.forget, forget),
    passphraseEntry(app),
    clearEntry(app),
  ];
}

export function receiveOnlyEntry(app: App, changed: () => void): Child {
  const { say, settings } = app;
  const set = (receiveOnly: boolean): void => void app.change({ receiveOnly }).then(changed);
  return switchEntry('receive-only', settings.receiveOnly, [say.receiveOnly, say.receiveOnlyHint], set);
}

function historyEntry(app: App): Child {
  const { say, settings } = app;
  const set = async (keepHistory: boolean): Promise<void> => {
    await app.change({ keepHistory });
    if (!keepHistory) await app.store.keepNote('positions', {});
  };
  return switchEntry(
    'keep-history',
    settings.keepHistory,
    [say.keepHistory, say.keepHistoryHint],
    (on) => void set(on),
  );
}

function switchEntry(
  name: string,
  checked: boolean,
  [label, hint]: [string, string],
  set: (isOn: boolean) => void,
): Child {
  const onchange = ({ target }: Event): void => set((target as HTMLInputElement).checked);
  return [
    h('label', { class: 'switch' }, [h('input', { type: 'checkbox', class: name, checked, onchange }), label]),
    h('p', { class: 'hint' }, hint),
  ];
}

/**
 * A passphrase is set once; who wants to be rid of it deletes everything.
 */
export function passphraseEntry(app: App): Child {
  const { say, store } = app;
  if (store.asksPassphrase) return null;
  const field = elementOf(
    h('input', { type: 'password', id: 'new-passphrase', autocomplete: 'off' }),
  ) as HTMLInputElement;
  const state = elementOf(h('p', { role: 'status' }));
  const seal = async (): Promise<void> => {
    if (field.value.length < PASSPHRASE_CHARS_MIN) return void (state.textContent = say.passphraseShort);
    state.textContent = say.passphraseWork;
    const done = await store.setPassphrase(field.value).then(
      () => true,
      () => false,
    );
    if (done) await app.home();
    else location.reload(); // all is as before, or goes on under the passphrase
  };
  const setting = form(
    () => void seal(),
    [
      h('p', { class: 'hint' }, say.passphraseHint),
      h('label', { for: 'new-passphrase' }, say.passphraseNew),
      field,
      h('p', { class: 'choices' }, h('button', { class: 'seal' }, say.passphraseSet)),
      state,
    ],
  );
  return [h('h3', null, say.passphrase), onPress(say.passphraseNew, 'passphrase', setting)];
}

export function clearEntry(app: App): Child {
  const { say, store } = app;
  const clear = async (): Promise<void> => {
    await store.clear();
    app.draw(h('main', null, h('p', { class: 'cleared' }, say.cleared)));
  };
  return [h('h3', null, say.clear), twice(say.clear, say.clearHint, say.clearYes, clear)];
}

/** A button that says what it will do, and does it when it is pressed again. */
function twice(label: string, warning: string, yes: string, run: () => Promise<void>): Child {
  return onPress(label, 'danger', [
    h('p', { class: 'warning' }, warning),
    h('p', { class: 'choices' }, h('button', { class: 'danger yes', onclick: () => void run() }, yes)),
  ]);
}

/** A button in whose place something comes. */
function onPress(label: string, name: string, then: Child): Child {
  const place = elementOf(h('div', { tabindex: -1 }));
  const open = (): void => {
    place.replaceChildren(...nodesOf(then));
    place.focus(); // what can be pressed there is the next step, and not yet under the finger
  };
  place.append(elementOf(h('p', { class: 'choices' }, h('button', { class: name, onclick: open }, label))));
  return place;
}
