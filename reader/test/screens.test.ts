/** The screens of the page: what they say, by finger and by keyboard, and whether everybody can use them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';
import { describe, expect } from 'vitest';
import { wordsFor } from '@pappus/reader/words';
import { NamedNewsroom, fullPost, pageOf } from './channel.ts';
import { checked, goTo, pageTest, useChromium } from './chromium.ts';

const open = useChromium();
const en = wordsFor('en');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENS = ['', 'post-1', 'post-3', 'how', 'find', 'pass', 'more', 'limits', 'tag-شهر'];

/** A channel with a translation, a correction, a withdrawal, tags, a table, code and an image that did not arrive. */
function gazette(lang: 'fa' | 'en'): NamedNewsroom {
  const newsroom = new NamedNewsroom(lang === 'fa' ? 'پیک سپیدار' : 'The Harbour Gazette', lang);
  const stories = [
    { title: 'Market open', lang: 'en', text: ['Ten stalls stand in the old harbour.'] },
    { title: 'بازار باز شد', lang: 'fa', summary: 'ده دکه.', text: ['ده دکه در بندر قدیمی برپا است.'] },
    { title: 'Bridge closed', lang: 'en', text: ['Until May.'] },
  ];
  const more = [{ tags: ['شهر', 'market'] }, { tags: ['شهر'], translationOf: 0 }, { byline: 'A. Reporter' }];
  return newsroom.print(stories.map((story, i) => fullPost(story, more[i]!)));
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    // oxlint-disable-next-line typescript/no-explicit-any -- axe comes as a script
    const { violations: found } = await (globalThis as any).axe.run({ runOnly: tags });
    return found.flatMap((rule: { id: string; nodes: { html: string }[] }) =>
      rule.nodes.map(({ html }) => `${rule.id}: ${html.slice(0, 160)}`),
    );
  });
}

describe('for everybody', () => {
  for (const lang of ['fa', 'en'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      pageTest(`no screen breaks WCAG 2.2 AA: ${lang}, ${colorScheme}`, async () => {
        const page = await checked(await open(await pageOf(gazette(lang)), { colorScheme }));
        for (const screen of SCREENS) {
          if (screen !== '') await goTo(page, screen);
          expect([screen, await violations(page)]).toEqual([screen, []]);
        }
        const details = page.locator('details');
        await goTo(page, 'how');
        await details.locator('summary').click();
        expect(await violations(page)).toEqual([]);
      });
    }
  }

  pageTest('the check finds what is wrong', async () => {
    const page = await checked(await open(await pageOf(gazette('en'))));
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('.headlines small')!.style.color = '#bbb';
      document.documentElement.lang = '';
    });
    expect((await violations(page)).join('\n')).toMatch(/color-contrast[^]*html-has-lang/);
  });
});

describe('search', () => {
  const find = async (page: Page, query: string): Promise<string[]> => {
    await page.locator('#query').fill(query);
    await page.waitForFunction(
      (wanted) => document.querySelector('#page > main [role=status]')?.textContent?.match(wanted),
      `${en.found.replace('{count}', '\\d+')}|${en.nothingFound}`,
    );
    return page.locator('#page > main .headlines strong').allTextContents();
  };

  pageTest('finds headlines and texts in either form of a letter, and says how many', async () => {
    const page = await checked(await open(await pageOf(gazette('en'))));
    await page.getByRole('link', { name: en.find }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('query');
    expect(await find(page, 'market')).toEqual(['Market open']);
    expect(await find(page, 'harbour')).toEqual(['Market open']);
    expect(await find(page, 'بازار')).toEqual(['بازار باز شد']);
    expect(await find(page, 'قديمي')).toEqual(['بازار باز شد']);
    expect(await find(page, 'zeppelin')).toEqual([]);
    expect(await page.locator('#page > main [role=status]').textContent()).toBe(en.nothingFound);
  });

  pageTest('keeps what was typed while a post is read, and no longer', async () => {
    const opened = await open(await pageOf(gazette('en')));
    const page = await checked(opened);
    await page.getByRole('link', { name: en.find }).click();
    await find(page, 'stalls');
    await page.locator('#page > main .headlines a').click();
    await page.getByRole('heading', { name: 'Market open' }).waitFor();
    await page.goBack();
    expect(await page.locator('#query').inputValue()).toBe('stalls');
    await page.locator('#page > main .headlines strong').waitFor();
    await page.reload();
    await checked(opened);
    await page.getByRole('link', { name: en.find }).click();
    expect(await page.locator('#query').inputValue()).toBe('');
  });
});

describe('beside a post', () => {
  pageTest('its other languages and its tags are one tap away', async () => {
    const page = await checked(await open(await pageOf(gazette('en')), { hash: '#post-0' }));
    await page.getByRole('link', { name: 'فارسی' }).click();
    await page.getByRole('heading', { name: 'بازار باز شد' }).waitFor();
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Market open' }).waitFor();
    await page.getByRole('link', { name: 'شهر' }).click();
    expect(await page.locator('#page > main .headlines strong').allTextContents()).toEqual([
      'بازار باز شد',
      'Market open',
    ]);
  });

  pageTest('its newsroom’s signature leads to how that is known', async () => {
    const page = await checked(await open(await pageOf(gazette('en')), { hash: '#post-0' }));
    await page.locator('#page > main').getByText('signed by The Harbour Gazette').click();
    await page.getByRole('heading', { name: en.howIKnow }).waitFor();
    expect(await page.locator('.signs li').first().textContent()).toBe('signed by The Harbour Gazette');
    await page.getByText(en.limitsTitle).locator('visible=true').click();
    expect(await page.locator('.limits li').allTextContents()).toEqual([...en.limits]);
  });
});

describe('comfort', () => {
  pageTest('letters grow and colours turn as asked', async () => {
    const page = await checked(await open(await pageOf(gazette('en'))));
    const look = () =>
      page.evaluate(() => [getComputedStyle(document.documentElement).fontSize, getComputedStyle(document.body).color]);
    expect(await look()).toEqual(['16px', 'rgb(27, 29, 31)']);
    await goTo(page, 'more');
    await page.getByRole('button', { name: en.larger }).click();
    await page.getByRole('button', { name: en.dark }).click();
    expect(await look()).toEqual(['18.4px', 'rgb(233, 231, 226)']);
    expect(await page.getByRole('button', { name: en.dark }).getAttribute('aria-pressed')).toBe('true');
    for (let i = 0; i < 9; i++) await page.getByRole('button', { name: en.larger }).click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
