import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { check } from './check.js';
import { receiverOn } from './stalls-postgres.js';
import { receiverOn as typedReceiverOn } from './stalls-typed.js';
import { program } from '../program.mjs';

const TIMEOUT_MS = 120_000;

let folder;
let child;
let origin;
let database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-server-guide-'));
  child = fork(program('server/listen.ts'), {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0' },
  });
  const [port] = await once(child, 'message');
  origin = `http://127.0.0.1:${port}`;
  database = new Database(join(folder, 'stalls.db'));
}, TIMEOUT_MS);

afterAll(async () => {
  database?.close();
  if (child?.exitCode === null) {
    child.kill();
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function rename(key, name, headers) {
  return fetch(`${origin}/operations/stall.rename`, {
    method: 'POST',
    body: JSON.stringify({ name }),
    headers: {
      'content-type': 'application/json',
      'idempotency-key': `"${key}"`,
      'sync-entity': 'stalls%2F7',
      authorization: 'Bearer ann',
      ...headers,
    },
  });
}

test(
  'the guide’s endpoint renames once, tells conflicts, and lets devices pull',
  async () => {
    const first = await rename('a', 'Fish');
    const again = await rename('a', 'Fish');
    expect([first.status, await first.text()]).toEqual([again.status, await again.text()]);
    expect((await rename('b', 'Fruit', { 'if-match': '"1"' })).status).toBe(200);
    expect((await rename('c', 'Flowers', { 'if-match': '"1"' })).status).toBe(412);
    const changes = await fetch(`${origin}/changes?channel=market`, {
      headers: { authorization: 'Bearer ben' },
    });
    expect(await changes.json()).toEqual({
      checkpoint: '2',
      more: false,
      changes: [{ entity: 'stalls/7', version: '2', value: { name: 'Fruit' } }],
    });
  },
  TIMEOUT_MS,
);

test(
  'the guide’s check passes on it, and names what another address does wrong',
  async () => {
    const count = () =>
      Promise.resolve(database.prepare('SELECT coalesce(sum(version), 0) FROM stall').pluck().get());
    const { checked, wrong } = await check(origin, count);
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(10);
    expect((await check(`${origin}/nowhere`, count)).wrong.length).toBeGreaterThan(5);
  },
  TIMEOUT_MS,
);

test(
  'the guide’s handler for PostgreSQL sells what is there, once',
  async () => {
    const pglite = await PGlite.create();
    await pglite.exec('CREATE TABLE stock (stall INTEGER, kilos INTEGER); INSERT INTO stock VALUES (7, 5)');
    const receiver = receiverOn(pglite);
    const sell = (key, kilos) =>
      receiver.receive(
        new Request('http://localhost/operations/stall.sell', {
          method: 'POST',
          body: JSON.stringify({ stall: 7, kilos }),
          headers: { 'content-type': 'application/json', 'idempotency-key': `"${key}"` },
        }),
      );
    const statuses = [];
    for (const [key, kilos] of [
      ['a', 3],
      ['a', 3],
      ['b', 3],
      ['c', 2],
    ])
      statuses.push((await sell(key, kilos)).status);
    expect(statuses).toEqual([200, 200, 422, 200]);
    expect((await pglite.query('SELECT kilos FROM stock')).rows).toEqual([{ kilos: 0 }]);
    await pglite.close();
  },
  TIMEOUT_MS,
);

test('the guide’s typed handlers sell at the stall that was named, and at no other', async () => {
  const stalls = new Database(':memory:');
  stalls.exec(
    'CREATE TABLE stall (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE sale (stall INTEGER, kilos REAL)',
  );
  const receiver = typedReceiverOn(stalls);
  await receiver.open();
  const send = (key, kind, payload) =>
    receiver.receive(
      new Request(`http://localhost/operations/${kind}`, {
        method: 'POST',
        body: JSON.stringify(payload),
        headers: { 'content-type': 'application/json', 'idempotency-key': `"${key}"` },
      }),
    );
  expect((await send('a', 'stall.sellFish', { stall: 7, kilos: 2 })).status).toBe(422);
  expect((await send('b', 'stall.rename', { stall: 7, name: 'Fish' })).status).toBe(200);
  expect((await send('c', 'stall.sellFish', { stall: 7, kilos: 2 })).status).toBe(200);
  expect(stalls.prepare('SELECT * FROM sale').all()).toEqual([{ stall: 7, kilos: 2 }]);
  stalls.close();
});
