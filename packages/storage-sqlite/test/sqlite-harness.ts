import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewOperation, PayloadCodec } from '@cpc/sync-core';
import type { HeldWrites, QueueStorageHarness } from '@cpc/testing';
import {
  betterSqlite3,
  nodeSqlite,
  type SqliteBinding,
  type SqliteDriver,
  SqliteQueueStorage,
  type SqliteStatement,
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

/** Faults between the storage and SQLite: a commit that fails, before or after it was made, a disk that is full. */
class FaultyBinding implements SqliteBinding {
  readonly name: string;
  readonly #real: SqliteBinding;
  readonly #drivers = new Set<SqliteDriver>();
  #nextCommit: 'fails' | 'is torn' | undefined;
  #onBusy: (() => void) | undefined;

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
        if (this.#drivers.delete(driver)) driver.close();
      },
      prepare: (sql) => {
        const statement = driver.prepare(sql);
        if (sql === 'COMMIT') return { ...statement, run: () => this.#commit(statement) };
        if (sql === 'BEGIN IMMEDIATE') return { ...statement, run: () => this.#begin(driver, statement) };
        return statement;
      },
    };
  }

  failNextCommit(): void {
    this.#nextCommit = 'fails';
  }

  tearNextCommit(): void {
    this.#nextCommit = 'is torn';
  }

  /** Another connection holds the lock until it is told to let go. */
  async holdLock(file: string): Promise<HeldWrites> {
    const holder = await this.#real.open(file);
    const reached = new Promise<void>((resolve) => (this.#onBusy = resolve));
    holder.exec('BEGIN IMMEDIATE');
    return {
      reached,
      release: () => {
        this.#onBusy = undefined;
        holder.exec('ROLLBACK');
        holder.close();
      },
    };
  }

  /** Every connection is closed behind the storage's back. */
  loseHandles(): void {
    for (const driver of this.#drivers) driver.close();
    this.#drivers.clear();
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

  #commit(statement: SqliteStatement): number {
    const fault = this.#nextCommit;
    this.#nextCommit = undefined;
    if (fault === 'fails') throw new CommitFault('the commit was made to fail');
    const changed = statement.run();
    if (fault === 'is torn') throw new CommitFault('the commit was made, and its answer was lost');
    return changed;
  }

  #begin(driver: SqliteDriver, statement: SqliteStatement): number {
    try {
      return statement.run();
    } catch (error) {
      if (driver.faultOf(error) === 'busy') this.#onBusy?.();
      throw error;
    }
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
  const make = (codec?: PayloadCodec): SqliteQueueStorage => {
    const storage = new SqliteQueueStorage({ file, binding, ...(codec && { codec }) });
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
    reopenWith: async (codec) => {
      await closeAll();
      return make(codec);
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
      tearNextWrite: () => binding.tearNextCommit(),
      fillDisk: () => binding.fillDisk(),
      holdWrites: () => binding.holdLock(file),
      loseHandle: () => binding.loseHandles(),
    },
    dispose: async () => {
      await closeAll();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
