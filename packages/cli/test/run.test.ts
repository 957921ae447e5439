import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteQueueReader, SqliteQueueStorage } from '@cpc/storage-sqlite';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { systemClock } from '@cpc/sync-core';
import { type ExitCode, run } from '../src/index.js';
import { MemorySink } from './memory-sink.js';
import { enqueue, kill, operation } from './queue-file.js';

const folder = mkdtempSync(join(tmpdir(), 'cpc-cli-'));
const file = join(folder, 'run.db');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function onTerminal(
  args: readonly string[],
  { env = {}, signal = new AbortController().signal }: { env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<{ readonly code: ExitCode; readonly out: string; readonly notes: string }> {
  const [stdout, stderr] = [new MemorySink(true), new MemorySink(true)];
  const stdin = (async function* () {})();
  const code = await run(args, { stdout, stderr, stdin, env, clock: systemClock, signal });
  return { code, out: stdout.text, notes: stderr.text };
}

test('on a terminal there are colours, and no escape of an operation gets through', async () => {
  await enqueue(file, operation('a\u001b[31m'), operation('b'));
  await kill(file, 'REJECTED', 'no\u001b[2J', 'a\u001b[31m');
  const { code, out } = await onTerminal(['doctor', file]);
  expect(code).toBe(1);
  expect(out).toContain('\u001b[33mwarning DEAD_LETTERS\u001b[0m');
  expect(out).toContain('a\\u{1b}[31m');
  const plain = await onTerminal(['doctor', file], { env: { NO_COLOR: '1' } });
  expect(plain.out).not.toContain('\u001b');
});

test('errors are red on a terminal', async () => {
  const { code, notes } = await onTerminal(['inspect', join(folder, 'none.db')]);
  expect(code).toBe(3);
  expect(notes.startsWith('\u001b[31mcpc-sync: \u001b[0m')).toBe(true);
  expect(notes.endsWith(' does not exist.\n')).toBe(true);
});

test('a command that is told to end ends between pages', async () => {
  const { CliError } = await import('../src/cli-error.js');
  const signal = AbortSignal.abort(new CliError(130, 'Interrupted.'));
  for (const command of ['list', 'export', 'doctor']) {
    expect((await onTerminal([command, file], { signal })).code).toBe(130);
  }
});

describe('a loop over a file that seems to have no end', () => {
  /** The drivers answer at once: no page takes a turn of the event loop. */
  const PAGES = 5_000;

  test.each([
    [['list', '--all']],
    [['list', '--all', '--json']],
    [['inspect']],
    [['doctor']],
    [['export']],
    [['retry', '--all', '--write']],
  ])('hears a signal: %j', async (args) => {
    const { CliError } = await import('../src/cli-error.js');
    const controller = new AbortController();
    let pages = 0;
    const endless = () => {
      if (pages++ === 0) setImmediate(() => controller.abort(new CliError(130, 'Interrupted.')));
      return Promise.resolve({ items: [], ...(pages < PAGES && { next: pages }) });
    };
    const spies = [SqliteQueueReader.prototype, SqliteQueueStorage.prototype].map((prototype) =>
      jest.spyOn(prototype, 'list').mockImplementation(endless),
    );
    try {
      const { code } = await onTerminal([args[0]!, file, ...args.slice(1)], { signal: controller.signal });
      expect(code).toBe(130);
      expect(pages).toBeLessThan(PAGES);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });
});
