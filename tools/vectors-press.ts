/** The newsroom of the vectors: every octet follows from its seed, without clock, disk or chance. */
import {
  CODEC,
  LAYER,
  Press,
  channelIdOf,
  concatBytes,
  contentId,
  decodePack,
  encodeBlocks,
  encodeRoot,
  encodeRootBody,
  encodeUtf8,
  formatCheckpoint,
  formatNote,
  noteKeys,
  noteOf,
  publicKeyOf,
  sha256,
  signEd25519,
  signNote,
  signRoot,
  treePath,
  withoutPost,
  type Block,
  type Coded,
  type Dictionary,
  type LogStore,
  type Pack,
  type PostRecord,
  type RecordInput,
  type Root,
  type RootPointer,
  type SignedHead,
  type SuffixInput,
  type Tombstone,
  type TreeFile,
} from '@pappus/core';
import { seededRandom } from '../core/test/newsroom.ts';
import { code } from './vectors-deflate.ts';

/** A post as the vectors tell it: a record and its text. */
export type Story = Partial<Omit<PostRecord, 'layers'>> & { title: string; lang: string; text: Block[] };

/** A dictionary and the codec that its language uses in the vectors. */
export interface Wordbook {
  bytes: Uint8Array;
  dictionary: Dictionary;
  codec: number;
}

export interface Issue {
  time: number;
  nextBy: number | null;
  stories?: Story[];
  tombstones?: Tombstone[];
  rootPointers?: RootPointer[];
}

const ROOT_DATE = 1_790_000_000;

export class VectorNewsroom {
  readonly files = new Map<string, Uint8Array>();
  readonly channelId: string;
  readonly stories = new Map<number, Story>();
  readonly marks: number[] = [];
  readonly random: (octets: number) => Uint8Array;
  rootSecrets: Uint8Array[];
  logSecret: Uint8Array;
  clockSecret: Uint8Array;
  root: Root;
  body: Uint8Array;
  head: SignedHead | null = null;
  edition = 0;
  readonly #books: ReadonlyMap<string, Wordbook>;
  readonly #entries: Uint8Array[] = [];
  readonly #inputs: SuffixInput[] = [];
  readonly #tiles = new Map<string, Uint8Array>();

  constructor(seed: string, books: ReadonlyMap<string, Wordbook>) {
    this.#books = books;
    this.random = seededRandom(seed);
    this.rootSecrets = [0, 1, 2].map(() => this.random(32));
    this.logSecret = this.random(32);
    this.clockSecret = this.random(32);
    this.root = {
      version: 1,
      name: 'The Lantern',
      lang: 'en',
      rootKeys: this.rootSecrets.map(publicKeyOf),
      threshold: 2,
      logKey: publicKeyOf(this.logSecret),
      clockKey: publicKeyOf(this.clockSecret),
      mirrors: ['https://mirror.example/lantern/'],
      zones: ['lantern.example'],
      inbox: ['age1example'],
      previous: null,
      resetFrom: null,
      date: ROOT_DATE,
    };
    this.body = encodeRootBody(this.root);
    this.channelId = channelIdOf(this.body);
    const signatures = [0, 2].map((i) => signRoot(this.body, 0, i, this.rootSecrets[i]!));
    this.files.set('root/1', encodeRoot(this.body, signatures));
    for (const { bytes } of books.values()) this.files.set(`dict/${contentId(bytes)}`, bytes);
  }

  get keys() {
    return noteKeys(this.channelId, this.root);
  }

  get size(): number {
    return this.#entries.length;
  }

  entry(index: number): Uint8Array {
    return this.#entries[index]!;
  }

  input(index: number): RecordInput {
    return this.#inputs[index] as RecordInput;
  }

  sign(size: number, root: Uint8Array, time: number): SignedHead {
    const text = formatCheckpoint({ origin: this.keys.log.name, size, root });
    const log = signEd25519(encodeUtf8(text), this.logSecret);
    const clock = signNote(text, this.keys.clock, this.clockSecret, time).bytes.subarray(8);
    return { size, root, signature: { time, log, clock } };
  }

  readonly compress = (items: readonly Uint8Array[], lang: string): Coded => {
    const bytes = concatBytes(...items);
    const book = this.#books.get(lang);
    const coded = book ? code(book.codec, book.dictionary, bytes) : code(CODEC.deflate, null, bytes);
    return coded.data.length < bytes.length ? coded : code(CODEC.identity, null, bytes);
  };

  publish({ time, nextBy, stories = [], tombstones = [], rootPointers = [] }: Issue): void {
    const first = this.size;
    const { random, compress } = this;
    const press = new Press(this.#store(), { random, compress });
    const { rewritten, retired } = this.#withdraw(tombstones);
    const posts = stories.map(({ text, ...record }) => {
      const layers = text.length === 0 ? [] : [{ kind: LAYER.text, mediaType: '', bytes: encodeBlocks(text) }];
      return { record: { ...BLANK, ...record }, layers };
    });
    const number = ++this.edition;
    const edition = press.print({ number, time, nextBy, posts, tombstones, rootPointers, rewritten, retired });
    stories.forEach((story, i) => this.stories.set(first + i, story));
    for (const { input, entry } of edition.records) {
      this.#inputs.push(input);
      this.#entries.push(entry);
    }
    this.marks.push(this.size - 1);
    for (const { index } of tombstones) this.#inputs[index] = { entry: this.#entries[index]! };
    this.head = this.sign(press.size, press.root(), time);
    const headFile = press.head(this.head.signature, (i) => this.#inputs[i] ?? null);
    const note = { path: treePath('checkpoint'), bytes: formatNote(noteOf(this.head, this.keys)) };
    this.#putLog(press.logFiles());
    this.#put([...edition.files, headFile, note]);
  }

  /** Goes to the next root with new keys; all that was published so far counts. */
  rotate(date: number): RootPointer {
    const before = this.rootSecrets;
    this.rootSecrets = before.map((secret, i) => (i === 1 ? this.random(32) : secret));
    this.logSecret = this.random(32);
    this.clockSecret = this.random(32);
    this.root = {
      ...this.root,
      version: this.root.version + 1,
      rootKeys: this.rootSecrets.map(publicKeyOf),
      logKey: publicKeyOf(this.logSecret),
      clockKey: publicKeyOf(this.clockSecret),
      previous: sha256(this.body),
      resetFrom: this.head && { size: this.head.size, root: this.head.root },
      date,
    };
    this.body = encodeRootBody(this.root);
    this.files.set(`root/${this.root.version}`, signedBy(this.body, this.rootSecrets, before));
    return { version: this.root.version, digest: sha256(this.body) };
  }

  #withdraw(tombstones: readonly Tombstone[]): { rewritten: Pack[]; retired: string[] } {
    const rewritten: Pack[] = [];
    const retired: string[] = [];
    for (const { index } of tombstones) {
      for (const [path, bytes] of this.files) {
        const pack = path.startsWith('pack/') ? decodePack(bytes) : null;
        if (!pack?.items.some((item) => item.index === index && !('entry' in item))) continue;
        const rest = withoutPost(pack, index, this.#entries[index]!);
        if (rest.items.length > 0) rewritten.push(rest);
        retired.push(path.slice('pack/'.length));
        this.files.delete(path);
      }
    }
    return { rewritten, retired };
  }

  #store(): LogStore {
    return {
      size: this.size,
      tile: (level, index) => this.#tiles.get(`${level}/${index}`) ?? null,
      entries: (from, to) => this.#entries.slice(from, to),
    };
  }

  /** Partial tiles of the size before are replaced: a tree needs those of its newest size only. */
  #putLog(files: readonly TreeFile[]): void {
    for (const path of this.files.keys()) if (path.startsWith('tile/')) this.files.delete(path);
    for (const { path, bytes } of files)
      if (!path.startsWith('tile/entries/')) this.#tiles.set(path.slice(5, 7) + '0', bytes);
    this.#put(files);
  }

  #put(files: readonly TreeFile[]): void {
    for (const { path, bytes } of files) this.files.set(path, bytes);
  }
}

/** A record of which nothing is known but what a story adds. */
export const BLANK: Omit<PostRecord, 'layers'> = {
  title: '',
  summary: '',
  lang: '',
  rtl: false,
  date: null,
  byline: '',
  tags: [],
  link: '',
  translationOf: null,
  replaces: null,
};

/** A root file signed by keys 0 and 1 of its own and of its predecessor. */
export function signedBy(body: Uint8Array, own: readonly Uint8Array[], before: readonly Uint8Array[]): Uint8Array {
  const by = (set: 0 | 1, secrets: readonly Uint8Array[]) => [0, 1].map((i) => signRoot(body, set, i, secrets[i]!));
  return encodeRoot(body, [...by(0, own), ...by(1, before)]);
}
