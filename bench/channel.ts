/** A channel in memory, printed with core's own Press: what the cases verify, weigh and take apart. */
import {
  Frontier,
  Press,
  channelIdOf,
  concatBytes,
  encodeRoot,
  encodeRootBody,
  encodeUtf8,
  formatCheckpoint,
  formatNote,
  leafHash,
  noteKeys,
  noteOf,
  publicKeyOf,
  sha256,
  signEd25519,
  signNote,
  signRoot,
  tileNodes,
  treePath,
  type Compress,
  type LogStore,
  type Means,
  type NewPost,
  type NodeReader,
  type RecordInput,
  type Root,
  type SignedHead,
  type TreeFile,
  type TreePath,
} from '@pappus/core';

const TILE = /^tile\/(\d)\/([x/\d]+)/;
const FIRST_TIME = 1_790_000_000;
const EDITION_SECONDS = 3_600;
const RECENT_RECORDS = 512;

export class BenchChannel {
  readonly channelId: string;
  readonly files = new Map<TreePath, Uint8Array>();
  /** What it codes with. */
  readonly compress: Compress;
  readonly #means: Means;
  readonly #root: Root;
  readonly #log: Uint8Array;
  readonly #clock: Uint8Array;
  readonly #entries: Uint8Array[] = [];
  readonly #recent = new Map<number, RecordInput>();
  readonly #tiles = new Map<string, Uint8Array>();
  #editions = 0;
  #head: SignedHead | null = null;

  constructor(means: Omit<Means, 'random'>) {
    const random = seededOctets('bench');
    this.#means = { ...means, random };
    this.compress = means.compress;
    const rootKeys = [random(32), random(32), random(32)];
    this.#log = random(32);
    this.#clock = random(32);
    this.#root = {
      version: 1,
      name: 'Bench',
      lang: 'fa',
      rootKeys: rootKeys.map(publicKeyOf),
      threshold: 2,
      logKey: publicKeyOf(this.#log),
      clockKey: publicKeyOf(this.#clock),
      mirrors: [],
      zones: [],
      inbox: [],
      previous: null,
      resetFrom: null,
      date: FIRST_TIME,
    };
    const body = encodeRootBody(this.#root);
    this.channelId = channelIdOf(body);
    const signatures = [0, 1].map((i) => signRoot(body, 0, i, rootKeys[i]!));
    this.files.set(treePath('root/1'), encodeRoot(body, signatures));
  }

  get keys(): ReturnType<typeof noteKeys> {
    return noteKeys(this.channelId, this.#root);
  }

  get size(): number {
    return this.#entries.length;
  }

  get head(): SignedHead {
    return this.#head!;
  }

  /** Nodes of the log, for proofs. */
  get nodes(): NodeReader {
    return tileNodes((level, index) => this.#tiles.get(`${level}/${index}`) ?? null);
  }

  entry(index: number): Uint8Array {
    return this.#entries[index]!;
  }

  record(index: number): RecordInput | null {
    return this.#recent.get(index) ?? null;
  }

  /** Fills an empty log with entries of posts that the case does not look into. */
  fill(entries: number): void {
    const frontier = new Frontier();
    const tiles = new Map<string, Uint8Array[]>();
    const keep = (level: number, index: number, hash: Uint8Array): void => {
      if (level % 8 !== 0) return;
      const key = `${level / 8}/${Math.floor(index / 256)}`;
      tiles.set(key, [...(tiles.get(key) ?? []), hash]);
    };
    for (let i = 0; i < entries; i++) {
      const entry = concatBytes(Uint8Array.of(1), this.#means.random(32));
      this.#entries.push(entry);
      frontier.append(leafHash(entry), keep);
    }
    for (const [key, hashes] of tiles) this.#tiles.set(key, concatBytes(...hashes));
  }

  /** Publishes posts in editions of `perEdition`; only the last size gets a signed head. Gives their indexes. */
  publish(posts: readonly NewPost[], perEdition: number): number[] {
    const press = new Press(this.#store(), this.#means);
    const indexes: number[] = [];
    for (let at = 0; at < posts.length; at += perEdition) {
      const some = posts.slice(at, at + perEdition);
      some.forEach((_, i) => indexes.push(press.size + i));
      this.#print(press, some);
    }
    this.#finish(press);
    return indexes;
  }

  #print(press: Press, posts: readonly NewPost[]): void {
    const number = ++this.#editions;
    const time = FIRST_TIME + number * EDITION_SECONDS;
    const nothing = { tombstones: [], rootPointers: [], rewritten: [], retired: [] };
    const edition = press.print({ number, time, nextBy: time + EDITION_SECONDS, posts: [...posts], ...nothing });
    for (const { index, input, entry } of edition.records) {
      this.#entries[index] = entry;
      this.#recent.set(index, input).delete(index - RECENT_RECORDS);
    }
    this.#put(edition.files);
  }

  #finish(press: Press): void {
    const log = press.logFiles();
    this.#put(log);
    for (const { path, bytes } of log) {
      const tile = TILE.exec(path);
      if (tile) this.#tiles.set(`${tile[1]}/${Number(tile[2]!.replace(/[x/]/g, ''))}`, bytes);
    }
    this.#head = this.#sign(press.size, press.root());
    this.#put([press.head(this.#head.signature, (index) => this.record(index))]);
    this.#put([{ path: treePath('checkpoint'), bytes: formatNote(noteOf(this.#head, this.keys)) }]);
  }

  #sign(size: number, root: Uint8Array): SignedHead {
    const time = FIRST_TIME + this.#editions * EDITION_SECONDS;
    const text = formatCheckpoint({ origin: this.keys.log.name, size, root });
    const log = signEd25519(encodeUtf8(text), this.#log);
    const clock = signNote(text, this.keys.clock, this.#clock, time).bytes.subarray(8);
    return { size, root, signature: { time, log, clock } };
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

/** SHA-256 in counter mode: chance that every run repeats. */
export function seededOctets(seed: string): (octets: number) => Uint8Array {
  let counter = 0;
  return (octets) => {
    const block = sha256(encodeUtf8(`${seed}/${counter++}`));
    if (octets > block.length) throw new Error('more octets than one block');
    return block.slice(0, octets);
  };
}
