import pg from 'pg';
import { postgresListener } from './postgres-listener.mjs';

/** As many connections as requests come over at once, for all contenders. */
const CONNECTIONS = 16;

/** The contenders on PostgreSQL, on the database that is given; the first of several processes creates its table. */
export async function postgresServer(kind, url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  await pool.query(
    'CREATE TABLE IF NOT EXISTS effects (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload TEXT NOT NULL)',
  );
  const listener = kind.startsWith('raw')
    ? await postgresListener(pool, kind)
    : await receiverListener(pool, kind);
  return {
    listener,
    effects: async () => Number((await pool.query('SELECT count(*) FROM effects')).rows[0].count),
    close: () => pool.end(),
  };
}

const INSERT = 'INSERT INTO effects (payload) VALUES ($1)';
const INSERT_ALL = 'INSERT INTO effects (payload) SELECT * FROM unnest($1::text[])';

async function receiverListener(pool, kind) {
  const { applied, Receiver, toNodeHandler } = await import('../../packages/server/dist/index.js');
  const { fromPool, PostgresEffectStore } = await import('../../packages/server/dist/postgres.js');
  const add = {
    async apply({ payload }, tx) {
      await tx.query(INSERT, [JSON.stringify(payload)]);
      return applied();
    },
    ...(kind === 'receiver-set' && {
      async applyAll(operations, tx) {
        await tx.query(INSERT_ALL, [operations.map(({ payload }) => JSON.stringify(payload))]);
        return operations.map(() => applied());
      },
    }),
  };
  const receiver = new Receiver({
    store: new PostgresEffectStore(fromPool(pool)),
    onError(error) {
      throw error;
    },
    handlers: { add },
  });
  await receiver.open();
  return toNodeHandler(receiver);
}
