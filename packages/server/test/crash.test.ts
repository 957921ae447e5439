import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** Inside the package, so that the bundle finds better-sqlite3; ignored by git. */
let folder = '';

beforeAll(async () => {
  folder = makeFolder();
  await build({
    entryPoints: [join(here, 'crashing-server.ts')],
    outfile: join(folder, 'server.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['better-sqlite3'],
    conditions: ['@cpc/source'],
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a server that is killed again and again has every effect once', async () => {
  const file = join(folder, 'effects.db');
  const names = Array.from({ length: 200 }, (_, index) => `n${index}`);
  let waiting = names;
  let kills = 0;
  while (waiting.length > 0) {
    const { child, url } = await start(file);
    const exited = once(child, 'exit');
    let answers = 0;
    const sendings = waiting.map(async (name) => {
      const acknowledged = await post(url, name);
      if (acknowledged && ++answers === 25) child.kill('SIGKILL');
      return acknowledged;
    });
    const acknowledged = await Promise.all(sendings);
    // An acknowledgement is kept by the sender, so it never sends that one again; every other one it does.
    waiting = waiting.filter((_, index) => !acknowledged[index]);
    if (waiting.length === 0) child.kill('SIGKILL');
    await exited;
    kills++;
  }
  const database = new Database(file);
  const effects = database.prepare('SELECT name FROM effects').pluck().all() as string[];
  database.close();
  expect(kills).toBeGreaterThan(1);
  expect(effects.toSorted()).toEqual(names.toSorted());
}, 120_000);

function makeFolder(): string {
  const parent = join(here, '..', 'out-tsc');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'crash-'));
}

async function start(file: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(folder, 'server.mjs'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: `http://127.0.0.1:${String(port).trim()}/operations/add` };
}

/** Whether the server acknowledged; a connection that broke is no. */
async function post(url: string, name: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `"${name}"` };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name }) });
    return response.ok && ((await response.json()) as { idempotencyKey: string }).idempotencyKey === name;
  } catch {
    return false;
  }
}
