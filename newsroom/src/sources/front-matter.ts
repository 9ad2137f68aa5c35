/** The fields that a Markdown file states about itself, between `---` lines at its top. */
import { parse } from 'yaml';
import { SOURCE_LIMITS } from './limits.ts';
import { SourceRefused } from './refusal.ts';

export interface FrontMatter {
  fields: ReadonlyMap<string, unknown>;
  /** All after the closing `---`. */
  text: string;
}

const FENCED = /^---[ \t]*\n([\s\S]*?)(?:^|\n)---[ \t]*(?:\n|$)/;

/** Field names are in lower case. A file without front matter has no fields. @throws SourceRefused when it cannot be read. */
export function readFrontMatter(file: string): FrontMatter {
  if (/^\+\+\+[ \t]*\n/.test(file)) {
    throw new SourceRefused('Its front matter is TOML (+++). Convert it to YAML (---), as “hugo convert toYAML” does.');
  }
  const head = file.slice(0, SOURCE_LIMITS.frontMatterBytes);
  const match = FENCED.exec(head);
  if (!match) {
    if (/^---[ \t]*\n[\w-]+:/.test(head))
      throw new SourceRefused('Its front matter has no end: a line with --- is missing.');
    return { fields: new Map(), text: file };
  }
  return { fields: readFields(match[1]!), text: file.slice(match[0].length) };
}

/** Dates stay text, as written. */
function readFields(yaml: string): ReadonlyMap<string, unknown> {
  const value = parseYaml(yaml);
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value))
    throw new SourceRefused('Its front matter is no list of fields.');
  return new Map(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]));
}

function parseYaml(yaml: string): unknown {
  try {
    return parse(yaml, { schema: 'core', uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    const line = /at line (\d+)/.exec(String(error))?.[1];
    throw new SourceRefused(
      `Its front matter is no valid YAML${line ? ` (line ${Number(line) + 1} of the file)` : ''}. Correct it there.`,
      { cause: error },
    );
  }
}

/** A field as text; numbers as they are written. Empty when there is none. */
export function textField(fields: FrontMatter['fields'], ...names: string[]): string {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (typeof value === 'number') return String(value);
  }
  return '';
}

/** A field that is one value or a list of them; of objects their `name` or `title`. */
export function listField(fields: FrontMatter['fields'], ...names: string[]): string[] {
  return names.flatMap((name) => {
    const value = fields.get(name);
    return (Array.isArray(value) ? value : [value]).map(nameOf).filter((text) => text !== '');
  });
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  const { name, title } = value as { name?: unknown; title?: unknown };
  return typeof name === 'string' ? name.trim() : typeof title === 'string' ? title.trim() : '';
}
