export {
  Authority,
  PIECE_TYPES,
  SHORT_TTL,
  WHOLE_TYPES,
  plainRecords,
  rungsOf,
  type NameServer,
  type Zone,
} from './authority.ts';
export { blocksOf, owe, type EditionFiles, type ZoneBlocks, type ZoneFiles } from './blocks.ts';
export { type Pace } from './bucket.ts';
export { askByHttps } from './doh.ts';
export { decodeLadder } from './manifest.ts';
export { TYPE, decodeMessage, encodeQuery } from './message.ts';
export { BLOCK_TTL, blockBytesFor, blockLabel, piecesOf, zoneName } from './names.ts';
export { recordData, type CarrierType } from './records.ts';
export { Resolver, type Exchange, type ResolverOptions } from './resolver.ts';
export { DnsShelf, RESOLVERS_MAX, type DnsOptions } from './shelf.ts';
export { CARRIER_TYPES, writeZoneFile } from './zone-file.ts';
