import { createHash } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { CliUnderTest, ended } from './process.js';
import { enqueue, idsIn, kill, lease, operation, sql, withQueue } from './queue-file.js';

let cli: CliUnderTest;
let file: string;
let number = 0;
beforeAll(async () => {
  cli = await CliUnderTest.build();
});
afterAll(() => cli.remove());
beforeEach(() => {
  file = join(cli.folder, `problems-${number++}.db`);
});

const hash = (): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const WRITERS: readonly (readonly string[])[] = [
  ['retry', '--all'],
  ['discard', 'a'],
  ['import'],
  ['drain', '--url', 'http://127.0.0.1:9/operations'],
];
const line = ([name = '', ...rest]: readonly string[]): readonly string[] => [name, file, ...rest];

test('a command line that is wrong ends with 2 and says how it is right', async () => {
  await enqueue(file, operation('a'));
  const before = hash();
  for (const [args, said] of [
    [[], 'Usage: cpc-sync'],
    [['nothing'], "unknown command 'nothing'"],
    [['list'], "missing required argument 'file'"],
    [['list', file, '--limit', 'many'], 'An integer of at least 1 is expected.'],
    [['list', file, '--state', 'lost'], 'A state is one of waiting'],
    [['inspect', file, '--queue', 'a"b'], 'A queue is named with'],
    [['retry', file, '--write'], 'Name the operations to retry'],
    [['retry', file, 'a', '--kind', 'x', '--write'], '--kind and --reason choose among --all'],
    [['discard', file, '--write'], "missing required argument 'ids'"],
    [['drain', file, '--write'], "required option '--url <url>' not specified"],
    [['drain', file, '--write', '--url', 'http://shop.example/x'], 'https, or http on loopback'],
    [
      ['drain', file, '--write', '--url', 'https://shop.example/x', '--token-env', 'NO_SUCH'],
      'NO_SUCH, which is not set',
    ],
    ...WRITERS.map((args) => [line(args), 'Add --write'] as const),
  ] as const) {
    const { code, stdout, stderr } = await cli.run(args);
    expect([args, code, stdout]).toEqual([args, 2, '']);
    expect(stderr).toContain(said);
  }
  expect(hash()).toBe(before);
});

test('help and version end with 0, and help lists the exit codes', async () => {
  for (const args of [['--help'], ['list', '--help'], ['help', 'drain']]) {
    const { code, stdout } = await cli.run(args);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes:');
  }
  expect((await cli.run(['--version'])).stdout).toBe('0.0.0\n');
});

test('a file that is missing, a folder, empty, or text ends with 3, and nothing is made', async () => {
  const empty = join(cli.folder, 'empty.db');
  const text = join(cli.folder, 'text.db');
  writeFileSync(empty, '');
  writeFileSync(text, 'Dear diary, today I sold apples.\n');
  for (const [path, said] of [
    [join(cli.folder, 'missing.db'), 'does not exist'],
    [cli.folder, 'is not a file'],
    [empty, 'is empty'],
    [text, 'is not an SQLite database'],
  ] as const) {
    for (const args of [
      ['inspect', path],
      ['retry', path, '--all', '--write'],
    ]) {
      const { code, stderr } = await cli.run(args);
      expect([args, code]).toEqual([args, 3]);
      expect(stderr).toContain(said);
    }
  }
  expect(existsSync(join(cli.folder, 'missing.db'))).toBe(false);
  expect(readFileSync(text, 'utf8')).toBe('Dear diary, today I sold apples.\n');
});

test('errors are JSON where JSON is asked for', async () => {
  const { code, stdout, stderr } = await cli.run(['inspect', `${file}\u001b[2J`, '--json']);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).not.toContain('\u001b');
  expect(JSON.parse(stderr)).toEqual({
    error: { exitCode: 3, code: null, message: expect.stringContaining('does not exist') as unknown },
  });
});

test('a database of something else ends with 3', async () => {
  sql(file, 'CREATE TABLE other (a)');
  const { code, stderr } = await cli.run(['list', file]);
  expect(code).toBe(3);
  expect(stderr).toContain('holds no queue');
});

test('a file that this user may not read or write ends with 3', async () => {
  await enqueue(file, operation('a'));
  chmodSync(file, 0o000);
  // Root may do everything, unless it gives that up.
  const caps = '-dac_override,-dac_read_search';
  const powerless = ['setpriv', `--bounding-set=${caps}`, `--inh-caps=${caps}`];
  const under = process.getuid?.() === 0 ? powerless : [];
  const { code, stderr } = await cli.run(['inspect', file], { under });
  expect(code).toBe(3);
  expect(stderr).toContain('cannot be read: permission denied');
  chmodSync(file, 0o444);
  const writing = await cli.run(['retry', file, '--all', '--write'], { under });
  expect(writing.code).toBe(3);
  expect(writing.stderr).toContain('cannot be written: permission denied');
});

test('a newer format ends with 3, an older one too, and neither is changed', async () => {
  await enqueue(file, operation('a'));
  for (const [format, said] of [
    [99, 'Update the package'],
    [0, 'older format 0'],
  ] as const) {
    sql(file, `UPDATE cpc_formats SET format = ${format}`);
    const before = hash();
    for (const args of [['inspect'], ['retry', '--all', '--write']]) {
      const { code, stderr } = await cli.run(line(args));
      expect([format, args, code]).toEqual([format, args, 3]);
      expect(stderr).toContain(said);
    }
    expect(hash()).toBe(before);
  }
});

test('a live lease ends every command that writes with 4, and says whose it is and until when', async () => {
  await enqueue(file, operation('a'), operation('b'));
  const now = Date.now();
  await lease(file, 600_000, now);
  const before = hash();
  for (const args of [...WRITERS, ['doctor']]) {
    const { code, stderr } = await cli.run([...line(args), '--write']);
    expect([args, code]).toEqual([args, 4]);
    expect(stderr).toContain('the worker with claim 1 holds 2 operations, the first a,');
    expect(stderr).toContain(`until ${new Date(now + 600_000).toISOString()}`);
  }
  expect(hash()).toBe(before);
  expect((await cli.run(['list', file])).code).toBe(0);
});

test('a lock that another process holds ends with 4, and reading goes on', async () => {
  await enqueue(file, operation('a'));
  const holder = new Database(file);
  holder.exec('BEGIN IMMEDIATE');
  try {
    const { code, stderr } = await cli.run(['discard', file, 'a', '--write', '--busy-timeout', '200']);
    expect(code).toBe(4);
    expect(stderr).toContain('Another process held the lock');
    expect((await cli.run(['list', file])).stdout).toContain('stall.sell');
  } finally {
    holder.close();
  }
  expect(await idsIn(file)).toEqual(['a']);
});

test('a damaged file ends with 3, or with its problems, and never with a stack trace', async () => {
  await enqueue(file, ...Array.from({ length: 2000 }, (_, n) => operation(`op${n}`)));
  const whole = readFileSync(file);
  const pages = whole.length / 4096;
  const codes = new Set<number | null>();
  for (const page of [1, Math.floor(pages / 3), Math.floor(pages / 2), pages - 2]) {
    writeFileSync(file, whole);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(handle);
    const damaged = hash();
    for (const args of [['inspect'], ['list', '--all'], ['export'], ['doctor']]) {
      const { code, stderr } = await cli.run(line(args));
      codes.add(code);
      expect([0, 1, 3]).toContain(code);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(hash()).toBe(damaged);
  }
  expect(codes.has(3)).toBe(true);
  expect(codes.has(1)).toBe(true);
});

test('a reader that goes away ends the command without a word', async () => {
  await enqueue(file, ...Array.from({ length: 5000 }, (_, n) => operation(`op${n}`)));
  const child = cli.start(['list', file, '--all']);
  child.stdout.once('data', () => child.stdout.destroy());
  const { code, stderr } = await ended(child);
  expect([code, stderr]).toEqual([141, '']);
});

test('100,000 operations are listed and exported in a heap of 64 megabytes', async () => {
  await withQueue(file, async (storage) => {
    for (let from = 0; from < 100_000; from += 5000) {
      const batch = Array.from({ length: 5000 }, (_, n) =>
        operation(`op${from + n}`, { payload: JSON.stringify('x'.repeat(100)) }),
      );
      await storage.enqueue([batch]);
    }
  });
  for (const [args, lines] of [
    [['list', file, '--all', '--json'], 100_002],
    [['export', file], 100_001],
  ] as const) {
    const child = cli.start(args, { nodeArgs: ['--max-old-space-size=64'] });
    child.stdin.end();
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text.split('\n').length - 1));
    const { code } = await ended(child);
    expect([args, code, seen]).toEqual([args, 0, lines]);
  }
});

test('doctor finds nothing in a queue that is well', async () => {
  await enqueue(file, operation('a', { createdAt: Date.now(), scheduledAt: 0 }));
  const { code, stdout } = await cli.run(['doctor', file]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing is wrong.')]);
});

test('doctor mends nothing of what a person has to decide', async () => {
  await enqueue(file, operation('a', { entity: 'e' }), operation('b', { entity: 'e' }));
  await kill(file, 'REJECTED', 'no', 'a');
  const { code, value } = await cli.json(['doctor', file, '--write']);
  expect(code).toBe(1);
  expect(value).toMatchObject({ problems: [{ code: 'DEAD_LETTERS' }, { code: 'ENTITY_HELD' }] });
  expect(await idsIn(file)).toEqual(['a', 'b']);
});
