import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewOperation } from '@cpc/sync-core';
import {
  type SqliteBinding,
  type SqliteDriver,
  SqliteQueueStorage,
  type SqliteStatement,
} from '../src/index.js';
import { anyBinding, operation, temporaryDirectory } from './sqlite-harness.js';

/** Counts how often SQLite is asked, and the rows that it answers with: work that no busy machine changes. */
class CountingBinding implements SqliteBinding {
  readonly name = anyBinding.name;
  steps = 0;

  async open(file: string): Promise<SqliteDriver> {
    const driver = await anyBinding.open(file);
    const prepare = driver.prepare.bind(driver);
    driver.prepare = (sql) => this.#counted(prepare(sql));
    return driver;
  }

  #counted(statement: SqliteStatement): SqliteStatement {
    return {
      run: (...values) => {
        this.steps++;
        return statement.run(...values);
      },
      get: (...values) => {
        this.steps++;
        return statement.get(...values);
      },
      all: (...values) => {
        const rows = statement.all(...values);
        this.steps += 1 + rows.length;
        return rows;
      },
    };
  }
}

let directory: string;
beforeEach(async () => (directory = await temporaryDirectory()));
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What it takes to add and to discard ten more, with so many there already. */
async function costAmong(
  count: number,
  make: (number: number) => Partial<NewOperation>,
): Promise<readonly [add: number, discard: number]> {
  const binding = new CountingBinding();
  const storage = new SqliteQueueStorage({
    file: join(directory, `${count}.db`),
    binding,
    durability: 'normal',
  });
  await storage.open();
  const some = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => operation(`op${from + at}`, make(from + at)));
  await storage.enqueue([[operation('root', { rank: 1 }), ...some(0, count)]]);
  const more = some(count, count + 10);
  const measured = async (work: () => Promise<unknown>): Promise<number> => {
    const before = binding.steps;
    await work();
    return binding.steps - before;
  };
  const add = await measured(() => storage.enqueue([more]));
  const discard = await measured(() => storage.discard(more.map(({ id }) => id).reverse()));
  await storage.close();
  return [add, discard];
}

const SHAPES: readonly (readonly [name: string, make: (number: number) => Partial<NewOperation>])[] = [
  ['that depend on one', () => ({ dependsOn: ['root'] })],
  ['that depend on one, each more urgent', (number) => ({ dependsOn: ['root'], rank: 50 + number })],
  ['of one lane that depend on one', () => ({ dependsOn: ['root'], entity: 'e' })],
  ['in a chain', (number) => ({ dependsOn: [number === 0 ? 'root' : `op${number - 1}`] })],
  ['in a lane', () => ({ entity: 'e' })],
];

test.each(SHAPES)('one more among very many %s takes no more steps than among a few', async (_name, make) => {
  expect(await costAmong(1000, make)).toEqual(await costAmong(20, make));
});
