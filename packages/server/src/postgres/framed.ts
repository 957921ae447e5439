import type { FramedTransaction, PostgresClient, PostgresDatabase } from './postgres-database.js';

/** Runs statements one after the other; in one text where the client takes that. */
export type RunScript<Client extends PostgresClient> = (
  client: Client,
  statements: readonly string[],
) => Promise<void>;

/** How transactions run on a database, with as few round trips as it takes. */
export interface Frames<Client extends PostgresClient> {
  readonly transaction: FramedTransaction<Client>;
  readonly script: RunScript<Client>;
}

export function framesOf<Client extends PostgresClient>(database: PostgresDatabase<Client>): Frames<Client> {
  if (database.framed !== undefined) {
    const script: RunScript<Client> = async (client, statements) => {
      await client.query(statements.join(';'));
    };
    return { transaction: database.framed, script };
  }
  const script: RunScript<Client> = async (client, statements) => {
    for (const statement of statements) await client.query(statement);
  };
  return {
    script,
    transaction: (first, work) =>
      database.transaction(async (client) => {
        const [statement = 'SELECT 1', ...others] = first;
        const { rows } = await client.query(statement);
        await script(client, others);
        const { value, last } = await work(client, rows);
        if (last !== undefined) await client.query(last);
        return value;
      }),
  };
}
