/** A rule of the data that an effect broke, in the words that the databases share. */
export interface IntegrityViolation {
  readonly rule: 'unique' | 'foreign-key' | 'check' | 'not-null';
  /** What the database calls the constraint (PostgreSQL), or its message, which names the columns (SQLite). */
  readonly constraint: string;
}

const RULES: Readonly<Record<string, IntegrityViolation['rule']>> = {
  '23505': 'unique',
  '23503': 'foreign-key',
  '23514': 'check',
  '23502': 'not-null',
  SQLITE_CONSTRAINT_UNIQUE: 'unique',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'unique',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_CHECK: 'check',
  SQLITE_CONSTRAINT_NOTNULL: 'not-null',
};

/** The rule that an error of the database is about, or what caused it: handlers wrap errors. */
export function integrityViolation(error: unknown): IntegrityViolation | undefined {
  let current: unknown = error;
  for (let depth = 0; typeof current === 'object' && current !== null && depth < 10; depth++) {
    const { code, constraint, message, cause } = current as Readonly<Record<string, unknown>>;
    const rule = typeof code === 'string' && Object.hasOwn(RULES, code) ? RULES[code] : undefined;
    if (rule !== undefined) return { rule, constraint: String(constraint ?? message) };
    current = cause;
  }
  return undefined;
}
