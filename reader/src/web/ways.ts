/** Ways that news come to this device. What each costs and who sees what is said before it is used. */
import { SMALL_BYTES, ZONE_FACTOR } from '../keep/fetching.ts';
import { fill } from '../say.ts';
import { h, type Child } from '../tree.ts';
import type { AppWords } from '../words/app-words.ts';
import type { App } from './app.ts';

interface Way {
  /** Whether anything leaves the device: such a way is not offered to who wants to receive only. */
  sends: boolean;
  name: keyof AppWords;
  /** May name `{kilobytes}`: so much is taken at most before the reader is asked. */
  cost: keyof AppWords;
  bytesMax: number;
  /** May name `{hosts}`. */
  seen: keyof AppWords;
}

export type WayId = 'mirror' | 'resolver' | 'file';

/** In the order in which they are shown. */
export const WAYS: Record<WayId, Way> = {
  mirror: { sends: true, name: 'mirrorWay', cost: 'mirrorCost', bytesMax: SMALL_BYTES, seen: 'mirrorSeen' },
  resolver: {
    sends: true,
    name: 'resolverWay',
    cost: 'resolverCost',
    bytesMax: ZONE_FACTOR * SMALL_BYTES,
    seen: 'resolverSeen',
  },
  file: { sends: false, name: 'fileWay', cost: 'fileCost', bytesMax: 0, seen: 'fileSeen' },
};

const HOSTS_NAMED = 3;

/** The ways that the reader has not turned off. */
export function openWays({ settings }: App): WayId[] {
  return (Object.keys(WAYS) as WayId[]).filter((way) => !WAYS[way].sends || !settings.receiveOnly);
}

/** What a way costs, and who sees what. `hosts`: who is contacted, as far as that is known. */
export function wayNote({ say, words }: App, way: WayId, hosts: readonly string[] = []): Child {
  const { cost, bytesMax, seen } = WAYS[way];
  const unnamed = way === 'resolver' ? say.theResolver : say.theMirror;
  const named = hosts.length === 0 ? unnamed : hostList(hosts, words.lang);
  return h('ul', { class: 'way hint' }, [
    h('li', null, fill(say[cost], words, { kilobytes: kilobytes(bytesMax) })),
    h('li', null, fill(say[seen], words, { hosts: named })),
  ]);
}

/** `a, b, c and +2`, in the language. */
function hostList(hosts: readonly string[], lang: string): string {
  const named = hosts.slice(0, HOSTS_NAMED).map(isolated);
  const others = hosts.length - named.length;
  const all = others > 0 ? [...named, isolated(`+${others.toLocaleString(lang)}`)] : named;
  return new Intl.ListFormat(lang).format(all);
}

/** A file that somebody gave. */
export function filePicker(app: App): Child {
  const take = ({ target }: Event): void => {
    const [file] = (target as HTMLInputElement).files!;
    if (file) void app.addFile(file);
  };
  return h('label', null, [
    h('input', { type: 'file', id: 'file', accept: '.html,.htm,.zip,text/html,application/zip', onchange: take }),
    h('span', { class: 'pick' }, h('span', { 'aria-hidden': 'true' }, '+'), app.say.file),
  ]);
}

/** As cost is said: never less than it is. */
export function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1_000);
}

/** An address among words of the other direction stays as it is written. */
export function isolated(address: string): string {
  return `\u2066${address}\u2069`;
}
