import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteHarness } from '../../test/sqlite-harness.js';
import { effectStoreCases } from '../conformance.js';
import type { EffectResult, KeyedWork } from '../ports/effect-store.js';
import { SqliteEffectStore } from './sqlite-effect-store.js';

for (const { name, run } of effectStoreCases(sqliteHarness)) test(name, run, 60_000);

type Work = KeyedWork<Database.Database>;

const DAY_MS = 24 * 3_600_000;

test('runs that come together share a commit, and one that fails takes no other with it', async () => {
  const sql: unknown[] = [];
  const database = openDatabase(':memory:', (text) => sql.push(text));
  const store = await openStore(database);
  const results = await Promise.all([
    store.run([work('a', insert('a'))]),
    store.run([work('b', fail), work('c', insert('c'))]),
    store.run([work('a', insert('twice'))]),
  ]);
  expect(results.flat().map(({ kind }) => kind)).toEqual(['applied', 'failed', 'applied', 'repeated']);
  expect(namesIn(database)).toEqual(['a', 'c']);
  expect(sql.filter((text) => text === 'COMMIT')).toHaveLength(1);
});

test('cuts a long queue of runs into several commits', async () => {
  const sql: unknown[] = [];
  const database = openDatabase(':memory:', (text) => sql.push(text));
  const store = await openStore(database, { maxWorksPerCommit: 2 });
  const keys = ['a', 'b', 'c', 'd', 'e'];
  await Promise.all(keys.map((key) => store.run([work(key, insert(key))])));
  await store.run(['f', 'g', 'h'].map((key) => work(key, insert(key))));
  expect(namesIn(database)).toEqual([...keys, 'f', 'g', 'h']);
  expect(sql.filter((text) => text === 'COMMIT')).toHaveLength(4);
});

test('when the commit cannot be made, none of it happened and repeating it is safe', async () => {
  const database = openDatabase();
  const store = await openStore(database);
  const ending: Work['effect'] = (tx) => {
    tx.exec('ROLLBACK');
    throw new Error('disk full');
  };
  const works = [work('a', insert('a')), work('b', ending), work('c', insert('c'))];
  await expect(store.run(works)).rejects.toThrow('disk full');
  expect(database.inTransaction).toBe(false);
  expect(namesIn(database)).toEqual([]);
  const again = await store.run([work('a', insert('a'))]);
  expect(again[0]!.kind).toBe('applied');
});

test('waits only shortly for another writer, and works when that is done', async () => {
  await withFile(async (file) => {
    const database = openDatabase(file);
    const store = await openStore(database, { busyTimeoutMs: 1 });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.run([work('a', insert('a'))])).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
    other.exec('COMMIT');
    expect((await store.run([work('a', insert('a'))]))[0]!.kind).toBe('applied');
    other.close();
    database.close();
  });
});

test('keeps WAL and full sync, also after the first write', async () => {
  await withFile(async (file) => {
    const database = openDatabase(file);
    const store = await openStore(database);
    await store.run([work('a', insert('a'))]);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('synchronous', { simple: true })).toBe(2);
    database.close();
  });
});

test('forgets by itself while it is used, two for each that it takes', async () => {
  let now = 0;
  const database = openDatabase();
  const store = await openStore(database, { keepKeysForMs: DAY_MS, now: () => now });
  await store.run(['a', 'b', 'c', 'd', 'e'].map((key) => work(key, insert(key))));
  now = 2 * DAY_MS;
  const left: unknown[] = [];
  for (const key of ['x', 'y', 'z']) {
    await store.run([work(key, insert(key))]);
    left.push(keysIn(database));
  }
  expect(left).toEqual([4, 3, 3]);
});

test('leaves the tables of a newer version as they are', async () => {
  await withFile(async (file) => {
    const database = openDatabase(file);
    await openStore(database);
    database.exec('UPDATE cpc_receiver_format SET version = 2');
    database.pragma('wal_checkpoint(TRUNCATE)');
    const before = readFileSync(file);
    await expect(openStore(database)).rejects.toThrow(/format 2, written by a newer @cpc\/server/);
    expect(readFileSync(file).equals(before)).toBe(true);
    database.close();
  });
});

function openDatabase(file = ':memory:', verbose?: (sql: unknown) => void): Database.Database {
  const database = new Database(file, verbose && { verbose });
  database.exec('CREATE TABLE IF NOT EXISTS names (name TEXT)');
  return database;
}

async function openStore(
  database: Database.Database,
  options?: ConstructorParameters<typeof SqliteEffectStore>[1],
): Promise<SqliteEffectStore<Database.Database>> {
  const store = new SqliteEffectStore(database, options);
  await store.open();
  return store;
}

function work(key: string, effect: Work['effect']): Work {
  return { principal: 'ann', key, fingerprint: '1', effect };
}

function insert(name: string): (tx: Database.Database) => EffectResult {
  return (tx) => {
    tx.prepare('INSERT INTO names VALUES (?)').run(name);
    return { keep: true, answer: { status: 200, body: JSON.stringify(name) } };
  };
}

function fail(tx: Database.Database): EffectResult {
  insert('of the failed one')(tx);
  throw new Error('the handler is broken');
}

function namesIn(database: Database.Database): unknown[] {
  return database.prepare('SELECT name FROM names').pluck().all();
}

function keysIn(database: Database.Database): unknown {
  return database.prepare('SELECT count(*) FROM cpc_received').pluck().get();
}

async function withFile(run: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cpc-server-'));
  try {
    await run(join(folder, 'effects.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
