import { expect, test } from '@jest/globals';
import {
  defineOperation,
  MemoryQueueStorage,
  SyncQueue,
  type DeliveryOutcome,
  type Operation,
  type Transport,
} from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { operation } from '../../test/operation.js';
import {
  MessagePortTransport,
  serveTransport,
  type MessagePortTransportOptions,
  type PortLike,
} from './index.js';

/** A transport that answers as the test says, and remembers what it was given. */
class FakeTransport implements Transport {
  readonly maxBatchSize = 10;
  readonly sent: (readonly Operation[])[] = [];
  readonly signals: AbortSignal[] = [];
  answer: () => Promise<readonly DeliveryOutcome[]> = () => Promise.resolve([{ kind: 'acknowledged' }]);

  send(operations: readonly Operation[], { signal }: { readonly signal: AbortSignal }) {
    this.sent.push(operations);
    this.signals.push(signal);
    return this.answer();
  }
}

interface Rig extends AsyncDisposable {
  readonly served: FakeTransport;
  readonly transport: MessagePortTransport;
  readonly clock: ManualClock;
  readonly port1: MessagePort;
  readonly port2: MessagePort;
  readonly stop: () => void;
}

function setUp(options: MessagePortTransportOptions = {}): Rig {
  const { port1, port2 } = new MessageChannel();
  const served = new FakeTransport();
  const clock = new ManualClock();
  const transport = new MessagePortTransport(port1, { maxBatchSize: 10, clock, ...options });
  const serving = serveTransport(port2, served);
  const stop = (): void => serving.stop();
  return {
    served,
    transport,
    clock,
    port1,
    port2,
    stop,
    [Symbol.asyncDispose]: async () => {
      stop();
      port1.close();
      port2.close();
      await Promise.resolve();
    },
  };
}

const signal = (): AbortSignal => new AbortController().signal;

/** Until a message has crossed and been handled. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('operations cross as they are, and the outcomes come back in order', async () => {
  await using rig = setUp();
  const outcomes: DeliveryOutcome[] = [
    { kind: 'acknowledged', result: { n: 1 }, version: '7' },
    { kind: 'rejected', reason: { code: 'NO', message: 'no', status: 422 } },
  ];
  rig.served.answer = () => Promise.resolve(outcomes);
  const sent = [operation({ id: 'a', payloadJson: '{ "code": "EUR" }' }), operation({ id: 'b' })];
  expect(await rig.transport.send(sent, { signal: signal() })).toEqual(outcomes);
  expect(rig.served.sent).toEqual([sent]);
});

test('an operation of a queue crosses with its payload, which is a getter there', async () => {
  await using rig = setUp();
  const note = defineOperation<{ text: string }>('note.write');
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [note] });
  await queue.open();
  await queue.enqueue(note, { text: 'apples' }, { id: 'k' });
  await rig.transport.send([(await queue.get('k'))!], { signal: signal() });
  expect(rig.served.sent).toMatchObject([[{ id: 'k', payload: { text: 'apples' } }]]);
  await queue.close();
});

test('two transports on one port get their own outcomes', async () => {
  await using rig = setUp();
  const other = new MessagePortTransport(rig.port1, { maxBatchSize: 10, clock: rig.clock });
  const answers: (() => void)[] = [];
  rig.served.answer = () => {
    const number = answers.length;
    return new Promise((resolve) =>
      answers.push(() => resolve([{ kind: 'acknowledged', result: rig.served.sent[number]![0]!.id }])),
    );
  };
  const both = [rig.transport, other].map((transport, index) =>
    transport.send([operation({ id: `of ${index}` })], { signal: signal() }),
  );
  await until(() => answers.length === 2);
  answers[1]!();
  answers[0]!();
  expect(await Promise.all(both)).toEqual([
    [{ kind: 'acknowledged', result: 'of 0' }],
    [{ kind: 'acknowledged', result: 'of 1' }],
  ]);
});

test('several sends at once get their own outcomes', async () => {
  await using rig = setUp();
  const answers: (() => void)[] = [];
  rig.served.answer = () => {
    const place = answers.length;
    return new Promise((resolve) =>
      answers.push(() => resolve([{ kind: 'acknowledged', version: String(place) }])),
    );
  };
  const both = ['a', 'b'].map((id) => rig.transport.send([operation({ id })], { signal: signal() }));
  await until(() => answers.length === 2);
  answers[1]?.();
  answers[0]?.();
  expect(await Promise.all(both)).toEqual([
    [{ kind: 'acknowledged', version: '0' }],
    [{ kind: 'acknowledged', version: '1' }],
  ]);
});

test('an abort crosses, and ends the send at once', async () => {
  await using rig = setUp();
  rig.served.answer = () => new Promise(() => undefined);
  const controller = new AbortController();
  const outcomes = rig.transport.send([operation({ id: 'a' }), operation({ id: 'b' })], controller);
  await until(() => rig.served.signals.length === 1);
  controller.abort(new Error('enough'));
  expect(await outcomes).toMatchObject([
    { kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } },
    { kind: 'unreachable', reason: { code: 'ATTEMPT_TIMEOUT' } },
  ]);
  await until(() => rig.served.signals[0]!.aborted);
});

test('nothing is sent where the signal is aborted already', async () => {
  await using rig = setUp();
  const outcomes = await rig.transport.send([operation({ id: 'a' })], { signal: AbortSignal.abort() });
  expect(outcomes).toMatchObject([{ kind: 'unreachable' }]);
  expect(rig.served.sent).toEqual([]);
});

test('what the served transport throws is thrown here', async () => {
  await using rig = setUp();
  rig.served.answer = () => Promise.reject(new TypeError('broken'));
  await expect(rig.transport.send([operation({ id: 'a' })], { signal: signal() })).rejects.toMatchObject({
    code: 'TRANSPORT_FAILED',
    message: 'Behind the port: TypeError: broken',
  });
});

test('outcomes that cannot cross are an error, not a silence', async () => {
  await using rig = setUp();
  rig.served.answer = () => Promise.resolve([{ kind: 'acknowledged', result: () => 1 }]);
  await expect(rig.transport.send([operation({ id: 'a' })], { signal: signal() })).rejects.toMatchObject({
    code: 'TRANSPORT_FAILED',
  });
});

test('a larger batch than the served transport takes is an error that says what to do', async () => {
  await using rig = setUp({ maxBatchSize: 11 });
  const sent = Array.from({ length: 11 }, (_, index) => operation({ id: String(index) }));
  await expect(rig.transport.send(sent, { signal: signal() })).rejects.toThrow(
    'Give MessagePortTransport the same maxBatchSize',
  );
});

test('an end that gives no sign of life is unreachable after silenceMs', async () => {
  await using rig = setUp({ heartbeatMs: 1_000, silenceMs: 5_000 });
  rig.stop();
  const outcomes = rig.transport.send([operation({ id: 'a' }), operation({ id: 'b' })], { signal: signal() });
  let ended = false;
  void outcomes.then(() => (ended = true));
  await rig.clock.advance(5_999);
  expect(ended).toBe(false);
  await rig.clock.advance(1);
  expect(await outcomes).toMatchObject([
    { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } },
    { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE' } },
  ]);
  expect(rig.clock.pendingTimers).toBe(0);
});

test('an end that is slow and alive is waited for', async () => {
  await using rig = setUp({ heartbeatMs: 1_000, silenceMs: 2_000 });
  let answer: () => void = () => undefined;
  rig.served.answer = () => new Promise((resolve) => (answer = () => resolve([{ kind: 'acknowledged' }])));
  let pongs = 0;
  rig.port1.addEventListener('message', ({ data }) => {
    if ((data as { type: string }).type === 'cpc-sync/pong') pongs++;
  });
  const outcomes = rig.transport.send([operation({ id: 'a' })], { signal: signal() });
  await until(() => rig.served.sent.length === 1);
  for (let beat = 1; beat <= 10; beat++) {
    await rig.clock.advance(1_000);
    await until(() => pongs === beat);
  }
  answer();
  expect(await outcomes).toEqual([{ kind: 'acknowledged' }]);
});

test('a port that closes leaves what is under way unknown, and aborts it at the other end', async () => {
  await using rig = setUp();
  rig.served.answer = () => new Promise(() => undefined);
  const outcomes = rig.transport.send([operation({ id: 'a' })], { signal: signal() });
  await until(() => rig.served.signals.length === 1);
  rig.port2.close();
  expect(await outcomes).toMatchObject([
    { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE', message: 'The port was closed.' } },
  ]);
  await until(() => rig.served.signals[0]!.aborted);
});

test('leaves no listener and no timer behind when nothing is under way', async () => {
  const listeners = new Set<unknown>();
  const clock = new ManualClock();
  let deliver: (event: { readonly data: unknown }) => void = () => undefined;
  const port: PortLike = {
    postMessage: (message) => {
      const { id } = message as { id: number };
      deliver({ data: { type: 'cpc-sync/outcomes', id, outcomes: [{ kind: 'acknowledged' }] } });
    },
    addEventListener: (type: string, listener: typeof deliver) => {
      listeners.add(listener);
      if (type === 'message') deliver = listener;
    },
    removeEventListener: (_type: string, listener: unknown) => void listeners.delete(listener),
  };
  const transport = new MessagePortTransport(port, { clock });
  await transport.send([operation({ id: 'a' })], { signal: signal() });
  expect([listeners.size, clock.pendingTimers]).toEqual([0, 0]);
});

test('messages of others on the same port are left alone', async () => {
  await using rig = setUp();
  const outcomes = rig.transport.send([operation({ id: 'a' })], { signal: signal() });
  for (const foreign of [null, 'text', { type: 'other' }, { type: 7 }, {}]) {
    rig.port1.postMessage(foreign);
    rig.port2.postMessage(foreign);
  }
  expect(await outcomes).toEqual([{ kind: 'acknowledged' }]);
});
