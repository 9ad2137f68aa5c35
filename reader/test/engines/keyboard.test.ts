/** The page and the app without mouse or finger, in the three engines: each step can be seen, and leads on. */
import { expect } from 'vitest';
import { NamedNewsroom, pageOf } from '../channel.ts';
import { courier, mirrorOf, openNew, serve, texts } from './app-at-mirror.ts';
import type { Tab } from './tab.ts';
import { useEngines } from './tests.ts';
import { enter, type, walkTo } from './walk.ts';

const engineTest = useEngines();
const screen = '#page > main:not([hidden])';

const hasFocus = (tab: Tab, selector: string): Promise<void> =>
  tab.until(`document.activeElement.matches(${JSON.stringify(selector)})`);
const shows = (tab: Tab, title: string): Promise<void> =>
  tab.until(`document.querySelector('main:not([hidden]) h2')?.textContent === ${JSON.stringify(title)}`);

async function openPage(tab: Tab, newsroom: NamedNewsroom): Promise<void> {
  const html = await pageOf(newsroom);
  const server = await serve((_, response) => response.setHeader('content-type', 'text/html').end(html));
  await tab.goto(server.url);
  await tab.until(`document.querySelector('nav')`);
}

/** What the browser's own windows would do: a file is picked, a file is saved. */
const picks = (html: string): string => `void (HTMLInputElement.prototype.click = function () {
  Object.defineProperty(this, 'files', { value: [new File([${JSON.stringify(html).replaceAll('</', '<\\/')}], 'a.html')] });
  this.dispatchEvent(new Event('change'));
})`;
const saves = `void (HTMLAnchorElement.prototype.click = function () { globalThis.saved = this.download; })`;

engineTest('the page is read, searched, added to, passed on and left again', async (tab) => {
  const newsroom = courier();
  await openPage(tab, newsroom);
  await enter(tab, '.headlines a');
  await shows(tab, 'Market open');
  await enter(tab, `${screen} .back a`);
  await hasFocus(tab, '.headlines a');
  await enter(tab, 'nav [href="#find"]');
  await hasFocus(tab, '#query');
  await type(tab, 'until spring');
  await tab.until(`document.querySelectorAll('${screen} .headlines li').length === 1`);
  await enter(tab, `${screen} .headlines a`);
  await shows(tab, 'Bridge closed');
  await tab.press('Escape');
  await hasFocus(tab, '.headlines a');

  newsroom.publish({ stories: [{ title: 'Snow falls', text: ['All night.'] }] });
  await tab.evaluate(picks(await pageOf(newsroom)));
  await enter(tab, 'nav [href="#more"]');
  await enter(tab, `${screen} button.main`);
  await tab.until(`document.querySelector('.note').textContent === 'New posts: 1. New texts: 1.'`);
  await enter(tab, 'nav [href="#pass"]');
  await tab.until(`document.querySelector('${screen} .tall')`);
  await tab.evaluate(saves);
  await walkTo(tab, `${screen} .tall button[aria-pressed="false"]`);
  await tab.press(' ');
  await hasFocus(tab, '[aria-pressed="true"]');
  await enter(tab, `${screen} p:last-child > button:last-child`);
  await tab.until('globalThis.saved');
  await tab.press('Escape');
  await hasFocus(tab, 'nav [href="#pass"]');
  expect(await texts(tab, '#page > div .headlines strong')).toEqual(['Snow falls', 'Market open', 'Bridge closed']);
  expect(tab.errors).toEqual([]);
});

engineTest('a channel is followed, fetched and read, and everything deleted', async (tab) => {
  const newsroom = courier();
  const server = await serve(mirrorOf(newsroom));
  await openNew(tab, server.url);
  await enter(tab, '.here');
  await tab.until(`document.querySelector('.follow')`);
  await enter(tab, '.follow');
  await tab.until(`document.querySelector('.headlines')`);
  newsroom.publish({ stories: [{ title: 'Snow falls', text: ['All night.'] }] });
  await enter(tab, '.get');
  await tab.until(`document.querySelector('.state-of-fetching')?.textContent`);
  await hasFocus(tab, '.get');
  await enter(tab, '.fetching summary');
  await walkTo(tab, '#file');
  await enter(tab, '.headlines a');
  await shows(tab, 'Snow falls');
  await tab.press('Escape');
  await hasFocus(tab, '.headlines a');
  await enter(tab, 'nav [href="#more"]');
  await walkTo(tab, '.receive-only');
  await tab.press(' ');
  await tab.until(`document.querySelector('.over') && !document.querySelector('.get')`);
  await walkTo(tab, '.home', 'Shift+Tab');
  await tab.press('Enter');
  await tab.until(`document.querySelector('.channel')`);
  await walkTo(tab, '.receive-only');
  await tab.press(' ');
  await tab.until(`document.querySelector('.here')`);
  await hasFocus(tab, '.receive-only');
  await enter(tab, '.danger');
  await tab.until(`document.querySelector('.yes')`);
  await enter(tab, '.yes');
  await tab.until(`document.querySelector('.cleared')`);
});

engineTest('a step that cannot be seen, or leads back, is found', async (tab) => {
  await openPage(tab, courier());
  const walk = (): Promise<string> => walkTo(tab, 'nav [href="#more"]').then(String, String);
  expect(await walk()).toBe('undefined');
  await openPage(tab, courier());
  await tab.evaluate(`void (document.querySelector('.headlines a').style.outline = 'none')`);
  expect(await walk()).toContain('no outline: <a href="#post-');
  await openPage(tab, courier());
  await tab.evaluate(`void (document.querySelector('.headlines a').style.opacity = '0.5',
    document.querySelector('nav').style.top = '0')`);
  expect(await walk()).toContain('out of sight');
  await openPage(tab, courier());
  await tab.evaluate(`void (document.querySelector('nav a').tabIndex = 1)`);
  expect(await walk()).toContain(': astray, after <a href="#"');
});
