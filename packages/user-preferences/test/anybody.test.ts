import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  credentials,
  loadPackageDefinition,
  Metadata,
  status,
  type Client,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { LiveServer } from './listen-connect.js';
import { startPreferences } from './live-preferences.js';

/** Callers that know the `.proto` file and nothing else of this project. */
const packages = fileURLToPath(new URL('../..', import.meta.url));
let server: LiveServer & { effects(): number };
let client: Client & Record<string, (...args: unknown[]) => unknown>;

beforeAll(async () => {
  server = await startPreferences(2);
  const definition = loadSync(`${packages}/user-preferences/proto/cpc/preferences/v1/preferences.proto`, {
    enums: String,
    defaults: true,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    cpc: { preferences: { v1: { UserPreferencesService: new (...args: unknown[]) => typeof client } } };
  };
  const { UserPreferencesService } = loaded.cpc.preferences.v1;
  client = new UserPreferencesService(`127.0.0.1:${server.port}`, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await server[Symbol.asyncDispose]();
});

function call(method: string, request: object, token?: string): Promise<unknown> {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', token);
  return new Promise((resolve, reject) => {
    client[method]!(request, metadata, (error: ServiceError | null, answer: unknown) =>
      error === null ? resolve(answer) : reject(error),
    );
  });
}

test('a grpc-js client gets what nobody chose, changes it, and gets it back', async () => {
  const unset = { currency: 'USD', language: 'en', theme: 'THEME_SYSTEM' };
  expect(await call('GetPreferences', { user: 'ann' })).toMatchObject({ preferences: unset });
  const change = { currency: 'BTC', theme: 'THEME_DARK', notifications: { push: true } };
  const changed = {
    preferences: {
      currency: 'BTC',
      language: 'en',
      theme: 'THEME_DARK',
      notifications: { email: false, push: true, sms: false },
    },
  };
  expect(await call('UpdatePreferences', { user: 'ann', change })).toEqual(changed);
  expect(await call('GetPreferences', { user: 'ann' })).toEqual(changed);
  expect(await call('GetPreferences', { user: 'bob' })).toMatchObject({ preferences: unset });
});

test('a change with a key has one effect, however often it is sent', async () => {
  const before = server.effects();
  const request = { user: 'cid', change: { currency: 'EUR' }, idempotencyKey: 'once' };
  const first = await call('UpdatePreferences', request);
  await call('UpdatePreferences', { user: 'cid', change: { currency: 'CHF' } });
  expect(await call('UpdatePreferences', request)).toEqual(first);
  expect(await call('GetPreferences', { user: 'cid' })).toMatchObject({ preferences: { currency: 'CHF' } });
  expect(server.effects()).toBe(before + 2);
  const reused = call('UpdatePreferences', { ...request, change: { currency: 'JPY' } });
  await expect(reused).rejects.toMatchObject({ code: status.ALREADY_EXISTS });
});

test.each([
  ['a currency that is none', { user: 'ann', change: { currency: 'EURO' } }, undefined, 'INVALID_ARGUMENT'],
  ['no change', { user: 'ann' }, undefined, 'INVALID_ARGUMENT'],
  [
    'an unspecified theme',
    { user: 'ann', change: { theme: 'THEME_UNSPECIFIED' } },
    undefined,
    'INVALID_ARGUMENT',
  ],
  ['another person', { user: 'ann', change: { theme: 'THEME_DARK' } }, 'Bearer bob', 'PERMISSION_DENIED'],
  ['nobody', { user: 'ann', change: { theme: 'THEME_DARK' } }, 'nonsense', 'UNAUTHENTICATED'],
] as const)('a change by or of %s is refused', async (_, request, token, code) => {
  await expect(call('UpdatePreferences', request, token)).rejects.toMatchObject({ code: status[code] });
});

test.each([
  ['another person', 'Bearer bob', 'PERMISSION_DENIED'],
  ['nobody', 'nonsense', 'UNAUTHENTICATED'],
] as const)('%s may not read', async (_, token, code) => {
  await expect(call('GetPreferences', { user: 'ann' }, token)).rejects.toMatchObject({ code: status[code] });
});

test('the curl lines of the README do the same over HTTP', async () => {
  await using http = await startPreferences(1);
  const readme = await readFile(`${packages}/user-preferences/README.md`, 'utf8');
  const commands = [...readme.matchAll(/```sh\n(curl [\s\S]*?)```/g)].map(([, command = '']) => command);
  expect(commands).toHaveLength(2);
  const programs = [`'${process.execPath}' '${packages}/server/test/curl.mjs'`];
  if (spawnSync('curl', ['--version']).status === 0) programs.push('curl');
  for (const program of programs) {
    const answers: unknown[] = [];
    for (const command of commands) {
      const line = command.replaceAll(':8080', `:${http.port}`).replace('curl ', `${program} `);
      const { stdout } = await promisify(execFile)('sh', ['-c', line], {
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      answers.push(JSON.parse(stdout));
    }
    const preferences = expect.objectContaining({ currency: 'BTC', theme: 'THEME_DARK' });
    expect(answers).toEqual([{ preferences }, { preferences }]);
  }
  expect(http.effects()).toBe(1);
}, 60_000);
