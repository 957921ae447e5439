import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { beforeAll, expect, test } from '@jest/globals';
import type { Operation } from '@cpc/sync-core';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { MessagePortTransport, type PortLike } from '../src/message-port/index.js';
import { startReceiver } from './live-receiver.js';
import { operation } from './operation.js';

let code = '';

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('thread/worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    conditions: ['@cpc/source'],
  });
  code = outputFiles[0]?.text ?? '';
}, 60_000);

/** A thread that sends to the endpoint, and the transport that hands over to it. */
async function startThread(endpoint: string) {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(code, {
    eval: true,
    execArgv: [],
    workerData: { port: port2, endpoint },
    transferList: [port2],
  });
  await once(worker, 'online');
  const transport = new MessagePortTransport(port1 as unknown as PortLike, {
    maxBatchSize: 10,
    keepsOrder: true,
    heartbeatMs: 100,
    silenceMs: 1_000,
  });
  return { worker, transport, [Symbol.asyncDispose]: () => worker.terminate().then(() => port1.close()) };
}

const add = (id: string, fields: Partial<Operation> = {}): Operation =>
  operation({ id, kind: 'add', payload: { name: id }, ...fields });

const context = () => ({ signal: new AbortController().signal });

test('operations are delivered by another thread, in order, each once', async () => {
  await using receiver = await startReceiver();
  await using thread = await startThread(receiver.endpoint);
  const sent = [add('a', { entity: 'e' }), add('b', { entity: 'e' }), add('poison')];
  for (let repeat = 0; repeat < 2; repeat++) {
    expect(await thread.transport.send(sent, context())).toMatchObject([
      { kind: 'acknowledged', result: { name: 'a' } },
      { kind: 'acknowledged', result: { name: 'b' } },
      { kind: 'rejected', reason: { code: 'POISON' } },
    ]);
  }
  expect(receiver.effects().map(({ name }) => name)).toEqual(['a', 'b']);
}, 30_000);

test.each(['killed', 'hung'])(
  'a thread that is %s while it sends is unreachable',
  async (how) => {
    await using receiver = await startReceiver();
    await using thread = await startThread(receiver.endpoint);
    await thread.transport.send([add('first')], context());
    let open: () => void = () => undefined;
    receiver.gate = new Promise((resolve) => (open = resolve));
    const outcomes = thread.transport.send([add('k')], context());
    if (how === 'killed') await thread.worker.terminate();
    else thread.worker.postMessage('hang');
    expect(await outcomes).toMatchObject([{ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } }]);
    open();
  },
  30_000,
);
