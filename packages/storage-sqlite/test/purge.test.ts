import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { NewOutcome } from '@cpc/sync-core';
import { SqliteQueueStorage } from '../src/index.js';
import { anyBinding as binding, operation, temporaryDirectory } from './sqlite-harness.js';

const NOW = 1_700_000_000_000;
let directory: string;
let file: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory, 'app.db');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Everything that SQL can read out of the file, bytes as text too, also where they stand as hexadecimal. */
async function everythingIn(): Promise<string> {
  const driver = await binding.open(file);
  const tables = driver.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
  const rows = tables.flatMap(([table]) => driver.prepare(`SELECT * FROM ${String(table)}`).all());
  driver.close();
  const text = rows.flat().map((value) => {
    const read = value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
    return read.replace(/[0-9a-f]{8,}/g, (hex) => `${hex} ${Buffer.from(hex, 'hex').toString()}`);
  });
  return text.join('\n');
}

async function run(sql: string): Promise<void> {
  const driver = await binding.open(file);
  driver.exec(sql);
  driver.close();
}

test('after a purge nothing that the person wrote, and no answer that they got, stands in a table', async () => {
  const storage = new SqliteQueueStorage({ file, binding });
  await storage.open();
  const theirs = (id: string) =>
    operation(id, { principal: 'anna', entity: `note/Secret`, payload: '"Secret"', base: '"Secret"' });
  const failure = { code: 'REJECTED', message: 'Secret', details: { of: 'Secret' } };
  const outcome: NewOutcome = { outcome: 'deadLettered', kind: 'k', principal: 'anna', failure };
  await storage.enqueue([
    [theirs('told'), theirs('dead'), theirs('forgotten'), theirs('damaged'), theirs('left')],
  ]);
  const answer = (id: string) => ({
    id,
    kind: 'remove' as const,
    outcome: { outcome: 'acknowledged' as const, kind: 'k', principal: 'anna', result: '"Secret"' },
  });
  const first = await storage.claim({ now: NOW, limit: 1, leaseMs: 1000 });
  await storage.settle(first.token, [answer('told')]);
  const second = await storage.claim({ now: NOW, limit: 1, leaseMs: 1000 });
  await storage.settle(second.token, [
    { id: 'dead', kind: 'hold', state: 'deadLetter', failure, counts: true, outcome },
  ]);
  await storage.enqueue([[operation('other', { principal: 'ben', payload: '"Public"' })]]);
  await run(`UPDATE cpc_queue_operations SET rank = 7 WHERE id = 'damaged'`);
  await storage.list();
  expect((await storage.stats()).quarantined).toBe(1);
  // Nobody can tell any more of whom this row tells.
  await run(`UPDATE cpc_queue_past SET outcomes = outcomes || ' ' WHERE instr(outcomes, 'acknowledged')`);
  expect(await everythingIn()).toContain('Secret');
  await storage.signIn(undefined, { purge: ['anna'] });
  const left = await everythingIn();
  expect(left).not.toContain('Secret');
  expect(left).toContain('Public');
  expect(await storage.outcomeOf('dead')).toMatchObject({ outcome: 'discarded' });
  await storage.close();
});
