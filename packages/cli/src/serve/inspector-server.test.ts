import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { InspectorSource } from '@cpc/devtools/source';
import { expect, test } from '@jest/globals';
import { InspectorServer } from './inspector-server.js';

test('a long export waits for a slow reader and leaves no listener behind for each wait', async () => {
  const line = `${'x'.repeat(500_000)}\n`;
  let answering: ServerResponse | undefined;
  const listeners: number[] = [];
  const source = {
    export: async function* () {
      for (let left = 30; left > 0; left--) {
        yield await Promise.resolve(line);
        listeners.push(answering?.listenerCount('close') ?? Number.NaN);
      }
    },
  };
  const server = new InspectorServer(source as unknown as InspectorSource);
  const requestStarts = (message: unknown) => {
    answering = (message as { response: ServerResponse }).response;
  };
  subscribe('http.server.request.start', requestStarts);
  try {
    const { origin, hash } = new URL(await server.start(0));
    const headers = { authorization: `Bearer ${hash.slice(1)}` };
    const [response] = (await once(get(`${origin}/api/export`, { headers }), 'response')) as [
      IncomingMessage,
    ];
    let bytes = 0;
    for await (const part of response) bytes += (part as Buffer).length;
    expect(bytes).toBe(30 * line.length);
    expect(Math.max(...listeners)).toBeLessThan(10);
  } finally {
    unsubscribe('http.server.request.start', requestStarts);
    await server.stop();
  }
});
