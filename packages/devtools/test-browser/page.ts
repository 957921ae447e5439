import { defineOperation, MemoryQueueStorage, SyncQueue, SyncWorker } from '@cpc/sync-core';
import type { DeliveryOutcome, Operation, Transport } from '@cpc/sync-core';
import { inspectorShortcut, openInspector, queueSource, defineInspector, Inspector } from '../src/index.js';

const HOSTILE = '<img src=x onerror="document.title=\'owned\'">\u202Egnp.\u0007';

const sell = defineOperation<{ stall: number }>('stall.sell', { entity: ({ stall }) => `stalls/${stall}` });
const note = defineOperation('stall.note', { priority: 75 });

/** Refuses what asks for it. */
class Server implements Transport {
  send(operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    return Promise.resolve(operations.map(({ payload }) => answer(payload as { refuse?: string } | null)));
  }
}

function answer(payload: { readonly refuse?: string } | null): DeliveryOutcome {
  const code = payload?.refuse;
  if (code === undefined) return { kind: 'acknowledged' };
  return { kind: 'rejected', reason: { code, message: `The server says ${HOSTILE}`, status: 422 } };
}

/** What the test does in the page. */
export const app = {
  hostile: HOSTILE,
  queue: new SyncQueue({ storage: new MemoryQueueStorage() }, { operations: [sell, note] }),
  worker: undefined as SyncWorker | undefined,

  async start(count: number): Promise<void> {
    await app.queue.open();
    const items = Array.from({ length: count }, (_, n) => ({ operation: sell, payload: { stall: n % 500 } }));
    for (let at = 0; at < count; at += 5000) await app.queue.enqueueAll(items.slice(at, at + 5000));
    app.worker = new SyncWorker({ queue: app.queue, transport: new Server() });
    defineInspector();
    const inspector = new Inspector();
    inspector.queue = app.queue;
    inspector.worker = app.worker;
    document.body.append(inspector);
    inspectorShortcut(() => queueSource(app.queue, app.worker));
  },

  async refuse(code: string, count: number): Promise<void> {
    const payload = { refuse: code, accessToken: 'top-secret', text: HOSTILE };
    for (let n = 0; n < count; n++) await app.queue.enqueue(note, payload);
  },

  deliver: (): Promise<void> => app.worker?.start() ?? Promise.resolve(),
  open: (): Promise<unknown> => openInspector(queueSource(app.queue, app.worker)),

  /** Scrolls from top to bottom in the given time and tells the lengths of the frames meanwhile. */
  async scroll(ms: number): Promise<readonly number[]> {
    const inspector = document.querySelector('cpc-inspector');
    const list = inspector?.shadowRoot?.querySelector('cpc-virtual-list');
    const scroller = list?.shadowRoot?.querySelector('.scroller');
    if (scroller === null || scroller === undefined) throw new Error('There is no list.');
    const frames: number[] = [];
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const start = await frame();
    for (let before = start; before - start < ms;) {
      scroller.scrollTop = ((before - start) / ms) * scroller.scrollHeight;
      const now = await frame();
      frames.push(now - before);
      before = now;
    }
    return frames;
  },
};

Object.assign(window, { app });
