/** HTML into a tree of bounded size and depth, and questions to its elements. */
import { defaultTreeAdapter, parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import { SOURCE_LIMITS } from './limits.ts';

export type HtmlElement = DefaultTreeAdapterTypes.Element;
export type HtmlNode = DefaultTreeAdapterTypes.ChildNode;

/** Thrown out of the parser and caught below: markup that no article has. */
class TooComplex extends Error {}

/** The nodes of a fragment, or null when it nests deeper or holds more than an article does. */
export function parseHtml(html: string): HtmlNode[] | null {
  if (html.length > SOURCE_LIMITS.htmlChars) return null;
  try {
    return parseFragment(html, { scriptingEnabled: false, treeAdapter: boundedAdapter() }).childNodes;
  } catch (error) {
    if (error instanceof TooComplex) return null;
    throw error;
  }
}

function boundedAdapter(): typeof defaultTreeAdapter {
  let nodes = 0;
  let depth = 0;
  return {
    ...defaultTreeAdapter,
    createElement(name, space, attributes) {
      nodes += 1;
      if (nodes > SOURCE_LIMITS.htmlNodes) throw new TooComplex();
      return defaultTreeAdapter.createElement(name, space, attributes);
    },
    onItemPush() {
      depth += 1;
      if (depth > SOURCE_LIMITS.htmlDepth) throw new TooComplex();
    },
    onItemPop() {
      depth -= 1;
    },
  };
}

export function isElement(node: HtmlNode): node is HtmlElement {
  return 'tagName' in node;
}

export function isText(node: HtmlNode): node is DefaultTreeAdapterTypes.TextNode {
  return node.nodeName === '#text';
}

/** Empty when the element has no such attribute. */
export function attribute(element: HtmlElement, name: string): string {
  return element.attrs.find((attr) => attr.name === name)?.value ?? '';
}

export function hasAttribute(element: HtmlElement, name: string): boolean {
  return element.attrs.some((attr) => attr.name === name);
}

export function elementsIn(element: HtmlElement): HtmlElement[] {
  return element.childNodes.filter(isElement);
}

/** The first element inside, at any depth, with one of these names. */
export function find(element: HtmlElement, ...names: string[]): HtmlElement | null {
  for (const child of elementsIn(element)) {
    const found = names.includes(child.tagName) ? child : find(child, ...names);
    if (found) return found;
  }
  return null;
}

/** All text inside as written, a `br` being a line feed. */
export function textOf(element: HtmlElement): string {
  return element.childNodes
    .map((node) => {
      if (isText(node)) return node.value;
      if (!isElement(node)) return '';
      return node.tagName === 'br' ? '\n' : textOf(node);
    })
    .join('');
}
