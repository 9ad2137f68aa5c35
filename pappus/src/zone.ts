/** A channel as a zone of DNS: what of its tree the zone carries, and what it still owes to those who ask late. */
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decode,
  decodeBase32,
  describeLibrary,
  encode,
  formatPath,
  heldFiles,
  type Library,
  type TreeFile,
  type TreePath,
} from '@pappus/core';
import {
  blockBytesFor,
  blocksOf,
  owe,
  type EditionFiles,
  type NameServer,
  type Zone,
  type ZoneBlocks,
  type ZoneFiles,
} from '@pappus/transports/dns';
import { nodeDisk, replaceFile } from '@pappus/transports/node';
import { gather, newLibrary } from './gather.ts';
import { openSource } from './open.ts';
import { UserError } from './terminal.ts';

export interface ZoneOptions {
  /** A newsroom, tree or library. */
  folder: string;
  zone: string;
  servers: readonly NameServer[];
  /** Older editions are left out beyond about this many blocks. */
  blocksMax: number;
}

/** Resolvers keep the longest rung for a week; what it names must be there as long. */
const OWED_SECONDS = 8 * 86_400;
/** Roots that come with the first screen; more of them would delay it. */
const FIRST_ROOTS_BYTES = 2_048;
/** Where a folder keeps what it owes: one file for each state, named by its time, size and length of blocks. */
const OWED_FOLDER = 'dns';

/** Follows a folder. */
export class ZoneSource {
  readonly #options: ZoneOptions;
  readonly #library: Library = newLibrary(null);

  constructor(options: ZoneOptions) {
    this.#options = options;
  }

  /** The zone as the folder is now. @throws UserError when it holds no channel with news. */
  async refresh(): Promise<Zone> {
    const { folder, zone, servers, blocksMax } = this.#options;
    if (!(await stat(folder).catch(() => null))?.isDirectory())
      throw new UserError(`${folder} is no folder. Give a newsroom, tree or library; nothing was served.`);
    const source = await openSource(folder);
    await gather(this.#library, source).finally(() => source.close());
    const described = describeLibrary(this.#library);
    if (!described?.signedAt || !this.#library.file('head' as TreePath))
      throw new UserError(`${folder} has nothing published yet. Publish first; nothing was served.`);
    const channel = decodeBase32(described.channelId);
    const blockBytes = blockBytesFor(zone);
    const time = described.signedAt;
    const content = blocksOf(zoneFiles(this.#library, channel, time, blocksMax * blockBytes), blockBytes);
    await this.#owe(content, channel, { time, size: described.size, blockBytes });
    return { name: zone, servers, time, channel, content };
  }

  /** Adds what earlier states named, and keeps this one's for those to come. Headlines that were withdrawn go at once. */
  async #owe(content: ZoneBlocks, channel: Uint8Array, state: State): Promise<void> {
    const folder = join(this.#options.folder, OWED_FOLDER);
    await mkdir(folder, { recursive: true });
    const own = nameOf(state);
    await replaceFile(nodeDisk, join(folder, own), (file) => file.write(encode(content.passing)));
    for (const name of await readdir(folder)) {
      const earlier = stateOf(name);
      if (!earlier || name === own) continue;
      const isVoid = state.time - earlier.time > OWED_SECONDS || isWithdrawnSince(this.#library, earlier.size);
      if (isVoid) await rm(join(folder, name));
      else if (earlier.blockBytes === state.blockBytes)
        owe(content, channel, decode(new Uint8Array(await readFile(join(folder, name)))) as Uint8Array[]);
    }
  }
}

interface State {
  time: number;
  size: number;
  blockBytes: number;
}

const nameOf = ({ time, size, blockBytes }: State): string => `${time}-${size}-${blockBytes}`;

function stateOf(name: string): State | null {
  const match = /^(\d{1,15})-(\d{1,15})-(\d{1,5})$/.exec(name);
  return match && { time: Number(match[1]), size: Number(match[2]), blockBytes: Number(match[3]) };
}

function isWithdrawnSince(library: Library, size: number): boolean {
  return [...library.contents.withdrawn.values()].some((tombstone) => tombstone.at >= size);
}

/** The newest editions, as many as `bytesMax` octets hold, and what proves them. */
function zoneFiles(library: Library, channel: Uint8Array, time: number, bytesMax: number): ZoneFiles {
  const roots = filesOfKind(library, 'root/').sort((a, b) => Number(a.path.slice(5)) - Number(b.path.slice(5)));
  const first = heldFiles(library, ['head' as TreePath]);
  let room = FIRST_ROOTS_BYTES;
  const early = roots.filter(({ bytes }) => (room -= bytes.length) >= 0);
  const standing = [...roots.filter((root) => !early.includes(root)), ...filesOfKind(library, 'dict/')];
  return { channel, time, first: [...first, ...early], standing, editions: editionsOf(library, bytesMax) };
}

function filesOfKind(library: Library, prefix: string): TreeFile[] {
  return [...library.files()].filter(({ path }) => path.startsWith(prefix));
}

function editionsOf(library: Library, bytesMax: number): EditionFiles[] {
  const marks = [...library.contents.marks.values()].sort((a, b) => b.index - a.index);
  const editions: EditionFiles[] = [];
  let room = bytesMax;
  for (const { mark } of marks) {
    const paths = (kind: string): TreePath[] =>
      mark.packs.filter((pack) => pack.kind === kind).map(({ id }) => formatPath({ kind: 'pack', id }));
    const own = formatPath({ kind: 'edition', number: mark.number });
    const headlines = heldFiles(library, [own, ...paths('headlines')]);
    const texts = heldFiles(library, paths('layers'));
    room -= [...headlines, ...texts].reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (room < 0 && editions.length > 0) break;
    editions.unshift({ number: mark.number, headlines, texts });
  }
  return editions;
}
