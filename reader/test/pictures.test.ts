import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pictureOf } from '../src/pictures.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const be16 = (n: number): string => String.fromCharCode((n >> 8) & 255, n & 255);
const le16 = (n: number): string => String.fromCharCode(n & 255, (n >> 8) & 255);
const be32 = (n: number): string => be16(n >>> 16) + be16(n);

const png = (width: number, height: number): string =>
  `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${be32(width)}${be32(height)}\x08\x06\0\0\0`;
const segment = (marker: string, body: string): string => `\xff${marker}${be16(body.length + 2)}${body}`;
const frame = (width: number, height: number): string => segment('\xc2', `\x08${be16(height)}${be16(width)}\x03`);
const jpeg = (width: number, height: number, before = ''): string =>
  `\xff\xd8${segment('\xe0', 'JFIF\0')}${before}${segment('\xc4', frame(9, 9))}${frame(width, height)}`;
const gif = (width: number, height: number, [left, wide] = [0, width]): string =>
  `GIF89a${le16(width)}${le16(height)}\x91\0\0${'\0'.repeat(12)}!\xf9\x04\0\0\0\0\0!\xfe\x02,,\x01,\0,${le16(left)}${le16(0)}${le16(wide)}${le16(height)}\0`;
const webp = (chunk: string): string => `RIFF\x40\0\0\0WEBP${chunk}`;
const lossy = (width: number, height: number): string =>
  webp(`VP8 \x30\0\0\0\x10\0\0\x9d\x01\x2a${le16(width | 0x4000)}${le16(height | 0x8000)}`);
function lossless(width: number, height: number): string {
  const bits = (width - 1) | ((height - 1) << 14);
  return webp(`VP8L\x30\0\0\0\x2f${le16(bits)}${le16(bits >>> 16)}`);
}
const le24 = (n: number): string => le16(n) + String.fromCharCode(n >> 16);
const extended = (width: number, height: number): string =>
  webp(`VP8X\x0a\0\0\0\x10\0\0\0${le24(width - 1)}${le24(height - 1)}`);

const KINDS = { png, jpeg, gif, lossy, lossless, extended };
const all = Object.entries(KINDS).map(([name, make]) => ({ name, make }));

describe.each(all)('$name', ({ name, make }) => {
  const mediaType = `image/${name.startsWith('l') || name === 'extended' ? 'webp' : name}`;

  test.each([
    [1, 1],
    [640, 480],
    [300, 16_000],
  ])('of %i by %i is known by its header', (width, height) => {
    expect(pictureOf(latin1(make(width, height)))).toEqual({ mediaType, width, height });
  });

  test('that is cut short says nothing or the same', () => {
    const whole = latin1(make(640, 480));
    const answers = Array.from(whole, (_, end) => pictureOf(whole.slice(0, end)));
    expect(answers.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => null));
    for (const answer of answers) if (answer) expect(answer).toEqual({ mediaType, width: 640, height: 480 });
  });

  test('with any octet changed never throws, and never has an edge without a pixel', () => {
    const bytes = latin1(make(640, 480));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const found = pictureOf(bytes.with(at, value));
        expect(found === null || Math.min(found.width, found.height) >= 1).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a header that lies', () => {
  test.each([
    ['a PNG without a row', png(5, 0)],
    ['a PNG of negative width', png(0x80000001, 5)],
    ['a PNG that begins with another chunk', png(5, 5).replace('IHDR', 'IDAT')],
    ['a JPEG whose height comes later', jpeg(5, 0)],
    ['a JPEG with a scan before its frame', jpeg(5, 5, segment('\xda', 'abc'))],
    ['a JPEG with noise between two segments', jpeg(5, 5, 'noise')],
    ['a JPEG with a segment of no length', jpeg(5, 5, '\xff\xe1\0\0')],
    ['a JPEG with a restart among its headers', jpeg(5, 5, '\xff\xd0')],
    ['a JPEG with a marker that has no segment', jpeg(5, 5, '\xff\x01')],
    ['a GIF without a frame', `${gif(5, 5).slice(0, 25)};`],
    ['a lossless WebP without its signature', lossless(5, 5).replace('\x2f', '\x2e')],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>'],
    ['HTML', '<html><script>1</script>'],
    ['AVIF, which is not read', '\0\0\0\x20ftypavif\0\0\0\0avifmif1'],
    ['nothing', ''],
  ])('%s is no picture', (_, text) => {
    expect(pictureOf(latin1(text))).toBeNull();
  });

  test('a GIF whose frame is larger than its screen is as large as its frame', () => {
    expect(pictureOf(latin1(gif(5, 5, [1000, 30_000])))).toEqual({ mediaType: 'image/gif', width: 31_000, height: 5 });
  });

  test('noise is no picture, and never an error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom('', ...all.map(({ make }) => make(9, 9).slice(0, 12))),
        (bytes, start) => {
          expect(() => pictureOf(Uint8Array.from([...latin1(start), ...bytes]))).not.toThrow();
        },
      ),
    );
  });
});
