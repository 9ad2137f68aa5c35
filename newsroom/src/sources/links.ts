import { LIMITS, LINK_SCHEMES } from '@pappus/core';

/** Sources write links over several lines and with blanks around; browsers drop these characters, so does this. */
const BLANKS = /[\t\n\r]/g;

/** `href` against `base` as an absolute http, https or mailto address; empty when it is none or too long. */
export function absoluteLink(href: string, base: string): string {
  const url = resolve(href.replace(BLANKS, '').trim(), base);
  if (!url || !(LINK_SCHEMES as readonly string[]).includes(url.protocol)) return '';
  return Buffer.byteLength(url.href) > LIMITS.linkBytes ? '' : url.href;
}

/** Like `absoluteLink`, for pages only: empty for mail addresses too. */
export function absolutePage(href: string, base: string): string {
  const link = absoluteLink(href, base);
  return link.startsWith('mailto:') ? '' : link;
}

/** A base nested in another base, as `xml:base` nests; the outer one when the inner is no page. */
export function nestedBase(inner: string | undefined, outer: string): string {
  return inner === undefined ? outer : absolutePage(inner, outer) || outer;
}

function resolve(href: string, base: string): URL | null {
  if (href === '') return null;
  return URL.parse(href, base === '' ? undefined : base);
}
