// Enqueues and delivers, over and over, while somebody else goes on reading an old state of the file.
import { existsSync, statSync } from 'node:fs';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { defineOperation, isSyncError, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { LeaseWitness } from '../../judge/lease-witness.mjs';

const LANES = 5;
/** So many wait while the queue works, so that there is something to deliver when nothing is taken any more. */
const BACKLOG = 20;
/** So often something is tried that is to be refused, and so many cycles are worked when the reader is gone. */
const REFUSALS = 3;
const CYCLES_BEHIND = 50;

const change = defineOperation('ledger.change', { entity: ({ entity }) => entity });

/**
 * @param {import('@cpc/storage-sqlite').SqliteBinding} binding
 * @param {{ file: string, server: string, maxLogBytes: number, most: number, characters: number }} job
 */
export async function cycles(binding, { file, server, maxLogBytes, most, characters }) {
  const witness = new LeaseWitness();
  const storage = new SqliteQueueStorage({ file, binding, durability: 'normal', maxLogBytes });
  const queue = new SyncQueue({ storage: witness.watch(storage) }, { operations: [change] });
  const worker = new SyncWorker(
    { queue, transport: wireTo(server, witness) },
    { concurrency: 1, batchSize: LANES, pollMs: 100, reconnectJitterMs: 0 },
  );
  const report = { accepted: 0, refused: [], told: [], longest: 0, bare: [] };
  storage.notices.subscribe((notice) => {
    report.told.push(notice.kind === 'failed' ? notice.failure.code : notice.kind);
  });
  await queue.open();
  await worker.start();
  await asked('a reader');
  await work(Math.ceil(most / LANES), () => report.refused.length > 0);
  report.atRefusal = logBytes();
  await delivered(0);
  for (let n = 0; n < REFUSALS && report.refused.length > 0; n++) await enqueue();
  const refusedBefore = report.refused.length;
  await asked('no reader');
  await work(CYCLES_BEHIND, () => report.refused.length > refusedBefore);
  await delivered(0);
  report.refusedBehind = report.refused.length - refusedBefore;
  report.inTheEnd = logBytes();
  await worker.stop();
  await queue.close();
  return report;

  async function work(cycles, isOver) {
    for (let cycle = 0; cycle < cycles && !isOver(); cycle++) {
      for (let lane = 0; lane < LANES && !isOver(); lane++) await enqueue();
      await delivered(BACKLOG);
      report.longest = Math.max(report.longest, logBytes());
    }
  }

  /** One more, of the next lane. What was refused takes no number. */
  async function enqueue() {
    const n = report.accepted;
    const payload = {
      entity: `lane-${n % LANES}`,
      n: Math.floor(n / LANES) + 1,
      text: 'x'.repeat(characters),
    };
    try {
      await queue.enqueue(change, payload, { id: `change-${n}` });
      report.accepted++;
    } catch (error) {
      if (!isSyncError(error)) throw error;
      report.refused.push(error.code);
    }
  }

  async function delivered(left) {
    while ((await storage.stats()).total > left) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  function logBytes() {
    const log = `${file}-wal`;
    return existsSync(log) ? statSync(log).size : 0;
  }
}

/** Asks the parent for something, and waits until it is done. */
function asked(what) {
  const done = new Promise((resolve) => process.once('message', resolve));
  process.send({ asks: what });
  return done;
}

function wireTo(server, witness) {
  return {
    maxBatchSize: LANES,
    keepsOrder: true,
    async send(operations) {
      const arrivals = operations.map(({ id, payloadJson }) => ({
        id,
        body: payloadJson,
        ...witness.statementOn(id),
      }));
      await (await fetch(server, { method: 'POST', body: JSON.stringify(arrivals) })).text();
      return operations.map(() => ({ kind: 'acknowledged' }));
    },
  };
}
