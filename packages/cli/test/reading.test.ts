import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteQueueReader } from '@cpc/storage-sqlite';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ExplainReport, InspectReport, ListReport, ShowReport } from '../src/index.js';
import { CliUnderTest } from './process.js';
import { enqueue, kill, lease, operation, withQueue } from './queue-file.js';

let cli: CliUnderTest;
let file: string;
let number = 0;
beforeAll(async () => {
  cli = await CliUnderTest.build();
}, 120_000);
afterAll(() => cli.remove());
beforeEach(() => {
  file = join(cli.folder, `reading-${number++}.db`);
});

const hash = (): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Operations in all states but parked, with two dead letters of different reasons. */
async function fill(): Promise<void> {
  await enqueue(
    file,
    operation('dead', { entity: 'stalls/7', principal: 'ann', priority: 75, rank: 75 }),
    operation('bad', { kind: 'stall.close' }),
  );
  await kill(file, 'PRICE_WRONG', 'no such price', 'dead');
  await kill(file, 'REJECTED', 'closed', 'bad');
  await enqueue(
    file,
    operation('behind', { entity: 'stalls/7', principal: 'ann' }),
    operation('chained', { dependsOn: ['behind'] }),
    operation('later', { scheduledAt: 4_000_000_000_000 }),
    operation('free', { payload: '{"kilos":3,"note":"fresh"}' }),
  );
}

test('inspect counts by state, priority, kind, principal and reason', async () => {
  await fill();
  const { code, value } = await cli.json(['inspect', file]);
  expect(code).toBe(0);
  expect(value as InspectReport).toMatchObject({
    file,
    queue: 'queue',
    format: SqliteQueueReader.currentFormat,
    total: 6,
    byState: { waiting: 1, scheduled: 1, blocked: 2, leased: 0, parked: 0, deadLetter: 2 },
    byPriority: { 50: 5, 75: 1 },
    byKind: [
      { name: 'stall.sell', count: 5 },
      { name: 'stall.close', count: 1 },
    ],
    byPrincipal: [
      { name: null, count: 4 },
      { name: 'ann', count: 2 },
    ],
    deadLetters: [
      { name: 'PRICE_WRONG', count: 1 },
      { name: 'REJECTED', count: 1 },
    ],
    parked: [],
    oldest: { createdAt: 1_700_000_000_000 },
    leases: [],
    quarantined: 0,
    queues: [{ queue: 'queue', format: SqliteQueueReader.currentFormat }],
  });
  const { stdout } = await cli.run(['inspect', file]);
  expect(stdout).toContain('6 operations');
  expect(stdout).toMatch(/PRICE_WRONG +1/);
});

test('inspect of an empty queue says so', async () => {
  await withQueue(file, () => Promise.resolve());
  expect((await cli.json(['inspect', file])).value).toMatchObject({ total: 0, oldest: null });
});

test('list filters, and goes on from page to page', async () => {
  await fill();
  const ids = async (...args: readonly string[]): Promise<readonly [readonly string[], number | null]> => {
    const { operations, next } = (await cli.json(['list', file, ...args])).value as ListReport;
    return [operations.map(({ id }) => id), next];
  };
  expect(await ids()).toEqual([['dead', 'bad', 'behind', 'chained', 'later', 'free'], null]);
  expect(await ids('--state', 'deadLetter')).toEqual([['dead', 'bad'], null]);
  expect(await ids('--state', 'blocked,scheduled')).toEqual([['behind', 'chained', 'later'], null]);
  expect(await ids('--kind', 'stall.close')).toEqual([['bad'], null]);
  expect(await ids('--entity', 'stalls/7')).toEqual([['dead', 'behind'], null]);
  expect(await ids('--principal', 'ann')).toEqual([['dead', 'behind'], null]);
  expect(await ids('--kind', 'none')).toEqual([[], null]);
  const [first, next] = await ids('--limit', '2');
  expect(first).toEqual(['dead', 'bad']);
  expect(await ids('--limit', '2', '--after', String(next))).toEqual([['behind', 'chained'], 4]);
  const { stdout, stderr } = await cli.run(['list', file, '--limit', '2']);
  expect(stdout.split('\n')[0]).toMatch(/^ID +STATE +PRIO +TRIES +AGE +KIND/);
  expect(stdout).toContain('PRICE_WRONG no such price');
  expect(stderr).toContain('--after 2');
});

test('show prints everything about one operation', async () => {
  await fill();
  const { value } = await cli.json(['show', file, 'dead']);
  expect((value as ShowReport).operation).toMatchObject({
    id: 'dead',
    state: 'deadLetter',
    payload: '{"of":"dead"}',
    failure: { code: 'PRICE_WRONG', status: 422 },
    history: [{ outcome: 'rejected', code: 'PRICE_WRONG' }],
  });
  const { stdout } = await cli.run(['show', file, 'free']);
  expect(stdout).toContain('    "kilos": 3,\n    "note": "fresh"');
});

test('explain follows the chain to what holds everything up', async () => {
  await fill();
  const { value } = await cli.json(['explain', file, 'chained']);
  const report = value as ExplainReport;
  expect(report).toMatchObject({ id: 'chained', state: 'blocked', waitsFor: 'operation' });
  expect(report.behind.map(({ id, waitsFor }) => [id, waitsFor])).toEqual([
    ['behind', 'operation'],
    ['dead', 'decision'],
  ]);
  expect(report.behind[1]?.message).toContain('PRICE_WRONG: no such price');
  const { stdout } = await cli.run(['explain', file, 'later']);
  expect(stdout).toContain('Waits until 2096-10-02T07:06:40.000Z');
});

test('explain tells a worker that sends from one that vanished', async () => {
  await enqueue(file, operation('a'));
  await lease(file, 60_000);
  expect((await cli.json(['explain', file, 'a'])).value).toMatchObject({
    state: 'leased',
    message: expect.stringContaining('Is being sent'),
  });
  await enqueue(file, operation('b'));
  expect((await cli.json(['explain', file, 'b'])).value).toMatchObject({
    message: expect.stringContaining('A worker is sending others'),
  });
});

test('an id that is not in the queue ends with 5', async () => {
  await fill();
  for (const command of ['show', 'explain']) {
    const { code, stdout, stderr } = await cli.run([command, file, 'nowhere']);
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toContain('There is no operation nowhere');
  }
});

test('reading leaves the file byte for byte as it is, whatever is in it', async () => {
  await fill();
  await lease(file, 1, 1_700_000_005_000);
  const before = hash();
  for (const args of [
    ['inspect', file],
    ['list', file, '--all'],
    ['show', file, 'free'],
    ['explain', file, 'chained'],
    ['export', file],
    ['doctor', file],
  ]) {
    expect((await cli.run(args)).code).toBeLessThan(2);
    expect(hash()).toBe(before);
  }
});

test('another queue of the file is chosen by its name', async () => {
  await withQueue(file, (storage) => storage.enqueue([[operation('up')]]), 'uploads');
  expect((await cli.json(['list', file, '--queue', 'uploads'])).value).toMatchObject({
    operations: [{ id: 'up' }],
  });
  const { code, stderr } = await cli.run(['list', file]);
  expect(code).toBe(3);
  expect(stderr).toContain('It holds "uploads"');
});

test('hostile text is shown as text, on paper and as JSON', async () => {
  const hostile = 'a\u001b[2J\u009b1m\u202eb\u2066\u200b\r\nc\u0007\u{e0041}';
  await enqueue(
    file,
    operation(hostile, {
      kind: hostile,
      entity: hostile,
      principal: hostile,
      payload: JSON.stringify({ hostile }),
    }),
  );
  await kill(file, hostile, hostile, hostile);
  // eslint-disable-next-line no-control-regex
  const bad = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069]|\udb40/;
  for (const command of ['inspect', 'list', 'doctor', 'export', 'show', 'explain']) {
    const named = command === 'show' || command === 'explain' ? [hostile] : [];
    for (const json of [[], ['--json']]) {
      const { code, stdout, stderr } = await cli.run([command, file, ...named, ...json]);
      expect(code).toBeLessThan(2);
      expect(stdout).not.toBe('');
      expect(stdout + stderr).not.toMatch(bad);
      if (json.length === 0 && command !== 'export')
        expect(stdout).toContain('a\\u{1b}[2J\\u{9b}1m\\u{202e}b');
    }
  }
  const { value } = await cli.json(['show', file, hostile]);
  expect((value as ShowReport).operation).toMatchObject({ id: hostile, failure: { message: hostile } });
});
