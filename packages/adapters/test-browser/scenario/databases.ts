import Database from 'better-sqlite3';
import pg from 'pg';
import { applied, Receiver, SqliteEffectStore } from '@cpc/server';
import { fromPool, PostgresEffectStore } from '@cpc/server/postgres';
import { startPostgres } from '../../../../tools/postgres/index.mjs';
import type { Sale } from './scenario.js';

/** The real receiver on a real database, and what was sold. */
export interface Shop {
  readonly receiver: Pick<Receiver<unknown>, 'answer' | 'path' | 'maxBatchBytes'>;
  /** Every effect, in order. */
  sales(): Promise<readonly Sale[]>;
  /** Anything that the receiver could not do. */
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

export function openSqliteShop(): Promise<Shop> {
  const database = new Database(':memory:');
  database.exec('CREATE TABLE sales (stall TEXT, number INTEGER)');
  const errors: unknown[] = [];
  const receiver = new Receiver<Database.Database>({
    store: new SqliteEffectStore(database),
    handlers: {
      'scenario.sell': {
        apply({ payload }, tx) {
          const { stall, number } = payload as Sale;
          tx.prepare('INSERT INTO sales VALUES (?, ?)').run(stall, number);
          return applied({ number });
        },
      },
    },
    onError: (error) => void errors.push(error),
  });
  return Promise.resolve({
    receiver,
    errors,
    sales: () => Promise.resolve(database.prepare('SELECT * FROM sales ORDER BY rowid').all() as Sale[]),
    close: () => Promise.resolve(void database.close()),
  });
}

/** On the server that the environment names, or on one of its own. */
export async function openPostgresShop(): Promise<Shop> {
  const started = await startPostgres();
  const pool = new pg.Pool({ connectionString: started.url, max: 10 });
  // A connection that the server ends while it is idle; whoever uses it next is told.
  pool.on('error', () => undefined);
  await pool.query('CREATE TABLE sales (at BIGINT GENERATED ALWAYS AS IDENTITY, stall TEXT, number INTEGER)');
  const errors: unknown[] = [];
  const receiver = new Receiver<pg.PoolClient>({
    store: new PostgresEffectStore(fromPool<pg.PoolClient>(pool)),
    handlers: {
      'scenario.sell': {
        async apply({ payload }, tx) {
          const { stall, number } = payload as Sale;
          await tx.query('INSERT INTO sales (stall, number) VALUES ($1, $2)', [stall, number]);
          return applied({ number });
        },
      },
    },
    onError: (error) => void errors.push(error),
  });
  await receiver.open();
  return {
    receiver,
    errors,
    sales: async () => (await pool.query('SELECT stall, number FROM sales ORDER BY at')).rows as Sale[],
    async close() {
      await pool.end();
      await started.stop();
    },
  };
}
