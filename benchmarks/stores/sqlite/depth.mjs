import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { median } from '../../harness/measure.mjs';
import { atMost } from '../../harness/report.mjs';
import { ourQueue, rawQueue } from './contenders.mjs';
import { memory } from './memory.mjs';

const BATCHES = 40;
const BATCH = 50;

/** What a deep queue costs: opening, memory, and a claim with its settlement, against SQLite by hand at the same depth. */
export async function depth({ rounds, quick, log }) {
  const deep = quick ? 100_000 : 1_000_000;
  const raw = await rawQueue('full');
  const ours = await ourQueue('full');
  const other = { file: ours.file, durability: 'full', binding: 'better-sqlite3' };
  try {
    raw.fill(deep);
    await ours.fill(deep);
    const openingMs = await openingCost(other, rounds);
    const added = await memory(ours.file, deep);
    const [rawMs, oursMs] = [[], []];
    for (let round = 0; round < Math.max(3, rounds); round++) {
      rawMs.push(await batchCost(() => raw.drain(BATCHES * BATCH)));
      oursMs.push(await batchCost(() => ours.drain(BATCHES * BATCH)));
    }
    const row = (name, ms) => ({
      work: `claim and remove in batches of 50 at a depth of ${deep}`,
      name,
      opsPerSecond: Math.round(BATCH / (median(ms) / 1000)),
    });
    const rows = [row('SQLite by hand, full', rawMs), row('@cpc/storage-sqlite, full', oursMs)];
    const hot = await hotEntity(quick ? 10_000 : 100_000, rounds);
    for (const one of [...rows, ...hot.rows]) log(`  ${one.work}: ${one.name}: ${one.opsPerSecond} a second`);
    return {
      rows: [...rows, ...hot.rows],
      goals: [
        atMost('sqlite-depth-open', `opening at a depth of ${deep}, ms`, openingMs, 20),
        added,
        atMost(
          'sqlite-depth-cost',
          `claim and settle at a depth of ${deep}, times raw`,
          median(oursMs) / median(rawMs),
          1.5,
        ),
        hot.goal,
      ],
    };
  } finally {
    await raw.close();
    await ours.close();
  }
}

/** A second instance on the same file: the first has its pages in memory already. */
async function openingCost(options, rounds) {
  const times = [];
  for (let round = 0; round < Math.max(3, rounds); round++) {
    const storage = new SqliteQueueStorage(options);
    const begin = performance.now();
    await storage.open();
    times.push(performance.now() - begin);
    await storage.close();
  }
  return median(times);
}

async function batchCost(drain) {
  const begin = performance.now();
  await drain();
  return (performance.now() - begin) / BATCHES;
}

/** All operations in one lane, against each in a lane of its own. */
async function hotEntity(count, rounds) {
  const shapes = { 'one hot entity': () => 'hot', 'an entity each': (at) => `entity-${at}` };
  const rates = { 'one hot entity': [], 'an entity each': [] };
  for (let round = 0; round < Math.min(3, rounds); round++) {
    for (const [name, entityOf] of Object.entries(shapes)) {
      const queue = await ourQueue('normal');
      await queue.fill(count, entityOf);
      const begin = performance.now();
      await queue.drain(count, BATCH);
      rates[name].push(count / ((performance.now() - begin) / 1000));
      await queue.close();
    }
  }
  const rows = Object.entries(rates).map(([name, values]) => ({
    work: `drain ${count} operations, normal`,
    name: `@cpc/storage-sqlite, ${name}`,
    opsPerSecond: Math.round(median(values)),
  }));
  const slower = median(rates['an entity each']) / median(rates['one hot entity']);
  return {
    rows,
    goal: atMost('sqlite-hot-entity', 'one hot entity, times slower than an entity each', slower, 2),
  };
}
