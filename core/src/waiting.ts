/**
 * Files that cannot be judged yet, each by the one thing that it waits for. Bounded: what nobody announced makes
 * room for what comes after it, the oldest first, so that a flood drowns itself and nothing that is expected.
 */
import { contentId } from './crypto.ts';
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';
import type { PathParts, TreeFile } from './tree.ts';

interface Place {
  need: string;
  id: string;
}

/** Holds files by what they wait for, at most LIMITS.waitingBytes and LIMITS.waitingFiles. */
export class WaitingRoom {
  readonly #byNeed = new Map<string, Map<string, TreeFile>>();
  /** Files that nothing proven names, oldest first. */
  readonly #strangers = new Map<TreeFile, Place>();
  /** Numbers that needs end in, since nothing last waited: most indexes that are proven are not among them. */
  readonly #numbers = new Set<number>();
  #bytes = 0;
  #files = 0;

  /** Keeps a file until `need` is fulfilled. `id` tells files of one path apart. @throws Refused `full`. */
  add(need: string, id: string, file: TreeFile, isExpected: boolean): void {
    if (this.#byNeed.get(need)?.has(id)) return;
    this.#makeRoom(file.bytes.length);
    const group = this.#byNeed.get(need) ?? new Map<string, TreeFile>();
    this.#byNeed.set(need, group.set(id, file));
    if (!isExpected) this.#strangers.set(file, { need, id });
    this.#numbers.add(Number(need.slice(need.lastIndexOf('/') + 1)));
    this.#files++;
    this.#bytes += file.bytes.length;
  }

  #makeRoom(bytes: number): void {
    const isFull = (): boolean => this.#files >= LIMITS.waitingFiles || this.#bytes + bytes > LIMITS.waitingBytes;
    for (const [file, { need, id }] of this.#strangers) {
      if (!isFull()) return;
      const group = this.#byNeed.get(need)!;
      group.delete(id);
      if (group.size === 0) this.#byNeed.delete(need);
      this.#forget(file);
    }
    if (isFull()) throw new Refused('full', 'too much is waiting');
  }

  /** Takes out the files that waited for `need`. */
  take(need: string): TreeFile[] {
    const files = [...(this.#byNeed.get(need)?.values() ?? [])];
    this.#byNeed.delete(need);
    for (const file of files) this.#forget(file);
    return files;
  }

  #forget(file: TreeFile): void {
    this.#strangers.delete(file);
    this.#files--;
    this.#bytes -= file.bytes.length;
    if (this.#files === 0) this.#numbers.clear();
  }

  /** False where no need ends in this number: quicker to find than a need. */
  mayAwait(number: number): boolean {
    return this.#numbers.has(number);
  }

  has(need: string): boolean {
    return this.#byNeed.has(need);
  }

  get needs(): string[] {
    return [...this.#byNeed.keys()];
  }

  *files(): Generator<TreeFile> {
    for (const group of this.#byNeed.values()) yield* group.values();
  }
}

/** Tells files of one path apart. What has the digest in its path has one content only. */
export function waitingId({ path, bytes }: TreeFile, { kind }: PathParts): string {
  return kind === 'pack' || kind === 'dict' || kind === 'fork' ? path : `${path}:${contentId(bytes)}`;
}
