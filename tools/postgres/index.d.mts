/** Where a PostgreSQL server can be had. */
export type FoundPostgres =
  /** One that runs already, named by `DATABASE_URL` or `PGHOST`. */
  | { readonly kind: 'server'; readonly url: string }
  /** Programs on this machine, for a server of one's own. */
  | { readonly kind: 'programs'; readonly folder: string }
  | { readonly kind: 'none'; readonly reason: string };

export interface StartedPostgres {
  /** Connection string of an empty database, made for the caller. */
  readonly url: string;
  /** Removes the database, and stops the server where it was started for it. */
  stop(): Promise<void>;
}

export function findPostgres(): FoundPostgres;

/** A database of one's own, on the server that was found. Throws an `Error` that says why there is none. */
export function startPostgres(found?: FoundPostgres): Promise<StartedPostgres>;
