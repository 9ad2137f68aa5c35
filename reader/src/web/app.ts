/** The app around the reader of one channel: which screen is shown, and what all screens share. */
import { Library, decodeBase64 } from '@pappus/core';
import { addFile } from '../add-files.ts';
import { nodesOf } from '../dom.ts';
import { offerSlowly, type Channel, type Settings, type Store } from '../keep/store.ts';
import type { Shell } from '../page.ts';
import { Reader } from '../reader.ts';
import { fill } from '../say.ts';
import { h, type Child } from '../tree.ts';
import { appWordsFor, type AppWords } from '../words/app-words.ts';
import { wordsFor, type Words } from '../words/index.ts';
import { cameraCode } from './camera-code.ts';
import { ChannelScreen } from './channel.ts';
import { onGiven } from './given.ts';
import { homeScreen, lockScreen, unknownChannel } from './home.ts';
import { laterOf } from './later.ts';
import { moreEntries } from './more.ts';

export class App {
  readonly store: Store;
  settings!: Settings;
  words!: Words;
  say!: AppWords;
  readonly #place: HTMLElement;
  #readerPlace = document.createElement('div');
  #reader: Reader | null = null;
  #open: ChannelScreen | null = null;
  /** Posts of the open channel that are kept for later. */
  #saved = new Set<number>();
  /** What other programs gave before the app was open. */
  #given: File[] = [];
  #started = false;

  constructor(place: HTMLElement, store: Store) {
    this.#place = place;
    place.tabIndex = -1;
    this.store = store;
    onGiven((files) => {
      this.#given.push(...files);
      if (this.#started) void this.#takeGiven();
    });
  }

  async start(): Promise<void> {
    await this.#readSettings();
    if (this.store.asksPassphrase) return this.draw(lockScreen(this));
    await this.enter();
  }

  /** After the passphrase, where there is one. */
  async enter(): Promise<void> {
    await this.#readSettings();
    if (!this.#started) this.#watchComfort();
    this.#started = true;
    await this.home();
    await this.#takeGiven();
  }

  async #readSettings(): Promise<void> {
    this.settings = await this.store.note('settings');
    const lang = this.settings.lang ?? navigator.language;
    this.words = wordsFor(lang);
    this.say = appWordsFor(lang);
    const { documentElement: root } = document;
    root.lang = this.words.lang;
    root.dir = this.words.dir;
    root.style.fontSize = `${this.settings.textPercent}%`;
    root.dataset['colours'] = this.settings.theme === 'device' ? '' : this.settings.theme;
    document.title = this.say.name;
  }

  /** Text size and colours are chosen in the reader, which writes them on the page. */
  #watchComfort(): void {
    const { documentElement: root } = document;
    new MutationObserver(() => {
      const theme = root.dataset['colours'] as Settings['theme'] | '';
      const settings = { ...this.settings, theme: theme || 'device', textPercent: parseInt(root.style.fontSize, 10) };
      if (JSON.stringify(settings) !== JSON.stringify(this.settings)) void this.change(settings);
    }).observe(root, { attributeFilter: ['style', 'data-colours'] });
  }

  /** Everything is drawn anew; the reader of before listens on, in a place that nobody sees. */
  async useLanguage(lang: string): Promise<void> {
    await this.change({ lang });
    this.#reader = null;
    this.#readerPlace = document.createElement('div');
    await this.enter();
  }

  async change(settings: Partial<Settings>): Promise<void> {
    this.settings = { ...this.settings, ...settings };
    await this.store.keepNote('settings', this.settings);
  }

  /** The focus stays on what is on the new screen too, else it begins anew. */
  draw(...screen: Child[]): void {
    const { className = '' } = document.activeElement ?? {};
    this.#place.replaceChildren(...nodesOf(screen));
    const same = className && this.#place.querySelector<HTMLElement>(`[class="${CSS.escape(className)}"]`);
    if (same) return same.focus();
    this.#place.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** What the disk did not take, in words. */
  trouble(): Child {
    const { trouble } = this.store;
    return trouble && h('p', { class: 'warning', role: 'status' }, this.say[trouble]);
  }

  async home(): Promise<void> {
    this.#open?.close();
    this.#open = null;
    this.draw(await homeScreen(this));
  }

  /** `told`: what to say above the news. */
  async open(channel: Channel, told = ''): Promise<void> {
    this.#open?.close();
    this.draw(h('p', { role: 'status' }, this.say.checking));
    const library = await this.store.load(channel.channelId);
    const mine = (await this.store.note('saved')).filter(({ channelId }) => channelId === channel.channelId);
    this.#saved = new Set(mine.map(({ index }) => index));
    const lastRead = this.settings.keepHistory && (await this.store.note('positions'))[channel.channelId];
    this.#open = new ChannelScreen(this, channel, library, typeof lastRead === 'number' ? lastRead : null);
    this.#open.refresh(told);
    this.draw(this.#open.tree(), this.#readerPlace);
    history.replaceState(null, ''); // where she was in another channel
    this.show(library);
  }

  /** Draws the open channel anew. */
  show(library: Library): void {
    this.#reader ??= this.#newReader();
    this.#reader.show(library, []);
  }

  #newReader(): Reader {
    // Without a worker the host may be gone when she wants to pass something on.
    const early = isSecureContext ? null : pageParts().catch(() => null);
    const parts: Shell['parts'] = async () => (await early) ?? pageParts().catch(() => this.say.passNot);
    const added = async (library: Library): Promise<void> => {
      await this.store.keep(library);
      this.#open?.refresh();
    };
    const more = (): Child => this.#open && moreEntries(this, this.#open.channel);
    const code = (): Child => this.#open && cameraCode(this.#open.channel.channelId, this.say);
    const later = laterOf(this, {
      has: (index) => this.#saved.has(index),
      keep: (index, isSaved) => void this.#keepPost(index, isSaved),
    });
    const opened = (index: number): void => void this.#remember(index);
    return new Reader(this.#readerPlace, { words: this.words, shell: { parts, added, more, code, later, opened } });
  }

  async #keepPost(index: number, isSaved: boolean): Promise<void> {
    const { channelId } = this.#open!.channel;
    if (isSaved) this.#saved.add(index);
    else this.#saved.delete(index);
    const others = (await this.store.note('saved')).filter((post) => post.channelId !== channelId);
    await this.store.keepNote('saved', [...others, ...[...this.#saved].map((post) => ({ channelId, index: post }))]);
  }

  /** Only where she wants it. */
  async #remember(index: number): Promise<void> {
    if (!this.settings.keepHistory) return;
    const { channelId } = this.#open!.channel;
    await this.store.keepNote('positions', { ...(await this.store.note('positions')), [channelId]: index });
  }

  async #takeGiven(): Promise<void> {
    for (const file of this.#given.splice(0)) await this.addFile(file);
  }

  /** Adds what a file holds, to the channel that it is of. Resolves once that is on the screen. */
  async addFile(file: File): Promise<void> {
    this.draw(h('p', { role: 'status' }, this.say.checking));
    const found = new Library({ layersWhenRead: true });
    const { refused } = await addFile(found, file);
    if (found.identity) return this.adopt(found, []);
    const isTooLarge = refused.some(({ path, code }) => path === '' && code === 'too-large');
    await this.#homeSaying(isTooLarge ? this.say.tooLarge : this.say.notAChannel);
  }

  /** What was found goes to the channel that is followed; another is shown with its id, and the person decides. */
  async adopt(found: Library, mirrors: readonly string[]): Promise<void> {
    const { channelId, root } = found.identity!;
    const known = (await this.store.note('channels')).find((channel) => channel.channelId === channelId);
    const channel = { channelId, name: root.name, mirrors: [...new Set([...(known?.mirrors ?? []), ...mirrors])] };
    if (!known) return this.draw(unknownChannel(this, found, () => this.#take(found, channel)));
    const library = await this.store.load(channelId);
    const before = [...library.contents.posts.keys()].length;
    await offerSlowly(library, [...found.files(), ...found.waitingFiles()]);
    const posts = [...library.contents.posts.keys()].length - before;
    await this.#take(library, channel, fill(this.say.added, this.words, { posts }));
  }

  async #take(library: Library, channel: Channel, told = ''): Promise<void> {
    await this.store.keep(library);
    await this.store.follow(channel);
    navigator.storage?.persist?.().catch(() => {}); // else some browsers delete it after a week
    await this.open(channel, told);
  }

  async #homeSaying(sentence: string): Promise<void> {
    await this.home();
    this.#place.prepend(...nodesOf(h('p', { class: 'warning', role: 'status' }, sentence)));
  }
}

/** What pages that are passed on are made of: as web-app.ts wrote it. */
async function pageParts(): ReturnType<Shell['parts']> {
  const { script, css, data, digest } = (await (await fetch('page.json')).json()) as Record<string, string>;
  return { script: script!, css: css!, packed: { data: data!, digest: decodeBase64(digest!) } };
}
