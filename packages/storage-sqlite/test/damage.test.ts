import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewOperation, StorageNotice } from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { ROW_COLUMNS } from '../src/engine/columns.js';
import { betterSqlite3, nodeSqlite, type SqliteBinding, SqliteQueueStorage } from '../src/index.js';
import { anyBinding, isAvailable, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_800_000_000_000;

let directory: string;
let file: string;
const open: { close(): unknown }[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  await rm(directory, { recursive: true, force: true });
});

const bindings: SqliteBinding[] = [];
for (const binding of [betterSqlite3, nodeSqlite]) if (await isAvailable(binding)) bindings.push(binding);

async function opened(options: { binding?: SqliteBinding; clock?: ManualClock } = {}) {
  const storage = new SqliteQueueStorage({ file, binding: anyBinding, durability: 'normal', ...options });
  const notices: StorageNotice[] = [];
  storage.notices.subscribe((notice) => notices.push(notice));
  open.push(storage);
  await storage.open();
  return { storage, notices };
}

async function run(sql: string, ...values: readonly (string | number)[]): Promise<void> {
  const driver = await anyBinding.open(file);
  driver.prepare(sql).run(...values);
  driver.close();
}

/** Alters a row as a disk does: its entries in the indexes stay as they were. */
async function runBesideIndexes(sql: string): Promise<void> {
  const { default: Database } = await import('better-sqlite3');
  const edit = (work: (db: InstanceType<typeof Database>) => void): void => {
    const db = new Database(file).unsafeMode(true);
    db.pragma('writable_schema = ON');
    work(db);
    db.pragma(`schema_version = ${Number(db.pragma('schema_version', { simple: true })) + 1}`);
    db.close();
  };
  let indexes: unknown[][] = [];
  edit((db) => {
    indexes = db
      .prepare(`SELECT * FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
      .raw()
      .all() as unknown[][];
    db.exec(`DELETE FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`);
  });
  const db = new Database(file);
  db.exec(sql);
  db.close();
  edit((edited) => {
    const add = edited.prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)');
    for (const index of indexes) add.run(...index);
  });
}

/** Claims and removes until nothing may go any more, as a worker does. @returns the ids in their order */
async function drain(storage: SqliteQueueStorage, now = NOW): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let rounds = 0; rounds < 100; rounds++) {
    const { token, operations } = await storage.claim({ now, limit: 50, leaseMs: 1000 });
    if (operations.length === 0) return ids;
    ids.push(...operations.map(({ id }) => id));
    await storage.settle(
      token,
      operations.map(({ id }) => ({ id, kind: 'remove' })),
    );
  }
  throw new Error('the queue does not run empty');
}

/** A queue in which each kind of operation stands: in lanes, scheduled, waiting for others, mentioning, held. */
async function fill(storage: SqliteQueueStorage): Promise<void> {
  const names = ['a', 'b', 'c', 'd'];
  const entity = 'lane';
  await storage.enqueue([
    names.map((id) => operation(id, { entity })),
    names.map((id) => operation(`free-${id}`, { principal: 'p' })),
    [operation('later', { scheduledAt: NOW - 1 }), operation('waiting', { dependsOn: ['b'] })],
    [operation('mentions', { references: [{ path: '/of', id: 'temporary' }] })],
  ]);
}

const ALL = ['a', 'b', 'c', 'd', 'free-a', 'free-b', 'free-c', 'free-d', 'later', 'waiting', 'mentions'];

/** What a value is altered to, in SQL. */
const ALTERATIONS = [
  [
    'another number',
    (column: string) => `CASE typeof(${column}) WHEN 'integer' THEN ${column} + 1 ELSE 17 END`,
  ],
  ['a text', () => `'x'`],
  ['a number beyond 2^53', () => '9007199254740993'],
  ['a negative number', () => '-4'],
] as const;

describe.each(bindings)('with $name', (binding) => {
  test.each(ROW_COLUMNS)(
    'an altered %s is found, told and put aside, and the rest goes',
    async (column) => {
      for (const [what, expression] of ALTERATIONS) {
        if (column === 'sequence' && what === 'a text') continue;
        // A row that comes to stand where another is would be refused.
        const isTaken = column === 'sequence' && what === 'another number';
        for (const victim of ['b', 'later']) {
          const { storage, notices } = await opened({ binding });
          await fill(storage);
          const to = isTaken ? '1000' : expression(column);
          await run(`UPDATE cpc_queue_operations SET ${column} = ${to} WHERE id = '${victim}'`);
          const where = [column, what, victim];
          expect([where, (await drain(storage)).toSorted()]).toEqual([
            where,
            ALL.filter((id) => id !== victim).sort(),
          ]);
          expect([where, notices.map(({ kind }) => kind)]).toEqual([where, ['quarantined']]);
          expect((await storage.quarantined()).items).toHaveLength(1);
          expect(await storage.stats()).toMatchObject({ total: 0, quarantined: 1 });
          expect(await storage.nextDue({ now: NOW })).toBeUndefined();
          // What comes later comes in as ever.
          expect(await storage.enqueue([[operation('new')]])).toMatchObject([{ ok: true }]);
          expect(await drain(storage)).toEqual(['new']);
          await storage.close();
          for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true });
        }
      }
    },
    60_000,
  );

  test('an integer beyond 2^53 in one row stops neither a claim nor a list', async () => {
    const { storage } = await opened({ binding });
    await storage.enqueue([[operation('a'), operation('b')]]);
    await run(`UPDATE cpc_queue_operations SET created_at = 9223372036854775807 WHERE id = 'a'`);
    expect((await storage.list()).items.map(({ id }) => id)).toEqual(['b']);
    expect((await storage.quarantined()).items).toMatchObject([
      { id: 'a', reason: { code: 'STORAGE_DAMAGED' } },
    ]);
  });
});

describe('what an altered row makes up', () => {
  test.each([
    ['a text', `due_at = 'soon', due = 'soon'`],
    ['the year 9999', 'due_at = 253402300799000, due = 253402300799000'],
    ['a time that a claim does not end', 'due = 1'],
  ])('a wait until %s is none', async (_what, change) => {
    const { storage } = await opened();
    await storage.enqueue([[operation('a', { scheduledAt: NOW + 5 })]]);
    await run(`UPDATE cpc_queue_operations SET ${change}`);
    expect(await storage.nextDue({ now: NOW })).toBeUndefined();
    expect((await storage.quarantined()).items).toMatchObject([{ id: 'a' }]);
  });

  test('a row that no index leads to any more is found while the storage is open', async () => {
    const clock = new ManualClock();
    const { storage, notices } = await opened({ clock });
    expect(await drain(storage)).toEqual([]);
    await storage.enqueue([
      [operation('a', { entity: 'e' }), operation('b', { entity: 'e' }), operation('c')],
    ]);
    await run(`UPDATE cpc_queue_operations SET hold = 1, ready = NULL WHERE id = 'a'`);
    expect(await drain(storage, NOW + 1)).toEqual(['c']);
    await storage.enqueue([[operation('d')]]);
    await clock.advance(1000);
    expect(await drain(storage, NOW + 1)).toEqual(['d', 'b']);
    expect(notices).toMatchObject([{ kind: 'quarantined', record: { id: 'a' } }]);
  });

  test('more rows than one look takes are all looked at, one look a second', async () => {
    const clock = new ManualClock();
    const { storage } = await opened({ clock });
    const later = Array.from({ length: 4500 }, (_, n) => operation(`op${n}`, { scheduledAt: NOW * 2 }));
    await storage.enqueue([later]);
    await run(`UPDATE cpc_queue_operations SET hold = 2 WHERE id IN ('op10', 'op2100', 'op4400')`);
    const counts: number[] = [];
    for (let second = 0; second < 4; second++) {
      expect(await drain(storage)).toEqual([]);
      counts.push((await storage.stats()).quarantined);
      await clock.advance(1000);
    }
    expect(counts).toEqual([1, 2, 3, 3]);
  });

  test.each([Number.MAX_SAFE_INTEGER, 0, -1, '9223372036854775807', '-9223372036854775808'])(
    'the sequence %s is not taken over',
    async (sequence) => {
      const { storage, notices } = await opened();
      await storage.enqueue([[operation('a'), operation('b')]]);
      await run(`UPDATE cpc_queue_operations SET sequence = ${sequence} WHERE id = 'a'`);
      expect(await storage.enqueue([[operation('c')]])).toEqual([
        { ok: true, receipts: [{ kind: 'enqueued', sequence: 3 }] },
      ]);
      expect(await drain(storage)).toEqual(['b', 'c']);
      expect((await storage.quarantined()).items).toMatchObject([{ id: 'a' }]);
      expect((await storage.stats()).quarantined).toBe(1);
      expect(notices).toMatchObject([{ kind: 'quarantined', record: { id: 'a' } }]);
      // Not even where the row of the state is gone, which begins anew behind the highest sequence.
      await run('DELETE FROM cpc_queue_state');
      expect(await storage.enqueue([[operation('d')]])).toMatchObject([{ ok: true }]);
      expect(await drain(storage)).toEqual(['d']);
    },
  );

  test('within a transaction of the app’s, a row with a sequence that is none is put aside', async () => {
    const { storage } = await opened();
    await storage.enqueue([[operation('a'), operation('b')]]);
    const app = await anyBinding.open(file);
    open.push(app);
    app.exec('PRAGMA synchronous = FULL');
    await run(`UPDATE cpc_queue_operations SET sequence = ${Number.MAX_SAFE_INTEGER} WHERE id = 'a'`);
    app.exec('BEGIN IMMEDIATE');
    expect(storage.enqueueIn(app, [operation('c')])).toMatchObject({ ok: true, receipts: [{ sequence: 3 }] });
    app.exec('COMMIT');
    expect(await drain(storage)).toEqual(['b', 'c']);
    expect((await storage.quarantined()).items).toMatchObject([{ id: 'a' }]);
  });

  test('two records that had the same sequence are both kept aside', async () => {
    const { storage } = await opened();
    for (const id of ['a', 'b']) {
      await storage.enqueue([[operation(id)]]);
      await run(`UPDATE cpc_queue_operations SET sequence = 700 WHERE id = '${id}'`);
      await drain(storage);
    }
    expect((await storage.quarantined()).items.map(({ id }) => id).sort()).toEqual(['a', 'b']);
  });
});

describe('what stands beside the rows', () => {
  test.each([
    ['a dependency that is gone', 'DELETE FROM cpc_queue_dependencies'],
    ['a dependency of another', 'UPDATE cpc_queue_dependencies SET dependent = 1'],
    ['a dependency on another', 'UPDATE cpc_queue_dependencies SET blocker = 77'],
    ['a dependency too much', 'INSERT INTO cpc_queue_dependencies (blocker, dependent) VALUES (1, 2)'],
  ])('%s holds nobody and lets nobody go early', async (_what, change) => {
    const { storage } = await opened();
    await storage.enqueue([[operation('a'), operation('b'), operation('c', { dependsOn: ['b'] })]]);
    await run(change);
    expect(await drain(storage)).toEqual(['a', 'b', 'c']);
    expect(await storage.stats()).toMatchObject({ total: 0, quarantined: 0 });
  });

  test('a mention that is gone is made anew, before the permanent id comes', async () => {
    const { storage } = await opened();
    const references = [{ path: '/of', id: 'temporary' }];
    await storage.enqueue([
      [
        operation('create'),
        operation('mentions', { dependsOn: ['create'], payload: '{"of":"temporary"}', references }),
      ],
    ]);
    await run('DELETE FROM cpc_queue_references');
    const { token } = await storage.claim({ now: NOW, limit: 9, leaseMs: 1000 });
    const assign = { from: 'temporary', to: 'permanent' };
    await storage.settle(token, [{ id: 'create', kind: 'remove', assign }]);
    expect((await storage.get('mentions'))?.payload).toBe('{"of":"permanent"}');
  });

  test('a number of remembered ids that is taken already stops no settlement', async () => {
    const { storage } = await opened();
    await storage.enqueue([[operation('a'), operation('b'), operation('c')]]);
    await storage.discard(['a']);
    await run('UPDATE cpc_queue_past SET number = 2');
    expect(await storage.discard(['b'])).toHaveLength(1);
    expect(await storage.discard(['c'])).toHaveLength(1);
  });
});

describe('what the indexes do not know', () => {
  test.each([
    ['a sequence that is none', 'sequence = -4'],
    ['another sequence', 'sequence = 700'],
    ['the entity of others', `entity = 'other'`],
    ['a principal that is bytes', `principal = x'00ff'`],
    ['an id of another', `id = 'c'`],
  ])('%s in the row alone is put aside, and the rest goes', async (_what, change) => {
    const lane = ['a', 'b'].map((id) => operation(id, { entity: 'e', principal: 'p' }));
    const other = operation('c', { entity: 'other', principal: 'p' });
    for (const victim of ['a', 'b']) {
      const { storage, notices } = await opened();
      await storage.enqueue([[...lane, other]]);
      await storage.close();
      await runBesideIndexes(`UPDATE cpc_queue_operations SET ${change} WHERE id = '${victim}'`);
      await storage.open();
      expect((await drain(storage)).toSorted()).toEqual(['a', 'b', 'c'].filter((id) => id !== victim));
      expect((await storage.list()).items).toEqual([]);
      expect(notices).toMatchObject([{ kind: 'quarantined' }]);
      await storage.close();
      for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true });
    }
  });

  test.each([2n ** 53n - 1n, 2n ** 63n - 1n, -4n])(
    'a claim whose number is altered to %s ends as others do, and so do those that come behind it',
    async (part) => {
      const { storage } = await opened();
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await storage.enqueue([ids.map((id) => operation(id))]);
      await storage.claim({ now: NOW, limit: 1, leaseMs: 1000 });
      await run(`UPDATE cpc_queue_claims SET part = ${part}`);
      const claimOne = () => storage.claim({ now: NOW, limit: 1, leaseMs: 1000 });
      await claimOne();
      for (let claims = 0; claims < 3; claims++) {
        const { token, operations } = await claimOne();
        await storage.settle(
          token,
          operations.map(({ id }) => ({ id, kind: 'release', sent: false })),
        );
      }
      const { operations } = await storage.claim({ now: NOW, limit: 9, leaseMs: 1000 });
      expect(operations.map(({ id }) => id)).toEqual(expect.arrayContaining(['c', 'd', 'e']));
      expect((await drain(storage, NOW + 1000)).toSorted()).toEqual(ids);
      expect(await storage.stats()).toMatchObject({ total: 0, quarantined: 0 });
    },
  );
});

describe('what mentions what damage took away', () => {
  const mentions = (id = 'mentions', more: Partial<NewOperation> = {}) =>
    operation(id, {
      dependsOn: ['create'],
      payload: '{"of":"create"}',
      references: [{ path: '/of', id: 'create' }],
      ...more,
    });
  const claimOne = (storage: SqliteQueueStorage) => storage.claim({ now: NOW, limit: 1, leaseMs: 1000 });
  const parked = { state: 'parked', failure: { code: 'REFERENCE_ENDED' } };

  test.each([
    ['a payload', `payload = '"x"'`],
    ['an id', `id = 'crate'`],
    ['a sequence', 'sequence = 700'],
  ])(
    'a create in quarantine, for %s: it is parked, and so is what mentions it later',
    async (_what, change) => {
      const { storage, notices } = await opened();
      await storage.enqueue([
        [operation('create'), mentions(), operation('waits', { dependsOn: ['create'] })],
      ]);
      await run(`UPDATE cpc_queue_operations SET ${change} WHERE id = 'create'`);
      expect(await drain(storage)).toEqual(['waits']);
      expect(notices).toMatchObject([{ kind: 'quarantined' }]);
      expect((await storage.list()).items).toMatchObject([{ id: 'mentions', ...parked }]);
      expect((await storage.outcomes()).items).toMatchObject([{ id: 'mentions', outcome: 'parked' }]);
      if (!change.startsWith('id')) {
        await storage.enqueue([[mentions('later')]]);
        expect(await storage.get('later')).toMatchObject(parked);
      }
      // Enqueued anew, it comes to be after all.
      await storage.enqueue([[operation('create')]]);
      const { token } = await claimOne(storage);
      await storage.settle(token, [
        { id: 'create', kind: 'remove', assign: { from: 'create', to: 'thing' } },
      ]);
      expect(await storage.get('mentions')).toMatchObject({ payload: '{"of":"thing"}', state: 'waiting' });
    },
  );

  test.each([
    [`temporary_id = 'x'`, 'and its index', run],
    ['sequence = 700', 'and its index', run],
    [`temporary_id = 'x'`, 'alone', runBesideIndexes],
    ['sequence = 700', 'alone', runBesideIndexes],
  ])(
    'a mention of which is said %s by the table %s goes with the permanent id all the same',
    async (change, _whole, alter) => {
      const { storage } = await opened();
      await storage.enqueue([[operation('create'), mentions()]]);
      const { token } = await claimOne(storage);
      await alter(`UPDATE cpc_queue_references SET ${change}`);
      await storage.settle(token, [
        { id: 'create', kind: 'remove', assign: { from: 'create', to: 'thing' } },
      ]);
      expect((await claimOne(storage)).operations).toMatchObject([
        { id: 'mentions', payload: '{"of":"thing"}' },
      ]);
    },
  );

  test.each([`permanent_id = 'thong'`, `temporary_id = 'crate'`, 'number = 700', 'checksum = NULL'])(
    'where an assignment says %s, what mentions it is parked',
    async (change) => {
      const { storage } = await opened();
      await storage.enqueue([[operation('create')]]);
      const { token } = await claimOne(storage);
      await storage.settle(token, [
        { id: 'create', kind: 'remove', assign: { from: 'create', to: 'thing' } },
      ]);
      await run(`UPDATE cpc_queue_assignments SET ${change}`);
      await storage.enqueue([[mentions()]]);
      expect(await drain(storage)).toEqual([]);
      expect(await storage.get('mentions')).toMatchObject(parked);
    },
  );

  test('a number of an assignment that is taken already takes no assignment away', async () => {
    const { storage } = await opened();
    const assign = async (id: string): Promise<void> => {
      await storage.enqueue([[operation(id)]]);
      const { token } = await claimOne(storage);
      await storage.settle(token, [{ id, kind: 'remove', assign: { from: id, to: `thing of ${id}` } }]);
    };
    await assign('other');
    await run('UPDATE cpc_queue_assignments SET number = 2');
    await assign('create');
    await storage.enqueue([[mentions()]]);
    expect((await claimOne(storage)).operations).toMatchObject([{ payload: '{"of":"thing of create"}' }]);
  });
});
