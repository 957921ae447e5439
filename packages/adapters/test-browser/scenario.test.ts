import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { findPostgres } from '../../../tools/postgres/index.mjs';
import { listen, type LiveServer } from '../test/live-receiver.js';
import { badNetwork, WAYS_TO_FAIL } from './scenario/bad-network.js';
import { openPostgresShop, openSqliteShop, type Shop } from './scenario/databases.js';
import { OPERATIONS, SALES, STALLS } from './scenario/scenario.js';
import { WAYS } from './scenario/ways.js';

/*
 * The promise of this library, on every way to the server and on every database at once: five hundred operations,
 * half of all exchanges failing in all the ways of the fault kit, and in the end five hundred effects.
 */
const TIMEOUT_MS = 400_000;

let strays = 0;
let elsewhere: LiveServer;
beforeAll(async () => {
  // connect-node prints every answer that could not be written; that is what this is about.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  elsewhere = await listen((_request, response) => {
    strays++;
    response.end('{}');
  });
});
afterAll(async () => {
  await elsewhere[Symbol.asyncDispose]();
  jest.restoreAllMocks();
});

const postgres = findPostgres();
const onPostgres = postgres.kind === 'none' ? describe.skip : describe;

describe('on SQLite', () => matrix(openSqliteShop));
onPostgres(`on PostgreSQL${postgres.kind === 'none' ? ` (${postgres.reason})` : ''}`, () =>
  matrix(openPostgresShop),
);

function matrix(openShop: () => Promise<Shop>): void {
  // All ways at once, each with a shop of its own: most of the time goes to requests that hang.
  const runs = new Map<string, Promise<void>>();
  beforeAll(() => {
    for (const way of Object.keys(WAYS)) {
      const running = run(way, openShop);
      // The test that waits for it hears of it.
      running.catch(() => undefined);
      runs.set(way, running);
    }
  });

  test.each(Object.keys(WAYS))(
    'over %s, 500 operations have one effect each, in order, and every repeat is the same bytes',
    (way) => runs.get(way),
    TIMEOUT_MS,
  );
}

async function run(way: string, openShop: () => Promise<Shop>): Promise<void> {
  const shop = await openShop();
  try {
    await play(way, shop);
  } finally {
    await shop.close();
  }
}

async function play(way: string, shop: Shop): Promise<void> {
  const { history, deadLetters } = await WAYS[way]!(shop, badNetwork(elsewhere.origin));
  const faults = history.faults();
  const failed = faults.filter((kind) => kind !== 'ok').length;
  process.stdout.write(
    `${way}: ${faults.length} requests, ${failed} of them failed; ${(await shop.sales()).length} effects\n`,
  );
  expect(deadLetters).toBe(0);
  expect(shop.errors).toEqual([]);
  const sales = await shop.sales();
  expect(sales).toHaveLength(OPERATIONS);
  for (let stall = 0; stall < STALLS; stall++) {
    const name = `Käse ${stall}`;
    const expected = SALES.filter((sale) => sale.stall === name);
    expect(sales.filter((sale) => sale.stall === name)).toEqual(expected);
  }
  expect(history.changedRepeats()).toEqual([]);
  expect(failed / faults.length).toBeGreaterThan(0.4);
  expect(new Set(faults)).toEqual(
    new Set(['ok', 'redirect', 'hang', ...WAYS_TO_FAIL.map(({ kind }) => kind)]),
  );
  expect(strays).toBe(0);
}
