/**
 * Leaves that headline packs claim before anything proves them. A pack that a proven mark lists is the newsroom's
 * own; a stranger's claim never displaces one of its.
 */
interface Claim {
  leaf: Uint8Array;
  /** Id of the pack. */
  pack: string;
}

const CLAIMS_PER_INDEX = 4;

/** Claimed leaves by index, a few for each. */
export class Claims {
  readonly #byIndex = new Map<number, Claim[]>();
  readonly #listed = new Set<string>();

  /** A proven mark names this pack. */
  list(pack: string): void {
    this.#listed.add(pack);
  }

  isListed(pack: string): boolean {
    return this.#listed.has(pack);
  }

  add(index: number, leaf: Uint8Array, pack: string): void {
    const claims = this.#byIndex.get(index) ?? [];
    this.#byIndex.set(index, claims);
    if (claims.some((other) => other.pack === pack)) return;
    if (claims.length < CLAIMS_PER_INDEX) claims.push({ leaf, pack });
    else if (this.isListed(pack)) claims[0] = { leaf, pack };
  }

  /** The leaf to try at an index: of a listed pack, else of the first that came. */
  leaf(index: number): Uint8Array | null {
    const claims = this.#byIndex.get(index) ?? [];
    return (claims.find(({ pack }) => this.isListed(pack)) ?? claims[0])?.leaf ?? null;
  }

  /** The index is proven. */
  settle(index: number): void {
    this.#byIndex.delete(index);
  }

  dropStrangers(): void {
    for (const [index, claims] of this.#byIndex) {
      this.#byIndex.set(
        index,
        claims.filter(({ pack }) => this.isListed(pack)),
      );
    }
  }

  clear(): void {
    this.#byIndex.clear();
    this.#listed.clear();
  }
}
