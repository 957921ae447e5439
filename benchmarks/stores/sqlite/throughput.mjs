import { measure } from '../../harness/measure.mjs';
import { atLeast } from '../../harness/report.mjs';
import { findBullMq } from './bullmq.mjs';
import { betterQueue, ourQueue, plainjobQueue, rawQueue } from './contenders.mjs';
import { callers } from './work.mjs';

/** Enqueueing by many and by one, and processing, against SQLite by hand and against other queues. */
export async function throughput({ rounds, quick, log }) {
  const rows = [];
  const found = await findBullMq(log);
  for (const durability of ['full', 'normal']) {
    const scale = quick ? 0.2 : 1;
    const bullMq = found?.durability === durability ? found : undefined;
    rows.push(...(await concurrentEnqueue(durability, scale, bullMq, { rounds, log })));
    rows.push(...(await loneEnqueue(durability, scale, bullMq, { rounds, log })));
    rows.push(...(await processing(durability, scale, bullMq, { rounds, log })));
  }
  return { rows, goals: goalsOf(rows) };
}

const names = (durability) => ({
  raw: `SQLite by hand, ${durability}`,
  ours: `@cpc/storage-sqlite, ${durability}`,
  plainjob: `plainjob, ${durability}`,
  betterQueue: 'better-queue-sqlite, no durability',
});

const WORK = {
  concurrent: '100 concurrent callers enqueue',
  lone: 'one caller enqueues, one at a time',
  process: 'claim and remove in batches of 50',
};

function concurrentEnqueue(durability, scale, bullMq, options) {
  const { raw, ours, plainjob, betterQueue: other } = names(durability);
  const enqueueing = (name, make, total) => ({
    name,
    prepare: async () => {
      const queue = await make(durability);
      return { run: () => callers(100, (total * scale) / 100, queue.enqueue), close: queue.close };
    },
  });
  const contenders = [
    enqueueing(raw, rawQueue, 40_000),
    enqueueing(ours, ourQueue, 40_000),
    // Every job is a commit of its own, so a durable one is as slow as the disk's syncs.
    enqueueing(plainjob, plainjobQueue, durability === 'full' ? 2000 : 20_000),
  ];
  if (durability === 'normal') contenders.push(enqueueing(other, betterQueue, 20_000));
  if (bullMq !== undefined) contenders.push(enqueueing(bullMq.name, bullMq.make, 10_000));
  return measure(`${WORK.concurrent}, ${durability}`, contenders, options);
}

function loneEnqueue(durability, scale, bullMq, options) {
  const { raw, ours, plainjob } = names(durability);
  const total = (durability === 'full' ? 2000 : 10_000) * scale;
  const enqueueing = (name, make) => ({
    name,
    prepare: async () => {
      const queue = await make(durability);
      return { run: () => callers(1, total, queue.enqueue), close: queue.close };
    },
  });
  const contenders = [
    enqueueing(raw, rawAlone),
    enqueueing(ours, ourQueue),
    enqueueing(plainjob, plainjobQueue),
  ];
  if (bullMq !== undefined) contenders.push(enqueueing(bullMq.name, bullMq.make));
  return measure(`${WORK.lone}, ${durability}`, contenders, options);
}

/** By hand, nobody who writes one row at a time would gather others first. */
async function rawAlone(durability) {
  const raw = await rawQueue(durability);
  const { insert } = raw.queue;
  const { newOperation } = await import('./work.mjs');
  return {
    ...raw,
    enqueue: async () => {
      const { id, kind, payload, priority, createdAt } = newOperation();
      insert.run(id, kind, payload, priority, createdAt);
    },
  };
}

function processing(durability, scale, bullMq, options) {
  const { raw, ours, plainjob, betterQueue: other } = names(durability);
  const draining = (name, make, total) => ({
    name,
    prepare: async () => {
      const queue = await make(durability);
      await queue.fill(total * scale);
      return { run: () => queue.drain(total * scale), close: queue.close };
    },
  });
  const contenders = [
    draining(raw, rawQueue, 40_000),
    draining(ours, ourQueue, 40_000),
    draining(plainjob, plainjobQueue, durability === 'full' ? 1000 : 5000),
  ];
  if (durability === 'normal') contenders.push(draining(other, betterQueue, 5000));
  if (bullMq !== undefined) contenders.push(draining(bullMq.name, bullMq.make, 5000));
  return measure(`${WORK.process}, ${durability}`, contenders, options);
}

function goalsOf(rows) {
  const rate = (work, name) => rows.find((row) => row.work === work && row.name === name)?.opsPerSecond ?? 0;
  return ['full', 'normal'].flatMap((durability) => {
    const { raw, ours, plainjob } = names(durability);
    const ratio = (work, other) =>
      rate(`${work}, ${durability}`, ours) / rate(`${work}, ${durability}`, other);
    return [
      atLeast(
        `sqlite-enqueue-raw-${durability}`,
        `100 callers enqueue (${durability}), times raw`,
        ratio(WORK.concurrent, raw),
        0.6,
      ),
      atLeast(
        `sqlite-enqueue-plainjob-${durability}`,
        `100 callers enqueue (${durability}), times plainjob`,
        ratio(WORK.concurrent, plainjob),
        2.5,
      ),
      atLeast(
        `sqlite-lone-raw-${durability}`,
        `one caller enqueues (${durability}), times raw`,
        ratio(WORK.lone, raw),
        0.8,
      ),
      atLeast(
        `sqlite-process-raw-${durability}`,
        `processing in batches of 50 (${durability}), times raw`,
        ratio(WORK.process, raw),
        0.6,
      ),
      atLeast(
        `sqlite-process-plainjob-${durability}`,
        `processing (${durability}), times plainjob`,
        ratio(WORK.process, plainjob),
        3,
      ),
    ];
  });
}
