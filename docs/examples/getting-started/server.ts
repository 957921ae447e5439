import type { AddressInfo } from 'node:net';
// #region server
import { createServer } from 'node:http';
import { applied, Receiver, rejected, SqliteEffectStore, toNodeHandler } from '@cpc/server';
import Database from 'better-sqlite3';

const database = new Database('market.db');
database.exec('CREATE TABLE IF NOT EXISTS sale (stall INTEGER, item TEXT, kilos REAL)');

const receiver = new Receiver({
  store: new SqliteEffectStore(database),
  onError: console.error,
  handlers: {
    'stall.sell': {
      apply({ payload }, tx) {
        const { stall, item, kilos } = payload as { stall: number; item: string; kilos: number };
        if (!(kilos > 0)) return rejected('NO_WEIGHT', 'Weigh it again: a sale has more than 0 kilos.');
        tx.prepare('INSERT INTO sale VALUES (?, ?, ?)').run(stall, item, kilos);
        return applied();
      },
    },
  },
});
await receiver.open();
const server = createServer(toNodeHandler(receiver)).listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
// #endregion
server.on('listening', () => process.send?.((server.address() as AddressInfo).port));
