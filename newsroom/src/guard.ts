/**
 * What must be true before a newsroom signs: nobody has seen a newer head of this channel. A restored backup
 * is older than what was published; signing from it would fork the log. Three witnesses are asked: the tree
 * itself, this machine's own memory outside the channel's folder, and the mirrors that the root names.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeBase64, parseCheckpoint, parseNote, treePath, verifyNote, maxBytes, type SigningKeys } from '@pappus/core';
import { HttpShelf } from '@pappus/transports';

const MIRROR_TIMEOUT_MS = 5_000;

export interface SeenHead {
  where: string;
  size: number;
  /** Base64. */
  root: string;
}

/** Where this machine remembers the newest head that it signed for a channel. */
export function memoryPath(channelId: string): string {
  const state = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(state, 'pappus', channelId);
}

/** Durable when it returns. */
export async function remember(channelId: string, size: number, root: Uint8Array): Promise<void> {
  const path = memoryPath(channelId);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${size}\n${encodeBase64(root)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

export async function remembered(channelId: string): Promise<SeenHead | null> {
  const text = await readFile(memoryPath(channelId), 'utf8').catch(() => null);
  const [size, root] = text?.split('\n') ?? [];
  return size && root ? { where: "this machine's memory", size: Number(size), root } : null;
}

/** The head in a checkpoint that this channel's keys signed; null for anything else. */
export function signedHeadIn(bytes: Uint8Array, keys: SigningKeys, where: string): SeenHead | null {
  try {
    const note = parseNote(bytes);
    verifyNote(note, [keys.log]);
    const { size, root } = parseCheckpoint(note.text);
    return { where, size, root: encodeBase64(root) };
  } catch {
    return null;
  }
}

/** Asks the mirrors, all at once; one that does not answer in 5 s has no say. */
export async function headsOfMirrors(mirrors: readonly string[], keys: SigningKeys): Promise<SeenHead[]> {
  const path = treePath('checkpoint');
  const answers = mirrors.map(async (mirror) => {
    const shelf = new HttpShelf(mirror);
    const bytes = await shelf.read(path, { bytes: maxBytes(path), signal: AbortSignal.timeout(MIRROR_TIMEOUT_MS) });
    return bytes && signedHeadIn(bytes, keys, mirror);
  });
  const settled = await Promise.allSettled(answers);
  return settled.flatMap((s) => (s.status === 'fulfilled' && s.value ? [s.value] : []));
}
