import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { LAYER, type Library } from '@pappus/core';
import { Media } from '../src/media.ts';

const png = (width: number, height: number): Uint8Array => {
  const bytes = new Uint8Array(33);
  bytes.set(Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'));
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
};
const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

function mediaOf(kind: number, mediaType: string, bytes: Uint8Array | null): Media {
  const layers = [{ kind, mediaType, size: bytes?.length ?? 0, digest: new Uint8Array(32) }];
  const contents = { posts: { record: (index: number) => (index === 7 ? { layers } : null) } };
  return new Media({ contents, layer: () => bytes } as unknown as Library);
}

const made = vi.spyOn(URL, 'createObjectURL');
const revoked = vi.spyOn(URL, 'revokeObjectURL');
afterEach(() => void vi.clearAllMocks());
afterAll(() => void vi.restoreAllMocks());

describe('an address is made', () => {
  test.each([
    ['a picture', LAYER.picture, 'image/png', png(4000, 3000), { kind: 'picture', width: 4000, height: 3000 }],
    ['a thumbnail', LAYER.thumbnail, 'image/png', png(9, 9), { kind: 'picture', width: 9, height: 9 }],
    ['a sound', LAYER.audio, 'audio/ogg; codecs=opus', octets('OggS....'), { kind: 'sound', width: 0, height: 0 }],
    ['MP3', LAYER.audio, 'audio/mpeg', octets('\xff\xfb\x90'), { kind: 'sound', width: 0, height: 0 }],
  ])('for %s, once, and given up with the screen', (_, kind, mediaType, bytes, expected) => {
    const media = mediaOf(kind, mediaType, bytes);
    const medium = media.of(7, 1)!;
    expect(medium).toMatchObject(expected);
    expect(medium.url).toMatch(/^blob:/);
    expect(media.of(7, 1)).toBe(medium);
    expect(made.mock.calls.map(([blob]) => (blob as Blob).type)).toEqual([mediaType.replace(/;.*/, '')]);
    media.close();
    expect(revoked.mock.calls).toEqual([[medium.url]]);
  });
});

describe('no address is made', () => {
  test.each([
    ['a picture of too many pixels', LAYER.picture, 'image/png', png(4001, 3000)],
    ['a picture of another type than declared', LAYER.picture, 'image/jpeg', png(9, 9)],
    ['a page that says it is a picture', LAYER.picture, 'image/png', octets('<html>')],
    ['SVG', LAYER.picture, 'image/svg+xml', octets('<svg/>')],
    ['a page', LAYER.picture, 'text/html', octets('<html>')],
    ['a page as a sound', LAYER.audio, 'text/html', octets('<html>')],
    ['a name that every object has', LAYER.audio, 'constructor', octets('OggS')],
    ['a sound of another type than declared', LAYER.audio, 'audio/mpeg', octets('OggS')],
    ['a picture that says it is a sound', LAYER.audio, 'image/png', png(9, 9)],
    ['a text', LAYER.text, '', octets('OggS')],
    ['a film', LAYER.video, 'audio/ogg', octets('OggS')],
    ['what has not arrived', LAYER.picture, 'image/png', null],
  ])('for %s', (_, kind, mediaType, bytes) => {
    const media = mediaOf(kind, mediaType, bytes);
    expect(media.of(7, 1)).toBeNull();
    expect([media.of(7, 2), media.of(8, 1), media.of(7, 0)]).toEqual([null, null, null]);
    media.close();
    expect([made.mock.calls, revoked.mock.calls]).toEqual([[], []]);
  });
});
