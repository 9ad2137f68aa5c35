/**
 * The text codec in the engines that readers and newsrooms have: the same octets from each? And how fast? Writes
 * TEXT-ENGINES.md. All of them run one script, built as the page's engine is.
 *
 *     node bench/text-engines.ts [--articles …] [--texts 10000] [--part all]
 *
 * `--part speeds` takes the speeds alone, by turns and in minutes, and leaves the rest of the page as it is.
 * An engine that gives other octets ends this with an error. Node 20 is the first `node` of that version on the PATH.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeBase64, encodeText, modelOf, parseLanguagePack } from '@pappus/core';
import { buildScript } from '../reader/node/engine.ts';
import { ENGINES } from '../reader/test/engines/index.ts';
import type { Engine } from '../reader/test/engines/tab.ts';
import { layerOf, readArticles, type Article } from '../tools/corpus.ts';
import { argument } from './measure.ts';
import type { EngineInput, EngineReport, EngineTask } from './text-in-engine.ts';

const FOLDER = import.meta.dirname;
const DATA = argument('articles', join(FOLDER, '../../shared/data/articles'));
const PACKS = join(FOLDER, '../core/packs');
const TEXTS = Number(argument('texts', '10000'));
const PART = argument('part', 'all');
/** Without a compiler an engine is some fifty times as slow. */
const FEW = Math.min(300, TEXTS);
const FEW_TIMED = 6;
const TIMED = 60;
const RUNS = 5;
const ROUNDS = 3;
/** Letters of a text. */
const SHORTEST = 200;
const LONGEST = 1_500;
/** Texts of one pack in a row. */
const IN_A_ROW = 4;
const TICO_LANGUAGES = ['ar', 'ru', 'zh', 'my', 'ckb', 'ur', 'ps', 'prs', 'fa', 'en'];
/** A constant of the last context, which items have and phrases not: with another one all works, but differently. */
const CONSTANT = /(?<=\[9\]=\w+\()10(?=,)/;

type Text = EngineInput['texts'][number];

/** Pieces of many lengths of all that an article says; what is left at its end is dropped where it is too short. */
function textsOf(articles: readonly Article[], packs: readonly string[]): Text[] {
  const texts: Text[] = [];
  for (const article of articles) {
    const letters = [...article.paragraphs.join(' ')];
    for (let at = 0; letters.length - at >= SHORTEST;) {
      const length = SHORTEST + ((texts.length * 7_919) % (LONGEST - SHORTEST + 1));
      const pack = packs[Math.floor(texts.length / IN_A_ROW) % packs.length]!;
      const paragraphs = [letters.slice(at, (at += length)).join('')];
      const before = [article.title ?? paragraphs[0]!.slice(0, 60), article.summary ?? ''];
      texts.push({ pack, layer: encodeBase64(layerOf({ ...article, paragraphs })), before });
    }
  }
  return texts;
}

/** Of each source a few by turns, so that the first few are of all packs. */
function allTexts(): Text[] {
  const tico = join(DATA, 'multi-tico19.jsonl');
  const packs: Record<string, string[]> = { fa: ['fa', 'fa-large'], en: ['en', 'en-large'], prs: ['fa'] };
  const sources = [
    ...TICO_LANGUAGES.map((lang) => textsOf(readArticles(tico, lang), packs[lang] ?? [lang])),
    textsOf(readArticles(join(DATA, 'fa-fars.jsonl'), 'fa'), packs['fa']!),
    textsOf(readArticles(join(DATA, 'en-tehrantimes.jsonl'), 'en'), packs['en']!),
  ];
  const texts: Text[] = [];
  for (let at = 0; sources.some(({ length }) => length > at); at += IN_A_ROW)
    for (const source of sources) texts.push(...source.slice(at, at + IN_A_ROW));
  if (texts.length < TEXTS) throw new Error(`the articles give ${texts.length} texts only`);
  return texts.slice(0, TEXTS);
}

function engineInput(timed: number): EngineInput {
  const names = readdirSync(PACKS).filter((name) => name.endsWith('.pack'));
  const packs = names.map((name) => [name.replace('.pack', ''), readFileSync(join(PACKS, name)).toString('base64')]);
  const layers = readArticles(`${join(DATA, 'fa-fars.jsonl')}@900,${900 + timed}`, 'fa').map(layerOf);
  const model = modelOf(parseLanguagePack(new Uint8Array(readFileSync(join(PACKS, 'fa.pack')))));
  const coded = layers.map((layer) => {
    return { layer: encodeBase64(layer), data: encodeBase64(encodeText(model, layer, null)!) };
  });
  return { packs: Object.fromEntries(packs), texts: TEXT_INPUT, timed: coded };
}

interface Ran {
  name: string;
  version: string;
  texts: number;
  seconds: number;
  report: EngineReport;
}

interface Case {
  name: string;
  version: string;
  /** Has no compiler. */
  isSlow: boolean;
  /** `input` is the name of a file. */
  run(input: string, task: EngineTask): EngineReport | Promise<EngineReport>;
}

const ALL: EngineTask = { texts: TEXTS, few: FEW, runs: RUNS };
const SLOW: EngineTask = { texts: FEW, few: FEW, runs: 1 };

async function runOctets({ name, version, isSlow, run }: Case): Promise<Ran> {
  const task = isSlow ? SLOW : ALL;
  const started = performance.now();
  const report = await run(isSlow ? 'few.js' : 'input.js', task);
  const seconds = (performance.now() - started) / 1000;
  process.stderr.write(`${name} ${version}: ${seconds.toFixed(0)} s, ${report.all}\n`);
  return { name, version, texts: task.texts, seconds, report };
}

const NODE_MAIN = `
require('./' + process.argv[3]);
require('./' + process.argv[4]);
textEngine.run(JSON.parse(process.argv[2])).then((report) => console.log(JSON.stringify(report)));
`;

function runNode(path: string, flags: string[], input: string, task: EngineTask, script = 'engine.js'): EngineReport {
  const parameters = [...flags, join(TEMPORARY, 'main.cjs'), JSON.stringify(task), input, script];
  return JSON.parse(execFileSync(path, parameters, { encoding: 'utf8' })) as EngineReport;
}

async function runBrowser(engine: Engine, input: string, task: EngineTask): Promise<EngineReport> {
  const tab = await engine.open();
  try {
    await tab.goto(pathToFileURL(join(TEMPORARY, `${input}.html`)).href);
    return await tab.evaluate<EngineReport>(`textEngine.run(${JSON.stringify(task)})`);
  } finally {
    await tab.close();
  }
}

const versionOf = (path: string): string => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();

function findNode20(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const paths = [...folders, '/usr/bin'].map((folder) => join(folder, 'node')).filter((path) => existsSync(path));
  return paths.find((path) => versionOf(path).startsWith('v20.')) ?? null;
}

const DEBIAN_NAMES: Record<string, string> = {
  chromium: 'chromium',
  firefox: 'firefox-esr',
  webkit: 'libwebkit2gtk-4.1-0',
};

function debianVersion(name: string): string {
  return execFileSync('dpkg-query', ['-W', '-f', '${Version}', DEBIAN_NAMES[name]!], { encoding: 'utf8' });
}

function nodeCase(name: string, path: string, flags: string[] = []): Case {
  const run: Case['run'] = (input, task) => runNode(path, flags, input, task);
  return { name, version: versionOf(path), isSlow: flags.length > 0, run };
}

function allCases(): { cases: Case[]; skipped: string[] } {
  const node20 = findNode20();
  const here = ENGINES.filter(({ missing }) => missing === null);
  const cases = [
    nodeCase('Node 26', process.execPath),
    ...(node20 === null ? [] : [nodeCase('Node 20', node20)]),
    nodeCase('Node 26 --jitless', process.execPath, ['--jitless']),
    ...here.map((engine): Case => {
      const run: Case['run'] = (input, task) => runBrowser(engine, input, task);
      return { name: engine.name, version: debianVersion(engine.name), isSlow: false, run };
    }),
  ];
  const missing = ENGINES.flatMap((engine) => (engine.missing ? [`${engine.name} (needs "${engine.missing}")`] : []));
  return { cases, skipped: [...(node20 === null ? ['Node 20'] : []), ...missing] };
}

/** What is not the same everywhere, by engine. */
function differences(rows: readonly Ran[]): string[] {
  const first = rows.find(({ texts }) => texts === TEXTS);
  const wanted = first!.report;
  return rows.flatMap(({ name, texts, report }) => {
    const packs = Object.keys(wanted.primed).filter((pack) => report.primed[pack] !== wanted.primed[pack]);
    const wrong = packs.map((pack) => `${name}: primed state of ${pack}`);
    if (report.few !== wanted.few) wrong.push(`${name}: first ${FEW} texts`);
    if (texts === TEXTS && report.all !== wanted.all) wrong.push(`${name}: ${TEXTS} texts`);
    return wrong;
  });
}

function row({ name, version, texts, seconds, report }: Ran): string {
  const { few, all, primeFirst, primeBest, decode, encode } = report;
  const hashes = [texts === TEXTS ? `\`${all.slice(0, 16)}\`` : '', `\`${few.slice(0, 16)}\``];
  const times = [primeFirst, primeBest].map((ms) => ms.toFixed(0));
  const rates = [decode, encode].map(rate);
  return `| ${[name, version, texts, ...hashes, ...times, ...rates, seconds.toFixed(0)].join(' | ')} |`;
}

function page(rows: readonly Ran[], planted: EngineReport, skipped: readonly string[]): string {
  const { report } = rows.find(({ texts }) => texts === TEXTS)!;
  const states = Object.entries(report.primed).map(([pack, hash]) => `| ${pack} | \`${hash}\` |`);
  const thousands = TEXTS.toLocaleString('en');
  const coded = `${TEXTS + Math.ceil(TEXTS / 2)} items, ${report.codedBytes.toLocaleString('en')} octets coded`;
  return `# Text codec: one codec in every engine

Written by \`node bench/text-engines.ts\`; nothing here is edited by hand. ${thousands} texts of ${SHORTEST} to ${LONGEST} letters
in ${TICO_LANGUAGES.length} languages under all ${states.length} packs: each coded by codec 3 and every second one by codec 4 after title and
summary (${coded}), each decoded again to the same octets. SHA-256 over all that was coded, its first
sixteen digits:

| engine | version | texts | all | first ${FEW} | priming, first ms | best ms | decode MB/s | encode MB/s | run s |
|---|---|---:|---|---|---:|---:|---:|---:|---:|
${rows.map(row).join('\n')}

Priming is fa.pack: the first time in a page or process just begun, and the best of the next ${RUNS}. Speeds are MB of UTF-8
a second over ${TIMED} text layers of Fars, best of ${RUNS}, decoded before anything is coded, as a reader does, on a machine of two
cores that others used; \`--jitless\` has ${FEW} texts, ${FEW_TIMED} layers and one run. "Run" is all of it, with the hashes of ${states.length} states of 5 MB.

All: \`${report.all}\`. With one constant of the model changed that priming does not need, the first
${FEW} texts give \`${planted.few.slice(0, 16)}\`, and each still decodes: only the hash tells.

SHA-256 of the primed states, the same in every engine above (and in spec/vectors/units/text.json):

| pack | state |
|---|---|
${states.join('\n')}

SKIPPED: phones, Safari, 32-bit engines${skipped.map((name) => `, ${name}`).join('')}.
`;
}

const SPEEDS = '\n## Speeds, by turns\n';

/** Engines by turns, each time in a page or process just begun. */
async function speedsSection(cases: readonly Case[]): Promise<string> {
  const reports = new Map<Case, EngineReport[]>(cases.map((one) => [one, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [one, taken] of reports) {
      process.stderr.write(`round ${round} of ${ROUNDS}: ${one.name}\n`);
      const [input, runs] = one.isSlow ? ['untexted-few.js', 1] : ['untexted.js', RUNS];
      taken.push(await one.run(input, { texts: 0, few: 0, runs }));
    }
  }
  const rows = [...reports].map(([{ name, version }, taken]) => {
    const least = (key: 'primeFirst' | 'primeBest'): string => Math.min(...taken.map((one) => one[key])).toFixed(0);
    const most = (key: 'decode' | 'encode'): string => rate(Math.max(...taken.map((one) => one[key])));
    const cells = [name, version, least('primeFirst'), least('primeBest'), most('decode'), most('encode')];
    return `| ${cells.join(' | ')} |`;
  });
  return `${SPEEDS}
The speeds above were taken in passing. Here the engines ran by turns, ${ROUNDS} times, each time in a page or process just begun,
and the best of all counts; \`node bench/text-engines.ts --part speeds\` takes these alone. Load of the machine at the end:
${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores.

| engine | version | priming, first ms | best ms | decode MB/s | encode MB/s |
|---|---|---:|---:|---:|---:|
${rows.join('\n')}
`;
}

const rate = (megabytes: number): string => megabytes.toFixed(megabytes < 0.1 ? 3 : 2);

function writeFiles(script: string): void {
  const few = engineInput(FEW_TIMED);
  const fewTexts = few.texts.slice(0, FEW);
  const inputs = {
    'input.js': engineInput(TIMED),
    'few.js': { ...few, texts: fewTexts },
    // What was coded by the true model does not decode by another.
    'untimed.js': { ...few, texts: fewTexts, timed: [] },
    'untexted.js': { ...engineInput(TIMED), texts: [] },
    'untexted-few.js': { ...few, texts: [] },
  };
  const write = (name: string, text: string): void => writeFileSync(join(TEMPORARY, name), text);
  for (const [name, input] of Object.entries(inputs)) {
    write(name, `globalThis.input = ${JSON.stringify(input)};`);
    const scripts = `<script src="${name}"></script><script src="engine.js"></script>`;
    write(`${name}.html`, `<!doctype html><meta charset="utf-8">${scripts}`);
  }
  write('engine.js', script);
  write('planted.js', script.replace(CONSTANT, '11'));
  write('main.cjs', NODE_MAIN);
}

async function octetsSection(cases: readonly Case[], skipped: readonly string[]): Promise<string> {
  const planted = runNode(process.execPath, [], 'untimed.js', SLOW, 'planted.js');
  const rows: Ran[] = [];
  for (const one of cases) rows.push(await runOctets(one));
  const wrong = differences(rows);
  if (wrong.length > 0) throw new Error(`not the same everywhere:\n${wrong.join('\n')}`);
  if (planted.few === rows[0]!.report.few) throw new Error('a planted constant was not seen');
  return page(rows, planted, skipped);
}

const TEMPORARY = mkdtempSync(join(tmpdir(), 'pappus-text-engines-'));
const PAGE = join(FOLDER, 'TEXT-ENGINES.md');
const TEXT_INPUT = allTexts();
try {
  writeFiles(await buildScript(join(FOLDER, 'text-in-engine.ts')));
  const { cases, skipped } = allCases();
  const octets = PART === 'speeds' ? readFileSync(PAGE, 'utf8').split(SPEEDS)[0]! : await octetsSection(cases, skipped);
  const text = octets + (await speedsSection(cases));
  writeFileSync(PAGE, text);
  process.stdout.write(text);
} finally {
  rmSync(TEMPORARY, { recursive: true });
}
