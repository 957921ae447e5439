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
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test('a server that is killed again and again has every effect once', async () => {
  const file = join(folder, 'effects.db');
  const names = Array.from({ length: 200 }, (_, index) => `n${index}`);
  let waiting = names;
  let kills = 0;
  while (waiting.length > 0) {
    const { child, url } = await start(file, kills % 2 === 0 ? 'before the answer' : 'in the transaction');
    const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
    waiting = await sendAll(url, waiting);
    if (waiting.length === 0) child.kill('SIGTERM');
    const [, signal] = await exited;
    if (signal === 'SIGKILL') kills++;
  }
  const database = new Database(file);
  const effects = database.prepare('SELECT name FROM effects').pluck().all() as string[];
  database.close();
  expect(kills).toBeGreaterThanOrEqual(4);
  expect(effects.toSorted()).toEqual(names.toSorted());
}, 120_000);

/** Sends in waves of ten, until the server is gone. @returns what was not acknowledged */
async function sendAll(url: string, names: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (let index = 0; index < names.length; index += 10) {
    const wave = names.slice(index, index + 10);
    const acknowledged = await Promise.all(wave.map((name) => post(url, name)));
    left.push(...wave.filter((_, position) => acknowledged[position] !== true));
    if (!acknowledged.includes(true)) return [...left, ...names.slice(index + 10)];
  }
  return left;
}

function makeFolder(): string {
  const parent = join(here, '..', 'out-tsc');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'crash-'));
}

async function start(file: string, when: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(folder, 'server.mjs'), file, when], {
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
