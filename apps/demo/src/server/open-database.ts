import Database from 'better-sqlite3';

/** A database that keeps what it has committed through a power cut, with its tables in place. */
export function openDatabase(file: string, schema: string): Database.Database {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(schema);
  return database;
}
