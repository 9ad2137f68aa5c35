/**
 * Names of fields and methods that are ours alone may be short in the engine: nobody outside it reads them. Ours are
 * those that the sources declare, in interfaces, types and classes.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor, type ESTree } from 'vite';

/** What the page consists of. The app around it keeps its names: what it stored under them has to be found again. */
const OF_THE_PAGE = /^(?!web\b|keep\b|dns\b|words\/(?:app|carry)\b).*\.ts$/;

/** Declared by us and yet known to others by their name. */
const KEPT = new Set(
  [
    // Of the platform's objects, which the engine reads beside its own.
    'add append at body buffer button children clear decode delete encode entries error files find from get has key keys length name now',
    'of querySelectorAll set signal size state text textContent value fatal ignoreBOM Instance Module exports m f',
    'address channels controller fetch nodeType open print progress race random release remove total wait',
    // Attributes of elements.
    'alt dir height id lang start title type width',
    // Filled into sentences, named in links and looked up by a word: `fill`, `SCREENS`, `pick`, 'a' in b.
    'added all count dark entry headlines layer light limits missing more posts record saved stream tag tail texts',
  ].flatMap((names) => names.split(' ')),
);

/** Fields and methods that the sources in `folders` declare, but those that somebody else knows. */
export function ownNames(folders: readonly string[]): string[] {
  const names = new Set<string>();
  for (const folder of folders) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!OF_THE_PAGE.test(file)) continue;
      for (const name of namesIn(readFileSync(join(folder, file), 'utf8'), file)) names.add(name);
    }
  }
  return [...names].filter((name) => !KEPT.has(name)).sort();
}

function namesIn(source: string, path: string): string[] {
  const names: string[] = [];
  const add = ({ key, computed }: { key: ESTree.PropertyKey; computed: boolean }): void => {
    if (!computed && key.type === 'Identifier' && key.name !== 'constructor') names.push(key.name);
  };
  new Visitor({
    TSPropertySignature: add,
    TSMethodSignature: add,
    PropertyDefinition: add,
    MethodDefinition: add,
  }).visit(parseSync(path, source).program);
  return names;
}
