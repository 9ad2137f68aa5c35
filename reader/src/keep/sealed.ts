/** Cells under a passphrase. Who looks at the disk sees how many there are and how large, and nothing else. */
import type { Cell, Cells, Change, IndexedCells } from './cells.ts';
import type { Sealing } from './seal.ts';

/** Sealed groups come after all others, so that those can be asked for by a range. */
const FIRST_SEALED = '~';
const FIRST_PLAIN = 'a';
const SALT = '!';
const SALT_BYTES = 16;
/** Under the new passphrase while what was kept without one is being sealed. */
const MOVING: Omit<Change, 'bytes'> = { group: 'moving', name: '' };
const MOVED_AT_ONCE = 64;

export class SealedCells implements Cells {
  readonly #disk: Cells;
  readonly #sealing: Sealing;

  constructor(disk: Cells, sealing: Sealing) {
    this.#disk = disk;
    this.#sealing = sealing;
  }

  async all(group: string): Promise<Cell[]> {
    const cells = await this.#disk.all(this.#group(group));
    return cells.flatMap((cell) => {
      const opened = this.#sealing.open(cell.group + cell.name, cell.bytes);
      return opened ? [{ group, ...opened }] : [];
    });
  }

  write(changes: readonly Change[]): Promise<void> {
    return this.#disk.write(changes.map((change) => this.sealed(change)));
  }

  sealed({ group, name, bytes }: Change): Change {
    const place = { group: this.#group(group), name: this.#sealing.tag(JSON.stringify([group, name])) };
    return { ...place, bytes: bytes && this.#sealing.seal(place.group + place.name, name, bytes) };
  }

  #group(group: string): string {
    return FIRST_SEALED + this.#sealing.tag(group);
  }
}

/** The salt of this origin; null as long as no passphrase was ever set here. */
export async function saltOf(disk: Cells): Promise<Uint8Array | null> {
  return (await disk.all(SALT))[0]?.bytes ?? null;
}

/** The cells that a passphrase opens. A wrong one opens cells of its own, which are as empty as a new reader's. */
export async function openSealed(disk: IndexedCells, salt: Uint8Array, passphrase: string): Promise<Cells> {
  const sealed = await sealedBy(disk, salt, passphrase);
  // A disk without room for it must not lock her out: what was moved is seen, and the rest is moved another time.
  if ((await sealed.all(MOVING.group)).length > 0) await moveInto(sealed, disk).catch(() => {});
  return sealed;
}

/**
 * Moves what is kept without a passphrase under this one. Should that be interrupted, `openSealed` goes on with it.
 * `disk` must be held alone: another tab would go on in plain.
 */
export async function sealUnder(disk: IndexedCells, passphrase: string): Promise<Cells> {
  const { sealingOf } = await import('./seal.ts');
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const sealed = new SealedCells(disk, await sealingOf(passphrase, salt));
  const moving = sealed.sealed({ ...MOVING, bytes: new Uint8Array(1) });
  await disk.write([{ group: SALT, name: '', bytes: salt }, moving]); // both or none: a salt alone would ask in vain
  await moveInto(sealed, disk);
  return sealed;
}

async function sealedBy(disk: IndexedCells, salt: Uint8Array, passphrase: string): Promise<SealedCells> {
  const { sealingOf } = await import('./seal.ts');
  return new SealedCells(disk, await sealingOf(passphrase, salt));
}

async function moveInto(sealed: SealedCells, disk: IndexedCells): Promise<void> {
  for (;;) {
    const plain = await disk.some(FIRST_PLAIN, FIRST_SEALED, MOVED_AT_ONCE);
    if (plain.length === 0) break;
    await disk.write(plain.flatMap((cell) => [sealed.sealed(cell), { ...cell, bytes: null }]));
  }
  await sealed.write([{ ...MOVING, bytes: null }]);
}
