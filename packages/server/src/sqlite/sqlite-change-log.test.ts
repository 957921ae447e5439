import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { changeLogCases, KEEP_MS, type ChangeLogUnderTest } from '../../test/change-log-cases.js';
import { SqliteChangeLog } from './sqlite-change-log.js';

async function open(): Promise<ChangeLogUnderTest & { database: Database.Database }> {
  const clock = { now: 1_800_000_000_000 };
  const database = new Database(':memory:');
  const log = new SqliteChangeLog(database, { keepTombstonesForMs: KEEP_MS, now: () => clock.now });
  await log.open();
  return {
    log,
    clock,
    database,
    async record(changes, undone = false) {
      await Promise.resolve();
      database.exec('BEGIN');
      try {
        for (const change of changes) log.record(database, change);
        database.exec(undone ? 'ROLLBACK' : 'COMMIT');
      } finally {
        if (database.inTransaction) database.exec('ROLLBACK');
      }
    },
  };
}

test.each(Object.entries(changeLogCases))('%s', async (_, run) => run(await open()));

test('takes no change on another connection, whose transaction is another one', async () => {
  const log = new SqliteChangeLog(new Database(':memory:'));
  await log.open();
  const change = { channel: 'ann', entity: 'a', value: 1 };
  expect(() => log.record(new Database(':memory:'), change)).toThrow(/on the database of the log/);
});

test('says so where it is not open', async () => {
  const log = new SqliteChangeLog(new Database(':memory:'));
  await expect(log.read({ channel: 'ann', since: 0, limit: 1 })).rejects.toThrow(/call open\(\) first/);
});
