/** Octets at the reader for one edition: ours, and the model of thefeed, through one resolver. */
import { READER_SIDE } from '../../pappus/test/dns/lab.ts';
import { FeedServers, readFeed } from './feed.ts';
import { TEN_A_SECOND, isWhole, neverWarms, readNews, warms } from '../../pappus/test/dns/reading.ts';
import { POSTS, closeScene, done, openScene, resolverOfPart } from './scene.ts';

export interface BytesResult {
  fileBytes: number;
  /** Of a reading, and of one that asks for a long rung too. */
  ours: { queries: number; wireBytes: number };
  warming: { queries: number; wireBytes: number };
  feed: { queries: number; wireBytes: number };
  feedScattered: { queries: number; wireBytes: number };
}

const kind = resolverOfPart();
const scene = await openScene(kind);
const { servers, resolver, channelId } = scene;
await servers.tell({ reader: { resolver: kind.address, faults: {} } });

async function count(random: () => number) {
  const before = await servers.tell({});
  const reading = await readNews({ address: READER_SIDE, channelId, pace: TEN_A_SECOND, random });
  if (!isWhole(reading, POSTS)) throw new Error(`not whole: ${JSON.stringify(reading)}`);
  const { queries, wireBytes } = await servers.tell({});
  const { fileBytes } = reading;
  return { fileBytes, queries: queries - before.queries, wireBytes: wireBytes - before.wireBytes };
}

const { fileBytes, ...ours } = await count(neverWarms);
await resolver.restart();
const { fileBytes: _, ...warming } = await count(warms);
await closeScene(scene);

const feedServers = await FeedServers.start(fileBytes);
await resolver.restart();
const feed = await readFeed(kind.address, feedServers.blocks, 1);
const feedScattered = await readFeed(kind.address, feedServers.blocks, 4);
await feedServers.stop();
await resolver.stop();
done({ fileBytes, ours, warming, feed, feedScattered } satisfies BytesResult);
