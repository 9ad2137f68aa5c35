/**
 * XML as feeds really are: a lenient reader of bounded depth and size. It repairs what it can (stray
 * ampersands, unquoted attributes, wrong end tags) and has no way to reach a file or the network: document
 * types are skipped, and entities that a document declares for itself stay unexpanded.
 */
import { parseFragment } from 'parse5';
import { SOURCE_LIMITS } from './limits.ts';
import { SourceRefused } from './refusal.ts';

export interface XmlElement {
  /** Local name in lower case. */
  name: string;
  /** As written, in lower case; empty for none. */
  prefix: string;
  /** Namespace in lower case, empty when none is declared. */
  space: string;
  /** By name in lower case, prefix as written: `xml:base`. References are resolved. */
  attributes: ReadonlyMap<string, string>;
  /** Strings are text with its references resolved. */
  children: (XmlElement | string)[];
  /** False when the document ended before the element did. */
  closed: boolean;
}

/** Reads a whole document; its elements are the children of the nameless element returned. @throws SourceRefused over a limit. */
export function parseXml(text: string): XmlElement {
  triesLeft = TRIES_MAX;
  return new XmlReader(text).read();
}

/** All text inside an element, in document order. */
export function xmlText(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : xmlText(child))).join('');
}

/** The elements directly inside. */
export function xmlElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string');
}

interface Scope {
  parent: Scope | null;
  declared: Map<string, string>;
}

interface Open {
  element: XmlElement;
  scope: Scope;
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const MARKUP = /<(?=[\p{L}_/?]|!(?:--|\[CDATA\[|[a-z]))/giu;
const MARKUP_HERE = new RegExp(MARKUP.source, 'iuy');
const SUBSET_END = /\]\s*>/g;
const NAME = /[\p{L}_][\p{L}\p{N}\p{M}_:.-]*/uy;
const ATTRIBUTE = /([^\s=<>"'/]+)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"'<>]*))?/y;
const SPACE = /\s*/y;

class XmlReader {
  readonly #text: string;
  #at = 0;
  #elements = 0;
  readonly #stack: Open[];

  constructor(text: string) {
    this.#text = text;
    const root: XmlElement = { name: '', prefix: '', space: '', attributes: NO_ATTRIBUTES, children: [], closed: true };
    this.#stack = [{ element: root, scope: { parent: null, declared: new Map() } }];
  }

  read(): XmlElement {
    while (this.#at < this.#text.length) this.#step();
    return this.#stack[0]!.element;
  }

  #step(): void {
    const text = this.#text;
    const at = this.#at;
    MARKUP_HERE.lastIndex = at;
    if (!MARKUP_HERE.test(text)) return this.#characters();
    if (text.startsWith('<!--', at)) return this.#skipPast('-->', at + 4);
    if (text.startsWith('<![CDATA[', at)) return this.#cdata();
    if (text[at + 1] === '?') return this.#skipPast('?>', at + 2);
    if (text[at + 1] === '!') return this.#skipDeclaration();
    if (text[at + 1] === '/') return this.#endTag();
    this.#startTag();
  }

  /** Text up to the next tag; a `<` that starts nothing belongs to it. */
  #characters(): void {
    MARKUP.lastIndex = this.#at;
    const stop = MARKUP.exec(this.#text)?.index ?? this.#text.length;
    this.#append(resolveReferences(this.#text.slice(this.#at, stop)));
    this.#at = stop;
  }

  #cdata(): void {
    const start = this.#at + 9;
    const end = this.#text.indexOf(']]>', start);
    this.#append(this.#text.slice(start, end < 0 ? undefined : end));
    this.#at = end < 0 ? this.#text.length : end + 3;
  }

  #skipPast(mark: string, from: number): void {
    const end = this.#text.indexOf(mark, from);
    this.#at = end < 0 ? this.#text.length : end + mark.length;
  }

  /** `<!DOCTYPE …[ … ]>`: what it declares is not used. */
  #skipDeclaration(): void {
    const close = this.#text.indexOf('>', this.#at);
    const subset = close < 0 ? -1 : this.#text.slice(this.#at, close).indexOf('[');
    if (subset < 0) return this.#skipPast('>', this.#at);
    SUBSET_END.lastIndex = this.#at + subset;
    this.#at = SUBSET_END.test(this.#text) ? SUBSET_END.lastIndex : this.#text.length;
  }

  #append(text: string): void {
    const { children } = this.#stack.at(-1)!.element;
    const last = children.length - 1;
    if (typeof children[last] === 'string') children[last] += text;
    else if (text !== '') children.push(text);
  }

  #name(at: number): string {
    NAME.lastIndex = at;
    const name = NAME.exec(this.#text)?.[0] ?? '';
    this.#at = at + name.length;
    return name.toLowerCase();
  }

  #startTag(): void {
    const qualified = this.#name(this.#at + 1);
    const attributes = this.#attributes();
    const empty = this.#text.startsWith('/>', this.#at);
    if (this.#text[this.#at] !== '<') this.#at += empty ? 2 : 1;
    const parent = this.#stack.at(-1)!;
    const scope = declare(parent.scope, attributes);
    const element = newElement(qualified, attributes, scope, empty);
    this.#elements += 1;
    if (this.#elements > SOURCE_LIMITS.xmlElements)
      throw new SourceRefused('It has more elements than a feed can have.');
    parent.element.children.push(element);
    if (empty) return;
    if (this.#stack.length > SOURCE_LIMITS.xmlDepth)
      throw new SourceRefused('Its elements are nested too deeply for a feed.');
    this.#stack.push({ element, scope });
  }

  /** Stops at `>`, `/>`, the end of the text, or at a `<` that cannot belong to this tag. */
  #attributes(): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>();
    const text = this.#text;
    for (;;) {
      SPACE.lastIndex = this.#at;
      this.#at += SPACE.exec(text)![0].length;
      const next = text[this.#at];
      if (next === undefined || next === '>' || next === '<' || text.startsWith('/>', this.#at)) break;
      ATTRIBUTE.lastIndex = this.#at;
      const match = ATTRIBUTE.exec(text);
      this.#at += match ? match[0].length : 1;
      if (!match || attributes.size >= SOURCE_LIMITS.xmlAttributes) continue;
      const name = match[1]!.toLowerCase();
      if (!attributes.has(name)) attributes.set(name, attributeValue(match[2] ?? ''));
    }
    return attributes.size === 0 ? NO_ATTRIBUTES : attributes;
  }

  /** Closes the innermost element of that name and all inside it; an end tag without a start is skipped. */
  #endTag(): void {
    const qualified = this.#name(this.#at + 2);
    this.#skipPast('>', this.#at);
    const [prefix, name] = splitName(qualified);
    const index = this.#stack.findLastIndex(({ element }) => element.name === name && element.prefix === prefix);
    if (index < 1) return;
    for (const { element } of this.#stack.splice(index)) element.closed = true;
  }
}

function newElement(
  qualified: string,
  attributes: ReadonlyMap<string, string>,
  scope: Scope,
  closed: boolean,
): XmlElement {
  const [prefix, name] = splitName(qualified);
  return { name, prefix, space: namespaceOf(prefix, scope), attributes, children: [], closed };
}

function splitName(qualified: string): [string, string] {
  const colon = qualified.indexOf(':');
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}

function declare(parent: Scope, attributes: ReadonlyMap<string, string>): Scope {
  const declared = new Map<string, string>();
  for (const [name, value] of attributes) {
    if (name === 'xmlns') declared.set('', value.trim().toLowerCase());
    else if (name.startsWith('xmlns:')) declared.set(name.slice(6), value.trim().toLowerCase());
  }
  return declared.size === 0 ? parent : { parent, declared };
}

function namespaceOf(prefix: string, scope: Scope): string {
  for (let at: Scope | null = scope; at; at = at.parent) {
    const space = at.declared.get(prefix);
    if (space !== undefined) return space;
  }
  return '';
}

function attributeValue(written: string): string {
  const quoted = written.startsWith('"') || written.startsWith("'");
  return resolveReferences(quoted ? written.slice(1, -1) : written);
}

const REFERENCE = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][a-z\d]{1,31}));/gi;

/** Resolves character references and the named ones of HTML once; anything else stays as written. */
function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCE, (written, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return namedCharacter(name) ?? written;
    return character(decimal === undefined ? parseInt(hex!, 16) : Number(decimal));
  });
}

const C1 = new TextDecoder('windows-1252');

function character(code: number): string {
  if (code === 9 || code === 10 || code === 13) return String.fromCharCode(code);
  if (code < 32 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return '';
  return code >= 0x80 && code < 0xa0 ? C1.decode(Uint8Array.of(code)) : String.fromCodePoint(code);
}

/** Names that HTML has: it bounds how many there are. */
const names = new Map<string, string>();
/** Looking up a name that may not exist is slow; a document gets this many tries, so that made-up names cost it nothing but themselves. */
const TRIES_MAX = 4_096;
let triesLeft = TRIES_MAX;

function namedCharacter(name: string): string | null {
  const known = names.get(name);
  if (known !== undefined || triesLeft === 0) return known ?? null;
  triesLeft -= 1;
  const node = parseFragment(`&${name};`).childNodes[0];
  const value = node && 'value' in node ? node.value : '';
  // An unknown name keeps its semicolon.
  const found = name === 'semi' || !value.endsWith(';') ? value : '';
  if (found === '') return null;
  names.set(name, found);
  return found;
}
