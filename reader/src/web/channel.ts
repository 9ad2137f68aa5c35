/** Above the news of an open channel: getting more of it, with its cost said before. */
import type { Library } from '@pappus/core';
import { elementOf, nodesOf } from '../dom.ts';
import { askable } from '../keep/addresses.ts';
import { Fetching } from '../keep/fetching.ts';
import type { Channel } from '../keep/store.ts';
import { fill } from '../say.ts';
import { h, type Child } from '../tree.ts';
import type { App } from './app.ts';
import { WAYS, filePicker, kilobytes, openWays, wayNote } from './ways.ts';

const KEEP_EACH_MS = 5_000;

export class ChannelScreen {
  readonly channel: Channel;
  readonly #app: App;
  readonly #library: Library;
  readonly #lastRead: number | null;
  readonly #bar = elementOf(h('div'));
  readonly #said = elementOf(h('div'));
  #stopping = new AbortController();
  #fetching: Fetching | null = null;
  #keptAt = 0;

  /** `lastRead`: the post that was open last, where that is remembered. */
  constructor(app: App, channel: Channel, library: Library, lastRead: number | null) {
    this.#lastRead = lastRead;
    this.#app = app;
    this.channel = channel;
    this.#library = library;
    this.#idle();
    this.refresh();
  }

  tree(): Child {
    const { say } = this.#app;
    const back = h('button', { class: 'home', onclick: () => void this.#app.home() }, say.channels);
    const record = this.#lastRead === null ? null : this.#library.contents.posts.get(this.#lastRead)?.record;
    const goOn =
      record &&
      h('p', { class: 'step' }, [
        `${say.goOn} `,
        h('a', { href: `#post-${this.#lastRead}`, dir: 'auto' }, record.title),
      ]);
    return h('div', { class: 'over' }, h('p', { class: 'choices' }, back), goOn, this.#said, this.#ways());
  }

  /** The quickest first; a file is what remains where nothing may be sent. */
  #ways(): Child {
    const { say } = this.#app;
    const ways = openWays(this.#app);
    const mirrors = ways.includes('mirror') && this.#bar;
    const file = h('details', { open: !mirrors }, [
      h('summary', null, say[WAYS.file.name]),
      wayNote(this.#app, 'file'),
      filePicker(this.#app),
    ]);
    return h('div', { class: 'fetching' }, mirrors, file);
  }

  /** Says anew what the disk did not take, and `told`. */
  refresh(told = ''): void {
    this.#said.replaceChildren(
      ...nodesOf([this.#app.trouble(), told && h('p', { class: 'hint', role: 'status' }, told)]),
    );
  }

  /** Nothing is asked any more. */
  close(): void {
    this.#stopping.abort(new Error('left'));
  }

  /** Whoever pressed one button has the next under the finger. */
  #draw(...children: Child[]): void {
    const hasFocus = this.#bar.contains(document.activeElement);
    this.#bar.replaceChildren(...nodesOf(children));
    if (hasFocus) this.#bar.querySelector('button')?.focus({ preventScroll: true });
  }

  #idle(sentence = ''): void {
    const { say } = this.#app;
    const hosts = this.#hosts();
    if (hosts.length === 0) return this.#draw(h('p', { class: 'hint', role: 'status' }, say.nobodyToAsk));
    this.#draw(
      h('p', { class: 'choices' }, h('button', { class: 'main get', onclick: () => void this.#news() }, say.fetch)),
      wayNote(this.#app, 'mirror', hosts),
      h('p', { class: 'state-of-fetching', role: 'status' }, sentence),
    );
  }

  /** Who may be contacted, as far as is known before it is done. */
  #hosts(): string[] {
    const signed = this.#library.identity?.root.mirrors ?? [];
    const addresses = askable(signed, this.channel.mirrors, location);
    return [...new Set(addresses.map((address) => new URL(address).host))];
  }

  async #news(): Promise<void> {
    this.#stopping = new AbortController();
    try {
      this.#fetching = new Fetching(this.#library, {
        given: this.channel.mirrors,
        page: location,
        signal: this.#stopping.signal,
        progress: (files, bytes) => this.#progress(files, bytes),
      });
    } catch {
      return this.#idle(); // a root that came meanwhile names nobody any more
    }
    await this.#run((fetching) => fetching.news());
  }

  async #run(fetch: (fetching: Fetching) => Promise<void>): Promise<void> {
    const fetching = this.#fetching!;
    this.#progress(0, fetching.bytes);
    await fetch(fetching).catch(() => {}); // stopped: what came is kept all the same
    if (this.#stopping.signal.aborted && !this.#bar.isConnected) return this.#keep();
    await this.#keep();
    this.#app.show(this.#library);
    this.#after(fetching);
  }

  #after(fetching: Fetching): void {
    const { say, words } = this.#app;
    if (fetching.answers === 0) return this.#idle(say.nothingCame);
    const cost = fetching.cost;
    if (this.#stopping.signal.aborted) return this.#idle();
    if (!cost) {
      const files = fetching.missing;
      return this.#idle(files === 0 ? say.upToDate : fill(say.incomplete, words, { files }));
    }
    const told = fill(say.more, words, { files: cost.files, kilobytes: kilobytes(cost.bytes) });
    const get = (): void => void this.#run((again) => again.rest());
    this.#draw(
      h('p', { class: 'cost', role: 'status' }, told),
      h('p', { class: 'choices' }, h('button', { class: 'main rest', onclick: get }, say.moreYes)),
    );
  }

  #progress(files: number, bytes: number): void {
    const { say, words } = this.#app;
    const stop = (): void => this.#stopping.abort(new Error('stopped'));
    this.#draw(
      h('p', { role: 'status' }, fill(say.fetching, words, { files, kilobytes: kilobytes(bytes) })),
      h('p', { class: 'choices' }, h('button', { onclick: stop }, say.stop)),
    );
    if (performance.now() - this.#keptAt > KEEP_EACH_MS) void this.#keep();
  }

  /** On disk before it is shown as kept. */
  async #keep(): Promise<void> {
    this.#keptAt = performance.now();
    if (!this.#library.identity) return;
    await this.#app.store.keep(this.#library);
    const { name } = this.#library.identity.root;
    if (name !== this.channel.name) await this.#app.store.follow({ ...this.channel, name });
    this.refresh();
  }
}
