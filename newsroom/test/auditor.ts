/** A stranger who checks a whole tree with nothing but the core, and keeps every signed head ever met. */
import {
  Library,
  encodeBase64,
  inOfferOrder,
  maxBytes,
  parseCheckpoint,
  parseNote,
  postsOf,
  treePath,
  verifyNote,
  wantedPaths,
  type PostReport,
  type TreePath,
} from '@pappus/core';
import type { ListedShelf, Shelf } from '@pappus/transports';
import { FolderShelf } from '@pappus/transports/node';
import { builtInDictionaries, type Newsroom } from '../src/index.ts';

/** Signed heads by size: two roots for one size are a fork. */
export class Notary {
  readonly heads = new Map<number, string>();
  readonly forks: string[] = [];

  see(size: number, root: Uint8Array): void {
    const name = encodeBase64(root);
    if ((this.heads.get(size) ?? name) !== name) this.forks.push(`two roots for ${size} entries`);
    this.heads.set(size, name);
  }

  /** All heads that a newsroom's store holds. */
  seeStore({ store }: Newsroom): void {
    for (let n = store.head()?.edition ?? 0; n >= 1; n--) {
      const head = store.headOfEdition(n);
      if (head) this.see(head.size, head.root);
    }
  }

  /** A root has said that everything beyond `size` is void. */
  voidAfter(size: number): void {
    for (const seen of this.heads.keys()) if (seen > size) this.heads.delete(seen);
  }

  /** Every head met so far must be one of the log that this library has proven. */
  requireOneHistory(library: Library): void {
    for (const [size, root] of this.heads) {
      const proven = library.log!.rootAt(size);
      if (!proven || encodeBase64(proven) !== root)
        this.forks.push(`the log at ${size} entries is not the one signed then`);
    }
    if (this.forks.length > 0) throw new Error(`FORK: ${this.forks.join('; ')}`);
  }
}

export interface Audit {
  library: Library;
  posts: PostReport[];
  /** Titles of the posts that readers see: neither withdrawn nor corrected. */
  titles: string[];
}

/**
 * Loads a tree twice into fresh libraries: all that lies there, and by asking for what is wanted, as over the web.
 * @throws Error that names the first thing that is not as it must be.
 */
export async function auditTree(tree: string | ListedShelf, notary = new Notary()): Promise<Audit> {
  const shelf = typeof tree === 'string' ? new FolderShelf(tree) : tree;
  const library = await loadAll(shelf);
  const posts = [...postsOf(library)];
  requireWhole(library, posts, 'everything that lies there');
  const asked = await loadWanted(shelf);
  requireWhole(asked, [...postsOf(asked)], 'what is asked for');
  const [all, some] = [library, asked].map((l) =>
    JSON.stringify([...postsOf(l)].map((p) => [p.index, p.status, l.text(p.index)])),
  );
  if (all !== some) throw new Error('asking gives other posts than listing');
  await seeCheckpoint(shelf, library, notary);
  notary.requireOneHistory(library);
  const current = posts.filter((p) => p.status === 'current' || p.status === 'headline');
  return { library, posts, titles: current.map((p) => p.record!.title) };
}

/** Titles that a reader gets by asking, as over the web, of a tree that may lie between two editions. */
export async function titlesByAsking(shelf: Shelf): Promise<string[]> {
  const library = await loadWanted(shelf);
  if (library.evidence.length > 0) throw new Error('there is evidence of a fork');
  return [...postsOf(library)].flatMap((p) => (p.status === 'current' ? [p.record!.title] : []));
}

function newLibrary(): Library {
  return new Library({ dictionaries: builtInDictionaries().map((d) => d.bytes) });
}

async function loadAll(shelf: ListedShelf): Promise<Library> {
  const library = newLibrary();
  const names: { path: TreePath }[] = [];
  for await (const path of shelf.list(AbortSignal.timeout(60_000))) names.push({ path });
  const open = new Map<TreePath, string>();
  for (const { path } of inOfferOrder(names)) {
    const outcome = library.offer(path, (await read(shelf, path))!);
    if (outcome.status !== 'accepted') open.set(path, JSON.stringify(outcome));
  }
  for (const { path, outcome } of library.takeSettled()) {
    if (outcome.status === 'accepted') open.delete(path);
    else open.set(path, JSON.stringify(outcome));
  }
  if (open.size > 0) throw new Error(`not accepted: ${[...open].map((pair) => pair.join(' ')).join('; ')}`);
  return library;
}

async function loadWanted(shelf: Shelf): Promise<Library> {
  const library = newLibrary();
  const asked = new Set<TreePath>();
  const next = (): TreePath[] => wantedPaths(library).filter((path) => !asked.has(path));
  for (let paths = next(); paths.length > 0; paths = next()) {
    for (const path of paths) {
      asked.add(path);
      const bytes = await read(shelf, path);
      if (bytes) library.offer(path, bytes);
    }
  }
  return library;
}

function requireWhole(library: Library, posts: PostReport[], what: string): void {
  const faults = [
    ...library.needs.filter((need) => !need.startsWith('after/')).map((need) => `something waits for ${need}`),
    ...library.evidence.map(() => 'there is evidence of a fork'),
    ...posts
      .filter((p) => p.status === 'missing' || p.status === 'headline')
      .map((p) => `post ${p.index} is ${p.status}`),
    ...wantedPaths(library)
      .filter((path) => !path.startsWith('root/') && library.log?.head)
      .map((path) => `${path} is wanted`),
  ];
  if (faults.length > 0) throw new Error(`${what}: ${faults.join('; ')}`);
}

async function seeCheckpoint(shelf: Shelf, library: Library, notary: Notary): Promise<void> {
  const bytes = await read(shelf, treePath('checkpoint'));
  if (!bytes) return;
  const note = parseNote(bytes);
  const { log, clock } = library.identity!.keys;
  if (verifyNote(note, [log, clock]).length !== 2) throw new Error('the checkpoint is not signed by both keys');
  const { size, root } = parseCheckpoint(note.text);
  if (size !== library.log!.head!.size) throw new Error('checkpoint and head differ in size');
  notary.see(size, root);
}

function read(shelf: Shelf, path: TreePath): Promise<Uint8Array | null> {
  return shelf.read(path, { bytes: maxBytes(path), signal: AbortSignal.timeout(60_000) });
}
