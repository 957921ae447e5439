import Database from 'better-sqlite3';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { applied, Receiver, SqliteEffectStore, toNodeHandler } from '../src/index.js';

/** A server process for the crash test: effects in the file that it is given, port on standard output. */
const database = new Database(process.argv[2]);
database.exec('CREATE TABLE IF NOT EXISTS effects (name TEXT)');
const receiver = new Receiver<Database.Database>({
  store: new SqliteEffectStore(database),
  onError: (error) => {
    throw error;
  },
  handlers: {
    add: {
      apply({ payload }, tx) {
        tx.prepare('INSERT INTO effects VALUES (?)').run((payload as { name: string }).name);
        return applied();
      },
    },
  },
});
const handler = toNodeHandler(receiver);
const server = createServer((request, response) => void handler(request, response));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
