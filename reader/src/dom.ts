/** Draws descriptions as the elements of a page. */
import { isTree, type Child, type Tree } from './tree.ts';

/** The nodes of a child, ready for `append` and `replaceChildren`. */
export function nodesOf(child: Child): (Node | string)[] {
  if (!child) return [];
  if (isTree(child)) return [elementOf(child)];
  return typeof child === 'string' || child instanceof Node ? [child] : (child as readonly Child[]).flatMap(nodesOf);
}

/** One element as DOM. */
export function elementOf({ tag, attributes, children }: Tree): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...nodesOf(children));
  return element;
}
