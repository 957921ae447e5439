// #region driver
import type {
  SqliteBinding,
  SqliteDriver,
  SqliteFault,
  SqliteStatement,
  SqlValue,
} from '@cpc/storage-sqlite';

/** What of expo-sqlite's synchronous interface is used here. */
export interface ExpoDatabase {
  isInTransactionSync(): boolean;
  execSync(sql: string): void;
  prepareSync(sql: string): ExpoStatement;
  closeSync(): void;
}

interface ExpoStatement {
  executeSync(values: readonly SqlValue[]): { readonly changes: number };
  executeForRawResultSync(values: readonly SqlValue[]): { getAllSync(): SqlValue[][] };
}

/** `@cpc/storage-sqlite` on expo-sqlite: `new SqliteQueueStorage({ file: 'queue.db', binding: expoBinding(openDatabaseSync) })`. */
export function expoBinding(openDatabaseSync: (file: string) => ExpoDatabase): SqliteBinding {
  return { name: 'expo-sqlite', open: async (file) => expoDriver(openDatabaseSync(file)) };
}

function expoDriver(database: ExpoDatabase): SqliteDriver {
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

function statementOf(statement: ExpoStatement): SqliteStatement {
  const all = (...values: SqlValue[]): SqlValue[][] => statement.executeForRawResultSync(values).getAllSync();
  return {
    run: (...values) => statement.executeSync(values).changes,
    get: (...values) => all(...values)[0],
    all,
  };
}

const FAULTS: Readonly<Record<number, SqliteFault>> = {
  5: 'busy',
  6: 'busy',
  11: 'damaged',
  13: 'full',
  26: 'damaged',
};

/** Expo says SQLite's result code in the text alone: `Error code 5: database is locked`. */
function faultOf(error: unknown): SqliteFault | undefined {
  const code = /Error code (\d+)/.exec((error as { message?: string } | undefined)?.message ?? '')?.[1];
  return code === undefined ? undefined : (FAULTS[Number(code) & 0xff] ?? 'other');
}
// #endregion
