/** DNS.md from what the parts measured. */
import { cpus, release, totalmem } from 'node:os';
import { median } from '../measure.ts';
import type { AuthorityResult } from './authority.ts';
import type { BytesResult } from './bytes.ts';
import type { GoodputResult } from './goodput.ts';
import type { IodineResult } from './iodine.ts';
import type { LatencyResult, Seen } from './latency.ts';
import type { LossResult, LossRuns } from './loss.ts';
import type { MirrorResult } from './mirror.ts';
import { versionOf } from './name-servers.ts';
import { percentile } from './scene.ts';
import type { SilentResult } from './silent.ts';
import type { ZoneFileResult } from './zone-file.ts';

type ByResolver<T> = Record<string, T>;

/** By the names of the parts. */
export interface DnsResults {
  bytes: ByResolver<BytesResult>;
  latency: ByResolver<LatencyResult>;
  loss: ByResolver<LossResult>;
  mirror: ByResolver<MirrorResult>;
  silent: ByResolver<SilentResult>;
  goodput: ByResolver<GoodputResult>;
  iodine: { best: IodineResult; defaults: IodineResult };
  authority: AuthorityResult;
  'zone-file': ZoneFileResult;
}

const WARM_ONE_IN = 10;

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const seconds = (ms: number | null): string => (ms === null || ms === Infinity ? 'never' : number(ms / 1_000, 2));
const percent = (share: number | null): string => (share === null ? '–' : `${Math.floor(share * 100)} %`);

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** The whole page. */
export function dnsPage(results: DnsResults, minutes: number): string {
  const { bytes, latency, loss, mirror, silent, goodput, iodine, authority } = results;
  const parts = [
    intro(minutes, bytes),
    bytesPart(bytes, iodine),
    latencyPart(latency),
    lossPart(loss),
    mirrorPart(mirror),
    silentPart(silent),
    goodputPart(goodput, iodine),
    authorityPart(authority),
    zoneFilePart(results['zone-file']),
  ];
  return `${parts.join('\n\n')}\n`;
}

const VERSIONS: [name: string, program: string, args: string[], pattern: RegExp][] = [
  ['Unbound', '/usr/sbin/unbound', ['-V'], /(?<=Version )[\d.]+/],
  ['BIND', '/usr/sbin/named', ['-v'], /(?<=BIND )[\d.]+/],
  ['Knot Resolver', '/usr/sbin/kresd', ['-V'], /(?<=version )[\d.]+/],
  ['PowerDNS Recursor', '/usr/sbin/pdns_recursor', ['--version'], /(?<=Recursor )[\d.]+/],
  ['dnsmasq', '/usr/sbin/dnsmasq', ['-v'], /(?<=version )[\d.]+/],
  ['NSD', '/usr/sbin/nsd', ['-v'], /(?<=version )[\d.]+/],
  ['Knot', '/usr/sbin/knotd', ['-V'], /[\d.]+\d/],
  ['dnsperf', '/usr/bin/dnsperf', ['-h'], /(?<=Version )[\d.]+/],
  ['iodine', '/usr/sbin/iodine', ['-v'], /(?<=version: )[\d.]+/],
];

function intro(minutes: number, bytes: ByResolver<BytesResult>): string {
  const versions = VERSIONS.map(([name, ...how]) => `${name} ${versionOf(...how)}`);
  const { fileBytes } = Object.values(bytes)[0]!;
  return `# News over DNS

Made by \`node bench/dns.ts\` in ${number(minutes)} minutes; nothing here is edited by hand. Resolvers are Debian's with
their defaults, but for addresses, root hints and DNSSEC; all is in network namespaces on one machine, so distances are
those that a relay makes. Loss is by chance and independent. dnsmasq asks the Unbound of the first row.

- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, ${number(totalmem() / 2 ** 30)} GiB, Linux ${release().split('-')[0]}, shared with other work.
- Node ${process.versions.node}; ${versions.join(', ')}.
- The news: one edition of 30 Persian posts, ${number(fileBytes)} octets compressed, with its head and root; readers begin
  with nothing and check everything. *thefeed* is a model from the constants of its protocol, given as many octets and
  no metadata, decoys or media; its program is not run.`;
}

function bytesPart(bytes: ByResolver<BytesResult>, { best, defaults }: DnsResults['iodine']): string {
  const rows = Object.entries(bytes).map(([name, { fileBytes, ours, warming, feed, feedScattered }]) => {
    const mean = ours.wireBytes + (warming.wireBytes - ours.wireBytes) / WARM_ONE_IN;
    const cells = [ours.queries, mean / fileBytes, feed.wireBytes / fileBytes, feedScattered.wireBytes / fileBytes];
    return [name, ...cells.map((cell, i) => number(cell, i === 0 ? 0 : 3))];
  });
  const heads = ['octets on the wire per octet of news', 'questions', 'Pappus', 'thefeed, scatter 1', 'scatter 4'];
  const tunnel = ({ downloads: [first] }: IodineResult): string => number(first!.wireBytes / first!.bytes, 3);
  return `## Octets at the reader

Both ways, with the headers of IP and UDP; ladder and head are in it, and a tenth of what a reader costs who asks for a
long rung too. Target: at most 1.25.

${table(heads, rows)}

iodine through Unbound, as many octets by HTTP: ${tunnel(best)} at its best, after ${number(best.setUpBytes)} octets to set the
tunnel up. With Unbound's own settings, whose first question is for an address, only its CNAMEs pass:
${tunnel(defaults)}, and ${seconds(defaults.downloads[0]!.ms)} s instead of ${seconds(best.downloads[0]!.ms)} s, after ${seconds(defaults.setUpMs)} s to set up.`;
}

function latencyPart(latency: ByResolver<LatencyResult>): string {
  const of = (runs: readonly Seen[], what: keyof Seen): string => {
    const times = runs.map((run) => run[what] ?? Infinity);
    return `${seconds(median(times))} (${seconds(Math.max(...times))})`;
  };
  const rows = Object.entries(latency).flatMap(([name, { cold, warm }]) =>
    [cold, warm].map((runs, i) => [
      `${name}, ${i === 0 ? 'cold' : 'warm'}`,
      ...(['headlinesMs', 'screenMs', 'textMs', 'allMs'] as const).map((what) => of(runs, what)),
    ]),
  );
  return `## How soon

100 ms to the resolver and back, ten questions a second after the first ten; seconds, median of ${Object.values(latency)[0]!.cold.length} runs and the
slowest. Headlines are those of all 30 posts; the first screen is these and 8 KB of answers; a text comes with its pack
of 12 KB. Targets: headlines 1 s, first screen 1.5 s. Knot Resolver knows where the zone is before each run: it takes no
glue on loopback.

${table(['', 'headlines', 'first screen', 'first text', 'everything'], rows)}`;
}

function lossPart(loss: ByResolver<LossResult>): string {
  const cells = ({ allMs, queries }: LossRuns): string[] => {
    const times = allMs.map((ms) => ms ?? Infinity);
    const whole = allMs.filter((ms) => ms !== null).length / allMs.length;
    return [...[50, 95, 100].map((part) => seconds(percentile(times, part))), percent(whole), number(median(queries))];
  };
  const rows = Object.entries(loss).flatMap(([name, { reader, both }]) => [
    [`${name}, at the reader`, ...cells(reader)],
    [`${name}, at the authority too`, ...cells(both)],
  ]);
  return `## Loss

Three datagrams in ten are lost each way, at the reader or there and at each of the authority's four addresses; ten
questions a second, ${Object.values(loss)[0]!.both.allMs.length} runs, the resolver cold each time. Seconds until everything. Targets for 95 in 100: 8 s, and
15 s with loss at both; complete: 100 %.

${table(['', 'half', '95 in 100', 'slowest', 'complete', 'questions'], rows)}`;
}

function mirrorPart(mirror: ByResolver<MirrorResult>): string {
  const rows = Object.entries(mirror).map(([name, { complete, ours, feedComplete, feed }]) => [
    name,
    ...[complete, ours.queries, ours.bytes, feedComplete, feed.queries, feed.bytes].map((cell) => number(cell)),
    number(feed.bytes / ours.bytes),
  ]);
  const heads = [
    '',
    'complete',
    'questions',
    'octets',
    'thefeed: complete',
    'questions',
    'octets',
    'times fewer octets',
  ];
  return `## A hundred readers behind one resolver

What reaches the authority, and the octets of its answers with the headers of IP and UDP. Targets: at most 30 questions
(60 for Unbound, which asks for an address before anything else), and 150 times fewer octets.

${table(heads, rows)}`;
}

function silentPart(silent: ByResolver<SilentResult>): string {
  const rows = Object.entries(silent).map(([name, one]) => [
    name,
    ...['23', '165.6'].map((hours) => percent(one.atHours[hours]!)),
    percent(one.expired),
    one.stale === null ? '–' : `${percent(one.stale)}, ${seconds(one.staleMs)}`,
    `${percent(one.secondary)}, ${seconds(one.secondaryMs)}`,
    percent(one.feed),
  ]);
  const heads = [
    '',
    '23 hours',
    '6.9 days',
    'past its time',
    'serve-stale, s',
    'one secondary inside, s',
    'thefeed, 10 s',
  ];
  const { jumped, jumpedStale } = silent['Unbound']!;
  const jumps = (shares: Record<string, number> | null): string =>
    Object.entries(shares ?? {})
      .map(([hours, share]) => `${number(Number(hours))} h ${percent(share)}`)
      .join(', ');
  const clock = jumped
    ? `Unbound with its clock put forward: ${jumps(jumped)}; with serve-expired ${jumps(jumpedStale)}.`
    : 'Unbound was not tried with its clock put forward: libfaketime is not here.';
  return `## The authority falls silent

How much of the edition is still answered, its ladder included; without any ladder it is nothing. *23 hours* and
*6.9 days*: by the TTLs that each hands out with defaults, after a hundred readers of whom one in ten asked for a long rung.
*Past its time*: with defaults; *serve-stale*: where that is switched on (Unbound serve-expired, BIND
stale-answer-enable, PowerDNS serve-stale-extensions for seven days, Knot Resolver serve_stale), and the seconds until a
reader has everything. BIND keeps what is stale for a day more unless told otherwise. *One secondary inside*: NSD serves
our zone file at one of four addresses, the other three are cut off, the resolver is cold; a secondary keeps a zone for
30 days (SOA), so also after 7 days.

${table(heads, rows)}

${clock}`;
}

function goodputPart(goodput: ByResolver<GoodputResult>, { best }: DnsResults['iodine']): string {
  const { fileBytes, posts } = Object.values(goodput)[0]!;
  const rate = (times: readonly number[]): string => `${number(median(times))} (${number(fileBytes / median(times))})`;
  const rows = Object.entries(goodput).map(([name, { cold, warm }]) => [
    name,
    ...(['all', 'asOpened', 'blocks'] as const).flatMap((way) => [rate(cold[way]), rate(warm[way])]),
  ]);
  const downloads = best.downloads.slice(1);
  const tunnel = median(downloads.map(({ ms }) => ms));
  const range = [Math.min(...downloads.map(({ ms }) => ms)), Math.max(...downloads.map(({ ms }) => ms))];
  const heads = [
    'ms (KB/s)',
    ...['all checked', 'as the app', 'blocks alone'].flatMap((way) => [`${way}, cold`, 'warm']),
  ];
  return `## Without limits

${number(fileBytes / 1_000)} KB, ${number(posts)} posts, on loopback at any pace; medians. *All checked*: signatures, headlines, and every
text decoded and held against its record. *As the app*: packs of texts by their signed names, each text checked once it
is opened. *Blocks alone*: each held against its name, which is what a tunnel gives at best. Target: through Unbound in no more time than iodine.

${table(heads, rows)}

iodine through Unbound, at its best: ${number(downloads[0]!.bytes / 1_000)} KB of HTTP in ${number(tunnel)} ms (${number(range[0]!)} to ${number(range[1]!)}), ${number(downloads[0]!.bytes / tunnel)} KB/s, after
${number(best.setUpMs)} ms to set the tunnel up; nothing is checked, and nothing of it is there for the next reader.`;
}

function authorityPart(authority: AuthorityResult): string {
  const nsd = authority.NSD;
  const rows = Object.entries(authority).map(([name, { perSecond, perProcessorSecond }]) => [
    name,
    number(median(perSecond)),
    number(median(perSecond) / median(nsd.perSecond), 2),
    number(median(perProcessorSecond)),
    number(median(perProcessorSecond) / median(nsd.perProcessorSecond), 2),
  ]);
  const heads = ['', 'questions/s', ': NSD', 'per second of its processor', ': NSD'];
  return `## The authority

10,000 blocks in TXT, dnsperf with 200 questions under way, one process each, by turns; no rate limit. Target: half of NSD.

${table(heads, rows)}`;
}

function zoneFilePart({ blocks, files }: ZoneFileResult): string {
  const rows = Object.entries(files).map(([types, { bytes, writeMs, nsdMs, knotMs }]) => [
    types.replaceAll(',', ', '),
    number(bytes / 1e6, 1),
    ...[median(writeMs), nsdMs, knotMs].map(seconds),
  ]);
  return `## The zone file

${number(blocks)} blocks; seconds. Target: written in 2 s.

${table(['types', 'MB', 'to write', 'NSD loads it', 'Knot loads it'], rows)}`;
}
