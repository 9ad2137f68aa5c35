/** Every limit on what comes from outside, in one table (spec §9). Sizes are octets. */
export const LIMITS = {
  /** Entries in a log: far over any newsroom, far under 2^53, so that a thief cannot jump there. */
  logSize: 2 ** 40,
  checkpointBytes: 16_384,
  headBytes: 8_192,
  rootBytes: 16_384,
  editionBytes: 65_536,
  /** A pack holds many items up to `packTargetBytes`, or one item that is larger than that. */
  packBytes: 131_072,
  packTargetBytes: 12_288,
  packItems: 4_096,
  dictionaryBytes: 65_536,
  dictionaryTextBytes: 32_768,
  /** Of the phrases of a language pack: its reader learns each. */
  phraseSymbols: 2 ** 18,
  /** Of the code of a language pack: the model has room for so many. */
  codeSymbols: 4_096,
  dictionaries: 256,
  tileBytes: 8_192,
  entryBundleBytes: 8_960,
  /** Decoded sizes, checked before and during decompression. */
  recordBytes: 16_384,
  textLayerBytes: 262_144,
  nesting: 16,
  arrayItems: 16_384,
  titleBytes: 2_048,
  summaryBytes: 8_192,
  bylineBytes: 512,
  linkBytes: 2_048,
  tags: 32,
  tagBytes: 128,
  layers: 64,
  /** Posts of one edition; a larger import becomes several editions. */
  editionEntries: 1_024,
  rootKeys: 16,
  rootVersions: 1_024,
  mirrors: 64,
  noteSignatures: 32,
  /** Contradicting heads that are kept: two are proof enough. */
  evidence: 16,
  /** What a library holds while it waits for something else. */
  waitingBytes: 64 * 2 ** 20,
  waitingFiles: 16_384,
} as const;
