import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EffectStoreHarness } from '../src/conformance.js';
import { SqliteEffectStore } from '../src/index.js';

/** A SQLite store on a file of its own, with a connection for each that opens it. */
export const sqliteHarness: EffectStoreHarness<Database.Database> = async (settings) => {
  const folder = mkdtempSync(join(tmpdir(), 'cpc-server-'));
  const databases: Database.Database[] = [];
  const openAnother = async (): Promise<SqliteEffectStore<Database.Database>> => {
    const database = new Database(join(folder, 'effects.db'));
    databases.push(database);
    database.exec('CREATE TABLE IF NOT EXISTS effects (name TEXT)');
    const store = new SqliteEffectStore(database, settings);
    await store.open();
    return store;
  };
  return {
    store: await openAnother(),
    openAnother,
    insert: (tx, name) => void tx.prepare('INSERT INTO effects VALUES (?)').run(name),
    fail: (tx) => void tx.prepare('INSERT INTO nowhere VALUES (1)').run(),
    names: () => Promise.resolve(databases[0]!.prepare('SELECT name FROM effects').pluck().all() as string[]),
    close() {
      for (const database of databases) database.close();
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  };
};
