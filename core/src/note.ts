/**
 * Signed notes and checkpoints (C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature v1.0.1).
 *
 *     pappus/sjl7l6p2xgc5a3xdd7kq2nbiwu          origin
 *     1042                                       entries in the log
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx2fk=   root hash
 *                                                (one empty line)
 *     — pappus/sjl7… Az3grl…                     log signature
 *     — pappus/sjl7…/clock VNuI…                 cosignature with the time of signing
 *
 * A signature line is `— <name> <base64(key id, 4 octets ‖ signature)>`. Lines by keys that the reader
 * does not know are ignored; a line by a known key that fails refuses the whole note.
 */
import { concatBytes, decodeBase64, decodeUtf8, encodeBase64, encodeHex, encodeUtf8, equalBytes } from './base.ts';
import { sha256, signEd25519, verifyEd25519 } from './crypto.ts';
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';

/** Ed25519 over the note text. */
export const LOG_SIGNATURE = 0x01;
/** Ed25519 over `cosignature/v1`, the time and the note text. */
export const COSIGNATURE = 0x04;
export type SignatureType = typeof LOG_SIGNATURE | typeof COSIGNATURE;

export interface NoteKey {
  /** Not empty, without white space or `+`. */
  name: string;
  type: SignatureType;
  /** 32 octets. */
  publicKey: Uint8Array;
}

export interface NoteSignature {
  name: string;
  /** 4 octets; a hint which key, no proof of anything. */
  keyId: Uint8Array;
  bytes: Uint8Array;
}

export interface Note {
  /** What is signed; ends with a line feed. */
  text: string;
  signatures: NoteSignature[];
}

export interface Checkpoint {
  origin: string;
  size: number;
  /** 32 octets. */
  root: Uint8Array;
}

/** A signature that holds. `time` is in seconds since 1970, null for types without one. */
export interface VerifiedSignature {
  key: NoteKey;
  time: number | null;
  bytes: Uint8Array;
}

const PREFIX = '— ';
const NAME = /^[^\s+]+$/u;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Splits a note; verifies nothing. @throws Refused `note`, `text` or `too-large`. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > LIMITS.checkpointBytes) throw new Refused('too-large', 'note');
  const whole = decodeUtf8(bytes);
  const split = whole.lastIndexOf('\n\n');
  if (split < 0 || CONTROL.test(whole) || !whole.endsWith('\n')) throw new Refused('note', 'not a signed note');
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > LIMITS.noteSignatures) throw new Refused('too-large', 'signatures of a note');
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [name, base64, ...rest] = line.slice(PREFIX.length).split(' ');
  if (!line.startsWith(PREFIX) || !name || !NAME.test(name) || !base64 || rest.length > 0) {
    throw new Refused('note', 'not a signature line');
  }
  const blob = decodeBase64(base64);
  if (blob.length < 5) throw new Refused('note', 'signature too short');
  return { name, keyId: blob.slice(0, 4), bytes: blob.slice(4) };
}

/** `parseNote(formatNote(note))` equals `note`. */
export function formatNote(note: Note): Uint8Array {
  const lines = note.signatures.map((s) => `${PREFIX}${s.name} ${encodeBase64(concatBytes(s.keyId, s.bytes))}\n`);
  return encodeUtf8(`${note.text}\n${lines.join('')}`);
}

/** The first 4 octets of SHA-256(name ‖ LF ‖ type ‖ public key). */
export function keyId(key: NoteKey): Uint8Array {
  return sha256(concatBytes(encodeUtf8(`${key.name}\n`), Uint8Array.of(key.type), key.publicKey)).slice(0, 4);
}

/** C2SP verifier key: `<name>+<key id in hex>+<base64(type ‖ public key)>`. */
export function formatVkey(key: NoteKey): string {
  return `${key.name}+${encodeHex(keyId(key))}+${encodeBase64(concatBytes(Uint8Array.of(key.type), key.publicKey))}`;
}

/** @throws Refused `note` when the text is no Ed25519 verifier key or its key id is not its own. */
export function parseVkey(vkey: string): NoteKey {
  const [name = '', id = '', base64 = '', ...rest] = splitVkey(vkey);
  const blob = decodeBase64(base64);
  const type = blob[0];
  if (rest.length > 0 || !NAME.test(name) || blob.length !== 33 || (type !== LOG_SIGNATURE && type !== COSIGNATURE)) {
    throw new Refused('note', 'not a verifier key');
  }
  const key: NoteKey = { name, type, publicKey: blob.slice(1) };
  if (encodeHex(keyId(key)) !== id) throw new Refused('note', 'key id does not belong to the key');
  return key;
}

/** Base64 may contain `+`, a name may not: only the first two plus signs separate. */
function splitVkey(vkey: string): string[] {
  const first = vkey.indexOf('+');
  const second = vkey.indexOf('+', first + 1);
  if (first < 0 || second < 0) throw new Refused('note', 'not a verifier key');
  return [vkey.slice(0, first), vkey.slice(first + 1, second), vkey.slice(second + 1)];
}

/**
 * The signatures of `note` by `keys`, at most one a key.
 * @throws Refused `signature` when one by a known key fails, or none is by a known key.
 */
export function verifyNote(note: Note, keys: readonly NoteKey[]): VerifiedSignature[] {
  const verified: VerifiedSignature[] = [];
  for (const key of keys) {
    const id = keyId(key);
    const signature = note.signatures.find((s) => s.name === key.name && equalBytes(s.keyId, id));
    if (signature) verified.push(verifySignature(note.text, signature, key));
  }
  if (verified.length === 0) throw new Refused('signature', 'no signature by a known key');
  return verified;
}

function verifySignature(text: string, signature: NoteSignature, key: NoteKey): VerifiedSignature {
  const { bytes } = signature;
  const timed = key.type === COSIGNATURE;
  if (bytes.length !== (timed ? 72 : 64)) throw new Refused('signature', `by ${key.name}: wrong length`);
  const time = timed ? readTime(bytes) : null;
  const message = time === null ? encodeUtf8(text) : cosignedMessage(text, time);
  if (!verifyEd25519(bytes.subarray(timed ? 8 : 0), message, key.publicKey)) {
    throw new Refused('signature', `by ${key.name}: does not hold`);
  }
  return { key, time, bytes };
}

function cosignedMessage(text: string, time: number): Uint8Array {
  return encodeUtf8(`cosignature/v1\ntime ${time}\n${text}`);
}

function readTime(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const time = Number(view.getBigUint64(0));
  if (!Number.isSafeInteger(time)) throw new Refused('signature', 'time out of range');
  return time;
}

/** A signature line by `key`, whose 32-octet seed is `secret`. `time` in seconds is for cosignatures only. */
export function signNote(text: string, key: NoteKey, secret: Uint8Array, time: number | null): NoteSignature {
  if (time === null) return { name: key.name, keyId: keyId(key), bytes: signEd25519(encodeUtf8(text), secret) };
  const stamp = new Uint8Array(8);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time));
  const signature = signEd25519(cosignedMessage(text, time), secret);
  return { name: key.name, keyId: keyId(key), bytes: concatBytes(stamp, signature) };
}

/** The note text of a checkpoint. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${encodeBase64(checkpoint.root)}\n`;
}

/** Reads a checkpoint from a note's text; extension lines are ignored. @throws Refused `note`. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  if (origin === '' || !/^(0|[1-9][0-9]{0,15})$/.test(size) || rest.length === 0 || rest.slice(0, -1).includes('')) {
    throw new Refused('note', 'not a checkpoint');
  }
  if (Number(size) > LIMITS.logSize) throw new Refused('too-large', 'size of the log');
  const bytes = decodeBase64(root);
  if (bytes.length !== 32) throw new Refused('note', 'root hash is not 32 octets');
  return { origin, size: Number(size), root: bytes };
}
