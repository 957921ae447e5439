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
  /**
   * The same, for clients that take several statements in one text where there are no values: then begin and commit
   * go together with the first and the last statement, and cost no round trips of their own.
   */
  readonly framed?: FramedTransaction<Client>;
}

/** A transaction that begins with a statement, whose rows its work is given, and may end with one. */
export type FramedTransaction<Client extends PostgresClient> = <T>(
  first: readonly string[],
  work: (client: Client, rows: unknown[]) => Promise<Framed<T>>,
) => Promise<T>;

/** What a work of a framed transaction came to, and the statement to run before the commit. */
export interface Framed<T> {
  readonly value: T;
  readonly last?: string | undefined;
}
