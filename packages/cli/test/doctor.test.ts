import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { AttemptRecord } from '@cpc/sync-core';
import type { DoctorReport, ProblemCode } from '../src/index.js';
import { CliUnderTest } from './process.js';
import { enqueue, idsIn, kill, lease, operation, sql, withQueue } from './queue-file.js';

let cli: CliUnderTest;
let file: string;
let number = 0;
beforeAll(async () => {
  cli = await CliUnderTest.build();
});
afterAll(() => cli.remove());
beforeEach(() => {
  file = join(cli.folder, `doctor-${number++}.db`);
});

async function diagnose(...args: readonly string[]): Promise<DoctorReport['problems']> {
  const { code, value } = await cli.json(['doctor', file, '--stall-after', '100000000', ...args]);
  const { problems } = value as DoctorReport;
  expect(code).toBe(problems.length === 0 ? 0 : 1);
  for (const { advice, message } of problems) expect([advice, message]).not.toContain('');
  return problems;
}

const codes = (problems: DoctorReport['problems']): readonly ProblemCode[] =>
  problems.map(({ code }) => code);

test('an altered record is found, and put aside with --write', async () => {
  await enqueue(file, operation('a'), operation('b'));
  sql(file, `UPDATE cpc_queue_operations SET payload = '"altered"' WHERE id = 'a'`);
  expect(await diagnose()).toMatchObject([
    { code: 'RECORDS_DAMAGED', severity: 'error', count: 1, ids: ['a'] },
  ]);
  expect(await diagnose('--write')).toMatchObject([{ code: 'RECORDS_QUARANTINED', ids: ['a'] }]);
  expect(await idsIn(file)).toEqual(['b']);
});

test('a damaged index is found', async () => {
  await enqueue(file, ...Array.from({ length: 100 }, (_, n) => operation(`op${n}`)));
  sql(
    file,
    `PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = replace(sql, '(id)', '(kind)') WHERE name = 'cpc_queue_operations_id'`,
  );
  expect(codes(await diagnose())).toContain('FILE_DAMAGED');
});

test('operations that no worker would find are found', async () => {
  await enqueue(file, operation('a'));
  sql(file, 'UPDATE cpc_queue_operations SET ready = NULL');
  expect(codes(await diagnose())).toEqual(['RECORDS_DAMAGED', 'ORDER_DAMAGED']);
});

test('permanent ids that were altered are found', async () => {
  await enqueue(file, operation('a'));
  await withQueue(file, async (storage) => {
    const { token } = await storage.claim({ now: Date.now(), limit: 1, leaseMs: 1000 });
    await storage.settle(token, [{ id: 'a', kind: 'remove', assign: { from: 'a', to: 'real' } }]);
  });
  expect(await diagnose()).toEqual([]);
  sql(file, `UPDATE cpc_queue_assignments SET permanent_id = 'other'`);
  expect(await diagnose()).toMatchObject([{ code: 'ASSIGNMENTS_DAMAGED', count: 1 }]);
});

test('a lease that ended is found, and ended with --write', async () => {
  await enqueue(file, operation('a'));
  await lease(file, 1000, Date.now() - 3_600_000);
  const [problem, ...others] = await diagnose();
  expect(problem).toMatchObject({ code: 'LEASES_STALE', count: 1, ids: ['a'] });
  expect(problem?.message).toContain('59 min');
  expect(others).toEqual([]);
  expect(await diagnose('--write')).toEqual([]);
});

test('a clock that was set back is found by leases and waits, and mended with --write', async () => {
  await enqueue(file, operation('sent'), operation('retried'));
  const ahead = Date.now() + 86_400_000;
  await withQueue(file, async (storage) => {
    const { token } = await storage.claim({ now: ahead, limit: 2, leaseMs: 60_000 });
    const wait = { dueAt: ahead + 5000, delayMs: 5000, counts: true };
    await storage.settle(token, [{ id: 'retried', kind: 'reschedule', ...wait }]);
  });
  expect(await diagnose()).toMatchObject([{ code: 'CLOCK_SET_BACK', count: 2, ids: ['sent', 'retried'] }]);
  const { code, stderr } = await cli.run(['discard', file, 'retried', '--write']);
  expect([code, stderr]).toEqual([4, expect.stringContaining('the clock was set back: cpc-sync doctor')]);
  expect(await diagnose('--write')).toEqual([]);
});

test('operations from the future are found', async () => {
  await enqueue(file, operation('a', { createdAt: Date.now() + 86_400_000, scheduledAt: 0 }));
  expect(await diagnose()).toMatchObject([{ code: 'CREATED_IN_FUTURE', count: 1 }]);
});

test('what waits for a decision, or for a newer app, is found', async () => {
  await enqueue(file, operation('dead'), operation('contested'), operation('unknown'));
  await kill(file, 'REJECTED', 'no', 'dead');
  await withQueue(file, async (storage) => {
    const { token } = await storage.claim({ now: Date.now(), limit: 9, leaseMs: 1000 });
    const park = (id: string, code: string) =>
      ({ id, kind: 'hold', state: 'parked', failure: { code, message: 'm' }, counts: false }) as const;
    await storage.settle(token, [
      park('contested', 'CONFLICT_DEFERRED'),
      park('unknown', 'OPERATION_KIND_UNKNOWN'),
    ]);
  });
  expect(await diagnose()).toMatchObject([
    { code: 'DEAD_LETTERS', ids: ['dead'] },
    { code: 'DECISIONS_WAITING', ids: ['contested'] },
    { code: 'APP_TOO_OLD', ids: ['unknown'] },
  ]);
});

test('a poison key is found: the head that holds its entity, and what fails again and again', async () => {
  await enqueue(
    file,
    operation('head', { entity: 'stalls/7' }),
    ...Array.from({ length: 3 }, (_, n) => operation(`behind${n}`, { entity: 'stalls/7' })),
    operation('flaky'),
    operation('unanswered'),
    operation('fine'),
  );
  await kill(file, 'REJECTED', 'no', 'head');
  await withQueue(file, async (storage) => {
    const attempt = (outcome: string): AttemptRecord => ({ startedAt: 1, durationMs: 1, outcome });
    for (let round = 0; round < 20; round++) {
      const { token } = await storage.claim({ now: Date.now(), limit: 9, leaseMs: 1000 });
      const wait = { dueAt: 1, delayMs: 1 };
      await storage.settle(token, [
        { id: 'flaky', kind: 'reschedule', ...wait, counts: round < 5, attempt: attempt('retry') },
        { id: 'unanswered', kind: 'reschedule', ...wait, counts: false, attempt: attempt('unreachable') },
        { id: 'fine', kind: 'release', sent: false },
      ]);
    }
  });
  const problems = await diagnose();
  expect(problems).toMatchObject([
    { code: 'DEAD_LETTERS' },
    { code: 'ENTITY_HELD', count: 1, ids: ['head'] },
    { code: 'KEEPS_FAILING', count: 2, ids: ['flaky', 'unanswered'] },
  ]);
  expect(problems[1]?.message).toContain('in the same entities: 3 operations');
});

test('a queue that nobody delivers is found, after the time that was given', async () => {
  await enqueue(file, operation('a', { createdAt: Date.now() - 600_000, scheduledAt: 0, principal: 'ann' }));
  const { value } = await cli.json(['doctor', file, '--stall-after', '5']);
  const [problem] = (value as DoctorReport).problems;
  expect(problem).toMatchObject({ code: 'STALLED', count: 1 });
  expect(problem?.advice).toContain('ann, who must be signed in');
  expect((await cli.run(['doctor', file, '--stall-after', '15'])).code).toBe(0);
});

test('an older format is found and told apart from damage', async () => {
  await enqueue(file, operation('a'));
  sql(file, 'UPDATE cpc_formats SET format = 0');
  expect(await diagnose()).toMatchObject([{ code: 'FORMAT_OLDER', severity: 'warning' }]);
});

test('on paper every problem comes with what to do', async () => {
  await enqueue(file, operation('a'));
  await kill(file, 'REJECTED', 'no', 'a');
  const { stdout } = await cli.run(['doctor', file]);
  expect(stdout).toContain('warning DEAD_LETTERS (1)');
  expect(stdout).toContain(`What to do: See why: cpc-sync list ${file} --state deadLetter.`);
});
