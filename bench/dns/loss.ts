/** An edition through a network that loses three datagrams in ten, each way; each time through a cold resolver. */
import type { Faults } from '../../pappus/test/dns/relay.ts';
import { READER_SIDE } from '../../pappus/test/dns/lab.ts';
import { TEN_A_SECOND, isWhole, readNews } from '../../pappus/test/dns/reading.ts';
import { POSTS, closeScene, done, openScene, resolverOfPart } from './scene.ts';

/** Milliseconds of each run, null for one that did not get all; and questions of the reader. */
export interface LossRuns {
  allMs: (number | null)[];
  queries: number[];
}

export interface LossResult {
  reader: LossRuns;
  both: LossRuns;
}

const RUNS = Number(process.argv[3]);
const LOSSY: Faults = { loss: 0.3 };

const scene = await openScene(resolverOfPart());
const { servers, resolver, channelId } = scene;
await servers.tell({ reader: { resolver: resolver.address, faults: LOSSY } });

async function runs(authority: Faults): Promise<LossRuns> {
  await servers.tell({ faults: authority });
  const result: LossRuns = { allMs: [], queries: [] };
  for (let run = 0; run < RUNS; run++) {
    await resolver.restart();
    const reading = await readNews({ address: READER_SIDE, channelId, pace: TEN_A_SECOND });
    result.allMs.push(isWhole(reading, POSTS) ? reading.allMs : null);
    result.queries.push(reading.asked);
  }
  return result;
}

const result: LossResult = { reader: await runs({}), both: await runs(LOSSY) };
await closeScene(scene);
done(result);
