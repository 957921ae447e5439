import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewOperation } from '@cpc/sync-core';
import type { QueueStorageHarness } from '@cpc/testing';
import {
  betterSqlite3,
  nodeSqlite,
  type SqliteBinding,
  type SqliteDriver,
  SqliteQueueStorage,
} from '../src/index.js';

/** A directory of its own for a test's files. */
export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cpc-sqlite-'));
}

/** Whether this Node can load the binding. */
export async function isAvailable(binding: SqliteBinding): Promise<boolean> {
  try {
    (await binding.open(':memory:')).close();
    return true;
  } catch {
    return false;
  }
}

/** The binding that tests take which look at one thing only. */
export const anyBinding: SqliteBinding = (await isAvailable(betterSqlite3)) ? betterSqlite3 : nodeSqlite;

/** Faults between the storage and SQLite: a commit that fails, a disk that is full. */
class FaultyBinding implements SqliteBinding {
  readonly name: string;
  readonly #real: SqliteBinding;
  readonly #drivers = new Set<SqliteDriver>();
  #failsNextCommit = false;

  constructor(real: SqliteBinding = anyBinding) {
    this.#real = real;
    this.name = real.name;
  }

  async open(file: string): Promise<SqliteDriver> {
    const driver = await this.#real.open(file);
    this.#drivers.add(driver);
    return {
      get inTransaction() {
        return driver.inTransaction;
      },
      exec: (sql) => driver.exec(sql),
      faultOf: (error) => (error instanceof CommitFault ? 'other' : driver.faultOf(error)),
      close: () => {
        this.#drivers.delete(driver);
        driver.close();
      },
      prepare: (sql) => {
        const statement = driver.prepare(sql);
        if (sql !== 'COMMIT') return statement;
        const run = (): number => {
          this.#failOnce();
          return statement.run();
        };
        return { ...statement, run };
      },
    };
  }

  failNextCommit(): void {
    this.#failsNextCommit = true;
  }

  /** Lets no database grow any more. */
  fillDisk(): () => void {
    const limited = [...this.#drivers];
    for (const driver of limited) {
      const [pages] = driver.prepare('PRAGMA page_count').get() ?? [];
      driver.prepare(`PRAGMA max_page_count = ${Number(pages)}`).get();
    }
    return () => {
      for (const driver of limited) driver.prepare('PRAGMA max_page_count = 1000000000').get();
    };
  }

  #failOnce(): void {
    if (!this.#failsNextCommit) return;
    this.#failsNextCommit = false;
    throw new CommitFault('the commit was made to fail');
  }
}

class CommitFault extends Error {}

/** An operation with plain values for what a test does not care about. */
export function operation(id: string, fields: Partial<NewOperation> = {}): NewOperation {
  return {
    id,
    kind: 'test.kind',
    payload: JSON.stringify({ of: id }),
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: 1_700_000_000_000,
    scheduledAt: 1_700_000_000_000,
    timestamp: '1700000000000:0:test',
    conflictRounds: 0,
    ...fields,
  };
}

/** Storages on one new file, for the conformance suite. */
export async function sqliteHarness(real: SqliteBinding = anyBinding): Promise<QueueStorageHarness> {
  const directory = await temporaryDirectory();
  const file = join(directory, 'queue.db');
  const binding = new FaultyBinding(real);
  const opened: SqliteQueueStorage[] = [];
  const make = (): SqliteQueueStorage => {
    const storage = new SqliteQueueStorage({ file, binding });
    opened.push(storage);
    return storage;
  };
  const closeAll = async (): Promise<void> => {
    for (const storage of opened.splice(0)) await storage.close();
  };
  return {
    storage: make(),
    second: () => Promise.resolve(make()),
    reopen: async () => {
      await closeAll();
      return make();
    },
    damage: async (id) => {
      const driver = await real.open(file);
      const changed = driver
        .prepare(`UPDATE cpc_queue_operations SET payload = replace(payload, '"', '\u0022 ') WHERE id = ?`)
        .run(id);
      driver.close();
      if (changed !== 1) throw new Error(`${id} is not in the file`);
    },
    faults: {
      failNextWrite: () => binding.failNextCommit(),
      fillDisk: () => binding.fillDisk(),
    },
    dispose: async () => {
      await closeAll();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
