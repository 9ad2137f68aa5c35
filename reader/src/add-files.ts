/** Takes what a person dropped or picked: a page, a ZIP, or something else that holds no tree. */
import {
  Refused,
  inOfferOrder,
  makeReady,
  maxBytes,
  type Library,
  type Outcome,
  type RefusalCode,
  type TreePath,
} from '@pappus/core';
import { openZip, readHtml } from '@pappus/transports';
import { pauses, type Pause } from './slices.ts';

/** Octets of one file that a page takes, at most: a phone has to hold all of it. */
export const ADD_BYTES_MAX = 64 * 2 ** 20;

export interface Added {
  /** Posts and texts that were not held before. */
  posts: number;
  texts: number;
  /** What was left out. The path is empty for what is no tree file, or for the rest of a damaged container. */
  refused: { path: string; code: RefusalCode }[];
  /** It holds another channel, and nothing of this one that is new. */
  isOtherChannel: boolean;
}

/** A file of a container, read once its turn comes. */
interface Part {
  path: TreePath;
  read: () => Promise<Uint8Array>;
}

/**
 * Offers the tree files of `file` to a library that knows its channel, a little at a time; one file after another.
 * `progress` hears how many of how many parts are judged. Whatever is in the file, nothing that was held is lost.
 */
export async function addFile(
  library: Library,
  file: Blob,
  progress: (done: number, all: number) => void = () => {},
): Promise<Added> {
  const before = heldIn(library);
  const refused = new Map<string, RefusalCode>();
  const note = (path: string, outcome: Outcome): void => {
    if (outcome.status === 'refused') refused.set(path, outcome.code);
  };
  library.takeSettled();
  const pause = pauses();
  const parts = inOfferOrder(await partsOf(file, pause, refused));
  for (const [i, part] of parts.entries()) {
    if (await pause()) progress(i, parts.length);
    const outcome = await offer(library, part, pause);
    note(part.path, outcome);
    // Only a library can say this, and what is left of the file would but crowd out what waits there.
    if (part.path === 'root/1' && outcome.status === 'refused' && outcome.code === 'channel') break;
  }
  progress(parts.length, parts.length);
  for (const { path, outcome } of library.takeSettled()) note(path, outcome);
  const after = heldIn(library);
  const posts = fresh(before.posts, after.posts);
  const texts = fresh(before.texts, after.texts);
  return {
    posts,
    texts,
    refused: [...refused].map(([path, code]) => ({ path, code })),
    isOtherChannel: posts + texts === 0 && [...refused.values()].includes('channel'),
  };
}

async function offer(library: Library, { path, read }: Part, pause: Pause): Promise<Outcome> {
  try {
    const bytes = await read();
    if (path.startsWith('dict/')) for (const _ of makeReady(bytes)) await pause();
    return library.offer(path, bytes);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The files of a container; what is wrong with the container itself is noted as that of no path. */
async function partsOf(file: Blob, pause: Pause, refused: Map<string, RefusalCode>): Promise<Part[]> {
  const parts: Part[] = [];
  try {
    if (file.size > ADD_BYTES_MAX) throw new Refused('too-large', 'more than a page takes');
    if (/^PK[\x03\x05]/.test(await file.slice(0, 3).text())) return await partsOfZip(file);
    for (const { path, bytes } of readHtml(await bytesOf(file))) {
      parts.push({ path, read: async () => bytes });
      await pause();
    }
  } catch (error) {
    refused.set('', outcomeOf(error).code);
  }
  return parts;
}

async function partsOfZip(file: Blob): Promise<Part[]> {
  const zip = await openZip({
    bytes: file.size,
    read: (offset, length) => bytesOf(file.slice(offset, offset + length)),
  });
  const { signal } = new AbortController();
  const parts: Part[] = [];
  for await (const path of zip.list(signal)) {
    parts.push({ path, read: async () => (await zip.read(path, { bytes: maxBytes(path), signal }))! });
  }
  return parts;
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

function outcomeOf(error: unknown): Extract<Outcome, { status: 'refused' }> {
  if (error instanceof Refused) return { status: 'refused', code: error.code, detail: error.detail };
  throw error;
}

/** Indexes of posts, and of those with a text. */
function heldIn({ contents: { posts } }: Library): { posts: Set<number>; texts: Set<number> } {
  const all = [...posts.keys()];
  const withText = all.filter((index) => {
    const text = posts.textLayer(index);
    return text !== null && posts.pack(index, text) !== null;
  });
  return { posts: new Set(all), texts: new Set(withText) };
}

function fresh(before: ReadonlySet<number>, after: ReadonlySet<number>): number {
  return [...after].filter((index) => !before.has(index)).length;
}
