/**
 * A channel's identity (spec §8): a chain `root/1`, `root/2`, … after the root role of TUF (spec §5.3 there).
 *
 *     file      = [ body, [signature, …] ]
 *     signature = [ set, number, 64 octets ]     set 0: a key of this root, 1: a key of the one before
 *     signed    = "pappus/v1/root\n" ‖ body
 *
 * The channel id is SHA-256(body of root/1). Root n+1 is valid when `threshold` keys of its own and
 * `threshold` keys of root n have signed it. A root whose log key differs names in `resetFrom` the last
 * size and root hash that count; whatever the former key signed beyond is void. That is rotation and
 * recovery after a theft alike, and readers check it with no network.
 */
import { concatBytes, decodeBase32, encodeBase32, encodeUtf8, equalBytes } from './base.ts';
import { requirePublicKey, sha256, signEd25519, verifyEd25519 } from './crypto.ts';
import { decode, encode, type Cbor, type CborMap } from './encoding.ts';
import { asArray, asBytes, asInteger, asMap, asText } from './fields.ts';
import { LIMITS } from './limits.ts';
import { COSIGNATURE, LOG_SIGNATURE, type NoteKey } from './note.ts';
import { Refused } from './refused.ts';

export interface Root {
  version: number;
  /** The newsroom's own name for itself. */
  name: string;
  /** BCP 47 of most posts. */
  lang: string;
  /** Offline keys, 32 octets each. */
  rootKeys: Uint8Array[];
  threshold: number;
  /** Signs checkpoints. */
  logKey: Uint8Array;
  /** Cosigns checkpoints with the time. */
  clockKey: Uint8Array;
  /** http(s) addresses of mirrors. */
  mirrors: string[];
  /** DNS zones that carry the channel. */
  zones: string[];
  /** age recipients of the inbox. */
  inbox: string[];
  /** SHA-256 of the body before; null in version 1. */
  previous: Uint8Array | null;
  /** Present exactly where the log key is another than before. */
  resetFrom: { size: number; root: Uint8Array } | null;
  /** Seconds since 1970; shown, never checked. */
  date: number;
}

export interface RootSignature {
  set: 0 | 1;
  number: number;
  bytes: Uint8Array;
}

export interface SignedRoot {
  root: Root;
  /** The octets that are signed and hashed. */
  body: Uint8Array;
  signatures: RootSignature[];
}

const LABEL = encodeUtf8('pappus/v1/root\n');
const ORIGIN_CHARS = 26;

/** Base32 of SHA-256(body of root/1): 52 characters. */
export function channelIdOf(body: Uint8Array): string {
  return encodeBase32(sha256(body));
}

const SPOKEN_WORDS = 8;
const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';

/**
 * The first 128 bits of a channel id as eight words that can be read aloud, 16 bits each (proquints, arXiv 0901.4016).
 * @throws Refused `encoding` when it is no base32.
 */
export function spokenId(channelId: string): string[] {
  const octets = decodeBase32(channelId);
  return Array.from({ length: SPOKEN_WORDS }, (_, i) => proquint(octets[2 * i]! * 256 + octets[2 * i + 1]!));
}

function proquint(bits: number): string {
  const vowel = (shift: number): string => VOWELS[(bits >> shift) & 3]!;
  const consonant = (shift: number): string => CONSONANTS[(bits >> shift) & 15]!;
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0);
}

/** The origin line of a channel's checkpoints: `pappus/` and half of its id. */
export function originOf(channelId: string): string {
  return `pappus/${channelId.slice(0, ORIGIN_CHARS)}`;
}

/** Log key and clock key of a root as C2SP note keys. */
export function noteKeys(channelId: string, root: Root): { log: NoteKey; clock: NoteKey } {
  const name = originOf(channelId);
  return {
    log: { name, type: LOG_SIGNATURE, publicKey: root.logKey },
    clock: { name: `${name}/clock`, type: COSIGNATURE, publicKey: root.clockKey },
  };
}

/** The octets of a root that are signed and hashed. */
export function encodeRootBody(root: Root): Uint8Array {
  const map: CborMap = new Map<number, Cbor>([
    [0, root.version],
    [1, root.name],
    [2, root.lang],
    [3, root.rootKeys],
    [4, root.threshold],
    [5, root.logKey],
    [6, root.clockKey],
    [12, root.date],
  ]);
  if (root.mirrors.length > 0) map.set(7, root.mirrors);
  if (root.zones.length > 0) map.set(8, root.zones);
  if (root.inbox.length > 0) map.set(9, root.inbox);
  if (root.previous) map.set(10, root.previous);
  if (root.resetFrom) map.set(11, [root.resetFrom.size, root.resetFrom.root]);
  return encode(map);
}

/** The file `root/<n>`. */
export function encodeRoot(body: Uint8Array, signatures: readonly RootSignature[]): Uint8Array {
  return encode([body, signatures.map((s) => [s.set, s.number, s.bytes])]);
}

/** Reads a root; verifies nothing. @throws Refused `encoding`, `text`, `too-large` or `key`. */
export function decodeRoot(bytes: Uint8Array): SignedRoot {
  if (bytes.length > LIMITS.rootBytes) throw new Refused('too-large', 'root');
  const [body, signatures, ...rest] = asArray(decode(bytes), 'root', 2);
  const signed = asBytes(body, 'root body');
  if (rest.length > 0) throw new Refused('encoding', 'root file');
  return {
    root: decodeBody(signed),
    body: signed,
    signatures: asArray(signatures, 'root signatures', 2 * LIMITS.rootKeys).map(decodeSignature),
  };
}

function decodeBody(body: Uint8Array): Root {
  const map = asMap(decode(body), 'root body');
  const texts = (key: number, what: string, max: number): string[] =>
    asArray(map.get(key) ?? [], what, LIMITS.mirrors).map((v) => asText(v, what, max));
  const rootKeys = asArray(map.get(3), 'root keys', LIMITS.rootKeys).map(decodeKey);
  const previous = map.get(10);
  const reset = map.get(11);
  return {
    version: asInteger(map.get(0), 'root version', 1, LIMITS.rootVersions),
    name: asText(map.get(1), 'name', 256),
    lang: asText(map.get(2), 'language', 64),
    rootKeys: distinct(rootKeys),
    threshold: asInteger(map.get(4), 'threshold', 1, rootKeys.length),
    logKey: decodeKey(map.get(5)),
    clockKey: decodeKey(map.get(6)),
    mirrors: texts(7, 'mirror', LIMITS.linkBytes),
    zones: texts(8, 'zone', 253),
    inbox: texts(9, 'inbox recipient', 4_096),
    previous: previous === undefined ? null : asBytes(previous, 'previous root', 32),
    resetFrom: reset === undefined ? null : decodeReset(reset),
    date: asInteger(map.get(12), 'date', 0, 2 ** 40),
  };
}

function decodeReset(value: Cbor): { size: number; root: Uint8Array } {
  const [size, root] = asArray(value, 'resetFrom', 2);
  return { size: asInteger(size, 'reset size', 0, LIMITS.logSize), root: asBytes(root, 'reset root', 32) };
}

function decodeKey(value: Cbor | undefined): Uint8Array {
  return requirePublicKey(asBytes(value, 'public key', 32));
}

function distinct(keys: Uint8Array[]): Uint8Array[] {
  const names = new Set(keys.map(encodeBase32));
  if (names.size !== keys.length) throw new Refused('key', 'a root key is listed twice');
  return keys;
}

function decodeSignature(value: Cbor): RootSignature {
  const [set, number, bytes] = asArray(value, 'root signature', 3);
  return {
    set: asInteger(set, 'key set', 0, 1) as 0 | 1,
    number: asInteger(number, 'key number', 0, LIMITS.rootKeys - 1),
    bytes: asBytes(bytes, 'root signature', 64),
  };
}

/** A signature over `body` by key `number` of `set`. */
export function signRoot(body: Uint8Array, set: 0 | 1, number: number, secret: Uint8Array): RootSignature {
  return { set, number, bytes: signEd25519(concatBytes(LABEL, body), secret) };
}

/**
 * Verifies a root by itself (version 1, `previous` null) or as the next one after `previous`.
 * @throws Refused `root`.
 */
export function verifyRoot(signed: SignedRoot, previous: SignedRoot | null): void {
  const { root } = signed;
  if (root.version !== (previous?.root.version ?? 0) + 1) throw new Refused('root', 'not the next version');
  if (previous === null) {
    if (root.previous !== null || root.resetFrom !== null) throw new Refused('root', 'a first root follows nothing');
  } else {
    verifySuccession(root, previous);
  }
  const signers = signersOf(signed, previous);
  if (countIn(root.rootKeys, signers) < root.threshold) throw new Refused('root', 'too few keys of its own signed');
  if (previous && countIn(previous.root.rootKeys, signers) < previous.root.threshold) {
    throw new Refused('root', 'too few keys of its predecessor signed');
  }
}

function verifySuccession(root: Root, previous: SignedRoot): void {
  if (!root.previous || !equalBytes(root.previous, sha256(previous.body))) {
    throw new Refused('root', 'follows another root');
  }
  const sameLogKey = equalBytes(root.logKey, previous.root.logKey);
  if (sameLogKey !== (root.resetFrom === null)) throw new Refused('root', 'resetFrom goes with a new log key');
  if (sameLogKey !== equalBytes(root.clockKey, previous.root.clockKey)) {
    throw new Refused('root', 'log key and clock key change together');
  }
}

/** Keys whose signature holds. A signature that fails spoils the file: an honest one has none. */
function signersOf(signed: SignedRoot, previous: SignedRoot | null): Uint8Array[] {
  const message = concatBytes(LABEL, signed.body);
  return signed.signatures.map(({ set, number, bytes }) => {
    const key = (set === 0 ? signed.root : previous?.root)?.rootKeys[number];
    if (!key || !verifyEd25519(bytes, message, key)) throw new Refused('root', 'a signature does not hold');
    return key;
  });
}

function countIn(keys: readonly Uint8Array[], signers: readonly Uint8Array[]): number {
  return keys.filter((key) => signers.some((signer) => equalBytes(key, signer))).length;
}
