// The process under test: it enqueues and delivers until it is told to stop, or until somebody kills it. It says
// which changes were acknowledged, once they are durable.
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { ConstantBackoff, defineOperation, isSyncError, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { LeaseWitness } from '../judge/lease-witness.mjs';

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    server: { type: 'string' },
    name: { type: 'string' },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '1000000' },
    'answer-ms': { type: 'string', default: '0' },
    'lease-ms': { type: 'string', default: '60000' },
    'think-ms': { type: 'string', default: '0' },
    drain: { type: 'boolean', default: false },
    deliver: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const ENTITIES = 5;
const say = (line) => writeSync(1, `${line}\n`);

const witness = new LeaseWitness();
const storage = witness.watch(new SqliteQueueStorage({ file: values.file }), {
  thinkMs: Number(values['think-ms']),
});
const change = defineOperation('ledger.change', { entity: ({ entity }) => entity });
const NOT_HELD = {
  kind: 'unreachable',
  reason: { code: 'LEASE_LOST', message: 'The lease ended before the send.' },
};
const transport = {
  maxBatchSize: 10,
  keepsOrder: true,
  async send(operations, { signal, mayLeave }) {
    // As every transport of the library: a process that was stopped just before this line has heard of no timer.
    if (!mayLeave()) return operations.map(() => NOT_HELD);
    const arrivals = operations.map(({ id, payloadJson }) => ({
      id,
      body: payloadJson,
      ...witness.statementOn(id),
    }));
    const headers = { 'x-delay': values['answer-ms'] };
    try {
      const response = await fetch(values.server, {
        method: 'POST',
        body: JSON.stringify(arrivals),
        headers,
        signal,
      });
      await response.text();
      return operations.map(() => ({ kind: 'acknowledged' }));
    } catch (error) {
      const reason = { code: 'NETWORK_UNREACHABLE', message: String(error) };
      return operations.map(() => ({ kind: 'unreachable', reason }));
    }
  },
};

const queue = new SyncQueue({ storage }, { operations: [change] });
const worker = new SyncWorker(
  { queue, transport },
  {
    leaseMs: Number(values['lease-ms']),
    pollMs: 100,
    reconnectJitterMs: 0,
    concurrency: 2,
    batchSize: 10,
    outageBackoff: new ConstantBackoff(100),
  },
);
await queue.open();
if (values.deliver) await worker.start();
say('ready');

if (values.drain) while ((await storage.stats()).total > 0) await sleep(20);
else await enqueueAll();
await worker.stop();
await queue.close();
say('done');

/** All entities at a time, so that commits are shared; within each, one change after the other. */
async function enqueueAll() {
  const end = Number(values.from) + Number(values.count);
  for (let number = Number(values.from); number < end; number += ENTITIES) {
    await Promise.all(Array.from({ length: ENTITIES }, (_, at) => enqueueOne(number + at)));
    await sleep(1);
  }
}

/** Repeats until it is acknowledged, under one id: also what an earlier life may have enqueued already. */
async function enqueueOne(number) {
  const id = `${values.name}-${number}`;
  const payload = { entity: `${values.name}/${number % ENTITIES}`, n: Math.floor(number / ENTITIES) + 1 };
  for (;;) {
    try {
      await queue.enqueue(change, payload, { id });
      say(`ok ${number}`);
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
