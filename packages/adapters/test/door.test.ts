import { describe, expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { defineOperation, MemoryQueueStorage, SyncQueue } from '@cpc/sync-core';
import { composite, type CompositeOptions } from '../src/index.js';
import { MessagePortTransport, serveTransport } from '../src/message-port/index.js';
import { MemoryPullTarget, PendingOverlay, Puller } from '../src/pull/index.js';
import { ScriptedSource } from './scripted-source.js';

interface Order {
  quantity: number;
}
interface Orders {
  save(id: string, order: Order): Promise<Order>;
}

const save = defineOperation<Order>('order.save');
const write = {
  kind: 'write',
  operation: save,
  entity: (id: string) => id,
  payload: (_id: string, order: Order) => order,
} as const;

async function openQueue(): Promise<SyncQueue> {
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [save] });
  await queue.open();
  return queue;
}

function compositeWith(queue: unknown, options: Readonly<Record<string, unknown>>) {
  const service = { save: (_id: string, order: Order) => Promise.resolve(order) };
  const monitor = new ManualNetworkMonitor();
  const whole = { online: service, offline: service, monitor, queue, methods: { save: write }, ...options };
  return composite<Orders>(whole as CompositeOptions<Orders>);
}

/** What a composite does not take, and what it says of it. */
const REFUSED: readonly [Readonly<Record<string, unknown>>, RegExp][] = [
  [{ queue: undefined }, /queue takes what has the method enqueue, list, discard, watch; got undefined/],
  [{ monitor: null }, /monitor takes what has the method register, report; got null/],
  [{ onKeepFailure: 'log' }, /onKeepFailure takes a function; got string/],
  [
    { methods: { save: undefined } },
    /methods.save takes a policy of the kind read, write, online or offline/,
  ],
  [{ methods: { save: { ...write, kind: 'toString' } } }, /methods.save takes a policy of the kind/],
  [{ methods: { save: { ...write, payload: {} } } }, /methods.save.payload takes a function; got object/],
  [{ methods: { save: { ...write, operation: {} } } }, /methods.save.operation takes what defineOperation/],
  [{ methods: { save: { ...write, waitMs: NaN } } }, /methods.save.waitMs takes an integer/],
  [{ methods: { save: { kind: 'read', entity: write.entity } } }, /methods.save.keep takes a function/],
  [{ methods: { remove: write } }, /'remove', which the offline service does not have/],
  [{ offline: undefined }, /'save', which the offline service does not have/],
  [{ methods: { save: { kind: 'online' } }, online: {} }, /'save', which the online service does not have/],
];

describe('a composite', () => {
  test.each(REFUSED)('refuses %j when it is made', async (options, message) => {
    const queue = await openQueue();
    expect(() => compositeWith(queue, options)).toThrow(message);
    await queue.close();
  });

  test('lets no name of a method reach a prototype', async () => {
    const queue = await openQueue();
    const methods = JSON.parse('{ "__proto__": { "kind": "offline" } }') as object;
    const service = Object.fromEntries([['__proto__', () => Promise.resolve(1)]]);
    const made = compositeWith(queue, { methods, offline: service }) as object;
    expect([Object.keys(made), Object.getPrototypeOf(made)]).toEqual([['__proto__'], Object.prototype]);
    await queue.close();
  });

  test('writes its arguments as they were at the call, to the queue and to the copy', async () => {
    const queue = await openQueue();
    const copy: unknown[] = [];
    const offline = {
      save: (_id: string, order: Order) => {
        copy.push({ ...order });
        return Promise.resolve(order);
      },
    };
    const orders = compositeWith(queue, { offline });
    const order = { quantity: 1 };
    const saved = orders.save('7', order);
    order.quantity = 9;
    await saved;
    const { items } = await queue.list();
    expect([items.map(({ payload }) => payload), copy]).toEqual([[{ quantity: 1 }], [{ quantity: 1 }]]);
    await queue.close();
  });
});

describe('what pulls', () => {
  const parts = {
    source: new ScriptedSource(),
    target: new MemoryPullTarget(),
    monitor: new ManualNetworkMonitor(),
  };

  test.each([
    ['source', {}, /source takes what has the method pull; got object/],
    ['target', { checkpoint: () => 1 }, /target takes what has the method apply/],
    ['monitor', undefined, /monitor takes what has the method register, report; got undefined/],
  ])('refuses a %s that is none when it is made', (name, value, message) => {
    expect(() => new Puller({ ...parts, [name]: value })).toThrow(message);
  });

  test('refuses an observer, a queue and a base that are none', async () => {
    const puller = new Puller(parts);
    expect(() => puller.register(undefined as never)).toThrow(/register takes a function; got undefined/);
    expect(() => new PendingOverlay({ queue: {} as never, puller })).toThrow(
      /queue takes what has the method pending/,
    );
    const queue = await openQueue();
    const overlay = new PendingOverlay({ queue, puller });
    const read = overlay.read.bind(overlay) as (...args: unknown[]) => Promise<unknown>;
    await expect(read(7)).rejects.toThrow(/read takes an entity; got number/);
    await expect(read('e', 7)).rejects.toThrow(/base takes a function; got number/);
    await expect(read('e', () => 1)).rejects.toThrow(/apply takes a function; got undefined/);
    await queue.close();
  });

  const first = { entity: 'a', value: { n: 1 } };

  test.each([
    ['a change that is none', { changes: [first, null] }],
    ['a change that is neither there nor deleted', { changes: [first, { entity: 'b' }] }],
    ['changes that are no list', { changes: 'all' }],
    ['a checkpoint that is no text', { checkpoint: 7 }],
  ])('a copy in memory takes nothing of a page with %s', async (_, wrong) => {
    const target = new MemoryPullTarget();
    const page = { since: undefined, changes: [first], checkpoint: '1', reset: false, ...wrong };
    await expect(target.apply(page as never)).rejects.toThrow(TypeError);
    expect([target.records.size, await target.checkpoint()]).toEqual([0, undefined]);
  });

  test('a copy in memory keeps what a page said when it came', async () => {
    const target = new MemoryPullTarget();
    const change = { entity: 'a', value: { n: 1 } };
    await target.apply({ since: undefined, changes: [change], checkpoint: '1', more: false, reset: false });
    change.value.n = 2;
    expect(target.records.get('a')?.value).toEqual({ n: 1 });
  });

  test.each([undefined, { kind: 'page' }, { kind: 'page', changes: [{}], checkpoint: '1', more: false }])(
    'a source of the app’s own that gives %j fails by a code, and nothing is applied',
    async (page) => {
      const source = { pull: () => Promise.resolve(page as never) };
      const target = new MemoryPullTarget();
      await expect(new Puller({ ...parts, source, target }).pull()).rejects.toMatchObject({
        code: 'TRANSPORT_FAILED',
      });
      expect(await target.checkpoint()).toBeUndefined();
    },
  );
});

describe('a message port', () => {
  const port = { postMessage: () => 1, addEventListener: () => 1, removeEventListener: () => 1 };

  test.each([undefined, null, {}, { ...port, postMessage: 'no' }])('refuses %j as a port', (wrong) => {
    expect(() => new MessagePortTransport(wrong as never)).toThrow(/port takes what has the method/);
    expect(() => serveTransport(wrong as never, { send: () => Promise.resolve([]) })).toThrow(/port takes/);
  });

  test.each([undefined, {}])('refuses to serve %j', (wrong) => {
    expect(() => serveTransport(port, wrong as never)).toThrow(/transport takes what has the method send/);
  });

  test('answers nothing that is no request, though it is of its protocol', () => {
    const posted: unknown[] = [];
    let hear: (event: { data: unknown }) => void = () => undefined;
    const listening = {
      ...port,
      postMessage: (message: unknown) => void posted.push(message),
      addEventListener: (type: string, listener: typeof hear) => {
        if (type === 'message') hear = listener;
      },
    };
    serveTransport(listening, { send: () => Promise.resolve([]) });
    for (const type of ['pong', 'outcomes', 'time', 'later'])
      hear({ data: { type: `cpc-sync/${type}`, id: '1' } });
    expect(posted).toEqual([]);
  });
});
