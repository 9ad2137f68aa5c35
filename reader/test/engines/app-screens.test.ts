/** Whether everybody can use the screens of the app: in four languages, light and dark. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { webApp } from '../../node/web-app.ts';
import { APP_LANGUAGES } from '../../src/words/app-words.ts';
import { NamedNewsroom } from '../channel.ts';
import { chromiumEngine } from './chromium.ts';
import { record } from './recording.ts';
import type { Tab } from './tab.ts';

const needs = chromiumEngine.missing === null ? '' : ` (needs "${chromiumEngine.missing}")`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function violations(tab: Tab): Promise<string[]> {
  await tab.evaluate(`(() => { ${AXE}; globalThis.axe = axe; return null; })()`);
  return tab.evaluate(`axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(
    ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 160))))`);
}

async function press(tab: Tab, selector: string, then: string): Promise<void> {
  await tab.until(`document.querySelector('${selector}')`);
  await tab.evaluate(`document.querySelector('${selector}').click()`);
  await tab.until(`document.querySelector('${then}')`);
}

for (const dark of [false, true]) {
  test.skipIf(needs !== '')(`no screen of the app breaks WCAG 2.2 AA: ${dark ? 'dark' : 'light'}${needs}`, async () => {
    const newsroom = new NamedNewsroom('پیک سپیدار', 'fa');
    newsroom.publish({ stories: [{ title: 'پل بسته شد', lang: 'fa', text: ['تا بهار.'] }] });
    const app = await webApp();
    const server = await record((request, response) => {
      const file = app.get(request.url!.slice(1) || 'index.html');
      const bytes = file?.bytes ?? newsroom.files.get(request.url!.slice(1));
      response.writeHead(bytes ? 200 : 404, { 'content-type': file?.type ?? 'application/octet-stream' }).end(bytes);
    });
    onTestFinished(() => server.close());
    const tab = await chromiumEngine.open({ dark });
    onTestFinished(() => tab.close());
    await tab.goto(server.url);
    for (const lang of APP_LANGUAGES) {
      await press(tab, `button[lang=${lang}]`, `button[lang=${lang}][aria-pressed=true]`);
      await press(tab, '.passphrase', '#new-passphrase');
      await press(tab, '.danger', '.yes');
      expect([lang, await tab.evaluate('document.documentElement.lang')]).toEqual([lang, lang]);
      expect([lang, await violations(tab)]).toEqual([lang, []]);
      const [width, inner] = await tab.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
      expect(width).toBe(inner);
    }
    await press(tab, '.here', '.follow');
    expect(await violations(tab)).toEqual([]);
    await press(tab, '.follow', '.headlines');
    expect(await violations(tab)).toEqual([]);
    await press(tab, '[href="#more"]', '.receive-only');
    expect(await violations(tab)).toEqual([]);
    await tab.evaluate(
      `document.querySelector('.receive-only').parentElement.replaceWith(document.createElement('button'))`,
    );
    expect((await violations(tab)).join()).toContain('button-name'); // the check finds what is wrong
  });
}
