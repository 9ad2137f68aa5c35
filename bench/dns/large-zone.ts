/** A zone of ten thousand blocks, whose octets mean nothing: what a busy newsroom's comes to. */
import { createHash, randomBytes } from 'node:crypto';
import { blockLabel, blocksOf, type Zone } from '@pappus/transports/dns';
import type { TreePath } from '@pappus/core';
import { ZONE } from '../../pappus/test/dns/edition.ts';
import { lendHash } from '../hash.ts';

lendHash('node');

export const BLOCKS = 10_000;
const BLOCK_BYTES = 1_100;
const SERVERS = [{ name: `ns1.${ZONE}`, addresses: ['127.0.0.1'] }];

export function largeZone(): Zone {
  const channel = new Uint8Array(createHash('sha256').update('bench').digest());
  const time = 1_790_000_000;
  const head = { path: 'head' as TreePath, bytes: new Uint8Array(randomBytes(3_000)) };
  const content = blocksOf({ channel, time, first: [head], standing: [], editions: [] }, BLOCK_BYTES);
  while (content.blocks.size < BLOCKS) {
    const block = new Uint8Array(randomBytes(BLOCK_BYTES));
    content.blocks.set(blockLabel(channel, block), block);
  }
  return { name: ZONE, servers: SERVERS, time, channel, content };
}
