import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { PersonRecord } from '../shared/api.js';
import { startDemoServer, type DemoServer } from './demo-server.js';

let folder: string;
let server: DemoServer;
const start = (): Promise<DemoServer> =>
  startDemoServer({
    dataFolder: folder,
    pageFolder: folder,
    port: 0,
    onError: (error) => {
      throw error;
    },
  });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'market-day-'));
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const send = (
  key: string,
  body: string,
  kind = 'preferences.setCurrency',
  person = 'ada',
): Promise<Response> =>
  fetch(`${server.url}sync/${kind}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${person}`,
      'content-type': 'application/json',
      'idempotency-key': `"${key}"`,
    },
    body,
  });

const recordOf = async (person: string): Promise<PersonRecord> => {
  const headers = { authorization: `Bearer ${person}` };
  const answer = await fetch(`${server.url}api/people/${person}`, { headers });
  return (await answer.json()) as PersonRecord;
};

/** Waits, without a timer, for the next news that satisfy the condition. */
async function news(isIt: (text: string) => boolean): Promise<string> {
  const answer = await fetch(`${server.url}api/events`);
  let text = '';
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    if (isIt(text)) break;
  }
  return text;
}

test('a change has its effect once, however often it is sent, and is answered alike', async () => {
  const answers = [await send('one', '{"currency":"JPY"}'), await send('one', '{"currency":"JPY"}')];
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect(bodies[1]).toBe(bodies[0]);
  expect(server.summary().effects).toBe(1);
  expect((await recordOf('ada')).preferences.currency).toBe('JPY');
});

test('a repeated change is posted on the notice board once', async () => {
  await send('one', '{"currency":"JPY"}');
  await send('one', '{"currency":"JPY"}');
  await send('two', '{"theme":"dark"}', 'preferences.setTheme', 'ben');
  const text = await news((told) => told.includes('Ben set the theme to Dark.'));
  expect(text).toContain('Ada set the currency to Yen.');
  expect(server.summary().notices).toBe(2);
});

test.each([
  ['the same key with another payload', 422, 'KEY_REUSED', 'one', '{"currency":"USD"}'],
  ['a value that cannot be chosen', 422, 'VALUE_UNKNOWN', 'two', '{"currency":"shells"}'],
  ['a body that is not JSON', 400, 'BODY_MALFORMED', 'two', 'EUR'],
])('%s is refused and has no effect', async (_title, status, code, key, body) => {
  await send('one', '{"currency":"JPY"}');
  const answer = await send(key, body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ code });
  expect(server.summary().effects).toBe(1);
});

test('an unknown kind and an unknown person are refused', async () => {
  expect((await send('one', '{}', 'preferences.setShoeSize')).status).toBe(404);
  expect((await send('two', '{"currency":"JPY"}', 'preferences.setCurrency', 'eve')).status).toBe(401);
  expect(server.summary().effects).toBe(0);
});

test("nobody reads another person's record", async () => {
  const headers = { authorization: 'Bearer ben' };
  expect((await fetch(`${server.url}api/people/ada`, { headers })).status).toBe(401);
});

test('what was recorded is there after a restart', async () => {
  await send('one', '{"language":"fr"}', 'preferences.setLanguage');
  await server.close();
  server = await start();
  expect((await recordOf('ada')).changes.map(({ id }) => id)).toEqual(['one']);
  expect((await send('one', '{"language":"fr"}', 'preferences.setLanguage')).status).toBe(200);
  expect(server.summary().effects).toBe(1);
});

test('takes a free port where the wanted one is taken', async () => {
  const other = mkdtempSync(join(tmpdir(), 'market-day-'));
  const second = await startDemoServer({
    dataFolder: other,
    pageFolder: other,
    port: server.port,
    onError: () => undefined,
  });
  expect(second.port).not.toBe(server.port);
  await second.close();
  rmSync(other, { recursive: true, force: true });
});

test('allows nothing but its own files to run in the page', async () => {
  const policy = (await fetch(server.url)).headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*/);
});
