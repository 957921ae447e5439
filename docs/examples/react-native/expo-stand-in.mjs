import Database from 'better-sqlite3';

/** The part of expo-sqlite's synchronous interface that the driver uses, on the SQLite of a desk. */
export function openDatabaseSync(file) {
  const database = new Database(file);
  return {
    isInTransactionSync: () => database.inTransaction,
    execSync: (sql) => told(() => database.exec(sql)),
    prepareSync: (sql) => statement(database, sql),
    closeSync: () => database.close(),
  };
}

function statement(database, sql) {
  const prepared = told(() => database.prepare(sql));
  if (prepared.reader) prepared.raw(true);
  return {
    executeSync: (values) => told(() => prepared.run(...values)),
    executeForRawResultSync: (values) => ({ getAllSync: () => told(() => prepared.all(...values)) }),
  };
}

const CODES = { SQLITE_BUSY: 5, SQLITE_LOCKED: 6, SQLITE_CORRUPT: 11, SQLITE_FULL: 13, SQLITE_NOTADB: 26 };

function told(work) {
  try {
    return work();
  } catch (error) {
    const text = `Calling the function has failed → Error code ${CODES[error.code] ?? 1}: ${error.message}`;
    throw new Error(text, { cause: error });
  }
}
