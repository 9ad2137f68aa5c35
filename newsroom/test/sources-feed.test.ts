import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseDate } from '../src/sources/dates.ts';
import { decodeText } from '../src/sources/encoding.ts';
import { withoutAddress } from '../src/sources/feed-item.ts';
import { readFeed } from '../src/sources/feed.ts';
import { plainText } from '../src/sources/plain-text.ts';

const FIXTURES = new URL('fixtures/feeds/', import.meta.url);
const fixture = (name: string) => readFeed(readFileSync(new URL(name, FIXTURES)));
const rss = (item: string, channel = '') =>
  readFeed(Buffer.from(`<rss version="2.0"><channel>${channel}<item>${item}</item></channel></rss>`), {
    base: 'https://example.org/feed',
  });
const atom = (entry: string) =>
  readFeed(Buffer.from(`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fa"><entry>${entry}</entry></feed>`));
const first = (imported: ReturnType<typeof readFeed>) => imported.drafts[0]!;

describe('fixtures', () => {
  test.each([
    ['feedparser/amp01.xml', { title: '&' }],
    ['feedparser/amp64.xml', { title: '&' }],
    ['feedparser/atommathml.xml', { text: 'a+b' }],
    ['feedparser/demoronize-1.xml', { text: 'don’t' }],
    ['feedparser/entry_content_and_summary.xml', { text: 'Example Atom', summary: 'Summary' }],
    ['feedparser/entry_content_mode_base64.xml', { text: 'Example <b>Atom</b>' }],
    ['feedparser/entry_content_xml_lang_inherit_3.xml', { lang: 'en' }],
    ['feedparser/entry_title_naked_markup.xml', { title: 'Example Atom' }],
    ['feedparser/entry_title_script.xml', { title: 'safe description' }],
    ['feedparser/entry_title_text_plain_brackets.xml', { title: 'History of the <blink> tag' }],
    ['feedparser/euc-kr-item.xml', { text: '년' }],
    ['feedparser/item_content_encoded_iframe.xml', { text: 'safe description' }],
    ['feedparser/item_description_script.xml', { text: 'safe description' }],
    ['feedparser/item_summary_and_description.xml', { text: 'Example description', summary: 'Example summary' }],
    ['feedparser/item_title.xml', { title: 'Example item' }],
    ['feedparser/item_xhtml_body.xml', { text: 'Example content' }],
    ['feedparser/media_group.xml', { title: 'Example Atom', text: 'Test Description' }],
    ['feedparser/rdf_item_description.xml', { sourceId: 'http://example.com/1', text: 'Example description' }],
    ['feedparser/rss090_item_title.xml', { title: 'Item title' }],
    ['newsboat/items_without_titles.xml', { title: 'some content', byline: 'A Person', date: 1230667455 }],
    ['newsboat/multiple_item_links.atom', { link: 'http://www.test.org/tests' }],
    ['newsboat/rss10_1.xml', { link: 'http://www.example.org/status/foo', date: 1230621600 }],
    ['feedsmith/rdf-09.xml', { title: 'New Status Updates', link: 'http://www.mozilla.org/status/' }],
    ['feedsmith/rss-090.xml', { title: 'First item title' }],
    ['feedsmith/rss-091.xml', { lang: 'en', text: 'Watch out for nasty tricks' }],
  ])('%s', (name, expected) => {
    const draft = first(fixture(name));
    expect({ ...draft, text: plainText(draft.body) }).toMatchObject(expected);
  });

  test.each([
    ['feedparser/160.xml', 'testing entity'],
    ['feedparser/hellip.xml', 'testing … entity'],
    ['feedparser/missing_quote_in_attr.xml', 'example'],
    ['feedparser/relative_uri_inherit.xml', 'Example test'],
    ['feedparser/tag_in_attr.xml', 'cat<br />dog'],
  ])('feed title of %s', (name, title) => expect(fixture(name).title).toBe(title));

  test('the language of a channel', () => expect(fixture('feedparser/channel_language.xml').lang).toBe('en-US'));

  test.each([
    ['feedparser/rss_incomplete_cdata.xml', /ends in the middle/],
    ['feedparser/atom10_title.xml', /repeats an item/],
    ['newsboat/example.opml', /list of feeds/],
  ])('%s refuses with a reason', (name, why) => expect(fixture(name).refused[0]!.why).toMatch(why));

  test('there are enough of them, each set with its licence', () => {
    const sets = ['feedparser', 'newsboat', 'feedsmith'].map((set) => readdirSync(new URL(set, FIXTURES)));
    expect(sets.flat().length).toBeGreaterThan(35);
    expect(sets.every((files) => files.includes('LICENSE'))).toBe(true);
  });
});

describe('items', () => {
  const body = '<title>t</title>';

  test.each([
    ['<pubDate>Thu, 01 Jan 2026 00:00:00 +0330</pubDate>', { date: 1767213000 }],
    [
      '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Mina</dc:creator><author>me@example.com</author>',
      { byline: 'Mina' },
    ],
    ['<author>me@example.com (Mina Rad)</author>', { byline: 'Mina Rad' }],
    ['<category>A</category><category>B</category><category>A</category>', { tags: ['A', 'B'] }],
    ['<category>Q&amp;amp;A</category>', { tags: ['Q&A'] }],
    ['<link>/a?b=1&c=2</link>', { link: 'https://example.org/a?b=1&c=2' }],
    ['<link>javascript:alert(1)</link>', { link: '' }],
    ['<guid>https://example.org/9</guid>', { link: 'https://example.org/9', sourceId: 'https://example.org/9' }],
    ['<guid isPermaLink="false">https://example.org/9</guid>', { link: '' }],
    ['<dc:language>fa_ir</dc:language>', { lang: 'fa-IR' }],
  ])('%s', (item, expected) => expect(first(rss(body + item))).toMatchObject(expected));

  test('full text goes before a description, which becomes the summary', () => {
    const draft = first(
      rss(`${body}<description>Short</description><content:encoded><![CDATA[<p>Long <b>text</b>]]></content:encoded>`),
    );
    expect(draft.summary).toBe('Short');
    expect(draft.body).toEqual([
      {
        type: 'paragraph',
        children: [
          { type: 'text', value: 'Long ' },
          { type: 'strong', children: [{ type: 'text', value: 'text' }] },
        ],
      },
    ]);
  });

  test('a summary that is the text is none', () =>
    expect(first(rss(`${body}<description>Same</description><summary>Same</summary>`)).summary).toBe(''));
  test('joiners and marks stay', () => expect(first(rss('<title>می‌خواهم ‏(الف)‎</title>')).title).toBe('می‌خواهم ‏(الف)‎'));
  test('overrides of direction leave a headline', () =>
    expect(first(rss('<title>a\u202ebc\u2066d</title>')).title).toBe('abcd'));
  test('Atom XHTML and its base', () => {
    const draft = first(
      atom(
        '<title type="xhtml"><div>A &lt;b&gt;</div></title><content type="xhtml" xml:base="https://x.example/"><div><a href="y">z</a><br/>w</div></content>',
      ),
    );
    expect(draft.title).toBe('A <b>');
    expect(draft.lang).toBe('fa');
    expect(JSON.stringify(draft.body)).toContain('https://x.example/y');
  });
  test('one identifier for many items: the link tells them apart', () => {
    const items = [1, 2].map(
      (n) => `<item><title>t${n}</title><guid isPermaLink="false">x</guid><link>https://example.org/${n}</link></item>`,
    );
    expect(readFeed(Buffer.from(`<rss><channel>${items.join('')}</channel></rss>`)).drafts).toHaveLength(2);
  });
  test.each([
    ['<wp:post_type>page</wp:post_type>', /no post/],
    ['<wp:status>draft</wp:status>', /not published/],
    ['<wp:post_password>x</wp:post_password>', /password/],
  ])('exports hold more than posts: %s', (field, why) => expect(rss(body + field).refused[0]!.why).toMatch(why));

  test('JSON Feed', () => {
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'J',
      language: 'ar',
      items: [
        {
          id: 7,
          url: '/a',
          title: 'T',
          content_html: '<p>x',
          date_published: '2026-01-01T00:00:00Z',
          authors: [{ name: 'N' }],
        },
        3,
      ],
    };
    const imported = readFeed(Buffer.from(JSON.stringify(feed)), { base: 'https://example.org/' });
    expect(first(imported)).toMatchObject({
      sourceId: '7',
      link: 'https://example.org/a',
      lang: 'ar',
      byline: 'N',
      date: 1767225600,
    });
    expect(imported.refused).toHaveLength(1);
  });
});

describe('what is no feed', () => {
  test.each([
    ['', /empty/],
    ['hello', /no feed/],
    ['{"a":1}', /no JSON Feed/],
    ['{"a"', /damaged/],
    [
      '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>',
      /import https:\/\/example.org\/feed.xml/,
    ],
  ])('%s', (text, why) => {
    const imported = readFeed(Buffer.from(text), { base: 'https://example.org/' });
    expect(imported.drafts).toEqual([]);
    expect(imported.refused[0]!.why).toMatch(why);
  });
});

describe('hostile XML', () => {
  const laughs = `<!DOCTYPE rss [<!ENTITY a "ha">${'bcdefghi'
    .split('')
    .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefgh'[at]};`.repeat(10)}">`)
    .join('')}]>`;

  test.each([
    ['billion laughs', `${laughs}<rss><channel><item><title>x &i;</title></item></channel></rss>`, 'x &i;'],
    [
      'external entity',
      '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>',
      '&x;',
    ],
    [
      'parameter entity',
      '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:1/">%x;]><rss><channel><item><title>y</title></item></channel></rss>',
      'y',
    ],
  ])('%s stays unexpanded', (_, text, title) => expect(first(readFeed(Buffer.from(text))).title).toBe(title));

  test.each([
    ['200,000 deep', `<rss>${'<a>'.repeat(200_000)}`],
    ['too many elements', `<rss>${'<a/>'.repeat(300_000)}`],
    [
      'quadratic',
      `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(50_000)}">]><rss><channel><item><title>x</title><description>${'&abc;'.repeat(300_000)}</description></item></channel></rss>`,
    ],
    ['a bracket for every character', '<rss>' + '<'.repeat(4_000_000)],
    ['declarations without end', '<rss>' + '<!D>'.repeat(1_000_000)],
    ['one quotation mark too many', '<rss ' + 'a="'.repeat(1_000_000)],
  ])('%s is refused or empty within a second', (_, text) => {
    const start = performance.now();
    expect(readFeed(Buffer.from(text)).drafts).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

test('a feed of made-up entities takes none from the next feed', () => {
  readFeed(Buffer.from(`<rss>${Array.from({ length: 10_000 }, (_, at) => `&x${at};`).join('')}</rss>`));
  expect(first(rss('<title>a&zeetrf;&unknown;b</title>')).title).toBe('aℨ&unknown;b');
});

test.each([
  ['2003-12-31T10:14:55Z', 1072865695],
  ['2003-12-31T10:14:55+03:30', 1072853095],
  ['20031231', 1072828800],
  ['2003-12', 1070236800],
  ['2003-365', 1072828800],
  ['2003-12-31 10:14', 1072865640],
  ['Thu, 31 Dec 2003 10:14:55 EST', 1072883695],
  ['31 December 03 10:14 GMT', 1072865640],
  ['Wed Dec 31 10:14:55 2003', 1072865695],
  ['Wed Dec 31 10:14:55 GMT 2003', 1072865695],
  ['Dec 31, 2003, 10:14:55 PM +0000', 1072908895],
  ['۲۰۰۳-۱۲-۳۱', 1072828800],
  ['2003-02-31', null],
  ['1402-05-12', null],
  ['soon', null],
  ['', null],
])('parseDate(%s)', (text, seconds) => expect(parseDate(text)).toBe(seconds));

test.each([
  ['Name <a@b.example>', 'Name'],
  ['a@b.example (Name)', 'Name'],
  ['Name (a@b.example)', 'Name'],
  ['a@b.example', ''],
  ['Name', 'Name'],
])('withoutAddress(%s)', (written, name) => expect(withoutAddress(written)).toBe(name));

describe('decodeText()', () => {
  const xml = (label: string) => `<?xml version="1.0" encoding="${label}"?><a>é</a>`;
  test.each([
    ['declared', Buffer.from(xml('iso-8859-1'), 'latin1'), ''],
    ['wrongly declared', Buffer.from(xml('us-ascii')), 'text/xml; charset=utf-8'],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${xml('utf-16')}`, 'utf16le'), ''],
    ['UTF-16 without a mark', Buffer.from(xml('utf-16'), 'utf16le'), ''],
    ['declared as UTF-8, written as windows-1252', Buffer.from(xml('utf-8'), 'latin1'), ''],
    ['unknown label', Buffer.from(xml('klingon')), 'text/xml; charset=nonsense'],
  ])('%s', (_, bytes, contentType) => expect(decodeText(bytes, contentType)).toContain('<a>é</a>'));
});
