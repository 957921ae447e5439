// #region driver
/** `@cpc/storage-sqlite` on expo-sqlite: `new SqliteQueueStorage({ file: 'queue.db', binding: expoBinding(openDatabaseSync) })`. */
export function expoBinding(openDatabaseSync) {
  return { name: 'expo-sqlite', open: async (file) => expoDriver(openDatabaseSync(file)) };
}

function expoDriver(database) {
  return {
    get inTransaction() {
      return database.isInTransactionSync();
    },
    exec: (sql) => database.execSync(sql),
    prepare: (sql) => statementOf(database.prepareSync(sql)),
    close: () => database.closeSync(),
    faultOf,
  };
}

function statementOf(statement) {
  const all = (...values) => statement.executeForRawResultSync(values).getAllSync();
  return {
    run: (...values) => statement.executeSync(values).changes,
    get: (...values) => all(...values)[0],
    all,
  };
}

/** Expo says SQLite's result code in the text alone: `Error code 5: database is locked`. */
function faultOf(error) {
  const code = /Error code (\d+)/.exec(error?.message)?.[1];
  if (code === undefined) return undefined;
  return { 5: 'busy', 6: 'busy', 11: 'damaged', 13: 'full', 26: 'damaged' }[Number(code) & 0xff] ?? 'other';
}
// #endregion
