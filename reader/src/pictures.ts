/** What the header of a picture says, read before a browser decodes anything. */

export interface Picture {
  mediaType: string;
  /** Pixels, 1 or more. */
  width: number;
  height: number;
}

type Size = [width: number, height: number];

/**
 * Null for anything but a PNG, JPEG, WebP or GIF whose header is whole and plain. Never throws. What follows the
 * header may be damaged, but browsers decode nothing larger from it.
 */
export function pictureOf(bytes: Uint8Array): Picture | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  const format = FORMATS.find(([pattern]) => pattern.test(start));
  try {
    const [width, height] = format?.[2](view) ?? [0, 0];
    return format && width > 0 && height > 0 ? { mediaType: `image/${format[1]}`, width, height } : null;
  } catch {
    return null; // a DataView reads nothing beyond its end
  }
}

const FORMATS: [start: RegExp, name: string, sizeOf: (view: DataView) => Size | null][] = [
  // PNG third edition §5.2, §11.2.1: a size is below 2^31.
  [/^\x89PNG\r\n\x1a\n\0{3}\rIHDR/, 'png', (view) => [view.getInt32(16), view.getInt32(20)]],
  [/^\xff\xd8\xff/, 'jpeg', jpegSize],
  [/^GIF8[79]a/, 'gif', gifSize],
  [/^RIFF[^]{4}WEBPVP8 /, 'webp', (view) => [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]],
  [/^RIFF[^]{4}WEBPVP8L/, 'webp', losslessSize],
  // RFC 9649 §2.7: the canvas of all frames, less one, in 24 bits each.
  [
    /^RIFF[^]{4}WEBPVP8X/,
    'webp',
    (view) => [1 + (view.getUint32(24, true) & 0xffffff), 1 + (view.getUint32(26, true) >>> 8)],
  ],
];

/** ITU-T T.81 §B.2: segments up to the frame header. What decoders skip or mend on the way makes no picture here. */
function jpegSize(view: DataView): Size | null {
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda) || marker === 0xff) return null;
    const isFrame = marker < 0xd0 && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
  }
  return null;
}

/** GIF89a §18-20. A first frame that is larger than the screen makes browsers enlarge the screen. */
function gifSize(view: DataView): Size | null {
  const flags = view.getUint8(10);
  let at = 13 + (flags & 0x80 ? 6 << (flags & 7) : 0);
  for (; view.getUint8(at) === 0x21; at++) for (at += 2; view.getUint8(at) !== 0;) at += 1 + view.getUint8(at);
  if (view.getUint8(at) !== 0x2c) return null;
  const [width, height] = [6, 8].map((screen, axis) => {
    const [from, size] = [at + 1 + 2 * axis, at + 5 + 2 * axis];
    return Math.max(view.getUint16(screen, true), view.getUint16(from, true) + view.getUint16(size, true));
  });
  return [width!, height!];
}

/** RFC 9649 §3.4: 14 bits each, less one. */
function losslessSize(view: DataView): Size | null {
  const bits = view.getUint32(21, true);
  return view.getUint8(20) === 0x2f ? [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)] : null;
}
