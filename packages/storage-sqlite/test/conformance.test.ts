import { describe, expect, test } from '@jest/globals';
import { queueStorageCases } from '@cpc/testing';
import { betterSqlite3, nodeSqlite, type SqliteBinding } from '../src/index.js';
import { isAvailable, sqliteHarness } from './sqlite-harness.js';

// A native build of better-sqlite3 fits one version of Node, and node:sqlite comes with Node 22.16: whichever are here
// show the whole contract, and one of them always is.
const bindings: SqliteBinding[] = [];
for (const binding of [betterSqlite3, nodeSqlite]) if (await isAvailable(binding)) bindings.push(binding);

test('there is an SQLite to test', () => expect(bindings).not.toEqual([]));

for (const binding of bindings) {
  describe(`QueueStorage on ${binding.name}`, () => {
    // Every step is synced to a real disk, which may be slow.
    for (const { name, run } of queueStorageCases(() => sqliteHarness(binding))) test(name, run, 60_000);
  });
}
