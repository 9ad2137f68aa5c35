/** How quickly some 200 KB come through a resolver when nobody limits the pace, on loopback. */
import { NO_LIMIT, isWhole, readFiles, readNews } from './reader.ts';
import { closeScene, done, openScene, resolverOfPart } from './scene.ts';

export interface GoodputResult {
  /** Of all files. */
  fileBytes: number;
  posts: number;
  /** Milliseconds of each run, checked as readers check. */
  cold: number[];
  warm: number[];
  /** Blocks held against their names, no more. */
  fetchedCold: number[];
  fetchedWarm: number[];
}

const POSTS = 280;
const RUNS = 3;

const kind = resolverOfPart();
const scene = await openScene(kind, { posts: POSTS });
const { resolver, channelId } = scene;
const reader = { address: kind.address, channelId, pace: NO_LIMIT, warms: false };

async function all(): Promise<number> {
  const reading = await readNews(reader);
  if (!isWhole(reading, POSTS)) throw new Error(`not whole: ${JSON.stringify({ ...reading, paths: [] })}`);
  return reading.allMs;
}

const { paths, fileBytes } = await readNews(reader); // the reader's own code is compiled here

async function fetched(): Promise<number> {
  const began = performance.now();
  if (!(await readFiles(reader, paths))) throw new Error('not whole');
  return performance.now() - began;
}

const result: GoodputResult = { fileBytes, posts: POSTS, cold: [], warm: [], fetchedCold: [], fetchedWarm: [] };
for (let run = 0; run < RUNS; run++) {
  await resolver.restart();
  result.cold.push(await all());
  result.warm.push(await all());
  await resolver.restart();
  result.fetchedCold.push(await fetched());
  result.fetchedWarm.push(await fetched());
}
await closeScene(scene);
done(result);
