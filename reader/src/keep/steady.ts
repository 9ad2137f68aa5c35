/** Cells that go on when the disk does not: what cannot be written stays in memory and is tried again with the next. */
import type { Cell, Cells, Change } from './cells.ts';

/** `full`: the browser gives no more room. `broken`: it keeps nothing, or its database is damaged. */
export type Trouble = 'full' | 'broken';

export class SteadyCells implements Cells {
  readonly #disk: Cells | null;
  readonly #pending = new Map<string, Change>();
  #writing: Promise<void> = Promise.resolve();
  trouble: Trouble | null;

  /** `disk`: null where there is none. */
  constructor(disk: Cells | null) {
    this.#disk = disk;
    this.trouble = disk ? null : 'broken';
  }

  async all(group: string): Promise<Cell[]> {
    const cells = new Map<string, Cell>();
    try {
      for (const cell of (await this.#disk?.all(group)) ?? []) cells.set(cell.name, cell);
    } catch {
      this.trouble = 'broken';
    }
    for (const { name, bytes, ...rest } of this.#pending.values()) {
      if (rest.group !== group) continue;
      if (bytes === null) cells.delete(name);
      else cells.set(name, { ...rest, name, bytes });
    }
    return [...cells.values()];
  }

  /** Never rejects: `trouble` says whether the disk has it. One writing at a time, in order. */
  write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.#pending.set(JSON.stringify([change.group, change.name]), change);
    this.#writing = this.#writing.then(() => this.#flush());
    return this.#writing;
  }

  async #flush(): Promise<void> {
    const changes = [...this.#pending];
    if (!this.#disk || changes.length === 0) return;
    try {
      await this.#disk.write(changes.map(([, change]) => change));
      for (const [key, change] of changes) if (this.#pending.get(key) === change) this.#pending.delete(key);
      this.trouble = null;
    } catch (error) {
      this.trouble = (error as Error).name === 'QuotaExceededError' ? 'full' : 'broken';
    }
  }
}
