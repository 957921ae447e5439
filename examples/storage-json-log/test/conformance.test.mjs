import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { queueStorageCases } from '@cpc/testing';
import { JsonLogQueueStorage } from 'example-storage-json-log';
import { FaultyDisk } from './faulty-disk.mjs';

// #region conformance
async function makeHarness() {
  const folder = await mkdtemp(join(tmpdir(), 'json-log-'));
  const file = join(folder, 'queue.jsonl');
  const { openFile, faults } = new FaultyDisk();
  let storage = new JsonLogQueueStorage({ file, openFile });
  return {
    storage,
    file,
    faults,
    reopen: async () => {
      await storage.close();
      return (storage = new JsonLogQueueStorage({ file, openFile }));
    },
    dispose: async () => {
      await storage.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

for (const { name, run } of queueStorageCases(makeHarness)) test(name, run);
// #endregion

const operation = {
  ...{
    id: 'a',
    kind: 'note',
    payload: '{}',
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
  },
  ...{ coalesces: false, createdAt: 1, scheduledAt: 1, timestamp: '1', conflictRounds: 0 },
};

test('a line that a crash has torn is a step that never happened', async () => {
  const { storage, file, reopen, dispose } = await makeHarness();
  await storage.open();
  await storage.enqueue([[operation]]);
  await appendFile(file, '{"sequence":2,"token":0,"entr');
  const again = await reopen();
  await again.open();
  assert.equal((await again.stats()).total, 1);
  await again.enqueue([[{ ...operation, id: 'b' }]]);
  const third = await reopen();
  await third.open();
  assert.equal((await third.stats()).total, 2);
  await dispose();
});

test('a file of a newer format is refused and left as it is', async () => {
  const { storage, file, dispose } = await makeHarness();
  await writeFile(file, '{"format":3}\n');
  await assert.rejects(storage.open(), { code: 'STORAGE_FORMAT_NEWER' });
  assert.equal(await readFile(file, 'utf8'), '{"format":3}\n');
  await dispose();
});
