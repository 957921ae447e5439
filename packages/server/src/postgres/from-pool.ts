import type { Framed, PostgresClient, PostgresDatabase } from './postgres-database.js';

/** A client that goes back to its pool. `PoolClient` of `pg` satisfies it. */
export interface PooledClient extends PostgresClient {
  /** Gives the client back; with `true` it is closed instead. */
  release(destroy?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** The part of a pool that is used. `Pool` of `pg` satisfies it. */
export interface PostgresPool<Client extends PooledClient> {
  connect(): Promise<Client>;
}

/**
 * Transactions on a pool of `pg`, one connection each while they run.
 *
 * ```ts
 * const store = new PostgresEffectStore(fromPool<PoolClient>(new Pool()));
 * ```
 */
export function fromPool<Client extends PooledClient>(pool: PostgresPool<Client>): PostgresDatabase<Client> {
  return {
    transaction: (work) =>
      onClient(pool, async (client) => {
        await client.query('BEGIN');
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      }),
    framed: <T>(first: readonly string[], work: (client: Client, rows: unknown[]) => Promise<Framed<T>>) =>
      onClient(pool, async (client) => {
        const rows = rowsOf(await client.query(['BEGIN', ...first].join(';')));
        const { value, last } = await work(client, rows);
        await client.query(last === undefined ? 'COMMIT' : `${last};COMMIT`);
        return value;
      }),
  };
}

async function onClient<Client extends PooledClient, T>(
  pool: PostgresPool<Client>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  client.on('error', toldByTheQuery);
  let isSound = false;
  try {
    const result = await work(client);
    isSound = true;
    return result;
  } catch (error) {
    isSound = await rolledBack(client);
    throw error;
  } finally {
    if (isSound) client.off('error', toldByTheQuery);
    client.release(!isSound);
  }
}

/** The rows of the statement behind BEGIN: for several statements in one text `pg` gives a list of results. */
function rowsOf(results: unknown): unknown[] {
  return (results as readonly { readonly rows: unknown[] }[])[1]?.rows ?? [];
}

/**
 * A client whose connection breaks emits `error` besides, which would end the process where nobody listens; a
 * pool listens only while the client is idle.
 */
function toldByTheQuery(): void {
  // The query that was under way rejects with the same, and so does every later one.
}

/** Whether the connection is fit for others; one that cannot even roll back is not. */
async function rolledBack(client: PostgresClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}
