/**
 * What must be true before a newsroom signs: nobody has seen a newer head or identity of this channel. A restored
 * backup is older than what was published; signing from it would fork the log. Three witnesses are asked: the tree
 * itself, this machine's own memory outside the channel's folder, and the mirrors that the root names.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  Refused,
  decodeRoot,
  encodeBase64,
  encodeUtf8,
  formatPath,
  maxBytes,
  parseCheckpoint,
  parseNote,
  refusal,
  treePath,
  verifyNote,
  verifyRoot,
  type Identity,
  type SignedRoot,
  type SigningKeys,
} from '@pappus/core';
import { HttpShelf, type Shelf } from '@pappus/transports';
import { nodeDisk, replaceFile } from '@pappus/transports/node';
import { NewsroomError } from './keys.ts';
import type { Store } from './store.ts';

const MIRROR_TIMEOUT_MS = 5_000;

/** A state of the channel: version of its identity, and its head. */
export interface ChannelState {
  version: number;
  size: number;
  /** Base64. */
  root: string;
}

export type Seen = ChannelState & { where: string };

/** Where this machine remembers the newest head that it signed for a channel. */
export function memoryPath(channelId: string): string {
  const state = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(state, 'pappus', channelId);
}

/** Durable when it returns. */
export async function remember(channelId: string, { size, root, version }: ChannelState): Promise<void> {
  const path = memoryPath(channelId);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(nodeDisk, path, (file) => file.write(encodeUtf8(`${size}\n${root}\n${version}\n`)));
  await nodeDisk.syncFolder(dirname(path));
}

async function remembered(channelId: string): Promise<Seen | null> {
  const text = await readFile(memoryPath(channelId), 'utf8').catch(() => null);
  const [size, root, version] = text?.split('\n') ?? [];
  return size && root && version
    ? { where: "this machine's memory", version: Number(version), size: Number(size), root }
    : null;
}

/** What the witnesses know that are on this machine. */
export async function seenHere(identity: Identity, newest: SignedRoot, tree: Shelf): Promise<Seen[]> {
  const answers = await Promise.allSettled([
    stateOn(tree, 'the tree', identity.keys, newest),
    remembered(identity.channelId),
  ]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value ? [answer.value] : []));
}

/** What all witnesses know. Mirrors are asked all at once; one that does not answer in 5 s has no say. */
export async function seenElsewhere(identity: Identity, newest: SignedRoot, tree: Shelf): Promise<Seen[]> {
  const mirrors = identity.root.mirrors.map(async (url) => stateOn(new HttpShelf(url), url, identity.keys, newest));
  const [here, answers] = await Promise.all([seenHere(identity, newest, tree), Promise.allSettled(mirrors)]);
  return [
    ...here,
    ...answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value ? [answer.value] : [])),
  ];
}

/** The newest state that a shelf can show with signatures of this channel; null when it can show none. */
async function stateOn(shelf: Shelf, where: string, keys: SigningKeys, newest: SignedRoot): Promise<Seen | null> {
  const read = (path: string): Promise<Uint8Array | null> => {
    const limit = { bytes: maxBytes(treePath(path)), signal: AbortSignal.timeout(MIRROR_TIMEOUT_MS) };
    return shelf.read(treePath(path), limit);
  };
  const { version } = newest.root;
  const [root, checkpoint] = await Promise.all([
    read(formatPath({ kind: 'root', number: version + 1 })),
    read('checkpoint'),
  ]);
  if (root && succeeds(root, newest)) return { where, version: version + 1, size: 0, root: '' };
  return checkpoint && signedHeadIn(checkpoint, keys, { where, version });
}

function succeeds(bytes: Uint8Array, newest: SignedRoot): boolean {
  return !(refusal(() => verifyRoot(decodeRoot(bytes), newest)) instanceof Refused);
}

/** Null for anything but a checkpoint that these keys signed. */
function signedHeadIn(bytes: Uint8Array, keys: SigningKeys, seen: Pick<Seen, 'where' | 'version'>): Seen | null {
  const head = refusal(() => {
    const note = parseNote(bytes);
    verifyNote(note, [keys.log]);
    return parseCheckpoint(note.text);
  });
  return head instanceof Refused ? null : { ...seen, size: head.size, root: encodeBase64(head.root) };
}

/** The first witness that has seen a newer state than the store's; null when there is none. */
export function newerThan(store: Store, version: number, seen: readonly Seen[]): Seen | null {
  const head = store.head();
  const size = head?.size ?? 0;
  const isNewer = (witness: Seen): boolean => {
    if (witness.version !== version) return witness.version > version;
    return witness.size > size || (witness.size === size && witness.root !== (head && encodeBase64(head.root)));
  };
  return seen.find(isNewer) ?? null;
}

/**
 * Signing from an older state than anybody has seen would make a second history.
 * @throws NewsroomError when a witness has seen a newer one.
 */
export function requireNewest(seen: readonly Seen[], store: Store, version: number, folder: string): void {
  const newer = newerThan(store, version, seen);
  if (!newer) return;
  const [theirs, ours] =
    newer.version > version
      ? [`version ${newer.version} of its identity`, `version ${version}`]
      : [`a log of ${newer.size} entries`, `${store.size}`];
  throw new NewsroomError(
    `This newsroom is older than what it has published: ${newer.where} knows ${theirs}, this folder ${ours}. ` +
      'It was probably restored from a backup. Nothing was signed, readers are unharmed. ' +
      `Run "pappus adopt <tree or mirror> --channel ${folder}" to take over what is newer, then go on.`,
  );
}
