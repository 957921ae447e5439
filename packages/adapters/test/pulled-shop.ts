import {
  applied,
  ChangeFeed,
  Receiver,
  SqliteChangeLog,
  SqliteEffectStore,
  type OperationHandler,
} from '@cpc/server';
import Database from 'better-sqlite3';

/** A server whose records can be set, deleted and pulled, in memory, and spoken to through `fetch`. */
export interface PulledShop {
  readonly fetch: typeof globalThis.fetch;
  /** What the server holds. */
  records(): Readonly<Record<string, unknown>>;
  /** Sets, or with `undefined` deletes, as somebody else does. */
  set(entity: string, value: unknown): Promise<void>;
  forgetTombstones(): Promise<void>;
}

export async function openPulledShop(): Promise<PulledShop> {
  const database = new Database(':memory:');
  database.exec('CREATE TABLE records (entity TEXT PRIMARY KEY, value TEXT)');
  const clock = { now: 1_800_000_000_000 };
  const log = new SqliteChangeLog(database, { keepTombstonesForMs: 1_000, now: () => clock.now });
  const onError = (error: unknown): void => {
    throw error;
  };
  const put: OperationHandler<Database.Database> = {
    apply({ entity = '', payload }, tx) {
      const { value } = payload as { value?: unknown };
      if (value === undefined) {
        tx.prepare('DELETE FROM records WHERE entity = ?').run(entity);
        log.record(tx, { channel: '', entity, deleted: true });
      } else {
        tx.prepare('INSERT OR REPLACE INTO records VALUES (?, ?)').run(entity, JSON.stringify(value));
        log.record(tx, { channel: '', entity, value });
      }
      return applied();
    },
  };
  const feed = new ChangeFeed({ log, onError });
  const receiver = new Receiver({
    store: new SqliteEffectStore(database),
    onError,
    onApplied: feed.check,
    handlers: { put },
  });
  await feed.open();
  let keys = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const isFeed = new URL(request.url).pathname === '/changes';
    return isFeed ? feed.receive(request) : receiver.receive(request);
  };
  return {
    fetch,
    records() {
      const rows = database.prepare('SELECT entity, value FROM records').all() as {
        entity: string;
        value: string;
      }[];
      return Object.fromEntries(rows.map(({ entity, value }) => [entity, JSON.parse(value) as unknown]));
    },
    async set(entity, value) {
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': `"other ${keys++}"`,
        'sync-entity': entity,
      };
      const body = JSON.stringify({ value });
      const response = await fetch('http://localhost/operations/put', { method: 'POST', headers, body });
      if (!response.ok) throw new Error(await response.text());
    },
    async forgetTombstones() {
      clock.now += 1_001;
      await log.forgetExpired();
    },
  };
}
