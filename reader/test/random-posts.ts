/** Posts by chance, every one of which tries to have somebody asked. */
import { LAYER, type Block, type NewPost } from '@pappus/core';
import { seededRandom } from '../../core/test/newsroom.ts';
import { fullPost } from './channel.ts';
import { LEAK } from './engines/hostile-net.ts';
import { HOSTILE, corpora, hostilePost, within } from './hostile.ts';

export const STRINGS: readonly string[] = [...HOSTILE, ...corpora().filter((line) => line !== '')];

/** Chance that every run repeats. */
export class Chance {
  readonly #octets: (count: number) => Uint8Array;

  constructor(seed: string) {
    this.#octets = seededRandom(seed);
  }

  below(end: number): number {
    return new DataView(this.#octets(4).buffer).getUint32(0) % end;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }

  shuffled<T>(all: readonly T[]): T[] {
    return all
      .map((value): [number, T] => [this.below(2 ** 32), value])
      .sort(([a], [b]) => a - b)
      .map(([, value]) => value);
  }

  /** Words of any script, with an address among them now and then. */
  words(count: number): string {
    const letter = (): string =>
      String.fromCodePoint(this.of([0x20, 0x3c, 0x61, 0x430, 0x627, 0x4e00, 0x1f600]) + this.below(26));
    const word = (): string => Array.from({ length: 1 + this.below(9) }, letter).join('');
    return Array.from({ length: count }, () => (this.below(8) === 0 ? this.address() : word())).join(' ');
  }

  address(): string {
    const scheme = this.of([
      'http:',
      'https:',
      'HTTP:',
      '',
      'ws:',
      'ftp:',
      'mailto:x@',
      'blob:http:',
      'feed:http:',
      'view-source:http:',
    ]);
    return `${scheme}//${this.of(['leak.test', 'leak.test:81', '127.0.0.9:81', '[::1]', 'localhost'])}/${this.below(1_000)}`;
  }
}

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
/** What says that it is a picture or a sound, and names somebody to ask. */
const MEDIA: NewPost['layers'] = [
  {
    kind: LAYER.picture,
    mediaType: 'image/svg+xml',
    bytes: latin1(`<svg xmlns="http://www.w3.org/2000/svg"><image href="${LEAK}svg"/></svg>`),
  },
  {
    kind: LAYER.picture,
    mediaType: 'image/png',
    bytes: latin1(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0<svg><image href="${LEAK}png"/>`),
  },
  {
    kind: LAYER.picture,
    mediaType: 'image/gif',
    bytes: latin1(`GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0<html><img src="${LEAK}gif">`),
  },
  { kind: LAYER.audio, mediaType: 'audio/mpeg', bytes: latin1(`ID3\n#EXTM3U\n#EXTINF:9,\n${LEAK}song.mp3\n`) },
  { kind: LAYER.audio, mediaType: 'audio/mp4', bytes: latin1(`\0\0\0\x20ftypisom\0\0\0\0#EXTM3U\n${LEAK}song.mp4\n`) },
  {
    kind: LAYER.audio,
    mediaType: 'application/vnd.apple.mpegurl',
    bytes: latin1(`#EXTM3U\n#EXTINF:9,\n${LEAK}list.mp3\n`),
  },
  { kind: LAYER.video, mediaType: 'text/html', bytes: latin1(`<script src="${LEAK}video"></script>`) },
];

/** A hostile string in every place, or words and addresses of any kind, with media that name somebody. */
export function randomPost(chance: Chance): NewPost {
  if (chance.below(2) === 0) return hostilePost(chance.of(STRINGS));
  const url = (): string => (chance.below(2) === 0 ? chance.address() : within(chance.of(STRINGS), 900));
  const value = (): string => chance.words(1 + chance.below(12));
  const figure = (layer: number): Block => ({
    type: 'figure',
    layer,
    alt: value(),
    caption: [{ type: 'link', url: url(), children: [] }],
  });
  const links: Block = {
    type: 'paragraph',
    children: [{ type: 'link', url: url(), children: [{ type: 'text', value: value() }] }],
  };
  const media = chance.shuffled(MEDIA).slice(0, chance.below(4));
  const text: Block[] = [{ type: 'code', value: value() }, links, ...media.map((_, i) => figure(i + 2)), figure(40)];
  const lang = within(chance.of(['fa', 'en', 'x', ...STRINGS]), 60);
  const post = fullPost(
    { title: value(), summary: value(), lang, text },
    { byline: value(), tags: [within(value(), 90)], link: url() },
  );
  return { ...post, layers: [...post.layers, ...media] };
}
