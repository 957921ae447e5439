import Database from 'better-sqlite3';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { applied, Receiver, SqliteEffectStore, toNodeHandler, type WireMessage } from '../src/index.js';

/**
 * A server process for the crash test. It keeps effects in the file that it is given, prints its port, and
 * kills itself: inside the transaction of its 25th effect, or with its 25th answer committed but not sent.
 */
const [, , file, when] = process.argv;
const database = new Database(file);
database.exec('CREATE TABLE IF NOT EXISTS effects (name TEXT)');
let effects = 0;
let answers = 0;

const receiver = new Receiver<Database.Database>({
  store: new SqliteEffectStore(database),
  onError: (error) => {
    throw error;
  },
  handlers: {
    add: {
      apply({ payload }, tx) {
        tx.prepare('INSERT INTO effects VALUES (?)').run((payload as { name: string }).name);
        if (when === 'in the transaction' && ++effects === 25) process.kill(process.pid, 'SIGKILL');
        return applied();
      },
    },
  },
});

const handler = toNodeHandler({
  async answer(message: WireMessage) {
    const reply = await receiver.answer(message);
    if (when === 'before the answer' && ++answers === 25) process.kill(process.pid, 'SIGKILL');
    return reply;
  },
});
const server = createServer((request, response) => void handler(request, response));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
