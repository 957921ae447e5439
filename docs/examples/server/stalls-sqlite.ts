// #region receiver
import { applied, ChangeFeed, Receiver, rejected } from '@cpc/server';
import { SqliteChangeLog, SqliteEffectStore, type WireHeaders } from '@cpc/server';
import Database from 'better-sqlite3';

const database = new Database('stalls.db');
database.exec('CREATE TABLE IF NOT EXISTS stall (id TEXT PRIMARY KEY, name TEXT, version INTEGER)');

const authenticate = (headers: WireHeaders): string | undefined =>
  /^Bearer (\w+)$/.exec(headers.get('authorization') ?? '')?.[1];
const onError = (error: unknown): void => console.error(error);

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
        const row = tx.prepare('SELECT name, version FROM stall WHERE id = ?').get(entity) as
          { name: string; version: number } | undefined;
        return row && { value: { name: row.name }, version: String(row.version) };
      },
      apply({ entity = 'market', payload }, tx) {
        const { name } = (payload ?? {}) as { name?: unknown };
        if (typeof name !== 'string') return rejected('NO_NAME', 'Give the stall a name.');
        const { version } = tx
          .prepare(
            `INSERT INTO stall VALUES (?, ?, 1) ON CONFLICT DO UPDATE
             SET name = excluded.name, version = version + 1 RETURNING version`,
          )
          .get(entity, name) as { version: number };
        const position = log.record(tx, {
          channel: 'market',
          entity,
          version: String(version),
          value: { name },
        });
        return applied(undefined, String(version), { position });
      },
    },
  },
});
await feed.open();
await receiver.open();
// #endregion
