/** What is timed, in the order in which it runs: peers and Pappus by turns. */

export interface TimingCase {
  /** As it stands in the table. */
  name: string;
  script: string;
  parameters: string[];
}

export const PAPPUS = 'Pappus, an export';
export const PAPPUS_NAMED = 'Pappus, an export, texts held against their records when read';
export const PAPPUS_PAGE = 'Pappus, an export, no native code';
export const PAPPUS_PAGE_NAMED = 'Pappus, an export, no native code, texts when read';
export const ATPROTO = 'AT Protocol, verifyRepoCar';
export const ATPROTO_RECORDS = 'AT Protocol, verifyRecords';
export const SSB = 'SSB, ssb-validate append';
export const NOSTR_WASM = 'Nostr NIP-23, nostr-wasm';
export const DIGESTS = 'limit: every digest that Pappus compares, nothing else';
export const DIGESTS_PAGE = 'the same limit, no native code';
export const STREAM = 'limit: SHA-256 of the same octets in one stream';

export const TIMING_CASES: readonly TimingCase[] = [
  { name: PAPPUS, script: 'verify-pappus.ts', parameters: [] },
  { name: ATPROTO, script: 'verify-atproto.ts', parameters: [] },
  { name: 'Pappus, a mirror with tiles and entries', script: 'verify-pappus.ts', parameters: ['--tiles', 'yes'] },
  { name: PAPPUS_NAMED, script: 'verify-pappus.ts', parameters: ['--layers', 'when-read'] },
  { name: ATPROTO_RECORDS, script: 'verify-atproto.ts', parameters: ['--records', 'yes'] },
  { name: 'Pappus, an export, each text decoded too', script: 'verify-pappus.ts', parameters: ['--texts', 'yes'] },
  { name: SSB, script: 'verify-ssb.ts', parameters: [] },
  { name: 'Pappus, an export compressed (codec 2)', script: 'verify-pappus.ts', parameters: ['--codec', 'well'] },
  { name: PAPPUS_PAGE, script: 'verify-pappus.ts', parameters: ['--hash', 'wasm'] },
  { name: PAPPUS_PAGE_NAMED, script: 'verify-pappus.ts', parameters: ['--hash', 'wasm', '--layers', 'when-read'] },
  { name: NOSTR_WASM, script: 'verify-nostr.ts', parameters: ['--posts', '10000'] },
  {
    name: 'Pappus, a mirror with tiles and entries, no native code',
    script: 'verify-pappus.ts',
    parameters: ['--hash', 'wasm', '--tiles', 'yes'],
  },
  {
    name: 'Nostr NIP-23, nostr-tools pure (500 posts)',
    script: 'verify-nostr.ts',
    parameters: ['--with', 'pure', '--posts', '500'],
  },
  { name: DIGESTS, script: 'limit-sha256.ts', parameters: ['--of', 'digests'] },
  { name: DIGESTS_PAGE, script: 'limit-sha256.ts', parameters: ['--of', 'digests', '--hash', 'wasm'] },
  { name: STREAM, script: 'limit-sha256.ts', parameters: ['--of', 'stream'] },
];
