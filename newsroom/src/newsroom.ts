/**
 * A newsroom's folder: identity, drafts, publishing. One writer at a time, whatever processes run.
 *
 *     <folder>/newsroom.db     what must not be lost (store.ts)
 *     <folder>/keys/           secrets, mode 0600 in a folder of mode 0700 (keys.ts)
 *     <folder>/tree/           the channel as files: what mirrors and exports read
 *
 * A publishing first becomes durable in the store, signed head included, and only then reaches the tree, the
 * head last. Whatever stops it in between, the next command finishes it: nothing acknowledged is lost, and
 * what was signed once is never signed differently.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ENTRY,
  Identity,
  LIMITS,
  decodeBase64,
  decodeRoot,
  encodeBase64,
  encodeRoot,
  encodeRootBody,
  formatPath,
  maxBytes,
  publicKeyOf,
  sha256,
  signRoot,
  treePath,
  type Reason,
  type Root,
  type SignedRoot,
} from '@pappus/core';
import { FolderShelf, nodeDisk, type Disk } from '@pappus/transports/node';
import type { Draft } from './draft.ts';
import { headsOfMirrors, remember, remembered, signedHeadIn, type SeenHead } from './guard.ts';
import { NewsroomError, readSecret } from './keys.ts';
import { obstacleOf, postOf } from './posts.ts';
import { printEditions, type Additions, type LogSecrets, type Published } from './printing.ts';
import {
  exists,
  keyPath,
  nextRoot,
  removeKeys,
  rootSecrets,
  signNext,
  staleFiles,
  writeKeys,
  type HeldRootKey,
  type RotateOptions,
  type VersionSecrets,
} from './rotation.ts';
import { Store } from './store.ts';

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
  readonly identity: Identity;
  readonly #around: Surroundings;
  readonly #tree: FolderShelf;

  private constructor(folder: string, store: Store, identity: Identity, around: Surroundings) {
    this.folder = folder;
    this.store = store;
    this.identity = identity;
    this.#around = around;
    this.#tree = new FolderShelf(join(folder, 'tree'), around.disk);
  }

  /** Makes a newsroom in a folder that is empty or absent. */
  static async create(folder: string, options: CreateOptions, around = realSurroundings): Promise<Newsroom> {
    if ((await exists(join(folder, 'newsroom.db'))) && holdsNewsroom(folder)) {
      throw new NewsroomError(`${folder} holds a newsroom already. Nothing was changed. Choose another folder.`);
    }
    await mkdir(folder, { recursive: true });
    await rm(join(folder, 'keys'), { recursive: true, force: true });
    const secrets = Array.from({ length: options.rootKeys }, () => around.random(32));
    const logSecret = around.random(32);
    const clockSecret = around.random(32);
    const root: Root = {
      version: 1,
      name: options.name,
      lang: options.lang,
      rootKeys: secrets.map(publicKeyOf),
      threshold: options.threshold,
      logKey: publicKeyOf(logSecret),
      clockKey: publicKeyOf(clockSecret),
      mirrors: options.mirrors,
      zones: [],
      inbox: [],
      previous: null,
      resetFrom: null,
      date: around.now(),
    };
    const body = encodeRootBody(root);
    const bytes = encodeRoot(body, secrets.slice(0, options.threshold).map((s, i) => signRoot(body, 0, i, s)));
    await writeKeys(folder, 1, { log: logSecret, clock: clockSecret, root: secrets }, options.passphrase);
    const store = new Store(join(folder, 'newsroom.db'));
    await store.transaction(() => {
      store.setFact('root/1', encodeBase64(bytes));
      store.setFact('version', '1');
      store.setFact('keys', '1');
      store.send(formatPath({ kind: 'root', number: 1 }), bytes);
    });
    const newsroom = new Newsroom(folder, store, new Identity(decodeRoot(bytes), null), around);
    await newsroom.#flush();
    return newsroom;
  }

  /** Opens a newsroom and finishes what an interrupted command left. */
  static async open(folder: string, around = realSurroundings): Promise<Newsroom> {
    if (!(await exists(join(folder, 'newsroom.db')))) {
      throw new NewsroomError(`${folder} holds no newsroom. Make one with "pappus init ${folder} --name …".`);
    }
    const store = new Store(join(folder, 'newsroom.db'));
    const first = store.fact('root/1');
    if (first === null) throw new NewsroomError(`Making the newsroom in ${folder} was cut off. Run "pappus init" again.`);
    const identity = new Identity(decodeRoot(decodeBase64(first)), null);
    for (let n = 2; n <= Number(store.fact('version')); n++) {
      identity.advance(decodeRoot(decodeBase64(store.fact(`root/${n}`)!)));
    }
    const newsroom = new Newsroom(folder, store, identity, around);
    await newsroom.#flush();
    return newsroom;
  }

  close(): void {
    this.store.close();
  }

  get treeFolder(): string {
    return join(this.folder, 'tree');
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
  async addDrafts(drafts: readonly Draft[]): Promise<{ added: number; known: number; refused: { where: string; why: string }[] }> {
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
        posts: waiting.map(({ draft, replaces }) => postOf(draft, this.identity.root.lang, replaces)),
        sourceIds: waiting.map(({ draft }) => draft.sourceId),
        tombstones: [],
        rootPointers: [],
      };
    });
  }

  /** Publishes a post that takes the place of an earlier one. Gives its index. */
  async correct(index: number, change: (before: Draft) => Draft, options: PublishOptions = {}): Promise<number> {
    const published = await this.#publishing(options, () => {
      this.#requirePost(index);
      const before = this.store.draftOf(index);
      if (!before) throw new NewsroomError(`The text of post ${index} is not in this newsroom. Nothing was changed.`);
      const draft = { ...change(before), sourceId: `correction of ${index} in edition ${this.#nextEdition}` };
      const why = obstacleOf(draft);
      if (why) throw new NewsroomError(`The correction cannot be published: ${why}. Nothing was changed.`);
      this.store.addDraft(draft, index);
      const posts = [postOf(draft, this.identity.root.lang, index)];
      return { posts, sourceIds: [draft.sourceId], tombstones: [], rootPointers: [] };
    });
    return published.posts[0]!;
  }

  /** Takes a post back: its words leave the tree, the fact that it was withdrawn stays in the log. */
  async withdraw(index: number, reason: Reason, replacement: number | null, options: PublishOptions = {}): Promise<Published> {
    return this.#publishing(options, () => {
      this.#requirePost(index);
      if (replacement !== null) this.#requirePost(replacement);
      return { posts: [], sourceIds: [], tombstones: [{ index, reason, replacement }], rootPointers: [] };
    });
  }

  #requirePost(index: number): void {
    if (this.store.entryType(index) !== ENTRY.post) {
      throw new NewsroomError(`There is no post ${index}. Nothing was changed. "pappus read <folder>/tree" lists them.`);
    }
    if (this.store.isWithdrawn(index)) throw new NewsroomError(`Post ${index} is withdrawn already. Nothing was changed.`);
  }

  get #nextEdition(): number {
    return (this.store.head()?.edition ?? 0) + 1;
  }

  async #publishing(options: PublishOptions, gather: () => Additions): Promise<Published> {
    const seen = await this.#seenElsewhere();
    const published = await this.store.transaction(() => {
      this.#requireNewest(seen);
      return this.#print(gather(), options);
    });
    await this.#flush();
    return published;
  }

  async #print(additions: Additions, options: PublishOptions): Promise<Published> {
    const { store, identity } = this;
    const shop = {
      store,
      identity,
      secrets: await this.#secrets(),
      random: (octets: number) => this.#around.random(octets),
      readPack: (id: string) => this.#readPack(id),
    };
    const { nextWithin = null, onProgress = () => {} } = options;
    return printEditions(shop, additions, { time: this.#around.now(), nextWithin, onProgress });
  }

  async #secrets(): Promise<LogSecrets> {
    const version = this.store.fact('keys');
    const read = (name: string): Promise<Uint8Array> => readSecret(keyPath(this.folder, `${name}-${version}`));
    return { log: await read('log'), clock: await read('clock') };
  }

  async #readPack(id: string): Promise<Uint8Array> {
    const path = formatPath({ kind: 'pack', id });
    const bytes = await this.#tree.read(path, { bytes: LIMITS.packBytes, signal: AbortSignal.timeout(TREE_TIMEOUT_MS) });
    if (!bytes) throw new NewsroomError(`${join(this.treeFolder, path)} is missing. Bring it back from a mirror, then try again.`);
    return bytes;
  }

  async #seenElsewhere(): Promise<SeenHead[]> {
    const { keys, channelId, root } = this.identity;
    const path = treePath('checkpoint');
    const inTree = await this.#tree.read(path, { bytes: maxBytes(path), signal: AbortSignal.timeout(TREE_TIMEOUT_MS) });
    const heads = [
      inTree && signedHeadIn(inTree, keys, 'the tree'),
      await remembered(channelId),
      ...(await headsOfMirrors(root.mirrors, keys)),
    ];
    return heads.filter((head) => head !== null);
  }

  /** Signing from an older state than anybody has seen would make a second history. */
  #requireNewest(seen: readonly SeenHead[]): void {
    const own = this.store.head();
    for (const { where, size, root } of seen) {
      const newer = size > (own?.size ?? 0) || (size === own?.size && root !== encodeBase64(own.root));
      if (!newer) continue;
      throw new NewsroomError(
        `This newsroom is older than what it has published: ${where} knows a log of ${size} entries, this folder ` +
          `${own?.size ?? 0}. It was probably restored from a backup. Nothing was signed, readers are unharmed. ` +
          `Run "pappus adopt <tree or mirror> --channel ${this.folder}" to take over what is newer, then go on.`,
      );
    }
  }

  /** Sends what is durable in the store to the tree: immutable files, then the head, then nothing is owed. */
  async #flush(): Promise<void> {
    if (!this.store.hasOutgoing) return;
    await this.store.transaction(async () => {
      const head = this.store.head();
      if (head) await remember(this.identity.channelId, head.size, head.root);
      const files = [...this.store.outgoing()];
      await this.#tree.putAll(files.flatMap(({ path, bytes }) => (bytes ? [{ path, bytes }] : [])));
      for (const { path, bytes } of files) if (!bytes) await this.#tree.remove(path);
      this.store.clearOutgoing();
    });
  }

  /**
   * Goes to the next version of the identity: new log key, new root keys, other mirrors, or recovery after a
   * theft. Needs the passphrase and as many root key files as the threshold says.
   */
  async rotate(options: RotateOptions): Promise<{ version: number; published: Published; rootKeyFiles: string[] }> {
    const { store, identity, folder } = this;
    const files = options.rootKeyFiles.length > 0 ? options.rootKeyFiles : await this.#ownRootKeyFiles();
    const held = await rootSecrets(identity, files, options.passphrase);
    const version = identity.version + 1;
    const secrets: VersionSecrets = {
      log: options.logKey ? this.#around.random(32) : null,
      clock: options.logKey ? this.#around.random(32) : null,
      root: options.rootKeys ? identity.root.rootKeys.map(() => this.#around.random(32)) : null,
    };
    const seen = options.lastGoodEdition === null ? await this.#seenElsewhere() : [];
    await removeKeys(folder, version);
    await writeKeys(folder, version, secrets, options.passphrase);
    const published = await store.transaction(async () => {
      this.#requireNewest(seen);
      const signed = await this.#succeed(options, secrets, held);
      const pointer = { version, digest: sha256(signed.body) };
      return this.#print({ posts: [], sourceIds: [], tombstones: [], rootPointers: [pointer] }, {});
    });
    await this.#flush();
    return { version, published, rootKeyFiles: this.rootKeyFiles() };
  }

  /** Inside a transaction: the next root, and the reset that a new log key brings. */
  async #succeed(options: RotateOptions, secrets: VersionSecrets, held: HeldRootKey[]): Promise<SignedRoot> {
    const { store, identity } = this;
    const last = options.lastGoodEdition === null ? store.head() : store.headOfEdition(options.lastGoodEdition);
    if (options.lastGoodEdition !== null && !last) {
      throw new NewsroomError(`There is no edition ${options.lastGoodEdition}. Nothing was changed.`);
    }
    const before = decodeRoot(decodeBase64(store.fact(`root/${identity.version}`)!));
    const root = nextRoot(before, secrets, options.mirrors, last, this.#around.now());
    const signed = signNext(root, held, secrets.root);
    if (secrets.log) await this.#reset(last?.size ?? 0);
    const bytes = encodeRoot(signed.body, signed.signatures);
    identity.advance(signed);
    store.setFact(`root/${root.version}`, encodeBase64(bytes));
    store.setFact('version', String(root.version));
    if (secrets.log) store.setFact('keys', String(root.version));
    if (secrets.root) store.setFact('rootKeys', String(root.version));
    store.send(formatPath({ kind: 'root', number: root.version }), bytes);
    return signed;
  }

  async #reset(size: number): Promise<void> {
    if (size === this.store.size) return;
    const editions = this.store.truncate(size);
    const paths = this.#tree.list(AbortSignal.timeout(TREE_TIMEOUT_MS));
    for (const path of await staleFiles(paths, size, editions, (id) => this.#readPack(id))) this.store.send(path, null);
  }

  async #ownRootKeyFiles(): Promise<string[]> {
    const files = this.rootKeyFiles();
    const here = await Promise.all(files.map(exists));
    return files.filter((_, i) => here[i]);
  }
}

/** False for a store whose making was cut off before anything counted. */
function holdsNewsroom(folder: string): boolean {
  const store = new Store(join(folder, 'newsroom.db'));
  try {
    return store.fact('root/1') !== null;
  } finally {
    store.close();
  }
}
