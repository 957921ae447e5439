// #region receiver
import { applied, ChangeFeed, Receiver, rejected, SqliteChangeLog, SqliteEffectStore } from '@cpc/server';
import Database from 'better-sqlite3';

const database = new Database('stalls.db');
database.exec('CREATE TABLE IF NOT EXISTS stall (id TEXT PRIMARY KEY, name TEXT, version INTEGER)');

const authenticate = (headers) => /^Bearer (\w+)$/.exec(headers.get('authorization') ?? '')?.[1];
const onError = (error) => console.error(error);

const log = new SqliteChangeLog(database);
export const feed = new ChangeFeed({ log, authenticate, onError, mayPull: () => true });

export const receiver = new Receiver({
  store: new SqliteEffectStore(database),
  authenticate,
  onError,
  onApplied: feed.check,
  handlers: {
    'stall.rename': {
      current({ entity }, tx) {
        const row = tx.prepare('SELECT name, version FROM stall WHERE id = ?').get(entity);
        return row && { value: { name: row.name }, version: String(row.version) };
      },
      apply({ entity = 'market', payload }, tx) {
        if (typeof payload?.name !== 'string') return rejected('NO_NAME', 'Give the stall a name.');
        const { version } = tx
          .prepare(
            `INSERT INTO stall VALUES (?, ?, 1) ON CONFLICT DO UPDATE
             SET name = excluded.name, version = version + 1 RETURNING version`,
          )
          .get(entity, payload.name);
        log.record(tx, {
          channel: 'market',
          entity,
          version: String(version),
          value: { name: payload.name },
        });
        return applied(undefined, String(version));
      },
    },
  },
});
await feed.open();
await receiver.open();
// #endregion
