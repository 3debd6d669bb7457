/** What is kept of one source, in SQLite: documents, the connector's own state, runs and their log, events. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

// SQLite orders texts by the bytes of UTF-8 unless told otherwise, which is the order of the contract.
const TABLES = `
  CREATE TABLE IF NOT EXISTS object (
    type TEXT, id TEXT, version TEXT NOT NULL, document TEXT NOT NULL, departed INTEGER NOT NULL, PRIMARY KEY (type, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS storage (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, cause TEXT NOT NULL, started_ms INTEGER NOT NULL, state TEXT NOT NULL, report TEXT
  );
  CREATE TABLE IF NOT EXISTS entry (
    run INTEGER NOT NULL REFERENCES run, severity TEXT NOT NULL, subject TEXT, diagnosis TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS change (
    run INTEGER NOT NULL REFERENCES run, at_ms INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, action TEXT NOT NULL,
    evidence TEXT, held TEXT
  );
  CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    due_ms INTEGER
  );
`;

export class Store {
  #db;

  constructor(folder, source) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(join(folder, `${source}.db`));
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;');
    this.#db.exec(TABLES);
  }

  close() {
    this.#db.close();
  }

  /** Do all of it or nothing, durably. */
  together(work) {
    if (this.#db.isTransaction) return work();
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #all(sql, ...values) {
    return this.#db.prepare(sql).all(...values);
  }

  #run(sql, ...values) {
    return this.#db.prepare(sql).run(...values);
  }

  /** Ids and versions of what is held, without those who left, in byte order after `after`. */
  inventory(type, after, limit) {
    return this.#all(
      'SELECT id, version FROM object WHERE type = ? AND NOT departed AND id > ? ORDER BY id LIMIT ?',
      ...[type, after ?? '', limit],
    );
  }

  /** What is held under a key, `{version, document, departed}`. */
  load({ resourceType, externalId }) {
    const [row] = this.#all('SELECT version, document, departed FROM object WHERE type = ? AND id = ?', resourceType, externalId);
    return row && { version: row.version, document: JSON.parse(row.document), departed: row.departed === 1 };
  }

  keep({ resourceType, externalId }, version, document, departed) {
    this.#run(
      'INSERT OR REPLACE INTO object (type, id, version, document, departed) VALUES (?, ?, ?, ?, ?)',
      ...[resourceType, externalId, version, JSON.stringify(document), departed ? 1 : 0],
    );
  }

  drop({ resourceType, externalId }) {
    this.#run('DELETE FROM object WHERE type = ? AND id = ?', resourceType, externalId);
  }

  /** How many are held of a resource type, without those who left. */
  count(type) {
    return this.#all('SELECT count(*) AS n FROM object WHERE type = ? AND NOT departed', type)[0].n;
  }

  /** Every document of a resource type, without those who left, in byte order of ids. */
  documents(type) {
    const rows = this.#all('SELECT id, document FROM object WHERE type = ? AND NOT departed ORDER BY id', type);
    return rows.map(({ id, document }) => ({ id, document: JSON.parse(document) }));
  }

  recordChange(run, { resourceType, externalId }, action, evidence, held) {
    this.#run(
      'INSERT INTO change (run, at_ms, type, id, action, evidence, held) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[run, Date.now(), resourceType, externalId, action, evidence ?? null, held ?? null],
    );
  }

  /** How many of a resource type left by events since then. */
  departedSince(type, sinceMs) {
    const [{ n }] = this.#all(
      `SELECT count(*) AS n FROM change JOIN run ON run.id = change.run
       WHERE run.kind = 'events' AND type = ? AND at_ms >= ? AND held IS NULL AND action IN ('deactivated', 'deleted')`,
      ...[type, sinceMs],
    );
    return n;
  }

  stored(key) {
    return this.#all('SELECT value FROM storage WHERE key = ?', key)[0]?.value;
  }

  storeEntry(key, value) {
    if (value === undefined) this.#run('DELETE FROM storage WHERE key = ?', key);
    else this.#run('INSERT OR REPLACE INTO storage (key, value) VALUES (?, ?)', key, value);
  }

  storedBytes() {
    const [{ n }] = this.#all('SELECT coalesce(sum(length(CAST(key AS BLOB)) + length(CAST(value AS BLOB))), 0) AS n FROM storage');
    return n;
  }

  storedKeys() {
    return this.#all('SELECT key FROM storage ORDER BY key').map(({ key }) => key);
  }

  note(name) {
    const [row] = this.#all('SELECT value FROM note WHERE name = ?', name);
    return row && JSON.parse(row.value);
  }

  keepNote(name, value) {
    this.#run('INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)', name, JSON.stringify(value));
  }

  /** Open the row of a run. Rows that a dead process left are closed first: this one has the source. */
  openRun(kind, cause) {
    this.#run("UPDATE run SET state = 'interrupted' WHERE state = 'running'");
    const { lastInsertRowid } = this.#run(
      "INSERT INTO run (kind, cause, started_ms, state) VALUES (?, ?, ?, 'running')",
      ...[kind, cause, Date.now()],
    );
    return Number(lastInsertRowid);
  }

  closeRun(run, state, report) {
    this.#run('UPDATE run SET state = ?, report = ? WHERE id = ?', state, JSON.stringify(report), run);
  }

  recordEntry(run, { severity, subject, diagnosis }) {
    const key = subject ? `${subject.resourceType}:${subject.externalId}` : null;
    this.#run(
      'INSERT INTO entry (run, severity, subject, diagnosis) VALUES (?, ?, ?, ?)',
      ...[run, severity, key, JSON.stringify(diagnosis)],
    );
  }

  entries(run) {
    const rows = this.#all('SELECT severity, subject, diagnosis FROM entry WHERE run = ? ORDER BY rowid', run);
    return rows.map(({ severity, subject, diagnosis }) => ({ severity, code: JSON.parse(diagnosis).code, subject }));
  }

  /** Store events that are not known yet, all or none. */
  keepEvents(events) {
    this.together(() => {
      for (const event of events) {
        this.#run(
          'INSERT INTO event (id, event, due_ms) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
          ...[event.id, JSON.stringify(event), Date.now()],
        );
      }
    });
  }

  /** Events that wait to be handled, oldest first, and when the next one is due that is not yet. */
  dueEvents(limit) {
    const rows = this.#all('SELECT number, event, attempts, due_ms FROM event WHERE due_ms IS NOT NULL ORDER BY number');
    const due = rows.filter(({ due_ms: at }) => at <= Date.now()).slice(0, limit);
    return {
      due: due.map(({ number, event, attempts }) => ({ number, attempts, event: JSON.parse(event) })),
      nextMs: Math.min(...rows.map(({ due_ms: at }) => at)),
    };
  }

  /** Note what became of an event: done, or to be tried again then. */
  settleEvent(number, attempts, dueMs) {
    this.#run('UPDATE event SET attempts = ?, due_ms = ? WHERE number = ?', attempts, dueMs ?? null, number);
  }
}

/** Something that only one process may have at a time; it is let go of when the process ends, however that happens. */
export class Lock {
  #db;

  /** The lock of this name, or nothing while somebody else has it. */
  static take(folder, name) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = new Lock();
    lock.#db = new DatabaseSync(join(folder, `${name}.lock`));
    try {
      lock.#db.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      lock.#db.close();
      if (error.errcode === SQLITE_BUSY) return undefined;
      throw error;
    }
  }

  free() {
    this.#db.close();
  }
}

/** Source: SQLite, "Result and Error Codes". */
const SQLITE_BUSY = 5;
