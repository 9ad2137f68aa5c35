/** What a camera sees of a channel's code on a dark screen, read by a decoder that shares no code with what drew it. */
import jsqr from 'jsqr';
import { expect } from 'vitest';
import { spokenId } from '@pappus/core';
import { courier, follow, mirrorOf, openNew, press, serve, texts } from './app-at-mirror.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';

const engineTest = useEngines({ dark: true });
/** What it exports is the function; its types say an object around it. */
const readQr = jsqr as unknown as typeof jsqr.default;
const CODE = '.camera-code svg';

interface Picture {
  width: number;
  height: number;
  /** Base64, an octet for each pixel. */
  grey: string;
}

/** The code as it is painted, cut out along its own edge. The screenshot comes from the mirror, as `/seen`. */
const painted = `(async () => {
  const { x, y, width, height } = document.querySelector('${CODE}').getBoundingClientRect();
  const seen = await createImageBitmap(await (await fetch('seen')).blob());
  const canvas = Object.assign(document.createElement('canvas'), { width: Math.floor(width), height: Math.floor(height) });
  const context = canvas.getContext('2d');
  context.drawImage(seen, -Math.ceil(x), -Math.ceil(y));
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let grey = '';
  for (let i = 0; i < data.length; i += 4) grey += String.fromCharCode(data[i]);
  return { width: canvas.width, height: canvas.height, grey: btoa(grey) };
})()`;

function read({ width, height, grey }: Picture): string | null {
  const octets = Buffer.from(grey, 'base64');
  const pixels = Uint8ClampedArray.from({ length: octets.length * 4 }, (_, i) => (i % 4 === 3 ? 255 : octets[i >> 2]!));
  return readQr(pixels, width, height, { inversionAttempts: 'dontInvert' })?.data ?? null;
}

async function openHow(tab: Tab): Promise<void> {
  await press(tab, 'header .state a');
  await tab.until(`document.querySelector('${CODE}')`);
  await tab.evaluate(`document.querySelector('${CODE}').scrollIntoView({ block: 'center' })`);
}

engineTest('the channel is read from its code, and said in words', async (tab) => {
  const newsroom = courier();
  const server = await serve(mirrorOf(newsroom));
  await openNew(tab, server.url);
  await press(tab, '.here');
  await tab.until(`document.querySelector('.spoken')`);
  const words = spokenId(newsroom.channelId).join(' ');
  expect(await texts(tab, '.spoken')).toEqual([words]);
  await openNew(tab, server.url);
  await follow(tab);
  await openHow(tab);
  expect(await texts(tab, '.spoken')).toEqual([words]);
  const look = async (): Promise<Picture> => {
    newsroom.files.set('seen', await tab.screenshot());
    return tab.evaluate<Picture>(painted);
  };
  const picture = await look();
  expect(read(picture)).toBe(`pappus:${newsroom.channelId}`);
  const edge = Buffer.from(picture.grey, 'base64').subarray(picture.width * 2, picture.width * 6); // but for half a pixel of the page
  expect(Math.min(...edge)).toBeGreaterThan(240); // the quiet zone is light on a dark page
  await tab.evaluate(`document.querySelector('${CODE} path + path').setAttribute('fill', '#fff')`);
  expect(read(await look())).toBe(null);
  expect(tab.errors.filter((error) => !/manifest-src|status of 404/.test(error))).toEqual([]);
});
