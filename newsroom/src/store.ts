/**
 * What a newsroom must not lose, in one SQLite file: drafts, the log, its signed heads, and the files that
 * still have to reach the tree. A publishing is one transaction: it is durable as a whole or did not happen.
 * One size of the log has one head, by primary key: this machine cannot sign two.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { EntryType, HeadSignature, LogStore, RecordInput, SignedHead, SuffixInput, TreePath } from '@pappus/core';
import type { Draft } from './draft.ts';
import { NewsroomError } from './keys.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS drafts (
    source_id TEXT PRIMARY KEY, draft TEXT NOT NULL, post INTEGER, replaces INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS drafts_waiting ON drafts (source_id) WHERE post IS NULL;
  CREATE INDEX IF NOT EXISTS drafts_post ON drafts (post);
  CREATE INDEX IF NOT EXISTS drafts_replaces ON drafts (replaces, post) WHERE replaces IS NOT NULL;
  CREATE TABLE IF NOT EXISTS entries (post INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS recent (
    post INTEGER PRIMARY KEY, type INTEGER NOT NULL, salt BLOB NOT NULL, head BLOB NOT NULL, tail BLOB NOT NULL, lang TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS tiles (level INTEGER, number INTEGER, hashes BLOB NOT NULL, PRIMARY KEY (level, number)) STRICT;
  CREATE TABLE IF NOT EXISTS packs (post INTEGER, pack TEXT, PRIMARY KEY (post, pack)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS withdrawn (post INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS heads (
    size INTEGER PRIMARY KEY, edition INTEGER UNIQUE NOT NULL, root BLOB NOT NULL,
    time INTEGER NOT NULL, log BLOB NOT NULL, clock BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS outbox (path TEXT PRIMARY KEY, bytes BLOB) STRICT, WITHOUT ROWID;
`;

export interface StoredHead extends SignedHead {
  edition: number;
}

export interface WaitingDraft {
  draft: Draft;
  /** Index of the post that it corrects. */
  replaces: number | null;
}

/** The index of a draft that is not to be published again: its post is void, and was withdrawn or corrected. */
const NEVER_AGAIN = -1;
const WAIT_MS = 60_000;
const SQLITE_BUSY = 5;

export class Store implements LogStore {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #lastInLine: Promise<unknown> = Promise.resolve();

  /** Opens or makes the file. Waits up to a minute for another process that is writing. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: WAIT_MS });
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;',
    );
    this.#db.exec(SCHEMA);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  /**
   * Runs `work` as one durable transaction, alone among all processes; in this process, in the order of the calls.
   * @throws NewsroomError when another process keeps the file for itself.
   */
  transaction<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#lastInLine.then(() => this.#transact(work));
    this.#lastInLine = turn.catch(() => {});
    return turn;
  }

  async #transact<T>(work: () => T | Promise<T>): Promise<T> {
    this.#begin();
    try {
      const result = await work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #begin(): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
    } catch (cause) {
      if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause;
      throw new NewsroomError(
        'Another command is at work in this newsroom. Nothing was changed. Try again when it has ended.',
        { cause },
      );
    }
  }

  /** What was overwritten or deleted leaves the write-ahead log too. */
  scrub(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) this.#statements.set(text, (statement = this.#db.prepare(text)));
    return statement;
  }

  fact(name: string): string | null {
    return (this.#sql('SELECT value FROM facts WHERE name = ?').get(name)?.['value'] as string | undefined) ?? null;
  }

  setFact(name: string, value: string): void {
    this.#sql('INSERT OR REPLACE INTO facts VALUES (?, ?)').run(name, value);
  }

  /** False when the source item is known already. */
  addDraft(draft: Draft, replaces: number | null = null): boolean {
    const sql = 'INSERT OR IGNORE INTO drafts (source_id, draft, replaces) VALUES (?, ?, ?)';
    if (draft.link !== '' && this.#sql('SELECT 1 FROM drafts WHERE source_id = ?').get(adoptedId(draft.link)))
      return false;
    return this.#sql(sql).run(draft.sourceId, JSON.stringify(draft), replaces).changes === 1;
  }

  /** A post that came back with a tree: its source is not known, so its link stands for it. */
  addAdopted(draft: Draft, post: number, replaces: number | null): void {
    const sql = 'INSERT OR IGNORE INTO drafts (source_id, draft, post, replaces) VALUES (?, ?, ?, ?)';
    for (const sourceId of [...(draft.link === '' ? [] : [adoptedId(draft.link)]), adoptedId(String(post))]) {
      if (this.#sql(sql).run(sourceId, JSON.stringify({ ...draft, sourceId }), post, replaces).changes === 1) return;
    }
  }

  /** Drafts that wait to be published, oldest first. */
  waitingDrafts(): WaitingDraft[] {
    const rows = this.#sql('SELECT draft, replaces FROM drafts WHERE post IS NULL ORDER BY rowid').all();
    return rows.map((r) => ({
      draft: JSON.parse(r['draft'] as string) as Draft,
      replaces: r['replaces'] as number | null,
    }));
  }

  countDrafts(): { waiting: number; published: number } {
    const row = this.#sql(
      'SELECT count(*) - count(post) AS waiting, count(*) FILTER (WHERE post >= 0) AS published FROM drafts',
    ).get()!;
    return { waiting: row['waiting'] as number, published: row['published'] as number };
  }

  /** What was published as this post, for a correction to start from. */
  draftOf(post: number): Draft | null {
    const row = this.#sql('SELECT draft FROM drafts WHERE post = ?').get(post);
    return row ? (JSON.parse(row['draft'] as string) as Draft) : null;
  }

  markPublished(sourceId: string, post: number, replaces: number | null): void {
    this.#sql('UPDATE drafts SET post = ?, replaces = ? WHERE source_id = ?').run(post, replaces, sourceId);
  }

  /** The newest correction of a post that is not withdrawn; else the post itself. */
  latestOf(post: number): number {
    let latest = post;
    for (let at: number | null = post; at !== null;) {
      const row: Record<string, unknown> | undefined = this.#sql(
        'SELECT max(post) AS post FROM drafts WHERE replaces = ?',
      ).get(at);
      at = (row?.['post'] as number | null) ?? null;
      if (at !== null && !this.isWithdrawn(at)) latest = at;
    }
    return latest;
  }

  get size(): number {
    return this.head()?.size ?? 0;
  }

  head(): StoredHead | null {
    return headOf(this.#sql('SELECT * FROM heads ORDER BY size DESC LIMIT 1').get());
  }

  headOfEdition(edition: number): StoredHead | null {
    return headOf(this.#sql('SELECT * FROM heads WHERE edition = ?').get(edition));
  }

  /** Sizes of heads in a range, both ends included. */
  sizesBetween(from: number, to: number): number[] {
    return this.#sql('SELECT size FROM heads WHERE size BETWEEN ? AND ?')
      .all(from, to)
      .map((r) => r['size'] as number);
  }

  /** @throws when this size or edition has a head already: a fork in the making. */
  addHead(head: StoredHead): void {
    const { time, log, clock } = head.signature;
    this.#sql('INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?)').run(head.size, head.edition, head.root, time, log, clock);
  }

  entries(from: number, to: number): Uint8Array[] {
    const rows = this.#sql('SELECT entry FROM entries WHERE post >= ? AND post < ? ORDER BY post').all(from, to);
    return rows.map((r) => r['entry'] as Uint8Array);
  }

  entryType(post: number): EntryType | null {
    return (this.entries(post, post + 1)[0]?.[0] as EntryType | undefined) ?? null;
  }

  addEntry(post: number, entry: Uint8Array): void {
    this.#sql('INSERT INTO entries VALUES (?, ?)').run(post, entry);
  }

  addRecent(post: number, { type, salt, head, tail, lang }: RecordInput): void {
    this.#sql('INSERT INTO recent VALUES (?, ?, ?, ?, ?, ?)').run(post, type, salt, head, tail, lang);
  }

  /** What an index holds, for a head: a bare entry once withdrawn; null when it is too long ago. */
  recent(post: number): SuffixInput | null {
    const row = this.#sql('SELECT * FROM recent WHERE post = ?').get(post);
    if (!row) return null;
    if (this.isWithdrawn(post)) return { entry: this.entries(post, post + 1)[0]! };
    const { type, salt, head, tail, lang } = row as unknown as RecordInput;
    return { type, salt, head, tail, lang };
  }

  forgetRecentBefore(post: number): void {
    this.#sql('DELETE FROM recent WHERE post < ?').run(post);
  }

  isWithdrawn(post: number): boolean {
    return this.#sql('SELECT 1 FROM withdrawn WHERE post = ?').get(post) !== undefined;
  }

  addWithdrawn(post: number): void {
    this.#sql('INSERT OR IGNORE INTO withdrawn VALUES (?)').run(post);
    this.#sql("UPDATE drafts SET draft = '{}' WHERE post = ?").run(post);
    this.#sql("UPDATE recent SET head = x'', tail = x'' WHERE post = ?").run(post);
    this.#sql('DELETE FROM packs WHERE post = ?').run(post);
  }

  tile(level: number, index: number): Uint8Array | null {
    const row = this.#sql('SELECT hashes FROM tiles WHERE level = ? AND number = ?').get(level, index);
    return (row?.['hashes'] as Uint8Array | undefined) ?? null;
  }

  setTile(level: number, index: number, hashes: Uint8Array): void {
    this.#sql('INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)').run(level, index, hashes);
  }

  packsOf(post: number): string[] {
    return this.#sql('SELECT pack FROM packs WHERE post = ?')
      .all(post)
      .map((r) => r['pack'] as string);
  }

  addPack(pack: string, posts: Iterable<number>): void {
    for (const post of posts) this.#sql('INSERT OR IGNORE INTO packs VALUES (?, ?)').run(post, pack);
  }

  forgetPacks(): void {
    this.#sql('DELETE FROM packs').run();
  }

  removePack(pack: string, posts: Iterable<number>): void {
    for (const post of posts) this.#sql('DELETE FROM packs WHERE post = ? AND pack = ?').run(post, pack);
  }

  /** Queues a file for the tree; null takes the file away. */
  send(path: TreePath, bytes: Uint8Array | null): void {
    this.#sql('INSERT OR REPLACE INTO outbox VALUES (?, ?)').run(path, bytes);
  }

  *outgoing(): Generator<{ path: TreePath; bytes: Uint8Array | null }> {
    for (const row of this.#sql('SELECT path, bytes FROM outbox').iterate()) {
      yield { path: row['path'] as TreePath, bytes: row['bytes'] as Uint8Array | null };
    }
  }

  clearOutgoing(): void {
    this.#sql('DELETE FROM outbox').run();
  }

  get hasOutgoing(): boolean {
    return this.#sql('SELECT 1 FROM outbox LIMIT 1').get() !== undefined;
  }

  editionsAfter(size: number): number[] {
    return this.#sql('SELECT edition FROM heads WHERE size > ? ORDER BY size')
      .all(size)
      .map((r) => r['edition'] as number);
  }

  /** After a reset: everything from `size` on is void; its posts wait again. */
  truncate(size: number): void {
    this.#waitAgain(size);
    for (const table of ['entries', 'recent', 'packs', 'withdrawn']) {
      this.#sql(`DELETE FROM ${table} WHERE post >= ?`).run(size);
    }
    this.#sql('DELETE FROM heads WHERE size > ?').run(size);
    for (let level = 0, count = size; level < 6; level++, count = Math.floor(count / 256)) {
      this.#sql('DELETE FROM tiles WHERE level = ? AND number * 256 >= ?').run(level, count);
      const last = this.tile(level, Math.floor(count / 256));
      if (last) this.setTile(level, Math.floor(count / 256), last.slice(0, (count % 256) * 32));
    }
  }

  /** The drafts of void posts wait again, but for those that were withdrawn or that a later void one corrects. */
  #waitAgain(size: number): void {
    const rows = this.#sql(
      'SELECT source_id, post, replaces, draft FROM drafts WHERE post >= ? ORDER BY post DESC',
    ).all(size);
    const corrected = new Set<unknown>();
    for (const { source_id: id, post, replaces, draft } of rows) {
      const isVoidTarget = replaces !== null && (replaces as number) >= size;
      const isOld = draft === '{}' || corrected.has(post) || (isVoidTarget && corrected.has(replaces));
      if (draft !== '{}') corrected.add(replaces ?? NEVER_AGAIN);
      const sql = 'UPDATE drafts SET post = ?, replaces = ? WHERE source_id = ?';
      this.#sql(sql).run(isOld ? NEVER_AGAIN : null, isVoidTarget ? null : replaces!, id!);
    }
  }
}

const adoptedId = (name: string): string => `adopted/${name}`;

function headOf(row: Record<string, unknown> | undefined): StoredHead | null {
  if (!row) return null;
  const signature = { time: row['time'], log: row['log'], clock: row['clock'] } as HeadSignature;
  return { size: row['size'] as number, edition: row['edition'] as number, root: row['root'] as Uint8Array, signature };
}
