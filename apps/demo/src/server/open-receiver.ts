import { Receiver, SqliteEffectStore } from '@cpc/server';
import type Database from 'better-sqlite3';
import type { MarketDatabase } from './market-database.js';
import { marketHandlers } from './market-handlers.js';
import { personOf } from './person-of.js';

/** The receiver of the page's operations, which keeps its keys in the same file as the effects. */
export async function openReceiver(
  market: MarketDatabase,
  onError: (error: unknown) => void,
): Promise<Receiver<Database.Database>> {
  const receiver = new Receiver(
    {
      store: new SqliteEffectStore(market.connection),
      handlers: marketHandlers(market),
      authenticate: personOf,
      onError,
    },
    { path: '/sync' },
  );
  await receiver.open();
  return receiver;
}
