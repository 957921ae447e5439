import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isSyncError, type Settlement } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import { SqliteQueueReader, SqliteQueueStorage } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

/** What the first byte of an inner page of a table is, see https://sqlite.org/fileformat2.html#b_tree_pages */
const INNER_TABLE_PAGE = 5;
const PAGE_BYTES = 4096;
const OPERATIONS = 2000;

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A file with enough operations for a tree with inner pages, and where the keys in those stand. */
async function written(): Promise<{ readonly bytes: Buffer; readonly keys: readonly number[] }> {
  const storage = new SqliteQueueStorage({ file, binding, durability: 'normal' });
  await storage.open();
  const all = Array.from({ length: OPERATIONS }, (_, n) => operation(`op${n}`, { principal: 'p' }));
  await storage.enqueue([all]);
  await storage.close();
  const bytes = await readFile(file);
  const keys: number[] = [];
  // The first page begins with the file's header.
  for (let page = PAGE_BYTES; page < bytes.length; page += PAGE_BYTES) {
    if (bytes[page] !== INNER_TABLE_PAGE) continue;
    for (let cell = 0; cell < bytes.readUInt16BE(page + 3); cell++) {
      // A cell is the number of a page, and the largest key behind it.
      keys.push(page + bytes.readUInt16BE(page + 12 + 2 * cell) + 4);
    }
  }
  return { bytes, keys };
}

/** Reads on, as long as it goes on. @returns how much came, or the code of what ended it */
async function readAll<T>(
  read: (after: number | undefined) => Promise<{ readonly next?: number } & T>,
  sizeOf: (page: T) => number,
) {
  let count = 0;
  let after: number | undefined;
  for (let page = 0; page < OPERATIONS; page++) {
    try {
      const found = await read(after);
      count += sizeOf(found);
      if (found.next === undefined) return count;
      after = found.next;
    } catch (error) {
      if (isSyncError(error)) return error.code;
      throw error;
    }
  }
  return 'it goes on for ever';
}

test('pages that point to the wrong place end every list, filtered or not, and every check', async () => {
  const { bytes, keys } = await written();
  expect(keys.length).toBeGreaterThan(50);
  const random = new SeededRandom(7);
  const integer = (below: number): number => Math.floor(random.next() * below);
  const seen = new Set<unknown>();
  const from = (after: number | undefined) => ({ limit: 7, ...(after !== undefined && { after }) });
  for (let flip = 0; flip < 6; flip++) {
    const altered = Buffer.from(bytes);
    altered[keys[integer(keys.length)]!]! ^= 1 << flip;
    for (const suffix of ['-wal', '-shm']) await rm(file + suffix, { force: true });
    await writeFile(file, altered);
    await using reader = new SqliteQueueReader({ file, binding });
    await reader.open();
    seen.add(
      await readAll(
        (after) => reader.list(from(after)),
        ({ items }) => items.length,
      ),
    );
    seen.add(
      await readAll(
        (after) => reader.checkRows(after, 7),
        ({ checked }) => checked,
      ),
    );
    await using storage = new SqliteQueueStorage({ file, binding, durability: 'normal' });
    await storage.open();
    const ofNobody = { principals: ['nobody'] };
    seen.add(
      await readAll(
        (after) => storage.list({ ...ofNobody, ...from(after) }),
        ({ items }) => items.length,
      ),
    );
    seen.add(
      await readAll(
        (after) => storage.list(from(after)),
        ({ items }) => items.length,
      ),
    );
  }
  expect(seen).not.toContain('it goes on for ever');
  expect(seen).toContain('STORAGE_DAMAGED');
}, 60_000);

test.each<readonly [string, (id: string) => Settlement]>([
  ['acknowledged', (id) => ({ id, kind: 'remove' })],
  ['assigned a permanent id', (id) => ({ id, kind: 'remove', assign: { from: id, to: `permanent ${id}` } })],
])(
  'a row that a page leads past is claimed once, where it is %s',
  async (_, settlementOf) => {
    const { bytes, keys } = await written();
    const altered = Buffer.from(bytes);
    // The last rows in front of such a key are looked for behind it from now on: it is a number of two bytes.
    for (const key of keys) if (altered[key]! > 0x80 && altered[key + 1]! > 3) altered[key + 1]! -= 3;
    for (const suffix of ['-wal', '-shm']) await rm(file + suffix, { force: true });
    await writeFile(file, altered);
    await using storage = new SqliteQueueStorage({ file, binding, durability: 'normal' });
    await storage.open();
    const claimed: string[] = [];
    for (let now = 1e12; ; now += 10_000) {
      const { token, operations } = await storage.claim({ now, limit: 100, leaseMs: 1000 });
      if (operations.length === 0) break;
      claimed.push(...operations.map(({ id }) => id));
      expect(claimed.length).toBeLessThanOrEqual(OPERATIONS);
      // From the last to the first: in their order, SQLite happens on the way to write those keys anew.
      for (const { id } of operations.toReversed())
        expect(await storage.settle(token, [settlementOf(id)])).toEqual(['settled']);
    }
    expect([new Set(claimed).size, claimed.length]).toEqual([OPERATIONS, OPERATIONS]);
    expect((await storage.stats()).total).toBe(0);
  },
  60_000,
);

test('pages that lead to one place twice are told as damage, also where indexes are made anew', async () => {
  const { bytes, keys } = await written();
  const codes = new Set<unknown>();
  for (const at of [3, 11, 17]) {
    const altered = Buffer.from(bytes);
    // Right before a key stands the number of the page that it belongs to.
    altered.copy(altered, keys[at]! - 4, keys[at + 2]! - 4, keys[at + 2]);
    for (const suffix of ['-wal', '-shm']) await rm(file + suffix, { force: true });
    await writeFile(file, altered);
    await using storage = new SqliteQueueStorage({ file, binding, durability: 'normal' });
    await storage.open();
    for (let claims = 0; claims < 9; claims++) {
      try {
        await storage.claim({ now: 2e12, limit: 500, leaseMs: 1000 });
      } catch (error) {
        codes.add(isSyncError(error) && error.code);
      }
    }
  }
  expect([...codes]).toEqual(['STORAGE_DAMAGED']);
}, 60_000);
