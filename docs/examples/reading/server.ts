// #region receiver
import { applied, ChangeFeed, Receiver, SqliteChangeLog, SqliteEffectStore } from '@cpc/server';
import Database from 'better-sqlite3';

const database = new Database(':memory:'); // a file, or PostgreSQL
const onError = (error: unknown): void => console.error(error);
const log = new SqliteChangeLog(database);

export const feed = new ChangeFeed({ log, onError, mayPull: () => true });
export const receiver = new Receiver({
  store: new SqliteEffectStore(database),
  onError,
  onApplied: feed.check,
  handlers: {
    'order.pack': {
      apply({ entity = '', payload }, tx) {
        // … the effect …
        const position = log.record(tx, { channel: 'stalls/7', entity, value: payload });
        return applied(undefined, undefined, { position });
      },
    },
  },
});
await feed.open();
// #endregion
