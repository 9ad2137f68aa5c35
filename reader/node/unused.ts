/**
 * A bundler keeps every method of a class that is used at all. In the engine, a method whose name stands nowhere else
 * goes: most of a library for signatures is for signing.
 */
import { parseSync, Visitor, type ESTree, type Plugin } from 'vite';

/** Called by the language itself. */
const CALLED_UNSEEN = /^(?:constructor|next|return|then|throw|to(?:JSON|String)|valueOf)$/;

/** A whole script without the methods that nothing names, and without those that only they name. */
export function withoutUnused(script: string): string {
  const methods: ESTree.MethodDefinition[] = [];
  const names: { name: string; start: number }[] = [];
  new Visitor({
    MethodDefinition: (method) => void (isNamed(method) && methods.push(method)),
    MemberExpression: ({ property, computed }) => void (computed || addName(property)),
    Property: ({ key }) => addName(key),
    Literal: addName,
    TemplateElement: ({ value, start }) => void names.push({ name: value.cooked ?? '', start }),
  }).visit(parseSync('script.js', script).program);
  function addName(node: ESTree.Node): void {
    if (node.type === 'Identifier') names.push({ name: node.name, start: node.start });
    if (node.type === 'Literal') names.push({ name: String(node.value), start: node.start });
  }
  const unused = methods.filter(
    ({ key, start, end }) => !names.some((at) => at.name === nameOf(key) && (at.start < start || at.start >= end)),
  );
  if (unused.length === 0) return script;
  const fromEnd = unused.reverse();
  return withoutUnused(fromEnd.reduce((text, { start, end }) => text.slice(0, start) + text.slice(end), script));
}

const nameOf = (key: ESTree.PropertyKey): string => (key as ESTree.IdentifierName).name;

function isNamed({ key, computed }: ESTree.MethodDefinition): boolean {
  return !computed && key.type === 'Identifier' && !CALLED_UNSEEN.test(key.name);
}

/** Builds what `withoutUnused` leaves, where a script is whole: what another script uses is seen by nobody here. */
export function unused(): Plugin {
  return { name: 'unused', renderChunk: (script) => ({ code: withoutUnused(script), map: null }) };
}
