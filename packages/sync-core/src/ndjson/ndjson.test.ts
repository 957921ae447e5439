import { expect, test } from '@jest/globals';
import { newOperation } from '../../test/fixtures.js';
import { MemoryQueueStorage } from '../memory/memory-queue-storage.js';
import type { NewOperation } from '../operation/operation-record.js';
import { exportOperations } from './export-operations.js';
import { importOperations } from './import-operations.js';

const operation = (id: string, more: Partial<NewOperation> = {}): NewOperation =>
  newOperation(id, { payload: '{"text":"a\\nb"}', ...more });

async function opened(...ids: readonly string[]): Promise<MemoryQueueStorage> {
  const storage = new MemoryQueueStorage();
  await storage.open();
  await storage.enqueue(ids.map((id) => [operation(id, { entity: 'e' })]));
  return storage;
}

async function textOf(storage: MemoryQueueStorage): Promise<string> {
  let text = '';
  for await (const line of exportOperations(storage)) text += line;
  return text;
}

test('an import holds all that the export held, in order, with states and history', async () => {
  const ids = Array.from({ length: 1100 }, (_, n) => `op${n}`);
  const from = await opened(...ids);
  const { token } = await from.claim({ now: 2000, limit: 1, leaseMs: 1000 });
  const failure = { code: 'REJECTED', message: 'no' };
  const attempt = { startedAt: 2000, durationMs: 5, outcome: 'rejected' };
  await from.settle(token, [
    { id: 'op0', kind: 'hold', state: 'deadLetter', failure, counts: true, attempt },
  ]);
  const to = await opened();
  expect(await importOperations(to, exportOperations(from))).toEqual({ added: 1100, skipped: 0 });
  expect((await to.list({ limit: 2000 })).items).toEqual((await from.list({ limit: 2000 })).items);
});

test('a repeated import adds nothing', async () => {
  const from = await opened('a', 'b');
  expect(await importOperations(from, exportOperations(from))).toEqual({ added: 0, skipped: 2 });
  expect((await from.stats()).total).toBe(2);
});

test('text may be cut anywhere', async () => {
  const text = await textOf(await opened('a', 'b'));
  const to = await opened();
  expect(await importOperations(to, text.trimEnd().match(/.{1,7}|\n/gs) ?? [])).toEqual({
    added: 2,
    skipped: 0,
  });
});

test('an export of a newer version is refused, and nothing is added', async () => {
  const text = await textOf(await opened('a'));
  const to = await opened();
  const newer = text.replace('"version":1', '"version":2');
  await expect(importOperations(to, [newer])).rejects.toMatchObject({ code: 'STORAGE_FORMAT_NEWER' });
  expect((await to.stats()).total).toBe(0);
});

test.each([
  ['something else', 'hello\n'],
  ['another header', '{"format":"other","version":1}\n'],
  ['a line that is not JSON', '{"format":"cpc-sync-operations","version":1}\n{"id":\n'],
  ['a line without an id', '{"format":"cpc-sync-operations","version":1}\n{"kind":"x"}\n'],
  ['a line that is no object', '{"format":"cpc-sync-operations","version":1}\nnull\n'],
])('%s is refused with the number of its line', async (_what, text) => {
  const refused = { code: 'STORAGE_DAMAGED', details: { line: expect.any(Number) } };
  await expect(importOperations(await opened(), [text])).rejects.toMatchObject(refused);
});
