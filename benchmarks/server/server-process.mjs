import Database from 'better-sqlite3';
import { createServer } from 'node:http';
import { rawListener } from './raw-listener.mjs';

const [, , kind, file] = process.argv;
const database = new Database(file);
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE effects (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)`);
const listener = kind === 'raw' ? rawListener(database) : await receiverListener();
const server = createServer(listener);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.once('message', () => {
  process.send({ effects: database.prepare('SELECT count(*) FROM effects').pluck().get() }, () => {
    server.closeAllConnections();
    server.close();
    process.disconnect();
  });
});

async function receiverListener() {
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
