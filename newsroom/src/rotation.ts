/** The next version of a newsroom's identity: its keys on disk, its body and signatures, and what a reset voids. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ENTRY,
  Identity,
  LIMITS,
  decodeBase64,
  decodeMark,
  decodePack,
  decodeRoot,
  decodeSuffix,
  decodeTombstone,
  encodeBase64,
  encodeRootBody,
  parsePath,
  publicKeyOf,
  sha256,
  signRoot,
  type Root,
  type SignedRoot,
  type Tombstone,
  type TreePath,
} from '@pappus/core';
import { builtInDictionaries } from './dictionaries.ts';
import { NewsroomError, readRootKey, writeRootKey, writeSecret } from './keys.ts';
import type { Additions } from './printing.ts';
import type { Store, StoredHead } from './store.ts';

export interface RotateOptions {
  logKey: boolean;
  rootKeys: boolean;
  /** After a theft: the last edition that counts. Null: all that was published counts. */
  lastGoodEdition: number | null;
  /** Null: as they are. */
  mirrors: string[] | null;
  /** Zones of DNS; null or absent: as they are. */
  zones?: string[] | null;
  passphrase: string;
  /** Files of root keys; by default those in the newsroom's folder. */
  rootKeyFiles: string[];
}

/** Secrets of one version; null where the version before goes on. */
export interface VersionSecrets {
  log: Uint8Array | null;
  clock: Uint8Array | null;
  root: Uint8Array[] | null;
}

export interface HeldRootKey {
  /** Its place in the present root. */
  number: number;
  secret: Uint8Array;
}

export const keyPath = (folder: string, name: string): string => join(folder, 'keys', `${name}.key`);

export async function writeKeys(
  folder: string,
  version: number,
  secrets: VersionSecrets,
  passphrase: string,
): Promise<void> {
  if (secrets.log) await writeSecret(keyPath(folder, `log-${version}`), secrets.log);
  if (secrets.clock) await writeSecret(keyPath(folder, `clock-${version}`), secrets.clock);
  for (const [i, secret] of (secrets.root ?? []).entries()) {
    await writeRootKey(keyPath(folder, `root-${version}-${i + 1}`), secret, passphrase);
  }
}

/** Keys of a rotation that was cut off before it counted. */
export async function removeKeys(folder: string, version: number): Promise<void> {
  const names = ['log', 'clock'].map((name) => `${name}-${version}`);
  for (let i = 1; i <= LIMITS.rootKeys; i++) names.push(`root-${version}-${i}`);
  for (const name of names) await rm(keyPath(folder, name), { force: true });
}

/** As many root secrets as the threshold asks for. @throws NewsroomError when they are not here. */
export async function rootSecrets(
  identity: Identity,
  files: readonly string[],
  passphrase: string,
): Promise<HeldRootKey[]> {
  const { root } = identity;
  const names = root.rootKeys.map(encodeBase64);
  const held: HeldRootKey[] = [];
  for (const file of files) {
    if (held.length === root.threshold) break;
    const secret = await readRootKey(file, passphrase);
    const number = names.indexOf(encodeBase64(publicKeyOf(secret)));
    if (number >= 0 && !held.some((key) => key.number === number)) held.push({ number, secret });
  }
  if (held.length < root.threshold) {
    throw new NewsroomError(
      `${root.threshold} root keys are needed and ${held.length} are here. Nothing was changed. ` +
        'Bring the media with the other root key files and name them with --root-key.',
    );
  }
  return held;
}

export function nextRoot(
  before: SignedRoot,
  secrets: VersionSecrets,
  { mirrors, zones }: Pick<RotateOptions, 'mirrors' | 'zones'>,
  lastGood: StoredHead | null,
  date: number,
): Root {
  const { root } = before;
  const empty = { size: 0, root: sha256(new Uint8Array(0)) };
  const reset = lastGood ? { size: lastGood.size, root: lastGood.root } : empty;
  return {
    ...root,
    version: root.version + 1,
    rootKeys: secrets.root?.map(publicKeyOf) ?? root.rootKeys,
    logKey: secrets.log ? publicKeyOf(secrets.log) : root.logKey,
    clockKey: secrets.clock ? publicKeyOf(secrets.clock) : root.clockKey,
    mirrors: mirrors ?? root.mirrors,
    zones: zones ?? root.zones,
    previous: sha256(before.body),
    resetFrom: secrets.log ? reset : null,
    date,
  };
}

/** A root signed by enough keys of its own and of its predecessor. */
export function signNext(root: Root, held: readonly HeldRootKey[], fresh: readonly Uint8Array[] | null): SignedRoot {
  const body = encodeRootBody(root);
  const own = fresh?.slice(0, root.threshold).map((secret, number) => ({ number, secret })) ?? held;
  const signatures = [
    ...own.map(({ number, secret }) => signRoot(body, 0, number, secret)),
    ...held.map(({ number, secret }) => signRoot(body, 1, number, secret)),
  ];
  return { root, body, signatures };
}

/** A version of the identity as the store has it. */
export function storedRoot(store: Store, version: number): SignedRoot {
  return decodeRoot(decodeBase64(store.fact(`root/${version}`)!));
}

/** The identity as the store has it, verified. */
export function storedIdentity(store: Store): Identity {
  const identity = new Identity(storedRoot(store, 1), null);
  for (let n = 2; n <= Number(store.fact('version')); n++) identity.advance(storedRoot(store, n));
  return identity;
}

/** What void edition files withdrew of the posts before `size`: the tombstones, and the packs that took the place of others. */
export function voidedWithdrawals(
  editions: readonly Uint8Array[],
  size: number,
): Pick<Additions, 'tombstones' | 'repacked' | 'retired'> {
  const tombstones: Tombstone[] = [];
  const packs: string[] = [];
  const retired: string[] = [];
  for (const { type, record } of editions.flatMap(recordsIn)) {
    if (type === ENTRY.tombstone) tombstones.push(decodeTombstone(record));
    if (type !== ENTRY.mark) continue;
    const mark = decodeMark(record);
    packs.push(...mark.packs.filter((pack) => pack.last < size).map((pack) => pack.id));
    retired.push(...mark.retired);
  }
  return {
    tombstones: tombstones
      .filter(({ index }) => index < size)
      .map((t) => ({ ...t, replacement: (t.replacement ?? size) < size ? t.replacement : null })),
    repacked: packs.filter((id) => !retired.includes(id)),
    retired,
  };
}

function recordsIn(edition: Uint8Array): { type: number; record: Uint8Array }[] {
  const dictionaries = builtInDictionaries().map((d) => d.dictionary);
  const suffix = decodeSuffix(edition, (id) => dictionaries.find((d) => d.id === id) ?? null);
  if (typeof suffix === 'string') throw new Error(`our own edition names an unknown dictionary ${suffix}`);
  return suffix.records.flatMap((r) => ('record' in r ? [r] : []));
}

/** Tree files that no longer tell the truth once everything from `size` on is void. */
export async function staleFiles(
  paths: AsyncIterable<TreePath>,
  size: number,
  editions: readonly number[],
  readPack: (id: string) => Promise<Uint8Array>,
): Promise<TreePath[]> {
  const stale: TreePath[] = [];
  for await (const path of paths) {
    const parts = parsePath(path);
    const isStale =
      (parts.kind === 'edition' && editions.includes(parts.number)) ||
      (parts.kind === 'tile' && (parts.index * 256 + parts.width) * 256 ** parts.level > size) ||
      (parts.kind === 'entries' && parts.index * 256 + parts.width > size) ||
      (parts.kind === 'pack' && decodePack(await readPack(parts.id)).items.some((item) => item.index >= size));
    if (isStale) stale.push(path);
  }
  return stale;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
