/** A hundred readers behind one resolver: what of it crosses to the authority, ours and thefeed's model. */
import { FeedServers, readFeed } from './feed.ts';
import { NO_LIMIT, TEN_A_SECOND, isWhole, readFiles, readNews } from '../../pappus/test/dns/reading.ts';
import { POSTS, closeScene, done, openScene, resolverOfPart } from './scene.ts';

/** Questions that reached the authority, and octets of its answers, with the headers of IP and UDP. */
interface Crossed {
  queries: number;
  bytes: number;
}

export interface MirrorResult {
  readers: number;
  complete: number;
  ours: Crossed;
  feedComplete: number;
  feed: Crossed;
}

const READERS = 100;
const AT_ONCE = 10;
const HEADERS_BYTES = 28;

const withHeaders = ({ queries, bytes }: Crossed): Crossed => ({ queries, bytes: bytes + queries * HEADERS_BYTES });

/** How many of the others got everything, ten at a time. */
async function byTheHundred(read: () => Promise<boolean>): Promise<number> {
  let complete = 0;
  for (let left = READERS - 1; left > 0; left -= AT_ONCE) {
    const some = await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, read));
    complete += some.filter(Boolean).length;
  }
  return complete;
}

const scene = await openScene(resolverOfPart());
const { servers, resolver, channelId } = scene;
const reader = { address: resolver.address, channelId };
const first = await readNews({ ...reader, pace: TEN_A_SECOND });
const complete =
  Number(isWhole(first, POSTS)) + (await byTheHundred(() => readFiles({ ...reader, pace: NO_LIMIT }, first.paths)));
const ours = withHeaders((await servers.tell({})).authority);
await closeScene(scene);

const feedServers = await FeedServers.start(first.fileBytes);
await resolver.restart();
const readOnce = async (): Promise<boolean> =>
  (await readFeed(resolver.address, feedServers.blocks, 1)).blocks === feedServers.blocks.length;
const feedComplete = Number(await readOnce()) + (await byTheHundred(readOnce));
const feed = withHeaders(await feedServers.tell({}));
await feedServers.stop();
await resolver.stop();
done({ readers: READERS, complete, ours, feedComplete, feed } satisfies MirrorResult);
