/** A hostile newsroom: markup, scripts, addresses and control characters in every field are only ever words. */
import type { Page } from 'playwright';
import { describe, expect } from 'vitest';
import { NamedNewsroom, pageOf } from './channel.ts';
import { checked, pageTest, useChromium, type Opened } from './chromium.ts';
import { HOSTILE, hostilePost } from './hostile.ts';

const open = useChromium();

/** Our policy is a second wall: the first must hold without it. */
function withoutPolicy(html: string): string {
  const bare = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
  if (bare === html) throw new Error('the page has no policy');
  return bare;
}

/** The list grows as its end comes into sight. */
async function showAll(page: Page, count: number): Promise<void> {
  while ((await page.locator('.headlines > li').count()) < count)
    await page.locator('.headlines > li').last().scrollIntoViewIfNeeded();
}

async function expectQuiet({ page, requests, intrusions, errors }: Opened): Promise<void> {
  const state = await page.evaluate(() => ({
    ran: '__xss' in globalThis,
    foreign: document.body.querySelectorAll(
      'img, svg, iframe, object, embed, link, base, form, video, audio, math, template',
    ).length,
    addresses: [...document.querySelectorAll('a[href]')].filter(
      (a) => !/^(#|https?:|mailto:)/i.test(a.getAttribute('href')!),
    ).length,
    handlers: [...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on')))
      .length,
  }));
  expect(state).toEqual({ ran: false, foreign: 0, addresses: 0, handlers: 0 });
  expect(requests).toEqual([page.url().replace(/#.*/, '')]);
  expect([...intrusions, ...errors]).toEqual([]);
}

/** Everything in an article that shows the payload and nothing else. */
const PLACES =
  '.facts bdi:first-child, article > p:not(.facts, .step), article li p, h6, pre, code, td, th, figcaption';

const channel = (): NamedNewsroom => new NamedNewsroom('Hostile', 'en').print(HOSTILE.map(hostilePost));

describe(`${HOSTILE.length} hostile strings`, () => {
  pageTest('in every field of a post, without the policy: shown as they are written, nothing runs', async () => {
    const opened = await open(withoutPolicy(await pageOf(channel())));
    const page = await checked(opened);
    await showAll(page, HOSTILE.length);
    expect(await page.locator('.headlines strong').allTextContents()).toEqual([...HOSTILE].reverse());
    expect(await page.locator('.headlines span').allTextContents()).toEqual([...HOSTILE].reverse());
    for (const [index, payload] of HOSTILE.entries()) {
      await page.evaluate((at) => void (location.hash = `#post-${at}`), index);
      await page.waitForFunction((wanted) => document.querySelector('h2')?.textContent === wanted, payload);
      const places = page.locator(PLACES);
      const shown = await places.allTextContents();
      expect(shown).toHaveLength(14);
      expect(shown.filter((words) => words !== payload)).toEqual([]);
      expect(await page.locator('figure p').textContent()).toBe(`[${payload}]`);
    }
    await expectQuiet(opened);
  });

  pageTest('with the policy and before the engine: nothing runs, nothing is asked for', async () => {
    const html = await pageOf(channel());
    await expectQuiet(await open(html));
    const still = await open(withoutPolicy(html).replace(/<script>[^]*<\/script>/, ''));
    await expectQuiet(still);
    const written = HOSTILE.map((payload) => payload.replaceAll('\r\n', '\n').replaceAll('\0', '')).reverse();
    expect(await still.page.locator('.headlines strong').allTextContents()).toEqual(written);
  });

  pageTest('the watch itself sees what runs and what is asked for', async () => {
    const html = withoutPolicy(await pageOf(channel()));
    const planted = html.replace('<main>', '<main><img src="https://leak.test/x" onerror="globalThis.__xss=1">');
    const opened = await open(planted);
    await opened.page.waitForFunction(() => '__xss' in globalThis);
    await expect(expectQuiet(opened)).rejects.toThrow('ran');
    expect(opened.requests).toContain('https://leak.test/x');
  });

  pageTest('in the beginnings of texts, where no scripts run', async () => {
    const newest = HOSTILE.slice(0, 10);
    const html = await pageOf(new NamedNewsroom('Hostile', 'en').print(newest.map(hostilePost)));
    const { page, requests } = await open(withoutPolicy(html), { javaScriptEnabled: false });
    const leads = await page.locator('.headlines p').allTextContents();
    expect(leads).toEqual([...newest].reverse());
    expect(requests).toHaveLength(1);
  });

  pageTest('as the name of a channel', async () => {
    for (const payload of HOSTILE.filter((_, i) => i % 9 === 0)) {
      const opened = await open(
        withoutPolicy(await pageOf(new NamedNewsroom(payload, payload).print([hostilePost(payload)]))),
      );
      const page = await checked(opened);
      expect(await page.locator('h1').textContent()).toBe(payload);
      expect(await page.locator('.state .good').textContent()).toBe(`signed by ${payload}`);
      await expectQuiet(opened);
    }
  });
});
