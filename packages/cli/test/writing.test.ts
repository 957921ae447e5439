import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import type { DiscardReport, RetryReport } from '../src/index.js';
import { CliUnderTest } from './process.js';
import { enqueue, idsIn, kill, operation, withQueue } from './queue-file.js';

let cli: CliUnderTest;
let file: string;
let number = 0;
beforeAll(async () => {
  cli = await CliUnderTest.build();
});
afterAll(() => cli.remove());
beforeEach(() => {
  file = join(cli.folder, `writing-${number++}.db`);
});

async function statesIn(path = file): Promise<Readonly<Record<string, string>>> {
  const { items } = await withQueue(path, (storage) => storage.list({ limit: 10_000 }));
  return Object.fromEntries(items.map(({ id, state }) => [id, state]));
}

test('retry lets those that are named go again, and says which it could not', async () => {
  await enqueue(file, operation('dead'), operation('free'));
  await kill(file, 'REJECTED', 'no', 'dead');
  const { code, value } = await cli.json(['retry', file, 'dead', 'free', 'gone', 'dead', '--write']);
  expect(code).toBe(5);
  expect(value as RetryReport).toEqual({
    retried: ['dead'],
    unchanged: [
      { id: 'free', state: 'waiting' },
      { id: 'gone', state: null },
    ],
  });
  expect(await statesIn()).toEqual({ dead: 'waiting', free: 'waiting' });
  const again = await cli.run(['retry', file, 'gone', '--write']);
  expect([again.code, again.stderr]).toEqual([5, 'gone: not in the queue\n']);
});

test('retry --all takes every dead letter, or those of a kind or a reason', async () => {
  const many = Array.from({ length: 600 }, (_, n) => operation(`many${n}`, { kind: 'stall.close' }));
  await enqueue(file, operation('a'), operation('b'), ...many);
  await kill(file, 'REJECTED', 'no', 'a');
  await kill(file, 'PRICE_WRONG', 'no', 'b', ...many.map(({ id }) => id));
  const retried = async (...args: readonly string[]): Promise<number> =>
    ((await cli.json(['retry', file, '--all', '--write', ...args])).value as RetryReport).retried.length;
  expect(await retried('--reason', 'REJECTED')).toBe(1);
  expect(await retried('--kind', 'stall.close')).toBe(600);
  expect(await retried()).toBe(1);
  expect(await retried()).toBe(0);
}, 240_000);

test('discard gives back what it removed, and lets those behind it go', async () => {
  await enqueue(file, operation('head', { entity: 'e' }), operation('behind', { entity: 'e' }));
  await kill(file, 'REJECTED', 'no', 'head');
  const { code, value } = await cli.json(['discard', file, 'head', '--write']);
  expect(code).toBe(0);
  expect((value as DiscardReport).discarded).toMatchObject([{ id: 'head', payload: '{"of":"head"}' }]);
  expect(await statesIn()).toEqual({ behind: 'waiting' });
  expect((await cli.run(['discard', file, 'head', '--write'])).code).toBe(5);
});

test('what was exported is imported whole, from a pipe and from a file, and once only', async () => {
  const payload = '{"note":"a\\u001b[2J \\u202e ü 🍎","n":1.50}';
  await enqueue(file, operation('dead', { entity: 'e', payload }), operation('behind', { entity: 'e' }));
  await kill(file, 'REJECTED', 'no', 'dead');
  const { code, stdout, stderr } = await cli.run(['export', file]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^export: 2 of 2 in /);
  const other = join(cli.folder, 'imported.db');
  const missing = await cli.run(['import', other, '--write'], { input: stdout });
  expect(missing.code).toBe(3);
  const first = await cli.run(['import', other, '--write', '--create', '--json'], { input: stdout });
  expect([first.code, JSON.parse(first.stdout)]).toEqual([0, { added: 2, skipped: 0 }]);
  const saved = join(cli.folder, 'saved.ndjson');
  writeFileSync(saved, stdout);
  const second = await cli.json(['import', other, saved, '--write']);
  expect(second.value).toEqual({ added: 0, skipped: 2 });
  const read = (path: string) => withQueue(path, async (storage) => (await storage.list()).items);
  expect(await read(other)).toEqual(await read(file));
  expect((await read(other))[0]?.payload).toBe(payload);
});

test('an import of something else ends with 3, and names the line', async () => {
  await enqueue(file, operation('a'));
  const { stdout } = await cli.run(['export', file]);
  for (const [input, said] of [
    ['hello\n', 'Line 1 is not'],
    [`${stdout}{"id":\n`, 'Line 3 is not'],
    [stdout.replace('"version":1', '"version":9'), 'Update the package'],
  ] as const) {
    const { code, stderr } = await cli.run(['import', file, '--write'], { input });
    expect(code).toBe(3);
    expect(stderr).toContain(said);
  }
  const bytes = join(cli.folder, 'bytes.ndjson');
  writeFileSync(bytes, Buffer.from([0xff, 0xfe, 0x0a]));
  const binary = await cli.run(['import', file, bytes, '--write']);
  expect([binary.code, binary.stderr]).toEqual([3, expect.stringContaining('is not UTF-8')]);
  const none = await cli.run(['import', file, join(cli.folder, 'none'), '--write']);
  expect(none.code).toBe(3);
  expect(await idsIn(file)).toEqual(['a']);
});

test('payloads that a codec wrote stay closed: shown as such, requeued, discarded, and never passed on', async () => {
  const codec = {
    encode: (text: string) => Promise.resolve(new Uint8Array(Buffer.from(text).map((byte) => byte ^ 0x5a))),
    decode: (bytes: Uint8Array) => Promise.resolve(Buffer.from(bytes.map((byte) => byte ^ 0x5a)).toString()),
  };
  const sealing = new SqliteQueueStorage({ file, codec });
  await sealing.open();
  await sealing.enqueue([[operation('a'), operation('b')]]);
  const { token } = await sealing.claim({ now: 1_800_000_000_000, limit: 2, leaseMs: 1 });
  const failure = { code: 'REJECTED', message: 'no' };
  await sealing.settle(token, [
    { id: 'a', kind: 'hold', state: 'deadLetter', failure, counts: true },
    { id: 'b', kind: 'release', sent: false },
  ]);
  await sealing.close();
  expect((await cli.run(['show', file, 'a'])).stdout).toContain('Written with the codec of the app');
  expect((await cli.run(['list', file])).code).toBe(0);
  expect((await cli.run(['doctor', file, '--write'])).code).toBe(1);
  for (const args of [
    ['export', file],
    ['drain', file, '--write', '--url', 'http://127.0.0.1:9/operations'],
  ]) {
    const { code, stderr } = await cli.run(args);
    expect([code, stderr]).toEqual([6, expect.stringContaining('written with a codec of the app')]);
  }
  expect((await cli.run(['retry', file, 'a', '--write'])).code).toBe(0);
  expect((await cli.run(['discard', file, 'b', '--write'])).code).toBe(0);
  await sealing.open();
  expect((await sealing.list()).items).toMatchObject([{ id: 'a', state: 'waiting', payload: '{"of":"a"}' }]);
  await sealing.close();
});

test('the file of an app that goes on stays usable after a write', async () => {
  await enqueue(file, operation('a'));
  await withQueue(file, async (storage) => {
    expect((await cli.run(['discard', file, 'a', '--write'])).code).toBe(0);
    await storage.enqueue([[operation('b')]]);
    expect((await storage.stats()).total).toBe(1);
  });
  expect(readFileSync(file).length).toBeGreaterThan(0);
});
