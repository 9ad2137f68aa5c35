/** The app's icon, drawn here: a page with lines of writing. It says no more than that something can be read. */
import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [red: number, green: number, blue: number];
/** In hundredths of the side; within the inner 80 %, where no system cuts. */
interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
  colour: Colour;
}

const GROUND: Colour = [0x2b, 0x3a, 0x42];
const PAPER: Colour = [0xfb, 0xfa, 0xf7];
const INK: Colour = [0x5d, 0x63, 0x69];
const BOXES: readonly Box[] = [
  { left: 26, top: 20, right: 74, bottom: 80, colour: PAPER },
  { left: 34, top: 29, right: 66, bottom: 36, colour: GROUND },
  ...[44, 53, 62].map((top) => ({ left: 34, top, right: 66, bottom: top + 3, colour: INK })),
  { left: 34, top: 71, right: 54, bottom: 74, colour: INK },
];
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A square PNG (https://www.w3.org/TR/png-3/), eight bits a colour, without alpha. */
export function iconPng(sidePixels: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePixels, 0);
  header.writeUInt32BE(sidePixels, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: sidePixels }, (_, y) => rowOf(y, sidePixels));
  const data = deflateSync(Buffer.concat(rows), { level: 9 });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** One row, after the octet that names its filter: none. */
function rowOf(y: number, side: number): Buffer {
  const row = Buffer.alloc(1 + 3 * side);
  for (let x = 0; x < side; x++) row.set(colourAt((100 * x) / side, (100 * y) / side), 1 + 3 * x);
  return row;
}

function colourAt(x: number, y: number): Colour {
  const box = BOXES.findLast(({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom);
  return box?.colour ?? GROUND;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
