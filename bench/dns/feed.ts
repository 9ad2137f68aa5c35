/**
 * A model of thefeed (commit 7e7f569) from the constants of its protocol: each question is one AES block of random
 * octets, channel and block, so no two are alike; each answer is one TXT record of TTL 1, base64 of AES-GCM over 200 to
 * 600 octets and padding. Its program is in Go and is not run here; metadata, decoys and media are left out.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createCipheriv, createDecipheriv, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { TYPE, decodeMessage, encodeQuery } from '@pappus/transports/dns';
import { askByUdp } from '@pappus/transports/node';

export const FEED_ZONE = 'f.example.org';
const KEY = Buffer.alloc(32, 7);
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const EDNS_BYTES = 4_096;
const BLOCK_BYTES = [200, 600] as const;
const PADDING_MAX = 32;
const SUFFIX_MAX = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADERS_BYTES = 28;
const RETRY_MS = 2_000;
const TRIES = 5;

/** Lengths of the blocks that hold so many octets. */
export function feedBlocks(bytes: number): number[] {
  const blocks: number[] = [];
  for (let left = bytes; left > 0; left -= blocks.at(-1)!)
    blocks.push(Math.min(left, randomInt(BLOCK_BYTES[0], BLOCK_BYTES[1] + 1)));
  return blocks;
}

/** A name for a block that nobody else asks for. */
function feedName(block: number): string {
  const plain = Buffer.alloc(16);
  randomBytes(4).copy(plain);
  plain.writeUInt16BE(1, 4);
  plain.writeUInt16BE(block, 6);
  const cipher = createCipheriv('aes-256-ecb', KEY, null).setAutoPadding(false);
  return base32(Buffer.concat([cipher.update(plain), cipher.final(), randomBytes(randomInt(SUFFIX_MAX + 1))]));
}

/** Which block a label asks for; null for a label that is none. */
export function blockAsked(label: string): number | null {
  const bytes = fromBase32(label.toLowerCase());
  if (bytes.length < 16) return null;
  const decipher = createDecipheriv('aes-256-ecb', KEY, null).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes.subarray(0, 16)), decipher.final()]);
  return plain.readUInt16BE(4) === 1 ? plain.readUInt16BE(6) : null;
}

/** What its TXT record holds for a block. */
export function feedText(payload: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', KEY, nonce);
  const plain = Buffer.concat([
    Buffer.from([payload.length >> 8, payload.length & 0xff]),
    payload,
    randomBytes(randomInt(PADDING_MAX + 1)),
  ]);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64');
}

function openText(text: string): number {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', KEY, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  return plain.readUInt16BE(0);
}

function base32(bytes: Uint8Array): string {
  let [text, bits, value] = ['', 0, 0];
  for (const octet of bytes) {
    value = ((value << 8) | octet) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let [bits, value] = [0, 0];
  for (const character of text) {
    value = ((value << 5) | Math.max(0, ALPHABET.indexOf(character))) & 0xffff;
    bits += 5;
    if (bits >= 8) bytes.push((value >> (bits -= 8)) & 0xff);
  }
  return Buffer.from(bytes);
}

export interface FeedReading {
  queries: number;
  /** Both ways, with the headers of IP and UDP. */
  wireBytes: number;
  blocks: number;
}

/** One reader: every block, `scatter` questions each, as many at once as `atOnce`. */
export async function readFeed(
  address: string,
  blocks: readonly number[],
  scatter: number,
  atOnce = 4,
): Promise<FeedReading> {
  const ask = askByUdp(address);
  const reading = { queries: 0, wireBytes: 0, blocks: 0 };
  const askOnce = async (block: number): Promise<boolean> => {
    const query = encodeQuery({
      id: randomInt(65_536),
      name: `${feedName(block)}.${FEED_ZONE}`,
      type: TYPE.TXT,
      udpBytes: EDNS_BYTES,
    });
    reading.queries++;
    reading.wireBytes += query.length + HEADERS_BYTES;
    let isRight = false;
    const take = (answer: Uint8Array): boolean => {
      reading.wireBytes += answer.length + HEADERS_BYTES;
      isRight = isAnswer(answer, blocks[block]!);
      return true;
    };
    await ask(query, take, AbortSignal.timeout(RETRY_MS)).catch(() => {});
    return isRight;
  };
  const queue = blocks.map((_, block) => block);
  const worker = async (): Promise<void> => {
    for (let block = queue.shift(); block !== undefined; block = queue.shift()) {
      const wanted = block;
      for (let tries = 0; tries < TRIES; tries++) {
        const came = await Promise.all(Array.from({ length: scatter }, () => askOnce(wanted)));
        if (!came.includes(true)) continue;
        reading.blocks++;
        break;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return reading;
}

function isAnswer(answer: Uint8Array, blockBytes: number): boolean {
  const [record] = decodeMessage(answer).answers;
  if (!record) return false;
  let text = '';
  for (let at = 0; at < record.data.length; at += 1 + record.data[at]!)
    text += Buffer.from(record.data.subarray(at + 1, at + 1 + record.data[at]!)).toString('latin1');
  return openText(text) === blockBytes;
}

/** Its server behind four addresses, and the root, in a process of their own. */
export class FeedServers {
  readonly blocks: readonly number[];
  readonly #child: ChildProcess;

  private constructor(blocks: readonly number[], child: ChildProcess) {
    this.blocks = blocks;
    this.#child = child;
  }

  /** Carries so many octets. */
  static async start(bytes: number): Promise<FeedServers> {
    const blocks = feedBlocks(bytes);
    const child = fork(join(import.meta.dirname, 'feed-servers.ts'), [JSON.stringify(blocks)], { stdio: 'inherit' });
    await once(child, 'message');
    return new FeedServers(blocks, child);
  }

  /** Questions answered so far, and octets of answers; falls silent when told so. */
  async tell(order: { isCut?: boolean }): Promise<{ queries: number; bytes: number }> {
    const answer = once(this.#child, 'message');
    this.#child.send(order);
    return ((await answer) as [{ queries: number; bytes: number }])[0];
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
