/** BENCHMARKS.md from what the cases measured. */
import { readFileSync, statSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { HeadSize, Spread } from './bytes.ts';
import type { LonePost } from './lone-post.ts';
import { median, type Timing } from './measure.ts';
import type { RealInput } from './real-input.ts';
import * as cases from './timing-cases.ts';

export interface Bytes {
  articles: number;
  inFull: Record<string, number>;
  byValue: Record<string, number>;
  headlines30: Spread;
  lone: { asText: Spread; asCbor: Spread };
  logs: { entries: number; headline30: number; lone: LonePost; head: HeadSize }[];
  peers: Record<string, number>;
}

export interface Results {
  rounds: number;
  timings: Map<string, Timing[]>;
  /** Null where the articles are not at hand. */
  bytes: Bytes | null;
  /** The same with the large pack. */
  large: Bytes | null;
  realInput: RealInput | null;
}

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The whole page. */
export function benchmarksPage({ rounds, timings, bytes, large, realInput }: Results): string {
  const parts = [intro(rounds), verification(timings), targets(timings, bytes, large)];
  if (bytes) parts.push(editions(bytes), smallForms(bytes));
  if (realInput) parts.push(realArticles(realInput));
  return `${parts.join('\n\n')}\n`;
}

function intro(rounds: number): string {
  const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const peers = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  return `# Benchmarks

Made by \`npm run bench\`, which installs the peers, starts each case in a process of its own, peers and Pappus by
turns, ${rounds} times over, and writes this page. Each process runs its case twice unmeasured (the first of these is the
column *cold*), then several times; the tables give medians. *Processor* is the time of all threads of the process,
which other work on the machine changes less than the clock. Ratios hold on this machine; phones were not measured.

- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, ${number(totalmem() / 2 ** 30)} GiB, Linux ${release().split('-')[0]}, shared with other work.
- Node ${process.versions.node}; peers: ${peers.join(', ')}.
- Posts: 10,000 of seeded words, half in two-octet letters, half in ASCII, some 2.9 KB of text, title and summary. Items
  are not compressed unless a row says so, as peers do not compress.`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

interface Speed {
  wall: number;
  processor: number;
  cold: number;
  megabytes: number;
}

function speedOf(runs: readonly Timing[]): Speed {
  const { posts, bytes } = runs[0]!;
  const perSecond = (times: readonly number[]): number => (1000 * posts) / median(times);
  const wall = perSecond(runs.flatMap((run) => run.times));
  const processor = perSecond(runs.flatMap((run) => run.cpu));
  return { wall, processor, cold: perSecond(runs.map((run) => run.first)), megabytes: (wall * bytes) / posts / 1e6 };
}

function verification(timings: Map<string, Timing[]>): string {
  const rows = [...timings].map(([name, runs]) => {
    const { wall, processor, cold, megabytes } = speedOf(runs);
    return [name, number(wall), number(processor), number(cold), number(megabytes)];
  });
  const sodium = timings.get(cases.SSB)![0]!.facts['sodium'];
  return `## Verifying 10,000 posts

${table(['', 'posts/s', 'posts/s, processor', 'posts/s, cold', 'MB/s'], rows)}

*Pappus* offers every file of a channel in editions of 256 posts to a new library: names of packs, commitments of
records and texts, the tree, its root signatures, head and clock signatures, and every record read. *An export* has
what \`pappus export\` carries, in its order; *a mirror* has tiles and entry bundles besides. *Texts when read*: packs of
texts are taken by the names that the signed log gives them, as the page does, and a text is held against its record
once it is opened. SHA-256 is Node's unless a row says *no native code*: there it is core's own in WebAssembly. *verifyRepoCar* hashes every record and reads none; *verifyRecords* reads them. SSB and Nostr
rows include JSON.parse; SSB's signatures are checked by ${sodium}.`;
}

function ratio(timings: Map<string, Timing[]>, ours: string, theirs: string): string {
  const [a, b] = [speedOf(timings.get(ours)!), speedOf(timings.get(theirs)!)];
  return `${number(a.wall / b.wall, 1)} (processor ${number(a.processor / b.processor, 1)})`;
}

function targets(timings: Map<string, Timing[]>, bytes: Bytes | null, large: Bytes | null): string {
  const times = (ours: string, theirs: string, target: string, limit: string): string[] => [
    `${ours} : ${theirs}`,
    target,
    ratio(timings, ours, theirs),
    ratio(timings, limit, theirs),
  ];
  const rows = [
    times(cases.PAPPUS, cases.ATPROTO, '≥ 10', cases.DIGESTS),
    times(cases.PAPPUS_NAMED, cases.ATPROTO, '', cases.DIGESTS),
    times(cases.PAPPUS, cases.ATPROTO_RECORDS, '', cases.DIGESTS),
    times(cases.PAPPUS_NAMED, cases.ATPROTO_RECORDS, '', cases.DIGESTS),
    times(cases.PAPPUS, cases.SSB, '≥ 10', cases.DIGESTS),
    times(cases.PAPPUS_NAMED, cases.SSB, '', cases.DIGESTS),
    times(cases.PAPPUS_PAGE, cases.NOSTR_WASM, '≥ 10', cases.DIGESTS_PAGE),
    times(cases.PAPPUS_PAGE_NAMED, cases.NOSTR_WASM, '', cases.DIGESTS_PAGE),
    times(cases.PAPPUS, cases.STREAM, '', cases.DIGESTS),
  ];
  if (bytes && large) rows.push(...byteTargets(bytes, large));
  return `## Against the targets

${table(['', 'target', 'measured', 'digests alone'], rows)}

*Digests alone* is what a library would reach that computed each digest with this SHA-256 and did nothing else: every
octet of an uncompressed pack is hashed for the pack's name and again for the commitment of its item. Where it is under
the target, only another SHA-256 or fewer digests could reach it; where it is over, what is missing is ours to find.`;
}

function spread({ average, largest, over, of }: Spread): string {
  return `${number(average)} on average, ${number(largest)} at most, ${over} of ${of} over the target`;
}

function byteTargets({ inFull, byValue, headlines30, peers, logs, lone: spreads }: Bytes, large: Bytes): string[][] {
  const rss = peers['RSS 2.0 of 50 items, gzip -9']!;
  const nostr = peers['Nostr NIP-23, deflate a frame']!;
  const lone = (form: 'asText' | 'asCbor'): string => logs.map((log) => number(log.lone[form])).join(', ');
  const heads = logs.map(({ head }) => `${number(head.bytes)} (${head.headlines})`).join(', ');
  const sizes = logs.map(({ entries }) => number(entries + 100)).join(', ');
  return [
    ['edition of 50 : RSS gzip -9', '≤ 0.68', number(inFull['total']! / rss, 3), ''],
    ['the same with the large pack', '≤ 0.68', number(large.inFull['total']! / rss, 3), ''],
    ['edition of 50 : Nostr deflate', '≤ 0.58', number(inFull['total']! / nostr, 3), ''],
    ['edition of 50 with first screen : RSS gzip -9', '', number(byValue['total']! / rss, 3), ''],
    [
      `lone post over its words, CBOR, octets; logs of some ${sizes}`,
      '≤ 900',
      `${lone('asCbor')}; ${spread(spreads.asCbor)}`,
      '',
    ],
    ['the same with a C2SP tlog-proof as text', '≤ 900', `${lone('asText')}; ${spread(spreads.asText)}`, ''],
    ['30 headlines with head and proof, root not counted, octets', '≤ 4,096', spread(headlines30), ''],
    ['the same with the large pack', '≤ 4,096', spread(large.headlines30), ''],
    ['`head` in the same logs, octets (headlines)', '≤ 8,192', heads, ''],
  ];
}

function editions({ articles, inFull, byValue, peers }: Bytes): string {
  const shares = Object.keys(inFull).map((key) => [key, number(inFull[key]!, 1), number(byValue[key]!, 1)]);
  const forms = Object.entries(peers).map(([name, octets]) => [name, number(octets, 1)]);
  return `## Octets an article

${number(articles)} Persian articles that no pack was built from, in editions of 50. One edition is exported by
itself, as a ZIP with everything that a new reader needs but the program and its dictionaries, which come with it. With
\`--max\`, or while editions are missing, an export has the first screen (\`head\`, 8 KB) in place of the bare checkpoint.
The language pack (${number(statSync(new URL('../core/packs/fa.pack', import.meta.url)).size)} octets, not counted) was built from other articles of the same agency: this flatters us.

${table(['', 'in full', 'with first screen'], shares)}

${table(['other forms', 'octets an article'], forms)}

Nostr ids, keys and signatures are random octets. *fields* are CBOR heads, codings and steps in packs; *container* is ZIP.`;
}

function smallForms({ logs, headlines30, lone: spreads }: Bytes): string {
  const rows = logs.map(({ entries, headline30, lone, head }) => [
    number(entries + 100),
    `${number(lone.asCbor)} (${number(lone.asText)})`,
    number(headline30),
    `${number(head.bytes)} (${head.headlines})`,
  ]);
  return `## Little news in long logs

${table(['posts in the log, about', 'lone post, CBOR (tlog-proof text)', '30 headlines', 'head (headlines)'], rows)}

A lone post is counted over its compressed text and headline: proof, signatures, salts, digests and fields. It is no
file of the tree: the bench composes and verifies it. Over the editions above: a lone post ${spread(spreads.asCbor)};
with a tlog-proof ${spread(spreads.asText)}; 30 headlines ${spread(headlines30)}.`;
}

function realArticles({ articles, textBytes, seconds, bytes, equal }: RealInput): string {
  const steps = Object.entries(seconds).map(([name, value]) => [name, number(value, 2)]);
  const sizes = Object.entries(bytes).map(([name, value]) => [name, number(value), number(value / textBytes, 3)]);
  return `## Real articles, all the way

${number(articles)} Persian and English articles, ${number(textBytes)} octets of text: drafts, published, exported, received
into an empty library, verified. ${number(equal)} posts came out equal to what went in, in order, over three forms.

${table(['step', 'seconds'], steps)}

${table(['form', 'octets', 'of the text'], sizes)}`;
}
