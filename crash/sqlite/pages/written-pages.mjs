import { readFileSync } from 'node:fs';
import { betterSqlite3, SqliteQueueStorage } from '@cpc/storage-sqlite';
import { btreeFields } from './btree-fields.mjs';

/** Small pages, so that few operations make trees of several levels. */
const PAGE_BYTES = 512;

export const OPERATIONS = 240;
const LANES = 12;
export const NOW = 1_700_000_000_000;

/** Number n of the operations; any change to any of it shows. */
export function operation(n) {
  return {
    id: `operation-${n}`,
    kind: n % 3 === 0 ? 'ledger.third' : 'ledger.change',
    ...(n % 4 !== 0 && { entity: `lane-${n % LANES}` }),
    ...(n % 2 === 0 && { principal: 'ada' }),
    payload: JSON.stringify({ n, text: `change number ${n}`.repeat(4) }),
    priority: 50,
    rank: n % 10 === 0 ? 90 : 50,
    version: 1,
    dependsOn: n % 20 === 19 ? [`operation-${n - 7}`] : [],
    references: [],
    coalesces: false,
    createdAt: NOW - 5000,
    scheduledAt: n % 15 === 14 ? NOW + 500 : NOW - 5000,
    timestamp: `${NOW - 5000}:0:crash`,
    conflictRounds: 0,
  };
}

/**
 * Writes a queue whose trees have inner pages.
 *
 * @param {string} file
 * @returns {Promise<{ bytes: Buffer, fields: import('./btree-fields.mjs').Field[] }>}
 */
export async function writePages(file) {
  const driver = await betterSqlite3.open(file);
  driver.exec(`PRAGMA page_size = ${PAGE_BYTES}; VACUUM`);
  driver.close();
  const storage = new SqliteQueueStorage({ file, binding: betterSqlite3, durability: 'normal' });
  await storage.open();
  for (let n = 0; n < OPERATIONS; n += 20) {
    await storage.enqueue([Array.from({ length: 20 }, (_, at) => operation(n + at))]);
  }
  await storage.close();
  const reader = await betterSqlite3.open(file);
  const roots = reader.prepare('SELECT rootpage FROM sqlite_schema WHERE rootpage > 0').all().flat();
  reader.close();
  const bytes = readFileSync(file);
  return { bytes, fields: btreeFields(bytes, [1, ...roots]) };
}
