import { once } from 'node:events';
import { get, type IncomingMessage, ServerResponse } from 'node:http';
import type { InspectorSource } from '@cpc/devtools/source';
import { expect, jest, test } from '@jest/globals';
import { InspectorServer } from './inspector-server.js';

test('a long export waits for a slow reader and leaves no listener behind for each wait', async () => {
  const line = `${'x'.repeat(500_000)}\n`;
  const source = {
    export: async function* () {
      for (let left = 30; left > 0; left--) yield await Promise.resolve(line);
    },
  };
  const server = new InspectorServer(source as unknown as InspectorSource);
  const listeners: number[] = [];
  const { write } = ServerResponse.prototype;
  const spy = jest.spyOn(ServerResponse.prototype, 'write').mockImplementation(function (
    this: ServerResponse,
    ...given
  ) {
    listeners.push(this.listenerCount('close'));
    return Reflect.apply(write, this, given) as boolean;
  });
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
    spy.mockRestore();
    await server.stop();
  }
});
