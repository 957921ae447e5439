import { expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import {
  defineOperation,
  MemoryQueueStorage,
  SyncQueue,
  SyncWorker,
  type DeliveryOutcome,
  type Operation,
  type SyncPlugin,
  type Transport,
} from '@cpc/sync-core';
import { createSyncContainer } from './create-sync-container.js';

const addNote = defineOperation<{ text: string }>('notes.add');

class RecordingTransport implements Transport {
  readonly sent: Operation[] = [];

  send(operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    this.sent.push(...operations);
    return Promise.resolve(operations.map(() => ({ kind: 'acknowledged' })));
  }
}

const memory = (storage = new MemoryQueueStorage()): SyncPlugin => ({
  name: 'memory',
  queueStorage: () => storage,
});
const wire = (transport: Transport = new RecordingTransport()): SyncPlugin => ({
  name: 'wire',
  transport: () => transport,
});

/** Notes in `calls` when the parts go up and down, and fails where it is told to. */
function watched(calls: string[], failing?: string): readonly SyncPlugin[] {
  const note = (name: string): void => {
    calls.push(name);
    if (name === failing) throw new Error(`${name} failed`);
  };
  class Storage extends MemoryQueueStorage {
    override async open(): Promise<void> {
      note('open storage');
      await super.open();
    }
    override async close(): Promise<void> {
      await super.close();
      note('close storage');
    }
  }
  class Monitor extends ManualNetworkMonitor {
    override start(): Promise<void> {
      note('start monitor');
      return super.start();
    }
    override stop(): Promise<void> {
      note('stop monitor');
      return super.stop();
    }
  }
  return [
    { name: 'memory', queueStorage: () => new Storage() },
    { name: 'monitor', networkMonitor: () => new Monitor() },
    wire(),
  ];
}

test('delivers what was enqueued through the plugins that were given', async () => {
  const transport = new RecordingTransport();
  await using sync = createSyncContainer({ plugins: [memory(), wire(transport)], operations: [addNote] });
  await sync.open();
  const { id } = await sync.queue.enqueue(addNote, { text: 'apples' });
  expect(transport.sent).toEqual([]);
  await sync.start();
  await sync.worker.drain();
  expect(transport.sent.map((operation) => operation.id)).toEqual([id]);
});

test('gives out the very parts that the plugins made', () => {
  const storage = new MemoryQueueStorage();
  const transport = new RecordingTransport();
  const sync = createSyncContainer({ plugins: [memory(storage), wire(transport)], operations: [addNote] });
  expect(sync.storage).toBe(storage);
  expect(sync.transport).toBe(transport);
  expect(sync.queue).toBeInstanceOf(SyncQueue);
  expect(sync.worker).toBeInstanceOf(SyncWorker);
  expect(sync.monitor).toBeUndefined();
});

test('building it opens and starts nothing', () => {
  const calls: string[] = [];
  createSyncContainer({ plugins: watched(calls), operations: [addNote] });
  expect(calls).toEqual([]);
});

test('opens the storage before the monitor, and closes it after', async () => {
  const calls: string[] = [];
  const sync = createSyncContainer({ plugins: watched(calls), operations: [addNote] });
  await sync.start();
  await sync.close();
  expect(calls).toEqual(['open storage', 'start monitor', 'stop monitor', 'close storage']);
});

test('open alone leaves the monitor and the worker at rest', async () => {
  const calls: string[] = [];
  await using sync = createSyncContainer({ plugins: watched(calls), operations: [addNote] });
  await sync.open();
  expect(calls).toEqual(['open storage']);
});

test('closes the storage again when the monitor does not start', async () => {
  const calls: string[] = [];
  const sync = createSyncContainer({ plugins: watched(calls, 'start monitor'), operations: [addNote] });
  await expect(sync.start()).rejects.toThrow('start monitor failed');
  expect(calls).toEqual(['open storage', 'start monitor', 'stop monitor', 'close storage']);
});

test('closes the storage though the monitor fails to stop, and says so', async () => {
  const calls: string[] = [];
  const sync = createSyncContainer({ plugins: watched(calls, 'stop monitor'), operations: [addNote] });
  await sync.start();
  await expect(sync.close()).rejects.toThrow('stop monitor failed');
  expect(calls.at(-1)).toBe('close storage');
});

test('leaving the block of an `await using` closes everything', async () => {
  const calls: string[] = [];
  {
    await using sync = createSyncContainer({ plugins: watched(calls), operations: [addNote] });
    await sync.start();
  }
  expect(calls.at(-1)).toBe('close storage');
});

test('may be started again after it was closed', async () => {
  const transport = new RecordingTransport();
  const sync = createSyncContainer({ plugins: [memory(), wire(transport)], operations: [addNote] });
  await sync.start();
  await sync.close();
  await sync.start();
  await sync.queue.enqueue(addNote, { text: 'pears' });
  await sync.worker.drain();
  expect(transport.sent).toHaveLength(1);
  await sync.close();
});

test('two containers in one app share nothing', async () => {
  const transports = [new RecordingTransport(), new RecordingTransport()] as const;
  await using ada = createSyncContainer({ plugins: [memory(), wire(transports[0])], operations: [addNote] });
  await using ben = createSyncContainer({ plugins: [memory(), wire(transports[1])], operations: [addNote] });
  await ada.queue.signIn('ada');
  await ben.queue.signIn('ben');
  await Promise.all([ada.start(), ben.start()]);
  await ada.queue.enqueue(addNote, { text: 'apples' });
  await ada.worker.drain();
  expect(transports[0].sent.map(({ principal }) => principal)).toEqual(['ada']);
  expect(transports[1].sent).toEqual([]);
});
