import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { applied, conflict, Receiver, rejected, SqliteEffectStore, toNodeHandler } from '@cpc/server';
import Database from 'better-sqlite3';
import type { DrainReport } from '../src/index.js';
import { CliUnderTest, ended } from './process.js';
import { enqueue, idsIn, kill, operation, withQueue } from './queue-file.js';

let cli: CliUnderTest;
let file: string;
let number = 0;
const servers: Server[] = [];
const errors: unknown[] = [];
beforeAll(async () => {
  cli = await CliUnderTest.build();
});
afterAll(() => cli.remove());
beforeEach(() => {
  file = join(cli.folder, `drain-${number++}.db`);
});
afterEach(() => {
  expect(errors).toEqual([]);
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/operations`;
}

/** A receiver that writes down whose operations it applied, in their order. */
async function receiver(isOpen: boolean): Promise<{ readonly url: string; readonly applied: string[] }> {
  const effects: string[] = [];
  const made = new Receiver({
    store: new SqliteEffectStore(new Database(':memory:')),
    onError: (error) => errors.push(error),
    authenticate: (headers) =>
      /^Bearer token-of-(.+)$/.exec(headers.get('authorization') ?? '')?.[1] ??
      (isOpen ? 'nobody' : undefined),
    handlers: {
      'stall.sell': {
        apply({ principal, payload }) {
          const { of } = payload as { of: string };
          if (of === 'bad') return rejected('PRICE_WRONG', 'no such price \u001b[2J');
          if (of === 'contested') return conflict({ value: { of: 'theirs' }, version: '2' });
          effects.push(`${principal} ${of}`);
          return applied();
        },
      },
    },
  });
  await made.open();
  const handler = toNodeHandler(made);
  return {
    url: await serve((request, response) => void handler(request, response)),
    applied: effects,
  };
}

test.each([['1'], ['50']])('everything is delivered in order, %s in a request', async (batch) => {
  const { url, applied: effects } = await receiver(true);
  const ids = Array.from({ length: 120 }, (_, n) => `op${n}`);
  await enqueue(
    file,
    ...ids.map((id) => operation(id, { entity: 'e', kind: 'stall.sell', createdAt: Date.now() })),
  );
  const { code, stdout, stderr } = await cli.run([
    'drain',
    file,
    '--write',
    '--json',
    '--url',
    url,
    '--batch',
    batch,
  ]);
  expect(JSON.parse(stdout) as DrainReport).toEqual({
    delivered: 120,
    retrying: 0,
    deadLetters: 0,
    conflicts: 0,
    other: 0,
    left: 0,
  });
  expect(code).toBe(0);
  expect(stderr).toMatch(/drain: 120 of 120 in .*\/s/);
  expect(effects).toEqual(ids.map((id) => `nobody ${id}`));
  expect(await idsIn(file)).toEqual([]);
});

test('what the server refuses, and what only a person can decide, stays and ends with 1', async () => {
  const { url } = await receiver(true);
  await enqueue(file, operation('bad'), operation('contested'), operation('fine'), operation('old'));
  await kill(file, 'REJECTED', 'before', 'old');
  const { code, value } = await cli.json(['drain', file, '--write', '--url', url]);
  expect(code).toBe(1);
  expect(value).toEqual({ delivered: 1, retrying: 0, deadLetters: 1, conflicts: 1, other: 0, left: 3 });
  const { stdout } = await cli.run(['list', file]);
  expect(stdout).toContain('PRICE_WRONG no such price \\u{1b}[2J');
  expect(stdout).toContain('CONFLICT_DEFERRED');
  await withQueue(file, async (storage) => {
    expect(await storage.get('contested')).toMatchObject({ state: 'parked', payload: '{"of":"contested"}' });
  });
});

test('a principal is delivered with its token, and nobody else under it', async () => {
  const { url, applied: effects } = await receiver(false);
  await enqueue(
    file,
    operation('of-ann', { principal: 'ann' }),
    operation('of-ben', { principal: 'ben' }),
    operation('of-nobody'),
  );
  const args = [
    'drain',
    file,
    '--write',
    '--json',
    '--url',
    url,
    '--principal',
    'ann',
    '--token-env',
    'TOKEN',
  ];
  const { code, stdout, stderr } = await cli.run(args, { env: { TOKEN: 'token-of-ann' } });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ delivered: 1, left: 1 });
  expect(stderr).toContain('does not accept the credentials of nobody');
  expect(stdout + stderr).not.toContain('token-of-ann');
  expect(effects).toEqual(['ann of-ann']);
  expect(await idsIn(file)).toEqual(['of-ben', 'of-nobody']);
});

test('a server that is not there costs no attempt and ends with 1', async () => {
  await enqueue(file, operation('a'));
  const { code, stderr } = await cli.run([
    'drain',
    file,
    '--write',
    '--url',
    'http://127.0.0.1:9/operations',
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('The server does not answer (NETWORK_UNREACHABLE)');
  await withQueue(file, async (storage) => {
    expect(await storage.get('a')).toMatchObject({ attempts: 0, state: 'scheduled' });
  });
});

test('Ctrl-C in the middle of a send gives the leases back, and ends with 130', async () => {
  const asked: (() => void)[] = [];
  const firstRequest = new Promise<void>((resolve) => asked.push(resolve));
  // Never answers.
  const url = await serve(() => asked[0]?.());
  await enqueue(file, operation('a'), operation('b'));
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const child = cli.start(['drain', file, '--write', '--url', url]);
    await firstRequest;
    const until = async (): Promise<void> => {
      const leased = await withQueue(file, async (storage) => (await storage.stats()).byState.leased);
      if (leased === 0) await until();
    };
    await until();
    child.kill(signal);
    const { code } = await ended(child);
    expect(code).toBe(expected);
    await withQueue(file, async (storage) => {
      expect((await storage.stats()).byState).toMatchObject({ leased: 0, waiting: 2 });
    });
  }
});

test('temporary ids are left to the app', async () => {
  await enqueue(
    file,
    operation('creates'),
    operation('mentions', { references: [{ path: '/stall', id: 'creates' }], dependsOn: ['creates'] }),
  );
  const { url, applied: effects } = await receiver(true);
  const { code, stderr } = await cli.run(['drain', file, '--write', '--url', url]);
  expect([code, stderr]).toEqual([6, expect.stringContaining('Temporary ids are mentioned by 1 operation.')]);
  expect(effects).toEqual([]);
});
