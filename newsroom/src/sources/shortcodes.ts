/**
 * Hugo shortcodes into Markdown: a pair gives what is between, a player or a file gives a link, a picture its
 * description, a reference to another page the words around it. Any other is left out.
 */

/** `{{< … >}}` and `{{% … %}}`. */
const SHORTCODE = /\{\{[<%]((?:(?!\{\{)[\s\S])*?)[>%]\}\}/g;
const NAMED = /^\s*(\/?)\s*([\w./-]{1,64})([\s\S]*?)\/?\s*$/;
const PARAMETER = /(?:([\w-]+)=)?(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`=]+))/g;

const PLAYERS: Record<string, (id: string) => string> = {
  youtube: (id) => `https://www.youtube.com/watch?v=${encodeURIComponent(id)}`,
  vimeo: (id) => `https://vimeo.com/${encodeURIComponent(id)}`,
};

/** Stands for the address of another page of the site, which only Hugo knows: a link to it becomes its words. */
const NOWHERE = '#';

/** Markdown without shortcodes. */
export function unwrapShortcodes(markdown: string): string {
  return markdown.replace(SHORTCODE, (shortcode, inside: string) => {
    const [, closing, name, written] = NAMED.exec(inside) ?? [];
    if (inside.startsWith('/*')) return shortcode.replace('/*', '').replace('*/', '');
    return closing === '' && name !== undefined ? replacement(name.toLowerCase(), parameters(written!)) : '';
  });
}

/** Parameters by name, or by position from "0". */
function parameters(written: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let position = 0;
  for (const [, name, quoted, raw, bare] of written.matchAll(PARAMETER)) {
    found.set(name?.toLowerCase() ?? String(position), quoted?.replace(/\\(.)/g, '$1') ?? raw ?? bare ?? '');
    if (name === undefined) position += 1;
  }
  return found;
}

function replacement(name: string, given: ReadonlyMap<string, string>): string {
  const first = (...names: string[]): string =>
    names.map((key) => given.get(key) ?? '').find((value) => value !== '') ?? '';
  if (name === 'ref' || name === 'relref') return NOWHERE;
  if (/(?:^|[-_])(?:img|image|figure|picture)(?:$|[-_])/.test(name))
    return picture(first('alt', 'title'), first('caption'));
  if (name === 'quote-block' || name === 'blockquote')
    return quotation(first('text', 'quote'), first('cite', 'author'));
  const url =
    PLAYERS[name]?.(first('id', '0')) ?? [...given.values()].find((value) => /^https?:\/\/\S+$/.test(value)) ?? '';
  return url === '' ? label(first('label', 'text')) : `[${escaped(first('title', 'label', 'text') || url)}](<${url}>)`;
}

/** A picture without an address: only its words travel. */
function picture(alt: string, caption: string): string {
  if (alt === '' && caption === '') return '';
  const attribute = alt.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replace(/\s+/g, ' ');
  return `\n\n<figure><img alt="${attribute}">${caption === '' ? '' : `<figcaption>${caption.replace(/\s+/g, ' ')}</figcaption>`}</figure>\n\n`;
}

function quotation(text: string, author: string): string {
  if (text === '') return '';
  return `\n\n> ${text.replace(/\s+/g, ' ')}${author === '' ? '' : `\n>\n> — ${author}`}\n\n`;
}

function label(text: string): string {
  return escaped(text);
}

function escaped(text: string): string {
  return text.replace(/[\\[\]<>*_`]/g, '\\$&');
}
