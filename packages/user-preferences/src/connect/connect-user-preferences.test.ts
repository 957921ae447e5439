import { expect, test } from '@jest/globals';
import { createConnectTransport } from '@connectrpc/connect-web';
import { ConnectUserPreferences } from './connect-user-preferences.js';

/** A server that never answers. */
const fetch: typeof globalThis.fetch = (_input, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
  });
const transport = createConnectTransport({ baseUrl: 'https://api.example', fetch });

test('a call that is never answered ends in time', async () => {
  const preferences = new ConnectUserPreferences({ transport, timeoutMs: 1 });
  await expect(preferences.get('ann')).rejects.toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
  await expect(preferences.setTheme('ann', 'dark')).rejects.toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
});

test('names a time limit that is none', () => {
  expect(() => new ConnectUserPreferences({ transport, timeoutMs: 0 })).toThrow(/timeoutMs takes an integer/);
});
