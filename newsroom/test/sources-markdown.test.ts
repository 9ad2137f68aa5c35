import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Draft } from '../src/draft.ts';
import { readMarkdown } from '../src/sources/markdown.ts';
import { markdownToBlocks } from '../src/sources/markdown-blocks.ts';
import { plainText } from '../src/sources/plain-text.ts';
import { unwrapShortcodes } from '../src/sources/shortcodes.ts';
import { importSource } from '../src/sources/sources.ts';

const read = (file: string) =>
  readMarkdown(Buffer.from(file), { sourceId: 'news/2026-01-02-a.md', base: 'https://example.org/' });
const POST =
  '---\ntitle: "A &amp; B"\ndate: 2014-05-27 13:24:38 -0400\ndeck: D\nauthors:\n  - mina\n  - name: Omid\ntopics: [x, y]\nlang: fa\nsource_url: https://example.org/p\n---\nText\n';

test('front matter', () => {
  expect(read(POST)).toMatchObject({
    sourceId: 'news/2026-01-02-a.md',
    title: 'A & B',
    date: 1401211478,
    summary: 'D',
    byline: 'mina, Omid',
    tags: ['x', 'y'],
    lang: 'fa',
    link: 'https://example.org/p',
  });
});
test('title and date from the text and the file name', () => {
  expect(read('# T\n\nx')).toMatchObject({
    title: 'T',
    date: 1767312000,
    body: [{ type: 'paragraph', children: [{ type: 'text', value: 'x' }] }],
  });
});
test.each([
  ['---\ntitle: t\ndraft: true\n---\nx', /draft: true/],
  ['+++\ntitle = "t"\n+++\nx', /TOML/],
  ['---\ntitle: t\nx', /no end/],
  ['---\n{ a: [ }\n---\nx', /no valid YAML/],
  ['---\n- a\n---\nx', /no list of fields/],
  ['', /neither a title nor a text/],
  [
    `---\na: &a [x]\n${'bcdefghij'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array<string>(9).fill(`*${'abcdefghi'[at]}`).join()}]`)
      .join('\n')}\n---\nx`,
    /no valid YAML/,
  ],
])('%s is refused', (file, why) => expect(read(file)).toMatch(why));

test.each([
  ['## a', [{ type: 'heading', depth: 1, children: [{ type: 'text', value: 'a' }] }]],
  ['3. a', [{ type: 'list', start: 3, children: [[{ type: 'paragraph', children: [{ type: 'text', value: 'a' }] }]] }]],
  ['> a', [{ type: 'blockquote', children: [{ type: 'paragraph', children: [{ type: 'text', value: 'a' }] }] }]],
  ['```\na\n```', [{ type: 'code', value: 'a' }]],
  ['***', [{ type: 'thematicBreak' }]],
  [
    '|a|\n|-|\n|b|',
    [{ type: 'table', header: 1, rows: [[[{ type: 'text', value: 'a' }]], [[{ type: 'text', value: 'b' }]]] }],
  ],
  ['![A](x.png)', [{ type: 'figure', layer: 0, alt: 'A', caption: [] }]],
  [
    'a <a href="/b">c</a> <script>d</script>',
    [
      {
        type: 'paragraph',
        children: [
          { type: 'text', value: 'a ' },
          { type: 'link', url: 'https://example.org/b', children: [{ type: 'text', value: 'c' }] },
          { type: 'text', value: ' d' },
        ],
      },
    ],
  ],
  [
    '[x](javascript:alert(1))',
    [{ type: 'paragraph', children: [{ type: 'text', value: '[x](javascript:alert(1))' }] }],
  ],
  [
    '<div>\n\n*a*\n\n</div>',
    [{ type: 'paragraph', children: [{ type: 'emphasis', children: [{ type: 'text', value: 'a' }] }] }],
  ],
])('%s', (markdown, expected) => expect(markdownToBlocks(markdown, 'https://example.org/')).toEqual(expected));

test.each([
  ['{{< box >}}a{{< /box >}}', 'a'],
  ['{{% note color="x" %}}a{{% /note %}}', 'a'],
  ['{{< youtube id="abc" title="T" >}}', '[T](<https://www.youtube.com/watch?v=abc>)'],
  ['{{< youtube abc >}}', '[https://www.youtube.com/watch?v=abc](<https://www.youtube.com/watch?v=abc>)'],
  ['[a]({{< ref "b.md" >}})', '[a](#)'],
  ['a{{< unknown x="y" >}}b', 'ab'],
  ['{{</* box */>}}', '{{< box >}}'],
  ['{{< open', '{{< open'],
])('unwrapShortcodes(%s)', (markdown, expected) => expect(unwrapShortcodes(markdown)).toBe(expected));

test('a picture by shortcode keeps its words', () => {
  expect(plainText((read('---\ntitle: t\n---\n{{< img src="x" alt="A \\"b\\"" caption="C" >}}') as Draft).body)).toBe(
    'A "b"\nC',
  );
});

describe('files and folders', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pappus-sources-'));
    await mkdir(join(folder, 'b'));
    const files: [string, string][] = [
      ['a.md', POST],
      ['b/c.markdown', '# C'],
      ['b/d.md', '---\ntitle: t\ndraft: true\n---\n'],
      ['_index.md', '# I'],
      ['e.qmd', '# E'],
      ['f.xml', '<rss><channel><item><title>F</title></item></channel></rss>'],
      ['g.pdf', '%PDF-1.7'],
    ];
    for (const [name, text] of files) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a folder, with progress', async () => {
    const seen: number[] = [];
    const imported = await importSource(folder, { onProgress: (done, total) => seen.push(done / total) });
    expect(imported.drafts.map(({ sourceId }) => sourceId)).toEqual(['a.md', 'b/c.markdown']);
    expect(imported.refused.map(({ why }) => why)).toEqual([
      expect.stringMatching(/describes the folder/),
      expect.stringMatching(/draft: true/),
    ]);
    expect(seen.at(-1)).toBe(1);
  });
  test.each([
    ['a.md', 'A & B'],
    ['f.xml', 'F'],
  ])('the file %s', async (name, title) => {
    expect((await importSource(join(folder, name))).drafts[0]!.title).toBe(title);
  });
  test('a file of another kind says what to do', async () =>
    expect((await importSource(join(folder, 'g.pdf'))).refused[0]!.why).toMatch(/PDF.*Markdown/));
});
