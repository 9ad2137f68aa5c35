/** A reader with an empty library, as `pappus receive dns:` is one, and when it sees what. */
import { Library, type TreePath } from '@pappus/core';
import { builtInDictionaries } from '@pappus/newsroom';
import { Asking, Failover } from '@pappus/transports';
import { DnsShelf, Resolver, type Exchange, type Pace } from '@pappus/transports/dns';
import { askByTcp, askByUdp } from '@pappus/transports/node';
import { ZONE } from './edition.ts';

/** What fits a first screen: octets of answers. */
const SCREEN_BYTES = 8_192;
/** What one address may ask everywhere. */
export const TEN_A_SECOND: Pace = { start: 10, max: 10, burst: 10 };
export const NO_LIMIT: Pace = { start: 1e6, max: 1e6, burst: 1e6 };

export interface Reader {
  address: string;
  channelId: string;
  pace: Pace;
  /** Decides whether it asks for a long rung too, as one in ten does. */
  random?: () => number;
  /** Takes packs of texts by their signed names, as page and app do, and holds none against its record. */
  layersWhenRead?: boolean;
}

export interface Reading {
  /** Milliseconds until headlines are there; and 8 KB of answers beside; and the first text; and everything. */
  headlinesMs: number | null;
  screenMs: number | null;
  textMs: number | null;
  allMs: number;
  posts: number;
  texts: number;
  refused: number;
  failures: string[];
  /** False answers that it saw. */
  lies: number;
  /** Of files, compressed as they are. */
  fileBytes: number;
  paths: TreePath[];
  /** Questions that it sent. */
  asked: number;
}

/** `random` that never asks for a long rung, and one that always does. */
export const neverWarms = (): number => 0.5;
export const warms = (): number => 0;

/** Reads all that the zone carries, and checks it. */
export async function readNews(reader: Reader): Promise<Reading> {
  const library = new Library({
    channelId: reader.channelId,
    dictionaries: builtInDictionaries().map(({ bytes }) => bytes),
    layersWhenRead: reader.layersWhenRead ?? false,
  });
  const began = performance.now();
  const sofar = (): number => performance.now() - began;
  const marks = { headlinesMs: null as number | null, textMs: null as number | null, heardMs: null as number | null };
  let [heard, fileBytes, refused] = [0, 0, 0];
  const paths: TreePath[] = [];
  const hear = (bytes: number): void => {
    heard += bytes;
    if (heard >= SCREEN_BYTES) marks.heardMs ??= sofar();
  };
  const { shelf, resolver } = shelfOf(reader, (path) => !library.holds(path), hear);
  const asking = new Asking(library, new Failover([shelf]), {
    atOnce: 64,
    offer: (path, bytes) => {
      const outcome = library.offer(path, bytes);
      if (outcome.status === 'refused') refused++;
      else {
        paths.push(path);
        fileBytes += bytes.length;
      }
      const posts = [...library.contents.posts.keys()];
      if (posts.length > 0) marks.headlinesMs ??= sofar();
      if (marks.textMs === null && posts.some((index) => library.text(index))) marks.textMs = sofar();
      return outcome;
    },
  });
  await asking.askForNews();
  await asking.askForRest();
  const allMs = sofar();
  shelf.close();
  const { headlinesMs, heardMs, textMs } = marks;
  const posts = [...library.contents.posts.keys()];
  return {
    headlinesMs,
    screenMs: headlinesMs === null || heardMs === null ? null : Math.max(headlinesMs, heardMs),
    textMs,
    allMs,
    posts: posts.length,
    texts: posts.filter((index) => library.text(index)).length,
    refused,
    failures: asking.failures.map(String),
    lies: resolver.lies,
    fileBytes,
    paths,
    asked: shelf.cost.queries,
  };
}

/** The same files for readers by the hundred, each held against its names but not against signatures: whether all came. */
export async function readFiles(reader: Reader, paths: readonly TreePath[]): Promise<boolean> {
  const { shelf } = shelfOf(
    reader,
    () => true,
    () => {},
  );
  const limit = { bytes: 200_000, signal: AbortSignal.timeout(60_000) };
  await shelf.read('head' as TreePath, limit);
  const files = await Promise.all(paths.map((path) => shelf.read(path, limit)));
  shelf.close();
  return files.every((bytes) => bytes !== null);
}

function shelfOf(
  { address, channelId, pace, random }: Reader,
  isWanted: (path: TreePath) => boolean,
  hear: (bytes: number) => void,
): { shelf: DnsShelf; resolver: Resolver } {
  const byUdp = askByUdp(address);
  const datagram: Exchange = (query, take, signal) =>
    byUdp(query, (answer) => (hear(answer.length), take(answer)), signal);
  const resolver = new Resolver({ name: address, datagram, stream: askByTcp(address), pace });
  const options = { zone: ZONE, channelId, resolvers: [resolver], isWanted };
  return { shelf: new DnsShelf({ ...options, ...(random && { random }) }), resolver };
}

/** Whether every post and text arrived and none was false. */
export const isWhole = ({ posts, texts, refused, failures }: Reading, wanted: number): boolean =>
  posts === wanted && texts === wanted && refused === 0 && failures.length === 0;
