/**
 * Imports every file under the folders given and prints what came of it. Files of the feedparser suite state
 * what they expect in their first comment; simple expectations are compared.
 *
 *     node newsroom/test/sources-report.ts <folder>…  [--disagreements] [--refused]
 */
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Draft, Imported } from '../src/draft.ts';
import { decodeText } from '../src/sources/encoding.ts';
import { withoutAddress } from '../src/sources/feed-item.ts';
import { readFeed } from '../src/sources/feed.ts';
import { htmlToBlocks } from '../src/sources/html.ts';
import { canonicalLang } from '../src/sources/lang.ts';
import { readMarkdown } from '../src/sources/markdown.ts';
import { oneLine, plainText } from '../src/sources/plain-text.ts';

type Verdict = 'agree' | 'disagree' | 'refused';
interface Tally {
  files: number;
  crashes: number;
  filesWithDrafts: number;
  drafts: number;
  title: number;
  date: number;
  link: number;
  text: number;
  lang: number;
  refused: Map<string, number>;
  slowest_ms: number;
}

const folders = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const flags = new Set(process.argv.slice(2).filter((argument) => argument.startsWith('--')));
const verdicts = new Map<string, Record<Verdict, number>>();

async function report(folder: string): Promise<void> {
  const groups = new Map<string, Tally>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (!/\.(?:xml|rss|atom|json|opml|md|markdown)$/.test(path)) continue;
    const group = relative(folder, path).split('/')[0]!;
    if (!groups.has(group)) groups.set(group, newTally());
    count(groups.get(group)!, path, await readFile(path));
  }
  for (const [name, tally] of groups) print(name, tally);
}

function newTally(): Tally {
  return {
    files: 0,
    crashes: 0,
    filesWithDrafts: 0,
    drafts: 0,
    title: 0,
    date: 0,
    link: 0,
    text: 0,
    lang: 0,
    refused: new Map(),
    slowest_ms: 0,
  };
}

function count(tally: Tally, path: string, bytes: Buffer): void {
  tally.files += 1;
  const start = performance.now();
  const imported = importFile(path, bytes);
  tally.slowest_ms = Math.max(tally.slowest_ms, performance.now() - start);
  if (!imported) {
    tally.crashes += 1;
    return;
  }
  if (imported.drafts.length > 0) tally.filesWithDrafts += 1;
  for (const draft of imported.drafts) countDraft(tally, draft);
  for (const { why, where } of imported.refused) {
    tally.refused.set(why, (tally.refused.get(why) ?? 0) + 1);
    if (flags.has('--refused')) console.log('refused', path, where, why);
  }
  if (path.includes('feedparser')) compare(path, bytes, imported);
}

function importFile(path: string, bytes: Buffer): Imported | null {
  try {
    if (/\.(?:md|markdown)$/.test(path)) {
      const draft = readMarkdown(bytes, { sourceId: path });
      return {
        title: '',
        lang: '',
        drafts: typeof draft === 'string' ? [] : [draft],
        refused: typeof draft === 'string' ? [{ where: path, why: draft }] : [],
      };
    }
    return readFeed(bytes, headers(decodeText(bytes)));
  } catch (error) {
    console.error('CRASH', path, error);
    return null;
  }
}

/** Many files of the suite hold one item with one field, which makes no draft: a title makes it one. */
function withTitle(bytes: Buffer): Imported {
  const text = decodeText(bytes).replace(/<\?xml.*?\?>/, '');
  const titled = text.replace(/(<(?:\w+:)?(?:item|entry)\b[^>]*?)\/?>/gi, (tag, open: string) => {
    return tag.endsWith('/>') ? `${open}><title>title</title></item>` : `${tag}<title>title</title>`;
  });
  return readFeed(Buffer.from(titled), headers(text));
}

/** What the suite's server would send with a file. */
function headers(text: string): { contentType?: string; base?: string } {
  const head = text.slice(0, 2000);
  const contentType = /Header:\s*Content-type:\s*(.*)/i.exec(head)?.[1];
  const base = /Header:\s*Content-Location:\s*(\S+)/i.exec(head)?.[1];
  return { ...(contentType && { contentType }), ...(base && { base }) };
}

function countDraft(tally: Tally, draft: Draft): void {
  tally.drafts += 1;
  tally.title += Number(draft.title !== '');
  tally.date += Number(draft.date !== null);
  tally.link += Number(draft.link !== '');
  tally.text += Number(draft.body.length > 0);
  tally.lang += Number(draft.lang !== '');
}

function print(name: string, tally: Tally): void {
  const share = (part: number): string =>
    `${part} (${tally.drafts === 0 ? 0 : Math.round((100 * part) / tally.drafts)} %)`;
  console.log(
    `\n${name}: ${tally.files} files, ${tally.crashes} crashes, ${tally.filesWithDrafts} with drafts, slowest ${tally.slowest_ms.toFixed(0)} ms`,
  );
  console.log(
    `  ${tally.drafts} drafts: title ${share(tally.title)}, date ${share(tally.date)}, link ${share(tally.link)}, text ${share(tally.text)}, lang ${share(tally.lang)}`,
  );
  for (const [why, times] of [...tally.refused].sort((a, b) => b[1] - a[1]).slice(0, 15))
    console.log(`  refused ${times}: ${why.slice(0, 140)}`);
}

const CLAUSE =
  /^(entries\[(\d)\]|feed)((?:\[(?:'[a-z_]+'|\d)\]|\.[a-z_]+(?![a-z_(]))+)\s*==\s*u?(r?)('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\(\d[\d, ]*\))$/;

function compare(path: string, bytes: Buffer, imported: Imported): void {
  const expect = /Expect:\s*(.*)/.exec(decodeText(bytes))?.[1]?.trim() ?? '';
  for (const clause of expect.split(/\s+and\s+(?=not |entries|feed)/)) {
    const match = CLAUSE.exec(clause.trim());
    if (!match) continue;
    const field = match[3]!
      .replace(/\.([a-z_]+)/g, "['$1']")
      .replace(/['[]/g, '')
      .replace(/\]/g, '.')
      .replace(/\.$/, '');
    const judged = judge(match[1] === 'feed', Number(match[2] ?? 0), field, pythonValue(match[5]!), imported, bytes);
    if (judged) note(path, `${match[1]!.replace(/\[.*/, '')} ${judged.name}`, judged.verdict, clause, judged.got);
  }
}

interface Judged {
  name: string;
  verdict: Verdict;
  got: string;
}

function judge(
  isFeed: boolean,
  at: number,
  field: string,
  expected: string,
  imported: Imported,
  bytes: Buffer,
): Judged | null {
  if (isFeed) {
    const got = { title: imported.title, 'title_detail.value': imported.title, language: imported.lang }[field];
    return got === undefined ? null : judged(field, same(got, expected, field), got);
  }
  const name = Object.keys(FIELDS).find((key) => FIELDS[key]!.test(field));
  if (!name) return null;
  const draft = imported.drafts[at] ?? (name === 'title' || name === 'text' ? undefined : withTitle(bytes).drafts[at]);
  if (!draft) return judged(name, words(expected) === '' ? 'agree' : 'refused', imported.refused[0]?.why ?? '');
  const got = values(draft, name);
  return judged(
    name,
    got.some((value) => same(value, expected, name) === 'agree') ? 'agree' : 'disagree',
    got.join(' | '),
  );
}

const judged = (name: string, verdict: Verdict, got: string): Judged => ({ name, verdict, got });

const FIELDS: Record<string, RegExp> = {
  title: /^title(?:_detail\.value)?$/,
  text: /^(?:summary|description|content\.0\.value|(?:summary|description)_detail\.value)$/,
  link: /^link$/,
  id: /^(?:id|guid)$/,
  author: /^(?:author|author_detail\.name)$/,
  tag: /^(?:category|tags\.\d\.(?:term|label))$/,
  date: /^(?:updated|published|created)_parsed$/,
  language: /^(?:language|content\.0\.language|(?:title|summary)_detail\.language)$/,
};

function values(draft: Draft, name: string): string[] {
  switch (name) {
    case 'title':
      return [draft.title];
    case 'text':
      return [plainText(draft.body), draft.summary];
    case 'link':
      return [draft.link];
    case 'id':
      return [draft.sourceId];
    case 'author':
      return [draft.byline];
    case 'tag':
      return draft.tags;
    case 'date':
      return [String(draft.date)];
    default:
      return [draft.lang];
  }
}

function same(got: string, expected: string, name: string): Verdict {
  const forms =
    name === 'author'
      ? [withoutAddress(expected)]
      : name === 'language'
        ? [canonicalLang(expected)]
        : [oneLine(expected), words(expected)];
  return forms.includes(oneLine(got)) ? 'agree' : 'disagree';
}

/** The suite keeps HTML where a draft has words. */
function words(html: string): string {
  return oneLine(plainText(htmlToBlocks(html, '')));
}

function pythonValue(literal: string): string {
  if (literal.startsWith('(')) {
    const [year, month, day, hour, minute, second] = literal.slice(1).split(',').map(Number);
    return String(Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000);
  }
  return literal
    .slice(1, -1)
    .replace(
      /\\(?:u([\da-f]{4})|x([\da-f]{2})|U([\da-f]{8})|(.))/gi,
      (_, u?: string, x?: string, long?: string, sign?: string) => {
        const code = u ?? x ?? long;
        return code === undefined
          ? ({ n: '\n', t: '\t', r: '\r' }[sign!] ?? sign!)
          : String.fromCodePoint(parseInt(code, 16));
      },
    );
}

function note(path: string, name: string, verdict: Verdict, clause: string, got: string): void {
  if (!verdicts.has(name)) verdicts.set(name, { agree: 0, disagree: 0, refused: 0 });
  verdicts.get(name)![verdict] += 1;
  if (verdict !== 'agree' && flags.has('--disagreements'))
    console.log(`${verdict} ${path}\n    ${clause}\n    got ${JSON.stringify(got)}`);
}

function printVerdicts(): void {
  console.log('\nfeedparser expectations (agree / disagree / item refused):');
  for (const [name, { agree, disagree, refused }] of [...verdicts].sort(([a], [b]) => a.localeCompare(b))) {
    console.log(`  ${name.padEnd(22)} ${agree} / ${disagree} / ${refused}`);
  }
}

for (const folder of folders) await report(folder);
if (verdicts.size > 0) printVerdicts();
