import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeLogCases, KEEP_MS, type ChangeLogUnderTest } from '../../test/change-log-cases.js';
import type { SqliteDatabase } from './sqlite-database.js';
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

test('a page is of one moment, though another process forgets tombstones meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'change-log-'));
  try {
    const [mine, theirs] = [new Database(join(folder, 'a.db')), new Database(join(folder, 'a.db'))];
    mine.pragma('journal_mode = WAL');
    let now = 1_800_000_000_000;
    const options = { keepTombstonesForMs: KEEP_MS, now: () => now };
    const other = new SqliteChangeLog(theirs, options);
    let between: () => void = () => undefined;
    const log = new SqliteChangeLog(
      afterChannel(mine, () => between()),
      options,
    );
    await log.open();
    await other.open();
    other.record(theirs, { channel: 'ann', entity: 'a', value: 1 });
    other.record(theirs, { channel: 'ann', entity: 'a', deleted: true });
    now += KEEP_MS + 1;
    between = () => void other.forgetExpired();
    const page = await log.read({ channel: 'ann', since: 1, limit: 10 });
    expect(page?.changes).toEqual([{ entity: 'a', deleted: true }]);
    expect(await log.read({ channel: 'ann', since: 1, limit: 10 })).toBeUndefined();
    mine.close();
    theirs.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A connection that calls back each time after a channel was looked up. */
function afterChannel(database: Database.Database, call: () => void): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    get inTransaction() {
      return database.inTransaction;
    },
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        run: (...values) => statement.run(...values),
        all: (...values) => statement.all(...values),
        get(...values) {
          const row = statement.get(...values);
          if (sql.includes('floor')) call();
          return row;
        },
      };
    },
  };
}
