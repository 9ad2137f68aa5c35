/** Others' vectors come before our own expectations. */
import { describe, expect, test } from 'vitest';
import {
  Refused,
  decodeBase64,
  decodeHex,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  leafHash,
  parseCheckpoint,
  parseEntryBundle,
  parseNote,
  parseVkey,
  refusal,
  tileNodes,
  verifyConsistency,
  verifyEd25519,
  verifyInclusion,
  verifyNote,
  proveConsistency,
  proveInclusion,
  frontierAt,
} from '../src/index.ts';
import cctv from './oracles/cctv-ed25519.json';
import merkle from './oracles/merkle.json';
import notes from './oracles/signed-note.json';
import tessera from './oracles/tessera-log.json';
import wycheproof from './oracles/wycheproof-ed25519.json';

const bytes = (base64: string | null): Uint8Array =>
  new Uint8Array(
    atob(base64 ?? '')
      .split('')
      .map((c) => c.charCodeAt(0)),
  );
const accepts = (run: () => unknown): boolean => !(refusal(run) instanceof Refused);

describe('RFC 6962 proofs (transparency-dev/merkle)', () => {
  test('98 inclusion proofs', () => {
    expect(merkle.inclusion).toHaveLength(98);
    for (const v of merkle.inclusion) {
      const run = () =>
        verifyInclusion(v.leafIdx, v.treeSize, bytes(v.leafHash), (v.proof ?? []).map(bytes), bytes(v.root));
      expect([v.file, accepts(run)]).toEqual([v.file, !v.wantErr]);
    }
  });

  test('98 consistency proofs, those from an empty log among them', () => {
    expect(merkle.consistency).toHaveLength(98);
    for (const v of merkle.consistency) {
      const run = () => verifyConsistency(v.size1, v.size2, bytes(v.root1), bytes(v.root2), (v.proof ?? []).map(bytes));
      expect([v.file, accepts(run)]).toEqual([v.file, !v.wantErr]);
    }
  });
});

describe('tlog-tiles (transparency-dev/tessera golden log)', () => {
  const files = tessera as Record<string, string>;
  const key = parseVkey(decodeUtf8(bytes(files['log.vkey']!)).trim());
  const checkpoints = Array.from({ length: 16 }, (_, size) => {
    const note = parseNote(bytes(files[`log/checkpoint.${size}`]!));
    return { note, ...parseCheckpoint(note.text) };
  });
  const tile = bytes(files['log/tile/0/000.p/15']!);
  const read = tileNodes(() => tile);

  test('every checkpoint is signed, and the tiles give its root', () => {
    for (const [size, { note, root, ...checkpoint }] of checkpoints.entries()) {
      expect(verifyNote(note, [key])).toHaveLength(1);
      expect(checkpoint.size).toBe(size);
      expect(frontierAt(size, read).root()).toEqual(root);
    }
  });

  test('every entry is included, every checkpoint consistent with every later one', () => {
    for (let size = 1; size <= 15; size++) {
      const entries = parseEntryBundle(bytes(files[`log/tile/entries/000.p/${size}`]!), size);
      const { root } = checkpoints[size]!;
      entries.forEach((e, i) => verifyInclusion(i, size, leafHash(e), proveInclusion(i, size, read), root));
      for (let from = 1; from <= size; from++) {
        verifyConsistency(from, size, checkpoints[from]!.root, root, proveConsistency(from, size, read));
      }
    }
  });
});

describe('signed notes (golang/mod, C2SP)', () => {
  test('keys', () => {
    for (const vkey of notes.keys_valid) expect(parseVkey(vkey).publicKey).toHaveLength(32);
    for (const vkey of notes.keys_invalid) expect(() => parseVkey(vkey)).toThrow(Refused);
  });

  test.each(notes.vectors)('$id', ({ note_base64, known_keys, result }) => {
    const verdict = refusal(() => verifyNote(parseNote(bytes(note_base64)), known_keys.map(parseVkey)));
    const codes: Record<string, string> = {
      verified: 'none',
      'no verifiable signature': 'signature',
      'invalid signature': 'signature',
      malformed: 'note',
    };
    expect(verdict instanceof Refused ? verdict.code : 'none').toBe(codes[result]);
  });
});

describe('Ed25519', () => {
  test('Wycheproof: 151 of 151', () => {
    expect(wycheproof).toHaveLength(151);
    for (const [key, message, signature, result, number] of wycheproof as [string, string, string, string, number][]) {
      const holds = verifyEd25519(fromHex(signature), fromHex(message), fromHex(key));
      expect([number, holds]).toEqual([number, result === 'valid']);
    }
  });

  test('CCTV: one answer to 914 edge cases, the same everywhere', () => {
    const accepted = (cctv as [string, string, string][]).flatMap(([key, signature, message], i) => {
      return verifyEd25519(decodeHex(signature), encodeUtf8(message), decodeHex(key)) ? [i] : [];
    });
    expect(cctv).toHaveLength(914);
    expect(accepted).toEqual(CCTV_ACCEPTED);
  });
});

/** The one vector whose points are canonical and free of torsion. */
const CCTV_ACCEPTED = [305];

function fromHex(text: string): Uint8Array {
  return new Uint8Array((text.match(/../g) ?? []).map((octet) => parseInt(octet, 16)));
}

test('base64 is canonical', () => {
  expect(equalBytes(decodeBase64('AAE='), Uint8Array.of(0, 1))).toBe(true);
  for (const bad of ['AAF=', 'AA=', 'A===', 'AA E', 'AAE', 'AAE=\n', 'AAE-'])
    expect(() => decodeBase64(bad)).toThrow(Refused);
});
