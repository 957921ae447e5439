import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ServeReport } from '../src/index.js';
import { CliUnderTest } from './process.js';
import { enqueue, idsIn, kill, lease, operation } from './queue-file.js';

let cli: CliUnderTest;
let file: string;
let number = 0;
let running: ReturnType<CliUnderTest['start']> | undefined;
beforeAll(async () => {
  cli = await CliUnderTest.build();
});
afterAll(() => cli.remove());
beforeEach(async () => {
  file = join(cli.folder, `serve-${number++}.db`);
  await enqueue(file, operation('dead', { entity: 'e' }), operation('behind', { entity: 'e' }));
  await kill(file, 'REJECTED', 'no', 'dead');
});
afterEach(async () => {
  if (running?.exitCode === null) {
    running.kill('SIGINT');
    await once(running, 'close');
  }
});

async function served(
  ...args: readonly string[]
): Promise<{ readonly origin: string; readonly token: string }> {
  running = cli.start(['serve', file, '--json', ...args]);
  const [line] = (await once(running.stdout.setEncoding('utf8'), 'data')) as [string];
  const { origin, hash } = new URL((JSON.parse(line) as ServeReport).url);
  return { origin, token: hash.slice(1) };
}

async function ask(
  { origin, token }: { readonly origin: string; readonly token: string },
  path: string,
  method = 'GET',
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${origin}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  return { status: response.status, body: path === 'export' ? text : (JSON.parse(text) as unknown) };
}

test('the inspector is answered from the file, and nothing can be changed', async () => {
  const at = await served();
  expect(await ask(at, 'abilities')).toEqual({ status: 200, body: { change: false, pause: false } });
  expect((await ask(at, 'stats')).body).toMatchObject({ total: 2, byState: { deadLetter: 1, blocked: 1 } });
  expect((await ask(at, 'list?limit=1')).body).toMatchObject({ items: [{ id: 'dead' }], next: 1 });
  expect((await ask(at, 'get?id=dead')).body).toMatchObject({ payloadJson: '{"of":"dead"}' });
  expect((await ask(at, 'get?id=none')).body).toBeNull();
  expect((await ask(at, 'explain?id=behind')).body).toMatchObject({
    waitsFor: 'operation',
    operations: ['dead'],
  });
  expect((await ask(at, 'export')).body).toMatch(/^\{"format":"cpc-sync-operations".*\n\{.*\n\{.*\n$/);
  for (const path of ['retry?id=dead', 'discard?id=dead', 'edit?id=dead']) {
    expect((await ask(at, path, 'POST')).status).toBe(403);
    expect((await ask(at, path)).status).toBe(404);
  }
  expect(await idsIn(file)).toEqual(['dead', 'behind']);
});

test('with --write it retries and discards, but not while a worker may be sending', async () => {
  const at = await served('--write');
  expect((await ask(at, 'abilities')).body).toEqual({ change: true, pause: false });
  expect((await ask(at, 'retry?id=dead', 'POST')).status).toBe(200);
  expect((await ask(at, 'get?id=dead')).body).toMatchObject({ state: 'waiting' });
  expect((await ask(at, 'discard?id=dead', 'POST')).status).toBe(200);
  expect(await ask(at, 'discard?id=dead', 'POST')).toMatchObject({ status: 409 });
  expect((await ask(at, 'edit?id=behind', 'POST')).body).toMatchObject({
    message: expect.stringContaining('edited in the app'),
  });
  await lease(file, 60_000);
  expect((await ask(at, 'discard?id=behind', 'POST')).body).toMatchObject({
    message: expect.stringContaining('The queue is in use'),
  });
  expect(await idsIn(file)).toEqual(['behind']);
});

test('nobody is answered without the token, or under another name', async () => {
  const at = await served();
  const { origin, token } = at;
  expect(token.length).toBeGreaterThanOrEqual(43);
  for (const wrong of ['', 'x', token.replace(/.$/, '_'), `${token}x`]) {
    expect((await ask({ origin, token: wrong }, 'list')).status).toBe(401);
  }
  expect((await fetch(`${origin}/api/list`)).status).toBe(401);
  const { port } = new URL(origin);
  const rebound = request({ port, path: '/', headers: { host: `evil.example:${port}` } }).end();
  const [response] = (await once(rebound, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  expect(response.statusCode).toBe(421);
});

test('the page runs its own script and style only, and nothing is kept', async () => {
  const { origin, token } = await served();
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/inspector.js', 'text/javascript'],
    ['/inspector.css', 'text/css'],
  ] as const) {
    const response = await fetch(origin + path);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(response.headers.get('content-type')).toContain(type);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toContain(token);
  }
  expect((await fetch(`${origin}/../package.json`)).status).toBe(404);
});

test('Ctrl-C ends it with 0, though a browser keeps its connection open', async () => {
  const at = await served();
  await ask(at, 'stats');
  const closed = once(running!, 'close') as Promise<[number | null]>;
  running!.kill('SIGINT');
  expect((await closed)[0]).toBe(0);
});
