/**
 * A newsroom's folder: identity, drafts, publishing. One writer at a time, whatever processes run.
 *
 *     <folder>/newsroom.db     what must not be lost (store.ts)
 *     <folder>/keys/           secrets, mode 0600 in a folder of mode 0700 (keys.ts)
 *     <folder>/tree/           the channel as files: what mirrors and exports read
 *     <folder>/packs/          language packs of its own, where it has some: fa.pack, …
 *
 * A publishing first becomes durable in the store, signed head included, and only then reaches the tree, the
 * head last. Whatever stops it in between, the next command finishes it: nothing acknowledged is lost, and
 * what was signed once is never signed differently.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ENTRY,
  LIMITS,
  encodeBase64,
  encodeHex,
  encodeRoot,
  encodeRootBody,
  formatPath,
  publicKeyOf,
  sha256,
  signRoot,
  type Identity,
  type Reason,
  type Root,
  type SignedRoot,
  type TreePath,
} from '@pappus/core';
import type { Shelf } from '@pappus/transports';
import { FolderShelf, nodeDisk, type Disk } from '@pappus/transports/node';
import { readChannel, takeOver, type Adopted } from './adopt.ts';
import { readBooks } from './dictionaries.ts';
import type { Draft } from './draft.ts';
import { newerThan, remember, requireNewest, seenElsewhere, seenHere, type Seen } from './guard.ts';
import { NewsroomError, readSecret } from './keys.ts';
import { obstacleOf, postOf } from './posts.ts';
import { NOTHING, printEditions, type Additions, type LogSecrets, type Published } from './printing.ts';
import {
  exists,
  keyPath,
  nextRoot,
  removeKeys,
  rootSecrets,
  signNext,
  staleFiles,
  storedIdentity,
  storedRoot,
  voidedWithdrawals,
  writeKeys,
  type HeldRootKey,
  type RotateOptions,
  type VersionSecrets,
} from './rotation.ts';
import { Store, type StoredHead } from './store.ts';

/** Time, chance and disk, so that tests can bring their own. */
export interface Surroundings {
  /** Seconds since 1970. */
  now(): number;
  random(octets: number): Uint8Array;
  disk: Disk;
}

export interface CreateOptions {
  name: string;
  lang: string;
  rootKeys: number;
  threshold: number;
  passphrase: string;
  mirrors: string[];
  /** Zones of DNS that carry the channel; none unless given. */
  zones?: string[];
}

export interface PublishOptions {
  /** Seconds within which the next edition is promised. */
  nextWithin?: number | null;
  onProgress?: (done: number, total: number) => void;
}

const TREE_TIMEOUT_MS = 60_000;

const realSurroundings: Surroundings = {
  now: () => Math.floor(Date.now() / 1000),
  random: (octets) => new Uint8Array(randomBytes(octets)),
  disk: nodeDisk,
};

export class Newsroom {
  readonly folder: string;
  readonly store: Store;
  readonly #around: Surroundings;
  readonly #tree: FolderShelf;
  #identity: Identity;

  private constructor(folder: string, store: Store, identity: Identity, around: Surroundings) {
    this.folder = folder;
    this.store = store;
    this.#identity = identity;
    this.#around = around;
    this.#tree = new FolderShelf(join(folder, 'tree'), around.disk);
  }

  /** Makes a newsroom in a folder that is empty or absent, or where its making was cut off. */
  static async create(folder: string, options: CreateOptions, around = realSurroundings): Promise<Newsroom> {
    await mkdir(folder, { recursive: true });
    await requireUnused(folder);
    const store = new Store(join(folder, 'newsroom.db'));
    return closedUnless(store, async () => {
      await store.transaction(() => store.setFact(MAKING, 'yes'));
      await removeKeys(folder, 1);
      const secrets = {
        log: around.random(32),
        clock: around.random(32),
        root: Array.from({ length: options.rootKeys }, () => around.random(32)),
      };
      const bytes = firstRoot(options, secrets, around.now());
      await writeKeys(folder, 1, secrets, options.passphrase);
      await store.transaction(() => {
        store.setFact('root/1', encodeBase64(bytes));
        store.setFact('version', '1');
        store.setFact('keys', '1');
        store.send(formatPath({ kind: 'root', number: 1 }), bytes);
      });
      return Newsroom.#started(folder, store, around);
    });
  }

  /** Opens a newsroom and finishes what an interrupted command left. */
  static async open(folder: string, around = realSurroundings): Promise<Newsroom> {
    if (!(await exists(join(folder, 'newsroom.db')))) {
      throw new NewsroomError(`${folder} holds no newsroom. Make one with "pappus init ${folder} --name …".`);
    }
    const store = new Store(join(folder, 'newsroom.db'));
    return closedUnless(store, () => Newsroom.#started(folder, store, around));
  }

  static async #started(folder: string, store: Store, around: Surroundings): Promise<Newsroom> {
    if (store.fact('root/1') === null) {
      throw new NewsroomError(`Making the newsroom in ${folder} was cut off. Run "pappus init" again.`);
    }
    const newsroom = new Newsroom(folder, store, storedIdentity(store), around);
    await newsroom.#flush();
    return newsroom;
  }

  close(): void {
    this.store.close();
  }

  get identity(): Identity {
    return this.#identity;
  }

  get treeFolder(): string {
    return join(this.folder, 'tree');
  }

  /** Where language packs of its own stand, `<lang>.pack` each. */
  get packsFolder(): string {
    return join(this.folder, 'packs');
  }

  get tree(): FolderShelf {
    return this.#tree;
  }

  /** Files of wrapped root keys that lie in the newsroom's own folder. */
  rootKeyFiles(): string[] {
    const { root } = this.identity;
    const made = Number(this.store.fact('rootKeys') ?? 1);
    return root.rootKeys.map((_, i) => keyPath(this.folder, `root-${made}-${i + 1}`));
  }

  /** Takes drafts in; those known already are left alone. */
  async addDrafts(
    drafts: readonly Draft[],
  ): Promise<{ added: number; known: number; refused: { where: string; why: string }[] }> {
    const refused: { where: string; why: string }[] = [];
    let added = 0;
    await this.store.transaction(() => {
      for (const draft of drafts) {
        const why = obstacleOf(draft);
        if (why) refused.push({ where: draft.title || draft.sourceId, why });
        else if (this.store.addDraft(draft)) added++;
      }
    });
    return { added, known: drafts.length - added - refused.length, refused };
  }

  /** Publishes all waiting drafts; without any, an edition that only says "still here". */
  async publish(options: PublishOptions = {}): Promise<Published> {
    return this.#publishing(options, () => {
      const waiting = this.store.waitingDrafts();
      return {
        ...NOTHING,
        posts: waiting.map(({ draft, replaces }) =>
          postOf(draft, this.identity.root.lang, replaces === null ? null : this.store.latestOf(replaces)),
        ),
        sourceIds: waiting.map(({ draft }) => draft.sourceId),
      };
    });
  }

  /** Publishes a post that takes the place of an earlier one, or of its latest correction. Gives its index. */
  async correct(index: number, change: (before: Draft) => Draft, options: PublishOptions = {}): Promise<number> {
    const published = await this.#publishing(options, () => {
      this.#requirePost(index);
      const latest = this.store.latestOf(index);
      const before = this.store.draftOf(latest);
      if (!before) throw new NewsroomError(`The text of post ${latest} is not in this newsroom. Nothing was changed.`);
      const draft = { ...change(before), sourceId: `correction/${encodeHex(this.#around.random(16))}` };
      const why = obstacleOf(draft);
      if (why) throw new NewsroomError(`The correction cannot be published: ${why}. Nothing was changed.`);
      this.store.addDraft(draft, latest);
      const posts = [postOf(draft, this.identity.root.lang, latest)];
      return { ...NOTHING, posts, sourceIds: [draft.sourceId] };
    });
    return published.posts[0]!;
  }

  /** Takes a post back: its words leave the tree, the fact that it was withdrawn stays in the log. */
  async withdraw(
    index: number,
    reason: Reason,
    replacement: number | null,
    options: PublishOptions = {},
  ): Promise<Published> {
    const published = await this.#publishing(options, () => {
      this.#requirePost(index);
      if (replacement !== null) this.#requirePost(replacement);
      return { ...NOTHING, tombstones: [{ index, reason, replacement }] };
    });
    this.store.scrub();
    return published;
  }

  /**
   * Takes over what a tree or mirror knows beyond this newsroom, after a backup was restored.
   * @throws NewsroomError, and nothing is changed, when it contradicts what was signed here or is not whole.
   */
  async adopt(shelf: Shelf): Promise<Adopted> {
    const library = await readChannel(shelf, this.identity.channelId);
    const adopted = await this.#alone(async () => {
      const taken = await takeOver(this.store, library, this.#tree);
      this.#catchUp();
      return taken;
    });
    this.store.scrub();
    return adopted;
  }

  #requirePost(index: number): void {
    if (this.store.entryType(index) !== ENTRY.post) {
      throw new NewsroomError(
        `There is no post ${index}. Nothing was changed. "pappus read <folder>/tree" lists them.`,
      );
    }
    if (this.store.isWithdrawn(index))
      throw new NewsroomError(`Post ${index} is withdrawn already. Nothing was changed.`);
  }

  async #publishing(options: PublishOptions, gather: () => Additions): Promise<Published> {
    const seen = await this.#seenElsewhere();
    return this.#alone(async () => {
      requireNewest(seen, this.store, this.identity.version, this.folder);
      return this.#print(gather(), options);
    });
  }

  /** Alone among all processes, on the newest identity, with nothing owed to the tree before, and nothing after. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await this.store.transaction(async () => {
        this.#catchUp();
        await this.#deliver();
        return work();
      });
      await this.#flush();
      return result;
    } finally {
      this.#catchUp();
    }
  }

  /** Another process, or a transaction that was undone, may have changed the version that counts. */
  #catchUp(): void {
    if (Number(this.store.fact('version')) !== this.#identity.version) this.#identity = storedIdentity(this.store);
  }

  async #print(additions: Additions, options: PublishOptions): Promise<Published> {
    const { store, identity } = this;
    const shop = {
      store,
      identity,
      secrets: await this.#secrets(),
      random: (octets: number) => this.#around.random(octets),
      readPack: (id: string) => this.#readPack(id),
      books: await readBooks(this.packsFolder),
    };
    const { nextWithin = null, onProgress = () => {} } = options;
    return printEditions(shop, additions, { time: this.#around.now(), nextWithin, onProgress });
  }

  async #secrets(): Promise<LogSecrets> {
    const version = this.store.fact('keys');
    const read = (name: string): Promise<Uint8Array> => readSecret(keyPath(this.folder, `${name}-${version}`));
    return { log: await read('log'), clock: await read('clock') };
  }

  #readPack(id: string): Promise<Uint8Array> {
    return this.#read(formatPath({ kind: 'pack', id }), LIMITS.packBytes);
  }

  async #read(path: TreePath, bytesMax: number): Promise<Uint8Array> {
    const bytes = await this.#tree.read(path, { bytes: bytesMax, signal: AbortSignal.timeout(TREE_TIMEOUT_MS) });
    if (!bytes)
      throw new NewsroomError(
        `${join(this.treeFolder, path)} is missing. Bring it back from a mirror, then try again.`,
      );
    return bytes;
  }

  #seenElsewhere(): Promise<Seen[]> {
    this.#catchUp();
    return seenElsewhere(this.identity, storedRoot(this.store, this.identity.version), this.#tree);
  }

  /** Sends what is durable in the store to the tree: immutable files, then the head, then nothing is owed. */
  async #flush(): Promise<void> {
    if (!this.store.hasOutgoing) return;
    await this.store.transaction(() => this.#deliver());
  }

  /** Inside a transaction. A restored backup may owe the tree files that are older than it: these stay where they are. */
  async #deliver(): Promise<void> {
    const { store, identity } = this;
    if (!store.hasOutgoing) return;
    const seen = await seenHere(identity, storedRoot(store, identity.version), this.#tree);
    if (newerThan(store, identity.version, seen)) return;
    const head = store.head();
    try {
      if (head)
        await remember(identity.channelId, {
          version: identity.version,
          size: head.size,
          root: encodeBase64(head.root),
        });
      const files = [...store.outgoing()];
      await this.#tree.putAll(files.flatMap(({ path, bytes }) => (bytes ? [{ path, bytes }] : [])));
      for (const { path, bytes } of files) if (!bytes) await this.#tree.remove(path);
    } catch (cause) {
      throw new NewsroomError(
        `What was signed is safe in ${this.folder}, but could not all be written to the tree (${(cause as Error).message}). ` +
          'Make room or mend the disk. The next command, whichever it is, then finishes this one: do not repeat it.',
        { cause },
      );
    }
    store.clearOutgoing();
  }

  /**
   * Goes to the next version of the identity: new log key, new root keys, other mirrors, or recovery after a
   * theft. Needs the passphrase and as many root key files as the threshold says.
   */
  async rotate(options: RotateOptions): Promise<{ version: number; published: Published; rootKeyFiles: string[] }> {
    const seen = await this.#seenElsewhere();
    const rotated = await this.#alone(async () => {
      const { version } = this.identity;
      const after = options.lastGoodEdition === null ? seen : seen.filter((s) => s.version > version);
      requireNewest(after, this.store, version, this.folder);
      const last = this.#lastGood(options.lastGoodEdition);
      const files = options.rootKeyFiles.length > 0 ? options.rootKeyFiles : await this.#ownRootKeyFiles();
      const held = await rootSecrets(this.identity, files, options.passphrase);
      const secrets = this.#nextSecrets(options);
      await removeKeys(this.folder, version + 1);
      await writeKeys(this.folder, version + 1, secrets, options.passphrase);
      const again = secrets.log ? await this.#reset(last?.size ?? 0) : NOTHING;
      const signed = this.#succeed(options, secrets, held, last);
      const pointer = { version: version + 1, digest: sha256(signed.body) };
      return { version: version + 1, published: await this.#print({ ...again, rootPointers: [pointer] }, {}) };
    });
    return { ...rotated, rootKeyFiles: this.rootKeyFiles() };
  }

  #lastGood(edition: number | null): StoredHead | null {
    const last = edition === null ? this.store.head() : this.store.headOfEdition(edition);
    if (edition !== null && !last) throw new NewsroomError(`There is no edition ${edition}. Nothing was changed.`);
    return last;
  }

  #nextSecrets({ logKey, rootKeys, lastGoodEdition }: RotateOptions): VersionSecrets {
    const random = (octets: number): Uint8Array => this.#around.random(octets);
    const isNew = logKey || lastGoodEdition !== null;
    return {
      log: isNew ? random(32) : null,
      clock: isNew ? random(32) : null,
      root: rootKeys ? this.identity.root.rootKeys.map(() => random(32)) : null,
    };
  }

  /** Inside a transaction: the next root becomes the one that counts. */
  #succeed(options: RotateOptions, secrets: VersionSecrets, held: HeldRootKey[], last: StoredHead | null): SignedRoot {
    const { store } = this;
    const before = storedRoot(store, this.identity.version);
    const root = nextRoot(before, secrets, options, last, this.#around.now());
    const signed = signNext(root, held, secrets.root);
    const bytes = encodeRoot(signed.body, signed.signatures);
    store.setFact(`root/${root.version}`, encodeBase64(bytes));
    store.setFact('version', String(root.version));
    if (secrets.log) store.setFact('keys', String(root.version));
    if (secrets.root) store.setFact('rootKeys', String(root.version));
    store.send(formatPath({ kind: 'root', number: root.version }), bytes);
    this.#catchUp();
    return signed;
  }

  /**
   * Inside a transaction: everything from `size` on is void. Gives what has to be said again: words that a void
   * edition withdrew are gone for good, so the log must say so in a new one.
   */
  async #reset(size: number): Promise<Additions> {
    const editions = this.store.editionsAfter(size);
    if (editions.length === 0) return NOTHING;
    const readPack = (id: string): Promise<Uint8Array> => this.#readPack(id);
    const files = await Promise.all(
      editions.map((number) => this.#read(formatPath({ kind: 'edition', number }), LIMITS.editionBytes)),
    );
    const { tombstones, repacked, retired } = voidedWithdrawals(files, size);
    const paths = this.#tree.list(AbortSignal.timeout(TREE_TIMEOUT_MS));
    for (const path of await staleFiles(paths, size, editions, readPack)) this.store.send(path, null);
    this.store.truncate(size);
    return { ...NOTHING, tombstones, repacked, retired };
  }

  async #ownRootKeyFiles(): Promise<string[]> {
    const files = this.rootKeyFiles();
    const here = await Promise.all(files.map(exists));
    return files.filter((_, i) => here[i]);
  }
}

/** In the store from before the keys are written until the newsroom counts. */
const MAKING = 'making';

/** @throws NewsroomError unless the folder is empty or holds what a cut-off making left. */
async function requireUnused(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length === 0) return;
  if (!names.includes('newsroom.db')) {
    throw new NewsroomError(`${folder} is not empty. Nothing was changed. Choose a folder that is empty or absent.`);
  }
  const store = new Store(join(folder, 'newsroom.db'));
  const isCutOff = store.fact('root/1') === null && (store.fact(MAKING) !== null || !names.includes('keys'));
  store.close();
  if (!isCutOff) {
    throw new NewsroomError(`${folder} holds a newsroom already. Nothing was changed. Choose another folder.`);
  }
}

function firstRoot(
  options: CreateOptions,
  secrets: { log: Uint8Array; clock: Uint8Array; root: Uint8Array[] },
  date: number,
): Uint8Array {
  const root: Root = {
    version: 1,
    name: options.name,
    lang: options.lang,
    rootKeys: secrets.root.map(publicKeyOf),
    threshold: options.threshold,
    logKey: publicKeyOf(secrets.log),
    clockKey: publicKeyOf(secrets.clock),
    mirrors: options.mirrors,
    zones: options.zones ?? [],
    inbox: [],
    previous: null,
    resetFrom: null,
    date,
  };
  const body = encodeRootBody(root);
  return encodeRoot(
    body,
    secrets.root.slice(0, options.threshold).map((s, i) => signRoot(body, 0, i, s)),
  );
}

async function closedUnless<T>(store: Store, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    store.close();
    throw error;
  }
}
