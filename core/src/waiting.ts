/**
 * Files that cannot be judged yet, each by the one thing that it waits for. Bounded: an attacker who
 * fills it costs the reader nothing but the files that come after, which can be offered again.
 */
import { LIMITS } from './limits.ts';
import { Refused } from './refused.ts';
import type { TreeFile } from './tree.ts';

/** Holds files by what they wait for, at most LIMITS.waitingBytes and LIMITS.waitingFiles. */
export class WaitingRoom {
  #byNeed = new Map<string, Map<string, TreeFile>>();
  #bytes = 0;
  #files = 0;

  /** Keeps a file until `need` is fulfilled. `id` tells files of one path apart. @throws Refused `full`. */
  add(need: string, id: string, file: TreeFile): void {
    const group = this.#byNeed.get(need) ?? new Map<string, TreeFile>();
    if (group.has(id)) return;
    if (this.#files >= LIMITS.waitingFiles || this.#bytes + file.bytes.length > LIMITS.waitingBytes) {
      throw new Refused('full', 'too much is waiting');
    }
    this.#byNeed.set(need, group.set(id, file));
    this.#files++;
    this.#bytes += file.bytes.length;
  }

  /** Takes out the files that waited for `need`. */
  take(need: string): TreeFile[] {
    const group = this.#byNeed.get(need);
    if (!group) return [];
    this.#byNeed.delete(need);
    const files = [...group.values()];
    this.#files -= files.length;
    for (const file of files) this.#bytes -= file.bytes.length;
    return files;
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

  get size(): number {
    return this.#files;
  }
}
