/** @pappus/core: bytes in, verified news out. No I/O, no clock, no chance, no platform. */
export {
  Press,
  partialTiles,
  type Edition,
  type EditionInput,
  type LogStore,
  type Means,
  type NewPost,
} from './assemble.ts';
export {
  concatBytes,
  decodeBase32,
  decodeBase64,
  decodeHex,
  decodeUtf8,
  encodeBase32,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  equalBytes,
} from './base.ts';
export { LINK_SCHEMES, decodeBlocks, encodeBlocks, type Block, type Inline } from './blocks.ts';
export {
  CODEC,
  makeReady,
  parseAnyDictionary,
  parseDictionary,
  recode,
  unrecode,
  type AnyDictionary,
  type Dictionary,
} from './codec.ts';
export { contentId, isPublicKey, publicKeyOf, sha256, signEd25519, useSha256, verifyEd25519 } from './crypto.ts';
export {
  decodeMark,
  decodeSuffix,
  encodeSuffix,
  noteOf,
  proveSuffix,
  verifyHead,
  type Compress,
  type HeadSignature,
  type Mark,
  type PackRef,
  type RecordInput,
  type SignedHead,
  type Suffix,
  type SuffixInput,
} from './edition.ts';
export { decode, encode, type Cbor, type CborMap } from './encoding.ts';
export { Identity, type SigningKeys } from './identity.ts';
export { Library, type LibraryOptions } from './library.ts';
export { LIMITS } from './limits.ts';
export {
  Frontier,
  allTiles,
  formatEntryBundle,
  frontierAt,
  lastTiles,
  leafHash,
  nodeHash,
  parseEntryBundle,
  peaks,
  proveConsistency,
  proveInclusion,
  rootOfPeaks,
  tileNodes,
  verifyConsistency,
  verifyInclusion,
  type NodeReader,
  type TilePosition,
} from './log.ts';
export {
  COSIGNATURE,
  LOG_SIGNATURE,
  formatCheckpoint,
  formatNote,
  formatVkey,
  keyId,
  parseCheckpoint,
  parseNote,
  parseVkey,
  signNote,
  verifyNote,
  type Checkpoint,
  type Note,
  type NoteKey,
  type NoteSignature,
  type VerifiedSignature,
} from './note.ts';
export type { Outcome } from './outcome.ts';
export { decodePack, encodePack, recordOf, withoutPost, type Coded, type Coding, type Pack } from './pack.ts';
export { byValue, dictionariesOf, heldFiles, inFull, inOfferOrder, wantedPaths, withDictionaries } from './plan.ts';
export {
  ENTRY,
  LAYER,
  REASONS,
  decodeRecord,
  decodeTombstone,
  encodeRecord,
  entryOf,
  layerDigest,
  textLayerOf,
  type EntryType,
  type Layer,
  type PostRecord,
  type Reason,
  type RootPointer,
  type Tombstone,
} from './post.ts';
export { RecentRecords } from './recent-records.ts';
export type { Evidence } from './proven.ts';
export { REFUSAL_CODES, Refused, refusal, type RefusalCode } from './refused.ts';
export {
  describeLibrary,
  latestOf,
  postIndexes,
  postOf,
  postsOf,
  statusOf,
  type LibraryReport,
  type PostReport,
  type PostStatus,
} from './report.ts';
export {
  channelIdOf,
  decodeRoot,
  encodeRoot,
  encodeRootBody,
  noteKeys,
  originOf,
  signRoot,
  spokenId,
  verifyRoot,
  type Root,
  type RootSignature,
  type SignedRoot,
} from './root.ts';
export {
  formatPath,
  isMutable,
  maxBytes,
  parsePath,
  treePath,
  type FileStore,
  type PathParts,
  type TreeFile,
  type TreePath,
} from './tree.ts';
export { wasmSha256 } from './wasm-sha256.ts';
export { decodeText, modelOf, prime, type TextModel } from './text/decode.ts';
export { encodeRun, encodeText } from './text/encode.ts';
export { parseLanguagePack, type LanguagePack } from './text/language-pack.ts';
