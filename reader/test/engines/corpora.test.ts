/**
 * Strings that ran as scripts elsewhere (fixtures/xss) or broke programs (fixtures/blns), in every field of a record and
 * every place of a text, in the three engines, without the page's policy: the first wall must hold alone.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect } from 'vitest';
import { NamedNewsroom, pageOf } from '../channel.ts';
import { corpora, hostilePost } from '../hostile.ts';
import { useEngines } from './tests.ts';

const engineTest = useEngines();
const folder = mkdtempSync(join(tmpdir(), 'pappus-corpora-'));
afterAll(() => rmSync(folder, { recursive: true }));

const POLICY = /<meta http-equiv="Content-Security-Policy"[^>]*>/;
const TRAP = `<script>
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) globalThis[name] = () => { globalThis.ran = name; };
</script>`;

/** Opens every post; gives how many were shown, and what is there that only markup makes. */
const OPEN_ALL = `(() => {
  const link = document.querySelector('#page > div').appendChild(document.createElement('a'));
  const made = 'img, svg, iframe, object, embed, link, base, video, audio, math, template, script, style, meta';
  let shown = 0;
  const odd = [];
  for (let index = 0; index < COUNT; index++) {
    link.href = '#post-' + index;
    link.click();
    const article = document.querySelector('#page > main article');
    if (article) shown++;
    odd.push(...[...document.querySelectorAll('#page *')].filter((element) =>
      element.matches(made) || [...element.attributes].some(({ name }) => /^on|^style$|^src/.test(name)) ||
      (element.href !== undefined && !/^(#|https?:|mailto:)/i.test(element.getAttribute('href') ?? '#')))
      .map((element) => element.outerHTML.slice(0, 200)));
  }
  return [shown, odd];
})()`;

const POSTS_A_PAGE = 150;
const all = corpora();

engineTest(`${all.length} strings are only ever words`, async (tab) => {
  expect(all.length).toBeGreaterThan(1_300);
  for (let at = 0; at < all.length; at += POSTS_A_PAGE) {
    const some = all.slice(at, at + POSTS_A_PAGE);
    const html = (await pageOf(new NamedNewsroom('Hostile', 'en').print(some.map(hostilePost)))).replace(POLICY, TRAP);
    const path = join(folder, `${tab.engine}.html`);
    writeFileSync(path, html);
    const { href } = pathToFileURL(path);
    await tab.goto(href);
    await tab.until(`document.querySelector('nav')`);
    const opened = await tab.evaluate<[number, string[]]>(OPEN_ALL.replace('COUNT', String(some.length)));
    expect(opened).toEqual([some.length, []]);
    const ran = await tab.evaluate('globalThis.ran ?? null');
    expect({ ran, requests: tab.requests, knocks: tab.knocks }).toEqual({ ran: null, requests: [href], knocks: [] });
  }
});

engineTest('a string that did become markup would be seen', async (tab) => {
  const html = (await pageOf(new NamedNewsroom('Hostile', 'en').print(all.slice(0, 3).map(hostilePost)))).replace(
    POLICY,
    TRAP,
  );
  const path = join(folder, `${tab.engine}-planted.html`);
  writeFileSync(path, html.replace('<main>', '<main><img src="https://leak.test/x" onerror="alert(1)">'));
  await tab.goto(pathToFileURL(path).href);
  await tab.until('globalThis.ran');
  expect(tab.requests).toContain('https://leak.test/x');
});
