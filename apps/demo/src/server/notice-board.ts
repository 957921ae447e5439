import type Database from 'better-sqlite3';
import type { Notice } from '../shared/api.js';
import { openDatabase } from './open-database.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS notice (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    postedAt INTEGER NOT NULL
  ) STRICT;
`;

/** How many notices the page is told. */
const LATEST = 8;

/** Stands for another system that the server informs. It has a database of its own and knows a notice by its id. */
export class NoticeBoard {
  readonly #connection: Database.Database;

  constructor(file: string) {
    this.#connection = openDatabase(file, SCHEMA);
  }

  /** Posting the same id again changes nothing. */
  post(notice: Notice): void {
    this.#connection
      .prepare(
        'INSERT INTO notice (id, text, postedAt) VALUES (@id, @text, @postedAt) ON CONFLICT (id) DO NOTHING',
      )
      .run(notice);
  }

  latest(): readonly Notice[] {
    return this.#connection
      .prepare<[number], Notice>('SELECT id, text, postedAt FROM notice ORDER BY sequence DESC LIMIT ?')
      .all(LATEST);
  }

  count(): number {
    return this.#connection.prepare<[], number>('SELECT count(*) FROM notice').pluck().get() ?? 0;
  }

  close(): void {
    this.#connection.close();
  }
}
