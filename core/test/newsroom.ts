/** A newsroom in memory: makes real trees for tests, deterministic in its seed. */
import {
  ENTRY,
  Press,
  channelIdOf,
  concatBytes,
  encodeBlocks,
  encodeRoot,
  encodeRootBody,
  formatCheckpoint,
  formatNote,
  noteKeys,
  noteOf,
  publicKeyOf,
  sha256,
  signEd25519,
  signNote,
  signRoot,
  withoutPost,
  decodePack,
  encodeUtf8,
  type Compress,
  type LogStore,
  type NewPost,
  type Pack,
  type PostRecord,
  type RecordInput,
  type Root,
  type SignedHead,
  type SuffixInput,
  type Tombstone,
  type TreeFile,
  type TreePath,
  type Block,
} from '../src/index.ts';

export interface Story {
  title: string;
  summary?: string;
  lang?: string;
  text?: string[] | Block[];
  replaces?: number;
}

/** SHA-256 in counter mode: chance that every run repeats. */
export function seededRandom(seed: string): (octets: number) => Uint8Array {
  let counter = 0;
  return (octets) => {
    const out = new Uint8Array(octets);
    for (let at = 0; at < octets; at += 32) {
      out.set(sha256(encodeUtf8(`${seed}/${counter++}`)).subarray(0, Math.min(32, octets - at)), at);
    }
    return out;
  };
}

export const identityCoding = (items: readonly Uint8Array[]) => ({
  coding: { codec: 0, dictionary: null },
  data: concatBytes(...items),
});

export function newPost(story: Story): NewPost {
  const blocks = (story.text ?? []).map((b): Block => {
    return typeof b === 'string' ? { type: 'paragraph', children: [{ type: 'text', value: b }] } : b;
  });
  const record: Omit<PostRecord, 'layers'> = {
    title: story.title,
    summary: story.summary ?? '',
    lang: story.lang ?? 'en',
    rtl: story.lang === 'fa' || story.lang === 'ar',
    date: 1_790_000_000,
    byline: '',
    tags: [],
    link: '',
    translationOf: null,
    replaces: story.replaces ?? null,
  };
  return { record, layers: blocks.length ? [{ kind: 1, mediaType: '', bytes: encodeBlocks(blocks) }] : [] };
}

export interface PublishOptions {
  stories?: Story[];
  /** After the stories. */
  posts?: NewPost[];
  tombstones?: Tombstone[];
  time?: number;
  nextBy?: number | null;
  compress?: Compress;
}

export class TestNewsroom {
  readonly files = new Map<string, Uint8Array>();
  readonly random: (octets: number) => Uint8Array;
  readonly channelId: string;
  readonly rootSecrets: Uint8Array[];
  logSecret: Uint8Array;
  clockSecret: Uint8Array;
  root: Root;
  body: Uint8Array;
  edition = 0;
  size = 0;
  #entries: Uint8Array[] = [];
  #inputs: SuffixInput[] = [];
  #tiles = new Map<string, Uint8Array>();

  constructor(seed = 'newsroom', rootKeys = 3, threshold = 2) {
    this.random = seededRandom(seed);
    this.rootSecrets = Array.from({ length: rootKeys }, () => this.random(32));
    this.logSecret = this.random(32);
    this.clockSecret = this.random(32);
    this.root = {
      version: 1,
      name: 'Test Courier',
      lang: 'en',
      rootKeys: this.rootSecrets.map(publicKeyOf),
      threshold,
      logKey: publicKeyOf(this.logSecret),
      clockKey: publicKeyOf(this.clockSecret),
      mirrors: [],
      zones: [],
      inbox: [],
      previous: null,
      resetFrom: null,
      date: 1_790_000_000,
    };
    this.body = encodeRootBody(this.root);
    this.channelId = channelIdOf(this.body);
    const signatures = [0, 1].slice(0, threshold).map((i) => signRoot(this.body, 0, i, this.rootSecrets[i]!));
    this.files.set('root/1', encodeRoot(this.body, signatures));
  }

  get keys() {
    return noteKeys(this.channelId, this.root);
  }

  sign(size: number, root: Uint8Array, time: number): SignedHead {
    const text = formatCheckpoint({ origin: this.keys.log.name, size, root });
    const log = signEd25519(encodeUtf8(text), this.logSecret);
    const clock = signNote(text, this.keys.clock, this.clockSecret, time).bytes.subarray(8);
    return { size, root, signature: { time, log, clock } };
  }

  /** Publishes one edition; gives the index of its first post. */
  publish(options: PublishOptions = {}): number {
    const time = options.time ?? 1_790_000_000 + this.edition * 3600;
    const first = this.size;
    const compress = options.compress ?? identityCoding;
    const press = new Press(this.#store(), { random: this.random, compress });
    const rewritten: Pack[] = [];
    const retired: string[] = [];
    for (const tombstone of options.tombstones ?? []) this.#withdraw(tombstone, rewritten, retired);
    this.edition++;
    const edition = press.print({
      number: this.edition,
      time,
      nextBy: options.nextBy ?? null,
      posts: [...(options.stories ?? []).map(newPost), ...(options.posts ?? [])],
      tombstones: options.tombstones ?? [],
      rootPointers: [],
      rewritten: rewritten.filter((pack) => pack.items.length > 0),
      retired,
    });
    for (const { input, entry } of edition.records) {
      this.#inputs.push(input);
      this.#entries.push(entry);
    }
    for (const { index } of options.tombstones ?? []) this.#inputs[index] = { entry: this.#entries[index]! };
    const head = this.sign(press.size, press.root(), time);
    this.#put([...edition.files, ...press.logFiles()]);
    for (const file of press.logFiles()) {
      const tile = /^tile\/(\d+)\/([^.]+)/.exec(file.path);
      if (tile) this.#tiles.set(`${tile[1]}/${Number(tile[2]!.replace(/[x/]/g, ''))}`, file.bytes);
    }
    this.#put([press.head(head.signature, (i) => this.#inputs[i] ?? null)]);
    this.#put([{ path: 'checkpoint' as TreePath, bytes: formatNote(noteOf(head, this.keys)) }]);
    this.size = press.size;
    return first;
  }

  /** The index of post number `n` over all editions: marks and tombstones lie between. */
  postIndex(n: number): number {
    let seen = -1;
    return this.#entries.findIndex((e) => e[0] === ENTRY.post && ++seen === n);
  }

  entry(index: number): Uint8Array {
    return this.#entries[index]!;
  }

  input(index: number): RecordInput {
    return this.#inputs[index] as RecordInput;
  }

  /** Goes to root n+1. With a new log key, everything after `keep` entries is void. */
  rotate(change: { logKey?: boolean; rootKeys?: boolean; keep?: { size: number; root: Uint8Array } }): void {
    const before = this.rootSecrets.slice();
    if (change.rootKeys) this.rootSecrets.splice(0, this.rootSecrets.length, ...before.map(() => this.random(32)));
    if (change.logKey) {
      this.logSecret = this.random(32);
      this.clockSecret = this.random(32);
    }
    this.root = {
      ...this.root,
      version: this.root.version + 1,
      rootKeys: this.rootSecrets.map(publicKeyOf),
      logKey: publicKeyOf(this.logSecret),
      clockKey: publicKeyOf(this.clockSecret),
      previous: sha256(this.body),
      resetFrom: change.logKey ? (change.keep ?? null) : null,
    };
    this.body = encodeRootBody(this.root);
    const { threshold } = this.root;
    const signatures = [
      ...this.rootSecrets.slice(0, threshold).map((s, i) => signRoot(this.body, 0, i, s)),
      ...before.slice(0, threshold).map((s, i) => signRoot(this.body, 1, i, s)),
    ];
    this.files.set(`root/${this.root.version}`, encodeRoot(this.body, signatures));
  }

  #withdraw({ index }: Tombstone, rewritten: Pack[], retired: string[]): void {
    for (const [path, bytes] of this.files) {
      if (!path.startsWith('pack/')) continue;
      const pack = decodePack(bytes);
      if (!pack.items.some((item) => item.index === index && !('entry' in item))) continue;
      rewritten.push(withoutPost(pack, index, this.#entries[index]!));
      retired.push(path.slice(5));
      this.files.delete(path);
    }
  }

  #store(): LogStore {
    return {
      size: this.size,
      tile: (level, index) => this.#tiles.get(`${level}/${index}`) ?? null,
      entries: (from, to) => this.#entries.slice(from, to),
    };
  }

  #put(files: readonly TreeFile[]): void {
    for (const { path, bytes } of files) this.files.set(path, bytes);
  }
}
