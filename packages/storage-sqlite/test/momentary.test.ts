import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SqliteQueueReader, SqliteQueueStorage } from '../src/index.js';
import type { SqliteBinding, SqliteFault, SqliteOpenOptions, SqlRow, SqlValue } from '../src/index.js';
import { anyBinding, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_800_000_000_000;

/** A disk that errs a number of times: it says so, or gives other bytes. */
class ErringDisk implements SqliteBinding {
  readonly name = anyBinding.name;
  fault: SqliteFault = 'io';
  left = 0;
  /** How many of the next commands err, as while a file is being opened. */
  leftCommands = 0;
  misread: ((row: SqlRow) => SqlRow) | undefined;
  readonly ran: string[] = [];

  async open(path: string, options?: SqliteOpenOptions) {
    const driver = await anyBinding.open(path, options);
    const take = (): boolean => this.left > 0 && this.left-- > 0;
    return {
      ...driver,
      get inTransaction() {
        return driver.inTransaction;
      },
      exec: (sql: string) => {
        this.ran.push(sql);
        if (this.leftCommands > 0 && this.leftCommands-- > 0) throw new DiskError('once');
        driver.exec(sql);
      },
      faultOf: (error: unknown) => (error instanceof DiskError ? this.fault : driver.faultOf(error)),
      prepare: (sql: string) => {
        const statement = driver.prepare(sql);
        if (!sql.startsWith('SELECT') || !sql.includes('_operations') || sql.includes('pragma'))
          return statement;
        return {
          ...statement,
          all: (...values: readonly SqlValue[]) => {
            const rows = statement.all(...values);
            if (rows.length === 0 || !take()) return rows;
            if (this.misread === undefined) throw new DiskError('once');
            return rows.map(this.misread);
          },
        };
      },
    };
  }
}

class DiskError extends Error {}

let directory: string;
let file: string;
let disk: ErringDisk;
let storage: SqliteQueueStorage;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
  disk = new ErringDisk();
  storage = new SqliteQueueStorage({ file, binding: disk, durability: 'normal' });
  await storage.open();
  await storage.enqueue([[operation('a'), operation('b')]]);
});
afterEach(async () => {
  await storage.close();
  await rm(directory, { recursive: true, force: true });
});

const claimed = async () => (await storage.claim({ now: NOW, limit: 9, leaseMs: 1000 })).operations.length;

test.each(['io', 'damaged'] as const)(
  'one error of the disk (%s) is read again, not judged',
  async (fault) => {
    disk.fault = fault;
    disk.left = 1;
    expect((await storage.list()).items).toHaveLength(2);
    disk.left = 1;
    expect(await claimed()).toBe(2);
    disk.left = 1;
    const reader = new SqliteQueueReader({ file, binding: disk });
    await reader.open();
    expect((await reader.list()).items).toHaveLength(2);
    await reader.close();
    expect(disk.ran.filter((sql) => sql.startsWith('REINDEX'))).toEqual([]);
    expect(disk.ran).toContain('PRAGMA shrink_memory');
  },
);

test.each(['io', 'damaged'] as const)(
  'one error of the disk (%s) while the file is being opened is no reason to refuse it',
  async (fault) => {
    disk.fault = fault;
    disk.leftCommands = 1;
    const other = new SqliteQueueStorage({ file, binding: disk });
    await other.open();
    expect((await other.list()).items).toHaveLength(2);
    await other.close();
    disk.leftCommands = Infinity;
    await expect(new SqliteQueueStorage({ file, binding: disk }).open()).rejects.toMatchObject({
      code: fault === 'io' ? 'STORAGE_FAILED' : 'STORAGE_DAMAGED',
    });
    disk.leftCommands = 0;
  },
);

test('a row that was misread once is not put aside', async () => {
  disk.misread = (row) => row.map((value) => (value === 'test.kind' ? 'test.kine' : value));
  disk.left = 1;
  expect((await storage.list()).items.map(({ kind }) => kind)).toEqual(['test.kind', 'test.kind']);
  expect((await storage.stats()).quarantined).toBe(0);
});

test('a disk that goes on failing is told as such, and as no reason to put an old copy in its place', async () => {
  disk.left = 5;
  await expect(storage.list()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  disk.left = 0;
  expect(await claimed()).toBe(2);
  disk.fault = 'damaged';
  disk.left = 50;
  const error: unknown = await storage.list().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'STORAGE_DAMAGED' });
  expect((error as Error).message).not.toContain('Restore it');
  expect((error as Error).message).toContain('no old copy');
});
