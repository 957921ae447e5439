import { Receiver, SqliteEffectStore } from '@cpc/server';
import { connectReceiver } from '@cpc/server/connect';
import Database from 'better-sqlite3';
import { userPreferences } from '../src/server/index.js';
import { listenConnect, type LiveServer } from './listen-connect.js';

/** Says who calls: `Bearer ann` is ann; without a token everybody may do everything. */
function authenticate(headers: { get(name: string): string | null }): string | undefined {
  const token = headers.get('authorization');
  return token === null ? '' : /^Bearer (\w+)$/.exec(token)?.[1];
}

/** The preferences service with the receiver behind it, on one address. */
export async function startPreferences(version: 1 | 2 = 2): Promise<LiveServer & { effects(): number }> {
  const database = new Database(':memory:');
  const preferences = userPreferences({ database, authenticate });
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    handlers: preferences.handlers,
    authenticate,
    onError: (error) => {
      throw error;
    },
  });
  await receiver.open();
  const server = await listenConnect((router) => {
    connectReceiver(receiver)(router);
    preferences.routes(receiver)(router);
  }, version);
  return {
    ...server,
    effects: () => database.prepare('SELECT count(*) FROM cpc_received').pluck().get() as number,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      database.close();
    },
  };
}
