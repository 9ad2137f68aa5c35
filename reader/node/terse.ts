/**
 * The page says why it left a file out by the code of the refusal, in the reader's language. The details, English and
 * meant for a log line, have no place to stand in it: they are left out of the engine, and so are the names of fields,
 * which some functions take for nothing but details. Messages of errors, bugs of our own, go with them.
 */
import { parseSync, Visitor, type ESTree, type Plugin } from 'vite';

/** Functions whose second parameter goes into details and nowhere else. */
const TAKES_DETAIL = /^(?:(?:as|optional)(?:Map|Array|Text|Bytes|Integer)|itemsOf|require)$/;
const ERROR = /^(?:Range|Type)?Error$/;

/** The source without the details of refusals, and without the parameters that carry them. */
export function withoutDetails(source: string, path: string): string {
  const cuts: ESTree.Span[] = [];
  const cut = (from: ESTree.Span | undefined, to: ESTree.Span | undefined): void => {
    if (from && to) cuts.push({ start: from.end, end: to.end });
  };
  const find = ({ callee, arguments: given }: ESTree.CallExpression | ESTree.NewExpression): void => {
    if (callee.type !== 'Identifier') return;
    if (ERROR.test(callee.name) && given.length > 0) cuts.push({ start: given[0]!.start, end: given.at(-1)!.end });
    if (callee.name === 'Refused') cut(given[0], given.at(-1));
    if (TAKES_DETAIL.test(callee.name)) cut(given[0], given[1]);
  };
  new Visitor({
    CallExpression: find,
    NewExpression: find,
    FunctionDeclaration: ({ id, params }) => void (id && TAKES_DETAIL.test(id.name) && cut(params[0], params[1])),
  }).visit(parseSync(path, source).program);
  const outermost = cuts.filter(({ start, end }) => !cuts.some((other) => other.start < start && end < other.end));
  const fromEnd = outermost.sort((a, b) => b.start - a.start);
  return fromEnd.reduce((text, { start, end }) => text.slice(0, start) + text.slice(end), source);
}

/** Builds what `withoutDetails` leaves. */
export function terse(): Plugin {
  return {
    name: 'terse',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?$|\/@noble\// },
      handler: (source, path) => ({ code: withoutDetails(source, path), map: null }),
    },
  };
}
