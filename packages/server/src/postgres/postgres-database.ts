/** A connection with an open transaction. The clients of `pg` and the transactions of PGlite satisfy it. */
export interface PostgresClient {
  /** One statement, with `$1` in it for the first of the values. */
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/**
 * What the store needs of a database: transactions, each on a connection of its own. PGlite's `PGlite` satisfies
 * it; `fromPool` makes one of a pool of `pg`.
 */
export interface PostgresDatabase<Client extends PostgresClient> {
  /** Commits what `work` did when its promise resolves, and undoes it when it rejects; then it rejects with the same. */
  transaction<T>(work: (client: Client) => Promise<T>): Promise<T>;
}
