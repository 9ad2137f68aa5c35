/** Above the news of an open channel: getting more of it, with its cost said before. */
import type { Library } from '@pappus/core';
import { elementOf, nodesOf } from '../dom.ts';
import { askable, askableResolvers } from '../keep/addresses.ts';
import { Fetching } from '../keep/fetching.ts';
import type { Channel } from '../keep/store.ts';
import { zonesOf } from '../keep/zones.ts';
import { fill } from '../say.ts';
import { h, type Child } from '../tree.ts';
import type { App } from './app.ts';
import { resolverChoice } from './resolvers.ts';
import { WAYS, filePicker, kilobytes, openWays, wayNote, type WayId } from './ways.ts';

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
  #isFetching = false;
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
    const record = this.#lastRead === null ? null : this.#library.contents.posts.record(this.#lastRead);
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
    const ways = openWays(this.#app);
    const asks = ways.includes('mirror') && this.#bar;
    const zones = ways.includes('resolver') && zonesOf(this.#library).length > 0;
    const resolvers = zones && this.#way('resolver', this.#hosts().length === 0, this.#resolverChoice());
    return h(
      'div',
      { class: 'fetching' },
      asks,
      resolvers,
      this.#way('file', !asks, [wayNote(this.#app, 'file'), filePicker(this.#app)]),
    );
  }

  #way(way: WayId, open: boolean, use: Child): Child {
    const summary = h('summary', null, this.#app.say[WAYS[way].name]);
    return h('details', { class: `by-${way}`, open }, [summary, use]);
  }

  /** Who is asked changes what is said above the button, unless that is in use. */
  #resolverChoice(): Child {
    return resolverChoice(this.#app, () => this.#isFetching || this.#idle());
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
    const [mirrors, resolvers] = [this.#mirrorHosts(), this.#resolverHosts()];
    if (mirrors.length + resolvers.length === 0)
      return this.#draw(h('p', { class: 'hint', role: 'status' }, say.nobodyToAsk));
    this.#draw(
      h('p', { class: 'choices' }, h('button', { class: 'main get', onclick: () => void this.#news() }, say.fetch)),
      this.#note('mirror', mirrors),
      this.#note('resolver', resolvers),
      h('p', { class: 'state-of-fetching', role: 'status' }, sentence),
    );
  }

  /** Of several ways each is named. */
  #note(way: WayId, hosts: readonly string[]): Child {
    if (hosts.length === 0) return null;
    const isOneOfTwo = this.#hosts().length > hosts.length;
    return [
      isOneOfTwo && h('p', { class: 'way-name hint' }, this.#app.say[WAYS[way].name]),
      wayNote(this.#app, way, hosts),
    ];
  }

  /** Who may be contacted, as far as is known before it is done. */
  #hosts(): string[] {
    return [...this.#mirrorHosts(), ...this.#resolverHosts()];
  }

  #mirrorHosts(): string[] {
    return hostsOf(askable(this.#library.identity?.root.mirrors ?? [], this.channel.mirrors, location));
  }

  #resolverHosts(): string[] {
    if (zonesOf(this.#library).length === 0) return [];
    return hostsOf(askableResolvers(this.#app.settings.resolvers, location));
  }

  async #news(): Promise<void> {
    this.#stopping = new AbortController();
    try {
      this.#fetching = new Fetching(this.#library, {
        given: this.channel.mirrors,
        resolvers: this.#app.settings.resolvers,
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
    this.#isFetching = true;
    this.#progress(0, fetching.bytes);
    await fetch(fetching).catch(() => {}); // stopped: what came is kept all the same
    this.#isFetching = false;
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

function hostsOf(addresses: readonly string[]): string[] {
  return [...new Set(addresses.map((address) => new URL(address).host))];
}
