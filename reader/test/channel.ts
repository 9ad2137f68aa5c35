/** Channels for tests of the page: under any name, in any language, with every field of a record. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  Library,
  Press,
  channelIdOf,
  encodeBlocks,
  encodeRoot,
  encodeRootBody,
  formatNote,
  inOfferOrder,
  noteOf,
  signRoot,
  treePath,
  type Block,
  type NewPost,
  type TreeFile,
  type TreePath,
} from '@pappus/core';
import { htmlFile } from '@pappus/reader';
import { TestNewsroom, identityCoding, newPost, type Story } from '../../core/test/newsroom.ts';

export const FIRST_EDITION_AT = 1_790_000_000;

export class NamedNewsroom extends TestNewsroom {
  override readonly channelId: string;

  constructor(name: string, lang: string, mirrors: string[] = [], zones: string[] = []) {
    super(name, 1, 1);
    this.root = { ...this.root, name, lang, mirrors, zones };
    this.body = encodeRootBody(this.root);
    this.channelId = channelIdOf(this.body);
    this.files.set('root/1', encodeRoot(this.body, [signRoot(this.body, 0, 0, this.rootSecrets[0]!)]));
  }

  /** One edition of whole posts, where `publish` takes stories. */
  print(posts: readonly NewPost[]): this {
    const means = { random: this.random, compress: identityCoding };
    const press = new Press({ size: 0, tile: () => null, entries: () => [] }, means);
    const rest = { tombstones: [], rootPointers: [], rewritten: [], retired: [] };
    const edition = press.print({ number: 1, time: FIRST_EDITION_AT, nextBy: null, posts, ...rest });
    const head = this.sign(press.size, press.root(), FIRST_EDITION_AT);
    const inputs = edition.records.map((record) => record.input);
    const files = [...edition.files, ...press.logFiles(), press.head(head.signature, (i) => inputs[i] ?? null)];
    for (const { path, bytes } of files) this.files.set(path, bytes);
    this.files.set('checkpoint', formatNote(noteOf(head, this.keys)));
    return this;
  }
}

/** A post whose record has all fields of `story` and `more`. */
export function fullPost(story: Story, more: Partial<NewPost['record']>): NewPost {
  const post = newPost(story);
  return { ...post, record: { ...post.record, ...more } };
}

/** A post whose text layer is just these octets. */
export function postOfOctets(title: string, bytes: Uint8Array): NewPost {
  return { ...newPost({ title }), layers: [{ kind: 1, mediaType: '', bytes }] };
}

/** Octets of a paragraph with half a surrogate pair, which no encoder makes. */
export function brokenSurrogate(): Uint8Array {
  const paragraph: Block = { type: 'paragraph', children: [{ type: 'text', value: 'abc' }] };
  const bytes = encodeBlocks([paragraph]);
  bytes.set([0xed, 0xa0, 0x80], bytes.length - 3);
  return bytes;
}

export interface PageOptions {
  /** Files that did not arrive. */
  without?: (path: TreePath) => boolean;
}

/** The HTML file of what a newsroom published. */
export async function pageOf(newsroom: TestNewsroom, { without = () => false }: PageOptions = {}): Promise<string> {
  const all = [...newsroom.files].map(([path, bytes]): TreeFile => ({ path: treePath(path), bytes }));
  const files = inOfferOrder(all).filter(({ path }) => !without(path));
  const library = new Library({ channelId: newsroom.channelId });
  for (const { path, bytes } of files) library.offer(path, bytes);
  return new TextDecoder().decode(await htmlFile(library, files));
}

/** The page with another engine, and without the policy that would not let it run. */
export function withEngine(html: string, change: (script: string) => string): string {
  return html
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    .replace(/(?<=data-packed="deflate-raw">)[^<]*/, (data) => {
      const script = change(inflateRawSync(Buffer.from(data, 'base64')).toString());
      return deflateRawSync(script).toString('base64');
    });
}

const LINE = /^((?:checkpoint|head|(?:root|dict|edition|fork|pack|tile)\/\S+)) ([A-Za-z0-9+/=]+)$/gm;

/** The page with the octets of each of its files changed. */
export function withFiles(html: string, change: (bytes: Buffer, path: string) => Uint8Array): string {
  return html.replace(LINE, (_, path: string, base64: string) => {
    return `${path} ${Buffer.from(change(Buffer.from(base64, 'base64'), path)).toString('base64')}`;
  });
}
