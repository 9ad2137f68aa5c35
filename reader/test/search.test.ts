import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PostReport } from '@pappus/core';
import { fold, Search } from '../src/search.ts';
import { newPost } from '../../core/test/newsroom.ts';

function post(index: number, title: string, more: Partial<PostReport['record']> = {}): PostReport {
  const record = { ...newPost({ title }).record, layers: [], ...more };
  return { index, status: 'current', record, replacedBy: null, reason: null };
}

const searchOf = (titles: readonly string[], texts: readonly string[] = []): Search =>
  new Search(
    titles.map((title, i) => post(i, title)),
    (index) => texts[index] ?? '',
  );
const finds = (title: string, query: string): boolean => searchOf([title]).headlines(query).length === 1;
const found = (search: Search, query: string): number[] => [...search.texts(query)].filter((index) => index !== null);

describe('folding', () => {
  test.each([
    ['كِتابٌ', 'کتاب'],
    ['عـــلی', 'علی'],
    ['أإآٱا', 'ااااا'],
    ['مسؤول رئیس', 'مسوول رییس'],
    ['خانهٔ خانۀ مدینة', 'خانه خانه مدینه'],
    ['۱۴۰۵ ٨٩ １４', '1405 89 14'],
    ['می‌روم', 'میروم'],
    ['\u202bChannel\u202c \u2067Éa\u2069', 'channel ea'],
    ['ﻛﺘﺎﺏ', 'کتاب'],
    ['ёж', 'еж'],
  ])('%s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test('is done after one time, whatever the text', () => {
    const unit = fc.oneof(
      { arbitrary: fc.string({ unit: 'binary', maxLength: 3 }), weight: 2 },
      fc.constantFrom(
        'ـ',
        '\u200c',
        '\u200e',
        '\u0308',
        '\u0316',
        '\u05b0',
        '\u05bf',
        'ﹱ',
        'ﷺ',
        'İ',
        'Σ',
        'ي',
        '٣',
        'a',
      ),
    );
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const once = fold(units.join(''));
        expect(fold(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });
});

const SWAPS: Record<string, string> = { ی: 'ي', ک: 'ك', ه: 'ة', ا: 'أ', و: 'ؤ', '4': '۴', '5': '٥' };
const otherwise = (word: string): string => word.replace(/[یکهاو45]/g, (letter) => SWAPS[letter]! + '\u064e');

describe('headlines', () => {
  test('of a post are found by each of its words and their beginnings, in either letter form', () => {
    const letter = fc.constantFrom(...'ابپیکگهوزرم45aBéж', '\u200c', '\u064b', 'ـ');
    const words = fc.array(
      fc.string({ unit: letter, minLength: 1, maxLength: 8 }).filter((word) => fold(word) !== ''),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(words, fc.nat(), fc.constantFrom(' ', ' – ', '، ', '\n', '/'), (all, at, between) => {
        const word = all[at % all.length]!;
        const title = all.join(between);
        for (const query of [word, otherwise(word), word.slice(0, 1 + (at % word.length)), word.toUpperCase()]) {
          expect(finds(title, query), `${title} by ${query}`).toBe(true);
          expect(finds(otherwise(title), query), `${otherwise(title)} by ${query}`).toBe(true);
        }
      }),
    );
  });

  test.each([
    ['می‌روم', 'نمی‌روم'],
    ['کتاب‌ها', 'کتاب‌های'],
    ['بزرگ‌تر', 'بزرگ‌ترین'],
  ])('%s is found with a joiner, a space or nothing between its parts', (...words) => {
    for (const word of words) {
      const forms = [word, word.replace('\u200c', ' '), word.replace('\u200c', '')];
      for (const title of forms)
        for (const query of forms) expect([title, query, finds(`او ${title} و`, query)]).toEqual([title, query, true]);
    }
  });

  test('must have all words, from their first letter; newest first', () => {
    const search = searchOf(['Bridge closed', 'Market open', 'The bridge is open', 'Unabridged']);
    expect(search.headlines('bridge')).toEqual([2, 0]);
    expect(search.headlines('open bri')).toEqual([2]);
    expect(search.headlines('ridge')).toEqual([]);
    expect(search.headlines('  ')).toEqual([3, 2, 1, 0]);
    expect(finds('ماه می سال نو', 'سال')).toBe(true);
    expect(finds('سال نو، ماه می است', 'می سال')).toBe(true);
  });

  test('are found inside a run of letters where a script has no spaces', () => {
    expect(finds('市场今天开放', '今天')).toBe(true);
    expect(finds('ตลาดเปิดวันนี้', 'เปิด')).toBe(true);
  });

  test('bring summary, byline and tags along, and nothing of what was withdrawn', () => {
    const whole = post(4, 'Title', { summary: 'Ten stalls.', byline: 'S. Rahimi', tags: ['Trade'] });
    const gone: PostReport = { ...post(5, ''), status: 'withdrawn', record: null };
    const search = new Search([whole, gone], () => '');
    for (const query of ['stalls', 'rahimi', 'trade title', '']) expect(search.headlines(query)).toEqual([4]);
  });

  test('are prepared a step a post', () => {
    expect([...searchOf(['a', 'b', 'c']).prepare()]).toHaveLength(3);
  });
});

describe('texts', () => {
  test('are gone through from the newest, only where the headline does not say it all', () => {
    const asked: number[] = [];
    const texts = ['The old bridge.', 'Ten stalls.', 'The new bridge.', 'bridge'];
    const titles = ['Closed', 'Market open', 'Open', 'Bridge open'];
    const search = new Search(
      titles.map((title, i) => post(i, title)),
      (index) => {
        asked.push(index);
        return texts[index]!;
      },
    );
    const steps = search.texts('open bridge');
    expect(asked).toEqual([]);
    expect(steps.next().value).toBe(2);
    expect(asked).toEqual([2]);
    expect([...steps]).toEqual([null, null]);
    expect(asked).toEqual([2, 1, 0]);
    expect(found(searchOf(['a', 'b'], ['می‌رود', 'رفت']), 'مي رود')).toEqual([0]);
  });
});
