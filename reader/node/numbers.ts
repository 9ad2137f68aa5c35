/**
 * Names of numbers (`KEPT_BYTES`, `LIMITS.headBytes`) read well, and a name is longer than its number: in the engine
 * the numbers stand where they are used, and the names go.
 */
import { parseSync, Visitor, type ESTree, type Plugin } from 'vite';

/** Constants in capitals; a bundle tells two of one name apart by a number. */
const CONSTANT = /^[A-Z][A-Z_0-9]*(?:\$\d+)?$/;

/** Source by name; a number of a table has the name `TABLE.key`. */
type Numbers = Map<string, string>;
type Pattern = ESTree.BindingPattern | ESTree.ParamPattern | ESTree.BindingRestElement;

/** A script with its numbers in the place of their names. Tables are objects of nothing but numbers. */
export function withNumbers(script: string): string {
  const { program } = parseSync('script.js', script);
  const numbers = numbersOf(program);
  const found: ESTree.Span[] = [];
  const find = (span: ESTree.Span): void => {
    if (numbers.has(script.slice(span.start, span.end))) found.push(span);
  };
  /** Where a name says what it is, not what it stands for. */
  const said = new Set<number>();
  new Visitor({
    VariableDeclarator: ({ id }) => void said.add(id.start),
    Property: ({ key, computed }) => void (computed || said.add(key.start)),
    ExportSpecifier: ({ local }) => void said.add(local.start),
    Identifier: find,
    MemberExpression(member) {
      if (!member.computed) said.add(member.property.start);
      find(member);
    },
  }).visit(program);
  const fromEnd = found.filter(({ start }) => !said.has(start)).sort((a, b) => b.start - a.start);
  return fromEnd.reduce(
    (text, { start, end }) => text.slice(0, start) + numbers.get(script.slice(start, end))! + text.slice(end),
    script,
  );
}

/** Those whose name has one meaning in the whole script. */
function numbersOf(program: ESTree.Program): Numbers {
  const constants: ESTree.VariableDeclarator[] = [];
  const bound: string[] = [];
  const takes = ({ params }: { params: readonly Pattern[] }): void => void bound.push(...params.flatMap(namesIn));
  new Visitor({
    VariableDeclarator(declarator) {
      bound.push(...namesIn(declarator.id));
      constants.push(declarator);
    },
    FunctionDeclaration: takes,
    FunctionExpression: takes,
    ArrowFunctionExpression: takes,
  }).visit(program);
  const numbers: Numbers = new Map();
  for (const { id, init } of constants) {
    if (id.type !== 'Identifier' || !CONSTANT.test(id.name) || !init) continue;
    if (bound.indexOf(id.name) !== bound.lastIndexOf(id.name)) continue;
    for (const [name, number] of numbersIn(id.name, init, numbers)) numbers.set(name, number);
  }
  return numbers;
}

function namesIn(pattern: Pattern | ESTree.BindingProperty | null): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap(namesIn);
    case 'ArrayPattern':
      return pattern.elements.flatMap(namesIn);
    case 'Property':
      return namesIn(pattern.value);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'RestElement':
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

/** What a constant adds: itself, or each number of a table. */
function numbersIn(name: string, value: ESTree.Expression, known: Numbers): [string, string][] {
  const number = numberOf(value, known);
  if (number !== null) return [[name, number]];
  if (value.type !== 'ObjectExpression') return [];
  const rows = value.properties.map((property): [string, string] | null => {
    if (property.type !== 'Property' || property.key.type !== 'Identifier' || property.computed) return null;
    const each = numberOf(property.value, known);
    return each === null ? null : [`${name}.${property.key.name}`, each];
  });
  return rows.every((row) => row !== null) ? rows : [];
}

/** Source of a number that is written out of numbers; the minifier computes it. */
function numberOf(value: ESTree.Expression | ESTree.PrivateIdentifier, known: Numbers): string | null {
  switch (value.type) {
    case 'Literal':
      return typeof value.value === 'number' ? String(value.value) : null;
    case 'Identifier':
      return known.get(value.name) ?? null;
    case 'MemberExpression':
      if (value.computed || value.object.type !== 'Identifier' || value.property.type !== 'Identifier') return null;
      return known.get(`${value.object.name}.${value.property.name}`) ?? null;
    case 'ParenthesizedExpression':
      return numberOf(value.expression, known);
    case 'BinaryExpression': {
      const [left, right] = [numberOf(value.left, known), numberOf(value.right, known)];
      return left === null || right === null ? null : `(${left} ${value.operator} ${right})`;
    }
    default:
      return null;
  }
}

/** Builds what `withNumbers` leaves. */
export function numbers(): Plugin {
  return { name: 'numbers', renderChunk: (script) => ({ code: withNumbers(script), map: null }) };
}
