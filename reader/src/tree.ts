/**
 * Elements as plain descriptions: drawn as DOM on a page (dom.ts), written as HTML into a file. Words become text nodes
 * or are escaped; nothing is ever parsed as markup. A screen that changes is drawn anew, so no two trees are compared.
 */

/** What stands between two tags. */
export type Child = Tree | Drawn | string | false | null | undefined | readonly Child[];
/** True writes the name alone; false, null and undefined leave it out; functions listen. */
export type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

export interface Tree {
  tag: string;
  attributes: Attributes;
  children: readonly Child[];
}

/** A node of a document: on pages only. */
export interface Drawn {
  readonly nodeType: number;
}

/** An element. `onclick` and its kin take functions, which a file cannot hold. */
export function h(tag: string, attributes?: Attributes | null, ...children: Child[]): Tree {
  return { tag, attributes: attributes ?? {}, children };
}

/** The same as HTML; listeners are left out. */
export function htmlOf(child: Child): string {
  if (!child) return '';
  if (typeof child === 'string') return escaped(child);
  if (!isTree(child)) return (child as readonly Child[]).map(htmlOf).join('');
  const { tag, attributes, children } = child;
  const written = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'function' || value === false || value == null
      ? ''
      : ` ${name}${value === true ? '' : `="${escaped(String(value))}"`}`,
  );
  return `<${tag}${written.join('')}>${/^(?:br|hr|img|input)$/.test(tag) ? '' : `${htmlOf(children)}</${tag}>`}`;
}

/** Tells a description from everything else. */
export function isTree(child: Child): child is Tree {
  return typeof child === 'object' && child !== null && 'tag' in child;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
