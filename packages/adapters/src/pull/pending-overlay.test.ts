import { expect, test } from '@jest/globals';
import { ManualNetworkMonitor } from '@cpc/network';
import { defineOperation, MemoryQueueStorage, processQueue, SyncQueue, type Transport } from '@cpc/sync-core';
import { ScriptedSource } from '../../test/scripted-source.js';
import { MemoryPullTarget, PendingOverlay, Puller } from './index.js';

const rename = defineOperation<{ name: string }>('rename', { entity: () => 'stall' });

interface Rig {
  readonly source: ScriptedSource;
  readonly queue: SyncQueue;
  readonly puller: Puller;
  readonly overlay: PendingOverlay;
  readonly see: () => Promise<unknown>;
}

async function open(): Promise<Rig> {
  const source = new ScriptedSource();
  const target = new MemoryPullTarget();
  const queue = new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [rename] });
  await queue.open();
  const puller = new Puller({ source, target, monitor: new ManualNetworkMonitor() });
  const overlay = new PendingOverlay({ queue, puller });
  overlay.start();
  overlay.start();
  const see = (): Promise<unknown> =>
    overlay.read<unknown>(
      'stall',
      () => target.records.get('stall')?.value,
      (_, { payload }) => (payload as { name: string }).name,
    );
  return { source, queue, puller, overlay, see };
}

const taking = (taken: (name: unknown) => void): Transport => ({
  send: (operations) => {
    for (const { payload } of operations) taken((payload as { name: string }).name);
    return Promise.resolve(operations.map(() => ({ kind: 'acknowledged' })));
  },
});

test('shows a waiting change over what was pulled, and what was pulled when it is given up', async () => {
  const { source, queue, puller, see } = await open();
  source.set('stall', 'Fish');
  await puller.pull();
  const { id } = await queue.enqueue(rename, { name: 'Fruit' });
  source.set('stall', 'Flowers');
  await puller.pull();
  expect(await see()).toBe('Fruit');
  await queue.discard(id);
  expect(await see()).toBe('Flowers');
});

test('does not jump back between the acknowledgement and the pull that brings the change', async () => {
  const { source, queue, puller, see } = await open();
  source.set('stall', 'Fish');
  await puller.pull();
  await queue.enqueue(rename, { name: 'Fruit' });
  expect(await see()).toBe('Fruit');
  // The pull that follows the acknowledgement does not come through.
  source.failures.push(new Error('no network'), new Error('no network'));
  await processQueue(
    queue,
    taking(() => source.set('stall', 'Fruit of the server')),
  );
  expect(await see()).toBe('Fruit');
  await puller.pull().catch(() => undefined);
  await puller.pull().catch(() => undefined);
  await puller.pull();
  expect(await see()).toBe('Fruit of the server');
});

test('a pull that began before the acknowledgement does not count', async () => {
  const { source, queue, puller, see } = await open();
  await queue.enqueue(rename, { name: 'Fruit' });
  expect(await see()).toBe('Fruit');
  const gate = openGate();
  const pull = source.pull.bind(source);
  let pulls = 0;
  source.pull = async (since) => {
    if (++pulls > 1) throw new Error('no network');
    await gate.opened;
    return pull(since);
  };
  const early = puller.pull();
  await processQueue(
    queue,
    taking(() => undefined),
  );
  gate.open();
  await early;
  expect(await see()).toBe('Fruit');
});

test('follows nothing after it was stopped', async () => {
  const { source, queue, overlay, see } = await open();
  await queue.enqueue(rename, { name: 'Fruit' });
  await see();
  overlay.stop();
  overlay.stop();
  await processQueue(
    queue,
    taking(() => undefined),
  );
  expect(source.pulls).toBe(0);
});

test('begins a read again where the queue moved under it', async () => {
  const { queue, overlay } = await open();
  await queue.enqueue(rename, { name: 'Fruit' });
  let reads = 0;
  const seen = await overlay.read<readonly string[]>(
    'stall',
    async () => {
      if (reads++ === 0) await queue.enqueue(rename, { name: 'Flowers' });
      return [];
    },
    (names, { payload }) => [...names, (payload as { name: string }).name],
  );
  expect(seen).toEqual(['Fruit', 'Flowers']);
});

function openGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}
