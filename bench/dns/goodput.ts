/** How quickly some 200 KB come through a resolver when nobody limits the pace, on loopback. */
import { NO_LIMIT, isWhole, neverWarms, readFiles, readNews } from '../../pappus/test/dns/reading.ts';
import { closeScene, done, openScene, resolverOfPart } from './scene.ts';

export interface GoodputResult {
  /** Of all files. */
  fileBytes: number;
  posts: number;
  /** Milliseconds of each run. */
  cold: Times;
  warm: Times;
}

interface Times {
  /** Signatures, headlines, and each text against its record. */
  all: number[];
  /** Texts by the signed names of their packs, as page and app take them. */
  asOpened: number[];
  /** Blocks held against their names, no more. */
  blocks: number[];
}

const POSTS = 280;
const RUNS = 3;

const kind = resolverOfPart();
const scene = await openScene(kind, { posts: POSTS });
const { resolver, channelId } = scene;
const reader = { address: kind.address, channelId, pace: NO_LIMIT, random: neverWarms };

async function read(layersWhenRead: boolean): Promise<number> {
  const reading = await readNews({ ...reader, layersWhenRead });
  if (!isWhole(reading, POSTS)) throw new Error(`not whole: ${JSON.stringify({ ...reading, paths: [] })}`);
  return reading.allMs;
}

const { paths, fileBytes } = await readNews(reader); // the reader's own code is compiled here

async function fetchBlocks(): Promise<number> {
  const began = performance.now();
  if (!(await readFiles(reader, paths))) throw new Error('not whole');
  return performance.now() - began;
}

const none = (): Times => ({ all: [], asOpened: [], blocks: [] });
const result: GoodputResult = { fileBytes, posts: POSTS, cold: none(), warm: none() };
const ways: [keyof Times, () => Promise<number>][] = [
  ['all', () => read(false)],
  ['asOpened', () => read(true)],
  ['blocks', fetchBlocks],
];
for (let run = 0; run < RUNS; run++)
  for (const [way, measure] of ways) {
    await resolver.restart();
    result.cold[way].push(await measure());
    result.warm[way].push(await measure());
  }
await closeScene(scene);
done(result);
