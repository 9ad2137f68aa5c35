import { LIMITS, LINK_SCHEMES, type Block, type Inline } from '@pappus/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { htmlToBlocks } from '../src/sources/html.ts';
import { markdownToBlocks } from '../src/sources/markdown-blocks.ts';
import { plainText } from '../src/sources/plain-text.ts';

const BASE = 'https://example.org/a/';
const blocks = (html: string) => htmlToBlocks(html, BASE);
const text = (value: string): Inline => ({ type: 'text', value });
const p = (...children: Inline[]): Block => ({ type: 'paragraph', children });

test.each<[string, Block[]]>([
  ['<p>a  b\n c</p>', [p(text('a b c'))]],
  ['a<br>b<br><br>c', [p(text('a'), { type: 'break' }, text('b')), p(text('c'))]],
  ['<div>a<div>b</div>c</div>', [p(text('a')), p(text('b')), p(text('c'))]],
  ['<b>a<p>b</p></b>', [p({ type: 'strong', children: [text('a')] }), p({ type: 'strong', children: [text('b')] })]],
  [
    '<h1>x</h1><h6>y</h6>',
    [
      { type: 'heading', depth: 1, children: [text('x')] },
      { type: 'heading', depth: 4, children: [text('y')] },
    ],
  ],
  [
    '<ol start=3><li>a<ul><li>b</ul></ol>',
    [{ type: 'list', start: 3, children: [[p(text('a')), { type: 'list', start: null, children: [[p(text('b'))]] }]] }],
  ],
  ['<blockquote>q</blockquote><hr>', [{ type: 'blockquote', children: [p(text('q'))] }, { type: 'thematicBreak' }]],
  ['<a href="../x">y</a>', [p({ type: 'link', url: 'https://example.org/x', children: [text('y')] })]],
  ['<a href="#n">y</a>', [p(text('y'))]],
  ['<pre>a\n  b</pre><code>c</code>', [{ type: 'code', value: 'a\n  b' }, p({ type: 'inlineCode', value: 'c' })]],
  ['<p>a <span lang="fa">ب</span></p>', [p(text('a '), { type: 'span', lang: 'fa', children: [text('ب')] })]],
  [
    '<figure><img alt="A"><figcaption>B</figcaption></figure>',
    [{ type: 'figure', layer: 0, alt: 'A', caption: [text('B')] }],
  ],
  ['x<img src="p.gif" width=1 height=1 alt="p">', [p(text('x'))]],
  ['<img class="wp-smiley" alt="🙂">', [p(text('🙂'))]],
  [
    '<img data-src="l.jpg" src="data:image/gif;base64,x" alt="L">',
    [{ type: 'figure', layer: 0, alt: 'L', caption: [] }],
  ],
  [
    '<table><tr><th>a<th>b<tr><td colspan=2>c</table>',
    [
      {
        type: 'table',
        header: 1,
        rows: [
          [[text('a')], [text('b')]],
          [[text('c')], []],
        ],
      },
    ],
  ],
  [
    '<table><tr><td rowspan=2>a<td>b<tr><td>c</table>',
    [
      {
        type: 'table',
        header: 0,
        rows: [
          [[text('a')], [text('b')]],
          [[], [text('c')]],
        ],
      },
    ],
  ],
  ['<table role=presentation><tr><td>a<td>b</table>', [p(text('a')), p(text('b'))]],
  ['10<sup>6</sup> H<sub>2</sub>O', [p(text('10⁶ H₂O'))]],
  ['<!--[if gte mso 9]><xml>x</xml><![endif]--><p class=MsoNormal style="mso-x:y">a<o:p></o:p></p>', [p(text('a'))]],
  ['<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->', [p(text('a'))]],
  ['<p>می‌خواهم‎&nbsp;‏x</p>', [p(text('می‌خواهم‎\u00a0‏x'))]],
  ['<p>&nbsp;</p><p></p>', []],
  ['a<iframe src="https://x.example/"/> b', [p(text('a b'))]],
  ['the <del>old</del> new', [p(text('the new'))]],
])('%s', (html, expected) => expect(blocks(html)).toEqual(expected));

describe('hostile HTML', () => {
  test.each([
    '<script>alert(1)</script>',
    '<scr<script>ipt>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<svg><script>alert(1)</script></svg>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="blob:https://x">x</a>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    '<object data="javascript:alert(1)">',
    '<embed src="javascript:alert(1)">',
    '<base href="javascript:">',
    '<form action="javascript:alert(1)"><input>',
    '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    '<link rel=stylesheet href="javascript:alert(1)">',
    '<style>@import "javascript:alert(1)"</style>',
    '<math href="javascript:alert(1)">x</math>',
    '<math><mtext><table><mglyph><style><img src onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<template><script>alert(1)</script></template>',
    '<body onload=alert(1)>',
    '<details ontoggle=alert(1) open>x</details>',
    '<video><source onerror=alert(1)></video>',
    '<marquee onstart=alert(1)>x',
    '<textarea></textarea><img src=x onerror=alert(1)>',
    '<a href="//evil.example">x</a>',
    '<isindex action=javascript:alert(1)>',
    '<xss style="x:expression(alert(1))">x',
    '<!--><img src=x onerror=alert(1)>-->',
    '<a href="\u0001javascript:alert(1)">x</a>',
    '<area href="javascript:alert(1)">',
    '<button formaction="javascript:alert(1)">x</button>',
  ])('%s', (html) => {
    const found = blocks(html);
    expectAllowed(found);
    expect(JSON.stringify(found)).not.toMatch(/"url":"(?!https?:|mailto:)|onerror"|<script/i);
  });

  test.each([
    ['deep', '<div>'.repeat(200_000)],
    ['formatting', '<b a=1>'.repeat(300) + '<p>x'.repeat(50_000)],
    ['rows', '<table>' + '<tr><td rowspan=9999 colspan=60>x'.repeat(20_000)],
    ['attributes', `<p ${Array.from({ length: 100_000 }, (_, at) => `a${at}`).join(' ')}>x`],
    ['brackets', '<'.repeat(1_000_000)],
    ['lists', '<ul><li>'.repeat(60) + 'x'],
  ])('%s ends soon', (_, html) => {
    const start = performance.now();
    expectAllowed(blocks(html));
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test.each([
    ['*a'.repeat(20_000)],
    ['a <b>'.repeat(50_000)],
    ['['.repeat(100_000)],
    ['- '.repeat(1_000)],
    ['> '.repeat(1_000)],
  ])('Markdown %#', (markdown) => expectAllowed(markdownToBlocks(markdown, BASE)));
});

const PIECES = [
  '<b>',
  '</b>',
  '<p>',
  '<div>',
  '</div>',
  '<ul>',
  '<li>',
  '</ul>',
  '<table>',
  '<tr>',
  '<td>',
  '</table>',
  '<blockquote>',
  '<a href="javascript:x">',
  '<a href="/y">',
  '</a>',
  '<br>',
  '<figure>',
  '<img alt="z">',
  '<figcaption>',
  '<pre>',
  '<code>',
  '<span lang="fa">',
  '<h2>',
  '<sup>1</sup>',
  'x',
  ' ',
  '\u200c',
  '&amp;',
  '<![CDATA[',
  '<!--',
  '<svg>',
  '<math>',
  '<ol start="9">',
  '\ud800',
];

test('htmlToBlocks() never throws and gives nothing but what is allowed', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join('')),
      ),
      (html) => {
        expectAllowed(htmlToBlocks(html, BASE));
        expectAllowed(markdownToBlocks(html, BASE));
      },
    ),
    { numRuns: 500 },
  );
});

test('plainText() parts blocks by empty lines', () =>
  expect(plainText(blocks('<h2>a</h2><p>b<br>c</p><ul><li>d<li>e</ul>'))).toBe('a\n\nb\nc\n\nd\ne'));

/** Links have allowed schemes, text is well-formed, and arrays and nodes nest no deeper than a text layer may. */
function expectAllowed(found: Block[]): void {
  const links = [...JSON.stringify(found).matchAll(/"url":"([^"]*)"/g)].map(([, url]) => URL.parse(url!)?.protocol);
  expect(links.every((scheme) => (LINK_SCHEMES as readonly (string | undefined)[]).includes(scheme))).toBe(true);
  expect(depth(found)).toBeLessThanOrEqual(LIMITS.nesting);
  expect(plainText(found)).not.toMatch(/\p{Surrogate}/u);
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((most, inner) => Math.max(most, depth(inner)), 0);
}
