import { defineOperation, type OperationStatus, SyncQueue, type SyncEvent, SyncWorker } from '@cpc/sync-core';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastValueFrom } from 'rxjs';
import { SqliteQueueStorage } from '../src/index.js';

const here = dirname(fileURLToPath(import.meta.url));
const note = defineOperation<number>('note', { entity: () => 'notes' });
/** Inside the package, so that the bundle finds better-sqlite3; ignored by git. */
let folder = '';
let child: ChildProcess;

beforeAll(async () => {
  const parent = join(here, '..', 'out-tsc');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'processes-'));
  await build({
    entryPoints: [join(here, 'delivering-process.ts')],
    outfile: join(folder, 'child.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['better-sqlite3'],
    conditions: ['@cpc/source'],
  });
}, 60_000);

afterAll(() => {
  child.kill();
  rmSync(folder, { recursive: true });
});

function openQueue(): SyncQueue {
  const storage = new SqliteQueueStorage({ file: join(folder, 'queue.db') });
  return new SyncQueue({ storage }, { operations: [note], pollMs: 10 });
}

test('the author of 20 changes hears each result once and in order, whichever process delivers', async () => {
  const queue = openQueue();
  await queue.open();
  const events: SyncEvent[] = [];
  queue.events$.subscribe((event) => events.push(event));
  child = fork(join(folder, 'child.mjs'), [join(folder, 'queue.db')], { execArgv: [] });
  await once(child, 'message');
  const own = new SyncWorker(
    {
      queue,
      transport: {
        send: (operations) =>
          Promise.resolve(
            operations.map(({ payload }) => ({ kind: 'acknowledged', result: { by: 'parent', payload } })),
          ),
      },
    },
    { pollMs: 10 },
  );
  const watched: OperationStatus[] = [];
  for (let n = 0; n < 20; n++) {
    // Every other time there is nobody here who delivers.
    if (n % 2 === 0) await own.start();
    else await own.stop();
    const { id } = await queue.enqueue(note, n, { id: `op${n}` });
    watched.push(await lastValueFrom(queue.watch(id)));
  }
  await own.stop();
  const delivered = events.filter((event) => event.type === 'acknowledged');
  expect(delivered.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, n) => `op${n}`));
  expect(watched.map(({ result }) => (result as { payload: number }).payload)).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
  expect(watched.map(({ result }) => result)).toEqual(delivered.map(({ result }) => result));
  const others = delivered.filter(({ result }) => (result as { by: string }).by === 'child');
  expect(others.length).toBeGreaterThanOrEqual(10);
  expect(others.every(({ position }) => position?.startsWith('notes:'))).toBe(true);
  await queue.close();
}, 60_000);

test('a process that starts later ends its watch with what became of the change', async () => {
  const queue = openQueue();
  await queue.open();
  expect(await lastValueFrom(queue.watch('op1'))).toMatchObject({
    id: 'op1',
    state: 'acknowledged',
    result: { payload: 1 },
  });
  expect((await queue.outcomes({ after: 18 })).items).toMatchObject([{ id: 'op18' }, { id: 'op19' }]);
  await queue.close();
});
