// The process under test: it enqueues and delivers until it is told to stop, or until somebody kills it. It says
// what it is about to enqueue and, once that is durable, that it was acknowledged.
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { defineOperation, isSyncError, SyncQueue, SyncWorker } from '@cpc/sync-core';

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    server: { type: 'string' },
    name: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000000' },
    'answer-ms': { type: 'string', default: '0' },
    'lease-ms': { type: 'string', default: '60000' },
    drain: { type: 'boolean', default: false },
    deliver: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const ENTITIES = 5;
const say = (line) => writeSync(1, `${line}\n`);

const change = defineOperation('ledger.change', { entity: ({ entity }) => entity });
const transport = {
  maxBatchSize: 10,
  keepsOrder: true,
  async send(operations, { signal }) {
    const body = JSON.stringify(operations.map(({ id, payloadJson }) => ({ id, payload: payloadJson })));
    const headers = { 'x-delay': values['answer-ms'] };
    try {
      const response = await fetch(values.server, { method: 'POST', body, headers, signal });
      await response.text();
      return operations.map(() => ({ kind: 'acknowledged' }));
    } catch (error) {
      const reason = { code: 'NETWORK_UNREACHABLE', message: String(error) };
      return operations.map(() => ({ kind: 'unreachable', reason }));
    }
  },
};

const storage = new SqliteQueueStorage({ file: values.file });
const queue = new SyncQueue({ storage }, { operations: [change] });
const worker = new SyncWorker(
  { queue, transport },
  { leaseMs: Number(values['lease-ms']), pollMs: 100, reconnectJitterMs: 0, concurrency: 2, batchSize: 10 },
);
await queue.open();
if (values.deliver) await worker.start();
say('ready');

if (values.drain) while ((await storage.stats()).total > 0) await sleep(20);
else await enqueueAll();
await worker.stop();
await queue.close();
say('done');

/** One change after the other, three callers at a time, so that commits are shared. */
async function enqueueAll() {
  const last = Number(values.from) + Number(values.count) - 1;
  for (let first = Number(values.from); first <= last; first += ENTITIES) {
    const numbers = Array.from({ length: ENTITIES }, (_, at) => first + at).filter(
      (number) => number <= last,
    );
    await Promise.all(numbers.map((number) => enqueueOne(number)));
    await sleep(1);
  }
}

async function enqueueOne(number) {
  const entity = `${values.name}-${number % ENTITIES}`;
  say(`try ${number}`);
  for (;;) {
    try {
      await queue.enqueue(change, { entity, change: number }, { id: `${values.name}-${number}` });
      say(`ok ${entity}#${number}`);
      return;
    } catch (error) {
      if (!isSyncError(error)) throw error;
      say(`fault ${error.code}`);
      await sleep(50);
    }
  }
}

function sleep(delayMs) {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
