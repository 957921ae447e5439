import type { EffectStoreHarness } from '../src/conformance.js';
import { PostgresEffectStore, type PostgresClient, type PostgresDatabase } from '../src/postgres.js';

/** A PostgreSQL store, on a database that is emptied for each case. */
export function postgresHarness<Client extends PostgresClient>(
  database: PostgresDatabase<Client>,
): EffectStoreHarness<Client> {
  return async (settings) => {
    await emptyDatabase(database);
    const openAnother = async (): Promise<PostgresEffectStore<Client>> => {
      const store = new PostgresEffectStore(database, settings);
      await store.open();
      return store;
    };
    return {
      store: await openAnother(),
      openAnother,
      async insert(tx, name) {
        await tx.query('INSERT INTO effects (name) VALUES ($1)', [name]);
      },
      async fail(tx) {
        await tx.query('INSERT INTO nowhere VALUES (1)');
      },
      names: () => namesIn(database),
      close: () => Promise.resolve(),
    };
  };
}

/** Leaves nothing but two empty tables of the app's. */
export async function emptyDatabase<Client extends PostgresClient>(
  database: PostgresDatabase<Client>,
): Promise<void> {
  await database.transaction(async (client) => {
    await client.query('DROP SCHEMA public CASCADE');
    await client.query('CREATE SCHEMA public');
    await client.query('CREATE TABLE effects (at BIGINT GENERATED ALWAYS AS IDENTITY, name TEXT)');
    await client.query('CREATE TABLE stalls (id TEXT PRIMARY KEY, name TEXT, version INTEGER)');
  });
}

export async function namesIn<Client extends PostgresClient>(
  database: PostgresDatabase<Client>,
): Promise<readonly string[]> {
  const { rows } = await database.transaction((client) =>
    client.query('SELECT name FROM effects ORDER BY at'),
  );
  return (rows as { name: string }[]).map(({ name }) => name);
}
