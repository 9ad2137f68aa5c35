/** A stranger who checks a whole tree with nothing but the core, and keeps every signed head ever met. */
import {
  ENTRY,
  Library,
  Refused,
  decodeBlocks,
  encodeBase64,
  encodeBlocks,
  inOfferOrder,
  maxBytes,
  parseCheckpoint,
  parseNote,
  refusal,
  verifyNote,
  type Block,
  type ListedFiles,
} from '@pappus/core';
