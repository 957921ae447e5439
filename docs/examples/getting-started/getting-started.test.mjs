import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { program } from '../program.mjs';

const path = (name) => program(`getting-started/${name}`);

let folder;
const running = new Set();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-start-'));
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(name, args, env) {
  const child = fork(path(name), args, {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  running.add(child);
  let output = '';
  let tell;
  child.stdout.on('data', (text) => {
    output += text;
    tell?.();
  });
  const says = async (word) => {
    while (!output.includes(word)) await new Promise((resolve) => (tell = resolve));
  };
  const end = async () => {
    child.send('end');
    await once(child, 'exit');
    running.delete(child);
  };
  return { child, says, end };
}

async function startServer(port = 0) {
  const server = start('server.ts', [], { PORT: String(port) });
  const [listening] = await once(server.child, 'message');
  return { ...server, port: listening, SERVER: `http://127.0.0.1:${listening}/operations` };
}

test('what a till sold without a server is there when the server is', async () => {
  const server = await startServer();
  const online = start('till.ts', ['7', 'apples', '3'], { SERVER: server.SERVER });
  await online.says('acknowledged');
  await online.end();

  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  const offline = start('till.ts', ['7', 'pears', '2'], { SERVER: server.SERVER });
  await offline.says('enqueued');
  await offline.end();

  await startServer(server.port);
  const later = start('till.ts', [], { SERVER: server.SERVER });
  await later.says('acknowledged');
  await later.end();

  const database = new Database(join(folder, 'market.db'), { readonly: true });
  expect(database.prepare('SELECT item, kilos FROM sale').all()).toEqual([
    { item: 'apples', kilos: 3 },
    { item: 'pears', kilos: 2 },
  ]);
  database.close();
}, 120_000);
