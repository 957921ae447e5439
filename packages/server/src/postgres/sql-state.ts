/**
 * PostgreSQL's code of what went wrong, from the error or from what caused it: handlers wrap errors.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function sqlStateOf(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 10; depth++) {
    if ('code' in current && typeof current.code === 'string' && /^[0-9A-Z]{5}$/.test(current.code)) {
      return current.code;
    }
    current = current.cause;
  }
  return undefined;
}

/**
 * The transaction met another one, and would succeed alone: serialization failure, deadlock; or a key that
 * another one stored meanwhile, which a snapshot older than its commit does not show.
 */
export function isCollision(error: unknown): boolean {
  const state = sqlStateOf(error);
  return (
    state === '40001' || state === '40P01' || (state === '23505' && constraintOf(error) === KEY_CONSTRAINT)
  );
}

/** The name of the unique constraint in the schema. */
export const KEY_CONSTRAINT = 'cpc_received_key';

/** The database as a whole cannot do it now: no connection, no resources, shut down, a fault of the system. */
export function isUnavailable(error: unknown): boolean {
  return /^(08|53|57P|58)/.test(sqlStateOf(error) ?? '');
}

/** A rule of the data was broken, maybe only when the transaction was to be committed. */
export function isIntegrityViolation(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('23') === true;
}

function constraintOf(error: unknown): unknown {
  return error instanceof Error && 'constraint' in error ? error.constraint : undefined;
}
