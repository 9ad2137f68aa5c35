/** How quickly some 200 KB come through each resolver when nobody limits the pace, on loopback. */
import { encodeBase32 } from '@pappus/core';
import { newsroomWith, zoneOf } from '../../pappus/test/dns/edition.ts';
import { Servers } from '../../pappus/test/dns/lab.ts';
import { RESOLVERS, bringUpLoopback } from '../../pappus/test/dns/resolvers.ts';
import { NO_LIMIT, isWhole, readFiles, readNews } from './reader.ts';
import { Resolving, done } from './scene.ts';

export interface GoodputResult {
  /** Of all files. */
  fileBytes: number;
  posts: number;
  /** Milliseconds of each run, checked as readers check; `fetched`: blocks held against their names, no more. */
  resolvers: Record<string, { cold: number[]; warm: number[]; fetchedCold: number[]; fetchedWarm: number[] }>;
}

const POSTS = 280;
const RUNS = 3;

bringUpLoopback();
const channel = await newsroomWith(POSTS);
const channelId = encodeBase32((await zoneOf(channel)).channel);
const result: GoodputResult = { fileBytes: 0, posts: POSTS, resolvers: {} };

for (const kind of RESOLVERS) {
  const servers = await Servers.start(channel);
  const resolver = new Resolving(kind);
  const reader = { address: kind.address, channelId, pace: NO_LIMIT, warms: false };
  const all = async (): Promise<number> => {
    const reading = await readNews(reader);
    if (!isWhole(reading, result.posts)) throw new Error(`not whole: ${JSON.stringify({ ...reading, paths: [] })}`);
    result.fileBytes = reading.fileBytes;
    return reading.allMs;
  };
  await resolver.restart();
  const { paths } = await readNews(reader); // the reader's own code is compiled here
  const fetched = async (): Promise<number> => {
    const began = performance.now();
    if (!(await readFiles(reader, paths))) throw new Error('not whole');
    return performance.now() - began;
  };
  const times = {
    cold: [] as number[],
    warm: [] as number[],
    fetchedCold: [] as number[],
    fetchedWarm: [] as number[],
  };
  for (let run = 0; run < RUNS; run++) {
    await resolver.restart();
    times.cold.push(await all());
    times.warm.push(await all());
    await resolver.restart();
    times.fetchedCold.push(await fetched());
    times.fetchedWarm.push(await fetched());
  }
  result.resolvers[kind.name] = times;
  await servers.stop();
  await resolver.stop();
}
done(result);
