/** Pictures and sounds of a post, as addresses that an element can show; none leads out of the page. */
import { LAYER, type Library } from '@pappus/core';
import { pictureOf } from './pictures.ts';

/** Decoded, four octets a pixel: 48 MB, as much as a cheap phone bears. */
const PIXELS_MAX = 12_000_000;

export interface Medium {
  kind: 'picture' | 'sound';
  /** A `blob:` address that holds until the screen goes. */
  url: string;
  /** Pixels; 0 for a sound. */
  width: number;
  height: number;
}

const SOUNDS: Record<string, RegExp> = {
  'audio/mpeg': /^(ID3|\xff[\xe2-\xff])/,
  'audio/ogg': /^OggS/,
  'audio/mp4': /^[^]{4}ftyp/,
  'audio/webm': /^\x1aE\xdf\xa3/,
};

/** What one screen shows of a library's media. */
export class Media {
  readonly #library: Library;
  readonly #made = new Map<string, Medium | null>();

  constructor(library: Library) {
    this.#library = library;
  }

  /**
   * The layer of a post, whose `number` counts from 1. Null where it has not arrived, or is not the picture or sound
   * that its record says, or is a picture of more than 12 million pixels.
   */
  of(index: number, number: number): Medium | null {
    const key = `${index}/${number}`;
    if (!this.#made.has(key)) this.#made.set(key, this.#make(index, number));
    return this.#made.get(key)!;
  }

  /** To be called when the screen goes: no address made for it leads anywhere then. */
  close(): void {
    for (const medium of this.#made.values()) if (medium) URL.revokeObjectURL(medium.url);
    this.#made.clear();
  }

  #make(index: number, number: number): Medium | null {
    const layer = this.#library.contents.posts.record(index)?.layers[number - 1];
    const bytes = layer && layer.kind !== LAYER.text ? this.#library.layer(index, number) : null;
    if (!layer || !bytes) return null;
    const type = layer.mediaType.replace(/;.*/, '');
    // The type goes into the address only as one of a few that no browser runs.
    const urlOf = (): string => URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
    if (layer.kind === LAYER.audio) {
      const isSound = Object.hasOwn(SOUNDS, type) && SOUNDS[type]!.test(String.fromCharCode(...bytes.subarray(0, 8)));
      return isSound ? { kind: 'sound', url: urlOf(), width: 0, height: 0 } : null;
    }
    const picture = layer.kind === LAYER.picture || layer.kind === LAYER.thumbnail ? pictureOf(bytes) : null;
    if (picture?.mediaType !== type || picture.width * picture.height > PIXELS_MAX) return null;
    return { kind: 'picture', url: urlOf(), width: picture.width, height: picture.height };
  }
}
