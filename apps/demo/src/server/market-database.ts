import type Database from 'better-sqlite3';
import type { PersonRecord, RecordedChange } from '../shared/api.js';
import type { PersonId } from '../shared/people.js';
import { DEFAULTS, type Field, type Preferences } from '../shared/preferences.js';
import { openDatabase } from './open-database.js';

/** How many changes of a person the page is told. */
const LATEST = 20;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS preference (
    person TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (person, field)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS change (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    recordedAt INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS changeByPerson ON change (person, sequence);
`;

/** What people have set. Each change adds a row, so the rows count the effects: one too many would show. */
export class MarketDatabase {
  readonly connection: Database.Database;

  constructor(file: string) {
    this.connection = openDatabase(file, SCHEMA);
  }

  /** Runs inside the receiver's transaction, together with the operation's key. */
  record(change: RecordedChange): void {
    this.connection
      .prepare(
        `INSERT INTO preference (person, field, value) VALUES (@person, @field, @value)
         ON CONFLICT (person, field) DO UPDATE SET value = excluded.value`,
      )
      .run(change);
    this.connection
      .prepare(
        `INSERT INTO change (id, person, field, value, recordedAt)
         VALUES (@id, @person, @field, @value, @recordedAt)`,
      )
      .run(change);
  }

  recordOf(person: PersonId): PersonRecord {
    const rows = this.connection
      .prepare<[string], { field: Field; value: string }>(
        'SELECT field, value FROM preference WHERE person = ?',
      )
      .all(person);
    const changes = this.connection
      .prepare<[string, number], RecordedChange>(
        `SELECT id, person, field, value, recordedAt FROM change
         WHERE person = ? ORDER BY sequence DESC LIMIT ?`,
      )
      .all(person, LATEST);
    const preferences = rows.reduce<Preferences>(
      (all, { field, value }) => ({ ...all, [field]: value }),
      DEFAULTS,
    );
    return { preferences, changes };
  }

  countEffects(): number {
    return this.connection.prepare<[], number>('SELECT count(*) FROM change').pluck().get() ?? 0;
  }

  close(): void {
    this.connection.close();
  }
}
