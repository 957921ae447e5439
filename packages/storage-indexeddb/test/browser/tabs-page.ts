import { defineOperation, type OperationStatus, SyncQueue, type SyncEvent, SyncWorker } from '@cpc/sync-core';
import { IndexedDbQueueStorage } from '../../src/index.js';

/** What the test outside calls in each page. */
declare global {
  var tabs: {
    /** Delivers what is in the queue from now on, in this page or in the service worker. */
    deliver(where: 'page' | 'service worker'): Promise<void>;
    /** @returns how each ended, by the page's own watch */
    enqueueAll(ids: readonly string[]): Promise<readonly OperationStatus[]>;
    watch(id: string): Promise<OperationStatus>;
    /** The acknowledgements that this page's listeners heard, in order: the id and the server's answer. */
    heard(): readonly (readonly [id: string, result: unknown])[];
  };
}

const scope = 'document' in globalThis ? 'page' : 'service worker';
const note = defineOperation<string>('note', { entity: () => 'notes' });
const queue = new SyncQueue({ storage: new IndexedDbQueueStorage({ name: 'tabs' }) }, { operations: [note] });
const events: SyncEvent[] = [];
if (scope === 'page') queue.events$.subscribe((event) => events.push(event));
const opened = queue.open();

async function start(): Promise<void> {
  await opened;
  const transport = {
    send: (operations: readonly { readonly payload: unknown }[]) =>
      Promise.resolve(
        operations.map(({ payload }) => ({ kind: 'acknowledged' as const, result: { by: scope, payload } })),
      ),
  };
  await new SyncWorker({ queue, transport }, { pollMs: 20 }).start();
}

async function startServiceWorker(): Promise<void> {
  await navigator.serviceWorker.register('/page.js', { type: 'module' });
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const started = new Promise((resolve) => (port1.onmessage = resolve));
  active?.postMessage('deliver', [port2]);
  await started;
}

function watch(id: string): Promise<OperationStatus> {
  return new Promise((resolve) => {
    let last: OperationStatus;
    queue.watch(id).subscribe({ next: (status) => (last = status), complete: () => resolve(last) });
  });
}

globalThis.tabs = {
  deliver: (where) => (where === 'page' ? start() : startServiceWorker()),
  enqueueAll: async (ids) => {
    await opened;
    const ended: OperationStatus[] = [];
    for (const id of ids) {
      await queue.enqueue(note, id, { id });
      ended.push(await watch(id));
    }
    return ended;
  },
  watch: async (id) => {
    await opened;
    return watch(id);
  },
  heard: () => events.flatMap((event) => (event.type === 'acknowledged' ? [[event.id, event.result]] : [])),
};

if (scope === 'service worker') {
  globalThis.addEventListener('message', (event) => {
    const { ports } = event as MessageEvent<string>;
    void start().then(() => ports[0]?.postMessage('started'));
  });
}
