/**
 * The page says why it left a file out by the code of the refusal, in the reader's language. The details, English and
 * meant for a log line, have no place to stand in it: they are left out of the engine, and so are the names of fields,
 * which `core/src/fields.ts` takes for nothing but details. Messages of errors, bugs of our own, go with them.
 */
import { parseSync, Visitor, type ESTree, type Plugin } from 'vite';

const TAKES_DETAIL = /^(?:Refused|asMap|asArray|asText|asBytes|asInteger)$/;

/** The source with '' in the place of plain words that are the detail of a refusal. */
export function withoutDetails(source: string, path: string): string {
  const words: ESTree.Argument[] = [];
  const find = ({ callee, arguments: given }: ESTree.CallExpression | ESTree.NewExpression): void => {
    if (callee.type !== 'Identifier') return;
    const detail = callee.name === 'Error' ? given[0] : TAKES_DETAIL.test(callee.name) ? given[1] : null;
    if (detail?.type === 'Literal' || detail?.type === 'TemplateLiteral') words.push(detail);
  };
  new Visitor({ CallExpression: find, NewExpression: find }).visit(parseSync(path, source).program);
  const fromEnd = words.sort((a, b) => b.start - a.start);
  return fromEnd.reduce((text, { start, end }) => `${text.slice(0, start)}''${text.slice(end)}`, source);
}

/** Builds what `withoutDetails` leaves. */
export function terse(): Plugin {
  return {
    name: 'terse',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?$/ },
      handler: (source, path) => ({ code: withoutDetails(source, path), map: null }),
    },
  };
}
