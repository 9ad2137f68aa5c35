/** Before a channel is open: the passphrase, the channels that are followed, and how to add one. */
import { Library } from '@pappus/core';
import { elementOf } from '../dom.ts';
import { form } from '../form.ts';
import { addressOf } from '../keep/addresses.ts';
import { Fetching } from '../keep/fetching.ts';
import { fill, inFours, languageName } from '../say.ts';
import { limitsScreen, spoken } from '../trust.ts';
import { h, type Child } from '../tree.ts';
import { APP_LANGUAGES } from '../words/app-words.ts';
import type { App } from './app.ts';
import { clearEntry, passphraseEntry, receiveOnlyEntry } from './more.ts';
import { WAYS, filePicker, isolated, openWays, wayNote, type WayId } from './ways.ts';

/** Nothing on it tells whether a passphrase is right. */
export function lockScreen(app: App): Child {
  const { say } = app;
  const field = elementOf(h('input', { type: 'password', id: 'passphrase', autocomplete: 'off' })) as HTMLInputElement;
  const open = async (): Promise<void> => {
    app.draw(h('p', { role: 'status' }, say.passphraseWork));
    if (field.value !== '') await app.store.unlock(field.value);
    await app.enter();
  };
  const asking = form(
    () => void open(),
    [
      h('label', { for: 'passphrase' }, say.passphraseAsk),
      field,
      h('p', { class: 'choices' }, h('button', { class: 'main' }, say.open)),
    ],
  );
  return [h('h1', null, say.name), h('main', null, asking), clearEntry(app)];
}

export async function homeScreen(app: App): Promise<Child> {
  const { say, store } = app;
  const channels = await store.note('channels');
  const none = store.asksPassphrase ? say.noneSealed : say.none;
  const isNew = channels.length === 0 && !store.asksPassphrase;
  return [
    h('header', null, h('h1', null, say.name)),
    app.trouble(),
    h('main', null, [
      isNew && limitsScreen(app.words),
      h('h2', null, say.channels),
      channels.length === 0 && h('p', { class: 'hint' }, none),
      h(
        'p',
        { class: 'choices tall' },
        channels.map((channel) =>
          h('button', { class: 'channel', onclick: () => void app.open(channel) }, h('bdi', null, channel.name)),
        ),
      ),
      h('h2', null, say.add),
      openWays(app).map((way) => {
        const adding = ADDING[way]?.(app);
        return adding && [h('h3', null, say[WAYS[way].name]), wayNote(app, way), adding];
      }),
      h('h2', null, app.words.more),
      languages(app),
      receiveOnlyEntry(app, () => void app.home()),
      passphraseEntry(app),
      clearEntry(app),
      /^https?:$/.test(location.protocol) &&
        h('p', { class: 'hint' }, fill(say.trustHost, app.words, { host: isolated(location.host) })),
    ]),
  ];
}

/** How a channel is added by each way that can bring one. */
const ADDING: Partial<Record<WayId, (app: App) => Child>> = { mirror: addByAddress, file: filePicker };

function addByAddress(app: App): Child {
  const { say, words } = app;
  const field = elementOf(
    h('input', { type: 'url', id: 'address', autocomplete: 'off', spellcheck: 'false', placeholder: 'https://' }),
  ) as HTMLInputElement;
  const state = elementOf(h('p', { role: 'status' }));
  const look = async (text: string): Promise<void> => {
    const address = addressOf(text.trim());
    if (!address) return void (state.textContent = say.notAnAddress);
    state.textContent = fill(say.fetching, words, { files: 0, kilobytes: 0 });
    state.textContent = (await lookAt(app, address.href)) ?? '';
  };
  const here = new URL('./', location.href);
  return [
    here.protocol.startsWith('http') &&
      h(
        'p',
        { class: 'choices' },
        h(
          'button',
          { class: 'here', onclick: () => void look(here.href) },
          fill(say.fromHere, words, { host: isolated(here.host) }),
        ),
      ),
    form(
      () => void look(field.value),
      [
        h('label', { for: 'address' }, say.address),
        field,
        h('p', { class: 'hint' }, say.addressHint),
        h('p', { class: 'choices' }, h('button', { class: 'look' }, say.ask)),
      ],
    ),
    state,
  ];
}

/** What went wrong, in words; null when the channel is on the screen. */
async function lookAt(app: App, address: string): Promise<string | null> {
  const library = new Library({ layersWhenRead: true });
  const { signal } = new AbortController();
  const fetching = fetchingFrom(library, address, signal);
  if (!fetching) return app.say.nobodyToAsk;
  await fetching.news();
  if (!library.identity) return app.say.nothingCame;
  await app.adopt(library, [address]);
  return null;
}

function fetchingFrom(library: Library, address: string, signal: AbortSignal): Fetching | null {
  try {
    return new Fetching(library, { given: [address], resolvers: [], page: location, signal });
  } catch {
    return null;
  }
}

/** A channel that came by a file or an address, before it is followed: a name proves nothing. */
export function unknownChannel(app: App, library: Library, follow: () => Promise<void>): Child {
  const { say, words } = app;
  const { channelId, root } = library.identity!;
  return [
    h('header', null, h('h1', null, h('bdi', null, root.name))),
    h('main', null, [
      h('p', null, say.compareId),
      spoken(channelId),
      h('p', null, h('bdi', { class: 'code' }, inFours(channelId))),
      h('p', { class: 'hint' }, words.proves),
      h('p', { class: 'choices' }, [
        h('button', { class: 'main follow', onclick: () => void follow() }, say.follow),
        h('button', { onclick: () => void app.home() }, say.followNot),
      ]),
    ]),
  ];
}

function languages(app: App): Child {
  return [
    h('h3', null, app.say.language),
    h(
      'p',
      { class: 'choices' },
      APP_LANGUAGES.map((lang) =>
        h(
          'button',
          { lang, 'aria-pressed': String(app.words.lang === lang), onclick: () => void app.useLanguage(lang) },
          languageName(lang),
        ),
      ),
    ),
  ];
}
