import Database from 'better-sqlite3';
import { rawListener } from './raw-listener.mjs';

/** The contenders on SQLite, on the file that is given. */
export async function sqliteServer(kind, file) {
  const database = new Database(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE effects (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)`);
  return {
    listener: kind === 'raw' ? rawListener(database) : await receiverListener(database),
    effects: () => database.prepare('SELECT count(*) FROM effects').pluck().get(),
    close: () => database.close(),
  };
}

async function receiverListener(database) {
  const { applied, Receiver, SqliteEffectStore, toNodeHandler } =
    await import('../../packages/server/dist/index.js');
  const insert = database.prepare('INSERT INTO effects (payload) VALUES (?)');
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    onError(error) {
      throw error;
    },
    handlers: {
      add: {
        apply({ payload }) {
          insert.run(JSON.stringify(payload));
          return applied();
        },
      },
    },
  });
  await receiver.open();
  return toNodeHandler(receiver);
}
