import { SyncError } from '@cpc/sync-core';
import type { SqliteDriver } from '../drivers/sqlite-driver.js';
import { COLUMNS, ROW_COLUMNS } from './columns.js';

/**
 * Makes sure that the table has the columns that are declared, with their types: whoever altered its definition altered
 * what the values in it mean. A column more does no harm.
 *
 * @throws SyncError `STORAGE_DAMAGED`
 */
export function checkColumns(driver: SqliteDriver, table: string): void {
  const found = new Map(
    driver.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).all() as [string, string][],
  );
  for (const name of ROW_COLUMNS) {
    const type = name === 'checksum' ? 'INTEGER' : COLUMNS[name].type;
    if (found.get(name) === type) continue;
    throw new SyncError(
      'STORAGE_DAMAGED',
      `The definition of the table ${table} was altered: its column ${name} is missing or of another type. ` +
        'Export what can be read and import it into a new file.',
      { details: { table, column: name } },
    );
  }
}
