/**
 * Octets under a group and a name, in IndexedDB: the one kind of storage that works alike on https, on plain http in
 * a local network, and in files. Only Uint8Array goes in, for WebKitGTK cannot keep a Blob there.
 */

export interface Cell {
  group: string;
  name: string;
  bytes: Uint8Array;
}

/** Null takes the cell away. */
export interface Change {
  group: string;
  name: string;
  bytes: Uint8Array | null;
}

export interface Cells {
  all(group: string): Promise<Cell[]>;
  /** All or nothing, and on disk once it resolves. Rejects with the platform's error; then nothing was changed. */
  write(changes: readonly Change[]): Promise<void>;
}

const DATABASE = 'reader';
const STORE = 'cells';

/** The cells of this origin. Rejects where the browser keeps nothing. */
export function openCells(): Promise<IndexedCells> {
  return openVersion();
}

/** Without a number, the version that is there. A higher one makes all other tabs close theirs. */
async function openVersion(version?: number): Promise<IndexedCells> {
  const request = indexedDB.open(DATABASE, version);
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion === 0) request.result.createObjectStore(STORE);
  };
  return new IndexedCells(await done(request));
}

export class IndexedCells implements Cells {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close(); // another tab clears or seals everything
  }

  all(group: string): Promise<Cell[]> {
    return this.#read(IDBKeyRange.bound([group], [group, []])); // an array comes after all strings
  }

  /** Up to `count` cells of the groups from `from` to before `to`, in order. */
  some(from: string, to: string, count: number): Promise<Cell[]> {
    return this.#read(IDBKeyRange.bound([from], [to], false, true), count);
  }

  async #read(range: IDBKeyRange, count?: number): Promise<Cell[]> {
    const store = this.#database.transaction(STORE).objectStore(STORE);
    const [keys, values] = await Promise.all([done(store.getAllKeys(range, count)), done(store.getAll(range, count))]);
    return (keys as [string, string][]).map(([group, name], i) => ({ group, name, bytes: values[i] as Uint8Array }));
  }

  async write(changes: readonly Change[]): Promise<void> {
    const transaction = this.#database.transaction(STORE, 'readwrite', { durability: 'strict' });
    const ended = new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('the browser gave up')));
    });
    const store = transaction.objectStore(STORE);
    for (const { group, name, bytes } of changes) {
      if (bytes === null) store.delete([group, name]);
      else store.put(own(bytes), [group, name]);
    }
    return ended;
  }

  /** The same cells, which no other tab can write to any longer. */
  alone(): Promise<IndexedCells> {
    this.close();
    return openVersion(this.#database.version + 1);
  }

  close(): void {
    this.#database.close();
  }
}

/** Deletes them all, whoever else has them open. */
export async function deleteCells(): Promise<void> {
  await done(indexedDB.deleteDatabase(DATABASE));
}

/** A view would be kept with everything that lies beside it in memory. */
function own(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the browser gave up')));
  });
}
