import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { program } from './program.mjs';
import { startRecordingServer } from './recording-server.mjs';

const SCRIPT = program('outbox.ts');

let folder;
let server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-outbox-'));
  server = await startRecordingServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args) {
  const env = { ...process.env, NODE_OPTIONS: '', SERVER: server.endpoint };
  const child = spawn(process.execPath, [SCRIPT, ...args], { cwd: folder, env });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, output })));
}

test('an operation outlives the process that was killed, and the next run delivers it once', async () => {
  expect(await run('crash')).toMatchObject({ signal: 'SIGKILL' });
  expect(server.received).toEqual([]);
  expect(await run()).toEqual({ code: 0, signal: null, output: '1 delivered\n' });
  expect(server.received).toEqual([
    { path: '/sync/stall.sell', key: expect.any(String), body: { stall: 7, item: 'apples', kilos: 3 } },
  ]);
  expect(await run()).toMatchObject({ code: 0, output: '0 delivered\n' });
  expect(server.received).toHaveLength(1);
}, 60_000);
