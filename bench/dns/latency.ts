/** When a reader sees what, 100 ms from its resolver, which it may ask ten times a second. */
import { READER_SIDE } from '../../pappus/test/dns/lab.ts';
import { TEN_A_SECOND, isWhole, neverWarms, readNews, type Reading } from '../../pappus/test/dns/reading.ts';
import { POSTS, closeScene, done, openScene, resolverOfPart } from './scene.ts';

export type Seen = Pick<Reading, 'headlinesMs' | 'screenMs' | 'textMs' | 'allMs'>;

/** Each run by itself. */
export interface LatencyResult {
  cold: Seen[];
  warm: Seen[];
}

const RUNS = 3;
const ONE_WAY_MS: [number, number] = [50, 50];

const scene = await openScene(resolverOfPart());
const { servers, resolver, channelId } = scene;
await servers.tell({ reader: { resolver: resolver.address, faults: { delayMs: ONE_WAY_MS } } });

async function read(): Promise<Seen> {
  const reading = await readNews({ address: READER_SIDE, channelId, pace: TEN_A_SECOND, random: neverWarms });
  if (!isWhole(reading, POSTS)) throw new Error(`not whole: ${JSON.stringify(reading)}`);
  const { headlinesMs, screenMs, textMs, allMs } = reading;
  return { headlinesMs, screenMs, textMs, allMs };
}

await read(); // the reader's own code is compiled here, as in one that is in use
const result: LatencyResult = { cold: [], warm: [] };
for (let run = 0; run < RUNS; run++) {
  await resolver.restart();
  result.cold.push(await read());
  result.warm.push(await read());
}
await closeScene(scene);
done(result);
