import { setImmediate } from 'node:timers';
import Database from 'better-sqlite3';

/**
 * SQLite by hand, with the same guarantees and no more: unique ids, order by priority and age, a lease with a token, a
 * group commit. What this costs is what nobody who builds on SQLite can avoid.
 */
export class RawQueue {
  #waiting = [];

  constructor(file, synchronous) {
    this.db = new Database(file);
    this.db.pragma('journal_mode = WAL');
    this.db.pragma(`synchronous = ${synchronous}`);
    this.db.exec(`
      CREATE TABLE IF NOT EXISTS operations (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        priority INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        state INTEGER NOT NULL DEFAULT 0,
        token INTEGER,
        lease_until INTEGER
      );
      CREATE INDEX IF NOT EXISTS ready ON operations (priority DESC, sequence) WHERE state = 0;
    `);
    const { db } = this;
    this.insert = db.prepare(
      'INSERT OR IGNORE INTO operations (id, kind, payload, priority, created_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.next = db.prepare(
      'SELECT sequence, id, kind, payload, priority, created_at, attempts FROM operations WHERE state = 0 ORDER BY priority DESC, sequence LIMIT ?',
    );
    this.lease = db.prepare('UPDATE operations SET state = 1, token = ?, lease_until = ? WHERE sequence = ?');
    this.remove = db.prepare('DELETE FROM operations WHERE sequence = ? AND token = ?');
    this.enqueueAll = db.transaction((operations) => {
      for (const { id, kind, payload, priority, createdAt } of operations) {
        this.insert.run(id, kind, payload, priority, createdAt);
      }
    }).immediate;
    this.claim = db.transaction((limit, token, until) => {
      const rows = this.next.all(limit);
      for (const { sequence } of rows) this.lease.run(token, until, sequence);
      return rows;
    }).immediate;
    this.settle = db.transaction((rows, token) => {
      for (const { sequence } of rows) this.remove.run(sequence, token);
    }).immediate;
  }

  /** Resolves after a commit that it shares with whoever else asked in the same turn. */
  enqueue(operation) {
    return new Promise((resolve) => {
      if (this.#waiting.push({ operation, resolve }) > 1) return;
      setImmediate(() => {
        const jobs = this.#waiting;
        this.#waiting = [];
        this.enqueueAll(jobs.map((job) => job.operation));
        for (const job of jobs) job.resolve();
      });
    });
  }

  close() {
    this.db.close();
  }
}
