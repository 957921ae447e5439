import { createHash } from 'node:crypto';
import { copyFile, open as openFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SqliteQueueReader, SqliteQueueStorage } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_800_000_000_000;

let directory: string;
let file: string;
const open: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await rm(directory, { recursive: true, force: true });
});

async function storage(): Promise<SqliteQueueStorage> {
  const made = new SqliteQueueStorage({ file, binding });
  open.push(made);
  await made.open();
  return made;
}

async function reader(queue = 'queue'): Promise<SqliteQueueReader> {
  const made = new SqliteQueueReader({ file, binding, queue });
  open.push(made);
  await made.open();
  return made;
}

async function sql(text: string): Promise<void> {
  const driver = await binding.open(file);
  driver.exec(text);
  driver.close();
}

async function hash(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

const failure = { code: 'REJECTED', message: 'no' };

/** Operations in every state: `dead` holds `behind`, `sent` is leased until a second after NOW. */
async function fill(): Promise<void> {
  const made = await storage();
  await made.enqueue([
    [operation('dead', { entity: 'e', principal: 'ann', createdAt: 1000, scheduledAt: 1000 })],
    [operation('behind', { entity: 'e', principal: 'ann' })],
    [operation('sent', { kind: 'other.kind', rank: 90, priority: 90 })],
    [operation('later', { scheduledAt: NOW + 5000 })],
    [operation('free', { references: [{ path: '/x', id: 'temporary' }] })],
  ]);
  const { token } = await made.claim({ now: NOW, limit: 2, leaseMs: 1000 });
  await made.settle(token, [{ id: 'dead', kind: 'hold', state: 'deadLetter', failure, counts: true }]);
  open.pop();
  await made.close();
}

test('a reader shows what the storage shows, and changes not one byte of the file', async () => {
  await fill();
  const before = await hash();
  const made = await reader();
  const { items } = await made.list();
  const overview = await made.overview();
  expect(items.map(({ id, state }) => [id, state])).toEqual([
    ['dead', 'deadLetter'],
    ['behind', 'blocked'],
    ['sent', 'leased'],
    ['later', 'scheduled'],
    ['free', 'waiting'],
  ]);
  expect(await made.get('dead')).toMatchObject({ failure, isSealed: false });
  expect(await made.blockersOf('behind')).toEqual(['dead']);
  expect(await made.leases()).toEqual([{ token: 1, leaseUntil: NOW + 1000, leaseMs: 1000, ids: ['sent'] }]);
  expect(overview).toMatchObject({ total: 5, quarantined: 0, referring: 1, sealed: 0 });
  expect(overview.groups).toContainEqual({
    kind: 'other.kind',
    priority: 90,
    state: 'leased',
    count: 1,
    oldestCreatedAt: 1_700_000_000_000,
  });
  expect(overview.groups).toContainEqual(
    expect.objectContaining({ principal: 'ann', state: 'blocked', count: 1 }),
  );
  expect(await made.integrity()).toEqual([]);
  expect(await made.checkRows()).toEqual({ checked: 5, damaged: [] });
  expect(await made.checkOrder()).toEqual({
    stranded: [],
    brokenDependencies: 0,
    damagedLeases: 0,
    damagedAssignments: 0,
    countsAgree: true,
  });
  await made.close();
  expect(await hash()).toBe(before);
});

test('a reader sees what an app has committed and has not moved into the file yet', async () => {
  const app = await storage();
  await app.enqueue([[operation('a')]]);
  const made = await reader();
  const before = await hash();
  expect((await made.list()).items.map(({ id }) => id)).toEqual(['a']);
  await app.enqueue([[operation('b')]]);
  expect((await made.list()).items.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(await hash()).toBe(before);
});

test('damaged rows are named and left where they are, and the others are listed', async () => {
  await fill();
  await sql(`UPDATE cpc_queue_operations SET payload = '"other"' WHERE id = 'behind'`);
  const made = await reader();
  const before = await hash();
  expect((await made.list()).items.map(({ id }) => id)).toEqual(['dead', 'sent', 'later', 'free']);
  expect((await made.checkRows()).damaged).toEqual([
    { sequence: 2, id: 'behind', reason: expect.objectContaining({ code: 'STORAGE_DAMAGED' }) },
  ]);
  await expect(made.get('behind')).rejects.toMatchObject({
    code: 'STORAGE_DAMAGED',
    details: { sequence: 2 },
  });
  expect((await made.quarantined()).items).toEqual([]);
  expect(await hash()).toBe(before);
});

test('pages of garbage are found, and the file can still be asked', async () => {
  const made = await storage();
  await made.enqueue([Array.from({ length: 2000 }, (_, n) => operation(`op${n}`))]);
  open.pop();
  await made.close();
  const handle = await openFile(file, 'r+');
  const { size } = await handle.stat();
  const half = Math.floor(size / 8192) * 4096;
  await handle.write(Buffer.alloc(size - half, 0xa5), 0, size - half, half);
  await handle.close();
  const damaged = await reader();
  expect(await damaged.integrity()).not.toEqual([]);
  await expect(damaged.overview()).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' });
  expect(await damaged.queues()).toHaveLength(1);
});

test('lost counts, lost leases and operations that no claim would find are named', async () => {
  await fill();
  await sql(`UPDATE cpc_queue_state SET data = 'x'`);
  await sql(`UPDATE cpc_queue_claims SET lease_ms = 7`);
  await sql(`UPDATE cpc_queue_operations SET ready = NULL WHERE id = 'free'`);
  const made = await reader();
  expect(await made.checkOrder()).toMatchObject({
    countsAgree: false,
    damagedLeases: 1,
    stranded: ['free'],
  });
  expect((await made.get('sent'))?.state).toBe('waiting');
});

test('permanent ids that were altered are counted', async () => {
  const app = await storage();
  await app.enqueue([[operation('a'), operation('b')]]);
  const { token } = await app.claim({ now: 2e12, limit: 2, leaseMs: 1000 });
  await app.settle(
    token,
    ['a', 'b'].map((id) => ({ id, kind: 'remove', assign: { from: id, to: `real ${id}` } })),
  );
  await sql(`UPDATE cpc_queue_assignments SET permanent_id = 'real c' WHERE temporary_id = 'b'`);
  const made = await reader();
  expect(await made.checkOrder()).toMatchObject({ damagedAssignments: 1, countsAgree: true });
});

test('leases are seen though the counts are lost', async () => {
  await fill();
  await sql(`UPDATE cpc_queue_state SET data = 'x'`);
  expect((await (await reader()).get('sent'))?.state).toBe('leased');
});

test('a payload that a codec wrote stays closed', async () => {
  const sealing = new SqliteQueueStorage({
    file,
    binding,
    codec: {
      encode: () => Promise.resolve(new Uint8Array([1, 2, 3])),
      decode: () => Promise.resolve('{}'),
    },
  });
  await sealing.open();
  await sealing.enqueue([[operation('a')]]);
  await sealing.close();
  const made = await reader();
  expect(await made.get('a')).toMatchObject({ isSealed: true, payload: '{"sealedBytes":3}' });
  expect(await made.overview()).toMatchObject({ sealed: 1 });
});

test('queues are listed with their formats, and one that is not there cannot be read', async () => {
  await fill();
  const made = await reader('uploads');
  expect(await made.queues()).toEqual([{ queue: 'queue', format: SqliteQueueReader.currentFormat }]);
  await expect(made.list()).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { format: 0 } });
});

test('an older format is told apart and not read', async () => {
  await fill();
  await sql(`INSERT INTO cpc_formats VALUES ('old', 0)`);
  const made = await reader('old');
  expect(await made.queues()).toContainEqual({ queue: 'old', format: 0 });
  await expect(made.overview()).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { format: 0 } });
});

test('a newer format is refused', async () => {
  await fill();
  await sql(`UPDATE cpc_formats SET format = 99`);
  await expect(reader()).rejects.toMatchObject({ code: 'STORAGE_FORMAT_NEWER' });
});

test('a file that is not there is not made, and one of text is damage', async () => {
  await expect(reader()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(await readdir(directory)).toEqual([]);
  await copyFile(fileURLToPath(import.meta.url), file);
  await expect(reader()).rejects.toMatchObject({ code: 'STORAGE_DAMAGED' });
});

test('a closed reader says so', async () => {
  await fill();
  const made = await reader();
  await made.close();
  await expect(made.list()).rejects.toMatchObject({ code: 'STORAGE_CLOSED' });
  await made.open();
  expect((await made.list()).items).toHaveLength(5);
});
