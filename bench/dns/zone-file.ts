/** Ten thousand blocks as a zone file: how long it takes to write, and NSD and Knot to load. */
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CARRIER_TYPES, writeZoneFile, type CarrierType } from '@pappus/transports/dns';
import { nodeDisk, replaceFile } from '@pappus/transports/node';
import { ZONE } from '../../pappus/test/dns/edition.ts';
import { bringUpLoopback } from '../../pappus/test/dns/resolvers.ts';
import { BLOCKS, largeZone } from './large-zone.ts';
import { startKnot, startNsd } from './name-servers.ts';
import { done } from './scene.ts';

export interface ZoneFileResult {
  blocks: number;
  /** By the types in it. */
  files: Record<string, { bytes: number; writeMs: number[]; nsdMs: number; knotMs: number }>;
}

/** What `pappus dns zone` writes unless told otherwise, and the least. */
const KINDS = ['txt,https,aaaa', 'txt'];
const RUNS = 3;

bringUpLoopback();
const zone = largeZone();
const result: ZoneFileResult = { blocks: BLOCKS, files: {} };
const label = [...zone.content.blocks.keys()].at(-1)!;
for (const kind of KINDS) {
  const types = kind.split(',').map((name): CarrierType => CARRIER_TYPES[name]!);
  const file = join(mkdtempSync(join(tmpdir(), 'pappus-zone-')), 'zone');
  const writeMs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now();
    await replaceFile(nodeDisk, file, async (open) => {
      for (const part of writeZoneFile(zone, types)) await open.write(part);
    });
    writeMs.push(performance.now() - began);
  }
  const place = { zone: ZONE, file, address: '127.0.0.1', label };
  const nsd = await startNsd({ ...place, port: 5_301 });
  await nsd.stop();
  const knot = await startKnot({ ...place, port: 5_302 });
  await knot.stop();
  result.files[kind] = { bytes: statSync(file).size, writeMs, nsdMs: nsd.loadMs, knotMs: knot.loadMs };
}
done(result);
