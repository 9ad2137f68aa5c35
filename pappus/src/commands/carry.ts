import { networkInterfaces } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { describeLibrary } from '@pappus/core';
import { OFFERED, carryPage, passOnOf } from '@pappus/reader/carry';
import { webApp } from '@pappus/reader/app';
import { systemClock } from '@pappus/transports';
import { startMirror, type Mirror, type MirrorPage } from '@pappus/transports/node';
import { renderUnicodeCompact } from 'uqr';
import { Carrier, type Cost } from '../carrier.ts';
import { builtInFiles } from '../gather.ts';
import { LibraryFolder } from '../library-folder.ts';
import {
  EXIT,
  Progress,
  UserError,
  counted,
  note,
  parseCount,
  parseDuration,
  parseZones,
  portError,
  say,
  sayJson,
  strong,
} from '../terminal.ts';

interface Options {
  library: string;
  channelId?: string;
  dns: string[];
  mirror: string[];
  folder: string[];
  resolver: string[];
  port?: string;
  host: string;
  every: string;
  once?: true;
  json?: true;
}

/** While something is missing, the next round comes after a minute, then two, four, and so on. */
const FIRST_PAUSE_MS = 60_000;
/**
 * Loading makes garbage of every post. By itself V8 keeps the room that it took for that; so it collects more often
 * and gives it back, at no cost of time that could be measured (bench/carry.ts).
 */
const SMALL_HEAP = '--optimize-for-size';

export function addCarry(program: Command): void {
  program
    .command('carry')
    .summary('gather news from everywhere and hand them on')
    .description(
      'Keeps a verified copy of a channel up to date from folders, mirrors and DNS at once, for days, and gives it to those near by: the reader, files to pass on, and a mirror.',
    )
    .requiredOption('--library <folder>', 'where the verified copy is kept')
    .option('--channel-id <id>', 'the channel; else the one that the library has')
    .option('--dns <zone...>', 'zones of DNS that carry it, besides those that the newsroom signed', [])
    .option('--mirror <url...>', 'mirrors, besides those that the newsroom signed', [])
    .option('--folder <dir...>', 'folders, ZIPs or HTML files that are looked into each time', [])
    .option('--resolver <address...>', 'whom to ask for zones, instead of the system\u2019s resolvers', [])
    .option('--port <n>', 'serve those near by on this port; 0 takes a free one')
    .option('--host <address>', 'the address to serve on', '0.0.0.0')
    .option('--every <duration>', 'how often to ask for news once nothing is missing', '15m')
    .option('--once', 'one round, then end')
    .option('--json', 'a line for programs after each round')
    .addHelpText(
      'after',
      '\nExample:\n  $ pappus carry --library ~/news --channel-id 47ui…lbwq --dns n.example.org --port 8080\n',
    )
    .action(carry);
}

async function carry(options: Options): Promise<void> {
  setFlagsFromString(SMALL_HEAP);
  const kept = await LibraryFolder.open(options.library, options.channelId ?? null);
  if (!options.channelId && !kept.library.identity)
    throw new UserError(
      `${options.library} is empty. Name the channel with --channel-id, so that nobody can give you another; nothing was changed.`,
      EXIT.usage,
    );
  const ways = { folders: options.folder, mirrors: options.mirror, zones: parseZones(options.dns) };
  const carrier = new Carrier(kept, ways, {
    shortBreath: true,
    resolvers: options.resolver,
    channelId: options.channelId ?? kept.library.identity!.channelId,
  });
  const everyMs = parseDuration(options.every) * 1_000;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error('stopped')));
  const mirror = options.port === undefined ? null : await serve(kept, options);
  try {
    await rounds(carrier, kept, {
      once: options.once === true,
      json: options.json === true,
      everyMs,
      signal: stop.signal,
    });
  } finally {
    carrier.close();
    await kept.save();
    await mirror?.close();
  }
}

interface Pace {
  once: boolean;
  json: boolean;
  everyMs: number;
  signal: AbortSignal;
}

async function rounds(carrier: Carrier, kept: LibraryFolder, { once, json, everyMs, signal }: Pace): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted;) {
    const progress = new Progress('gathering');
    const round = await carrier
      .round(signal, (asked) => progress.at(asked, null))
      .catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
    progress.end();
    if (!round) break;
    const described = describeLibrary(kept.library);
    if (json)
      sayJson({ ...round, size: described?.size ?? 0, edition: described?.edition ?? null, costs: carrier.costs });
    else sayRound(kept, round.accepted, round.isComplete, carrier.costs);
    for (const failure of new Set(round.failures)) note(failure);
    if (once) {
      process.exitCode = round.isComplete ? EXIT.good : EXIT.refused;
      break;
    }
    const nextMs = round.isComplete ? everyMs : pauseMs;
    if (!json) note(`Asking again in ${Math.round(nextMs / 60_000)} min. What is here is checked and stays.`);
    await systemClock.wait(nextMs, signal).catch(() => {}); // stopped
    pauseMs = round.accepted > 0 || round.isComplete ? FIRST_PAUSE_MS : Math.min(everyMs, 2 * pauseMs);
  }
}

function sayRound({ library }: LibraryFolder, accepted: number, isComplete: boolean, costs: readonly Cost[]): void {
  const described = describeLibrary(library);
  const state = isComplete ? 'nothing is missing' : 'something is still missing';
  say(
    `${strong(described?.name ?? 'nothing yet')}  edition ${described?.edition ?? '-'} · ${counted(accepted, 'new file')} · ${state}`,
  );
  for (const { where, files, bytes, queries, refused, failed, trouble } of costs) {
    const lies = refused > 0 ? `, ${refused} refused` : '';
    const silence = failed > 0 ? `, ${failed} did not come (${trouble})` : '';
    say(`  ${where}: ${counted(files, 'file')}, ${bytes} bytes, ${counted(queries, 'question')}${lies}${silence}`);
  }
}

/** The reader, a page with files to take along, and the tree, for the local network. */
async function serve(kept: LibraryFolder, { library: folder, host, port }: Options): Promise<Mirror> {
  const addresses: string[] = [];
  const beside = async (name: string): Promise<MirrorPage | null> => {
    if (name === 'take' || OFFERED.some((offered) => offered.name === name)) return offeredPage(kept, name, addresses);
    return (await webApp()).get(name) ?? null;
  };
  const mirror = await startMirror({ folder, host, port: parseCount(port!, 'port', 0), beside }).catch(
    (error: NodeJS.ErrnoException) => {
      throw portError(error, `Port ${port}`, '--port');
    },
  );
  addresses.push(...addressesOf(host).map((address) => mirror.url.replace(/\/\/[^/]*:/, `//${address}:`) + 'take'));
  for (const address of addresses) {
    say(strong(address));
    if (process.stdout.isTTY) say(renderUnicodeCompact(address, { border: 2 }));
  }
  note('Those near by open this address. This machine sees who asks; nothing is kept of it.');
  return mirror;
}

async function offeredPage(
  { library }: LibraryFolder,
  name: string,
  addresses: readonly string[],
): Promise<MirrorPage | null> {
  if (!describeLibrary(library)?.size) return null;
  const passOn = await passOnOf(library, builtInFiles());
  const offered = OFFERED.find((one) => one.name === name);
  if (!offered) return { type: 'text/html; charset=utf-8', bytes: carryPage(library, passOn, addresses) };
  const type = offered.form === 'zip' ? 'application/zip' : 'text/html; charset=utf-8';
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(passOn.fileName(offered.form))}`;
  const files = passOn.files(offered.choice);
  return { type, bytes: () => passOn.pieces(files, offered.form), headers: ['Content-Disposition', disposition] };
}

/** What others write to reach this machine: the address that it listens on, or all that it has. */
function addressesOf(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const others = all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
  return others.length > 0 ? others : ['127.0.0.1'];
}
