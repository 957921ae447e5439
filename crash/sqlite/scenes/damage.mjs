import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSyncError } from '@cpc/sync-core';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';

const OPERATIONS = 200;
const NOW = 1_700_000_000_000;
const ENTITIES = 8;

/** The changes in order: number n of entity n % 8, so that any change to any of it shows. */
function operation(n) {
  return {
    id: `change-${n}`,
    kind: 'ledger.change',
    entity: `entity-${n % ENTITIES}`,
    payload: JSON.stringify({ n, text: `change number ${n}`.repeat(5) }),
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: NOW,
    scheduledAt: NOW,
    timestamp: `${NOW}:0:crash`,
    conflictRounds: 0,
  };
}

/** The log loses its end, or one bit of it changes: what was written before that place is there, in order. */
export function damagedLog({ amount, randomInteger }) {
  return inFolder(async (folder) => {
    const { file, logBytesAfter } = await writtenQueue(folder, 'log');
    const log = readFileSync(`${file}-wal`);
    const tally = newTally();
    const places = amount({ short: 100, full: 10_000, long: 100_000 });
    for (let place = 0; place < places; place++) {
      const at = randomInteger(log.length);
      const isCut = place % 2 === 0;
      const damaged = isCut ? log.subarray(0, at) : flipped(log, at, randomInteger(8));
      const copy = join(folder, 'copy.db');
      rmSync(`${copy}-shm`, { force: true });
      copyFileSync(file, copy);
      writeFileSync(`${copy}-wal`, damaged);
      // A change whose log ended before the damage must be there.
      const safe = logBytesAfter.filter((bytes) => bytes <= at).length;
      await judge(copy, { tally, safe, where: `${isCut ? 'cut' : 'bit flipped'} at byte ${at} of the log` });
    }
    return { ...tally, note: 'each a copy, cut or with a flipped bit, then drained' };
  });
}

/** One bit of the main file changes: what is delivered is delivered as it was enqueued, the rest is reported. */
export function damagedFile({ amount, randomInteger }) {
  return inFolder(async (folder) => {
    const { file } = await writtenQueue(folder, 'file');
    const bytes = readFileSync(file);
    const tally = newTally();
    const places = amount({ short: 50, full: 500, long: 20_000 });
    for (let place = 0; place < places; place++) {
      const at = randomInteger(bytes.length);
      const bit = randomInteger(8);
      const copy = join(folder, 'copy.db');
      for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true });
      writeFileSync(copy, flipped(bytes, at, bit));
      await judge(copy, { tally, safe: OPERATIONS, where: `bit ${bit} flipped at byte ${at} of the file` });
    }
    return { ...tally, note: `${tally.reported} changes quarantined or reported as damaged` };
  });
}

/** A queue of known changes, in the log alone or in the main file alone. */
async function writtenQueue(folder, part) {
  const file = join(folder, 'written.db');
  const storage = new SqliteQueueStorage({ file, durability: 'normal' });
  await storage.open();
  const kept = join(folder, 'kept.db');
  const logBytesAfter = [];
  for (let n = 1; n <= OPERATIONS; n++) {
    await storage.enqueue([[operation(n)]]);
    logBytesAfter.push(statSync(`${file}-wal`).size);
  }
  if (part === 'log') for (const suffix of ['', '-wal']) copyFileSync(file + suffix, kept + suffix);
  await storage.close();
  if (part === 'file') copyFileSync(file, kept);
  return { file: kept, logBytesAfter };
}

/** Drains a damaged copy and compares with what was enqueued. */
async function judge(file, { tally, safe, where }) {
  tally.kills++;
  const storage = new SqliteQueueStorage({ file, durability: 'normal', busyTimeoutMs: 0 });
  const delivered = [];
  let quarantined = 0;
  let isReported;
  try {
    await storage.open();
    for (;;) {
      const { token, operations } = await storage.claim({ now: NOW, limit: 50, leaseMs: 1000 });
      if (operations.length === 0) break;
      delivered.push(...operations);
      await storage.settle(
        token,
        operations.map(({ id }) => ({ id, kind: 'remove' })),
      );
    }
    const stats = await storage.stats();
    quarantined = stats.quarantined;
    isReported = stats.total > 0;
  } catch (error) {
    if (!isSyncError(error)) throw error;
    isReported = true;
  } finally {
    await storage.close().catch(() => undefined);
  }
  tally.operations += delivered.length;
  tally.reported += isReported ? OPERATIONS - delivered.length : quarantined;
  compare(delivered, { tally, safe, isReported, quarantined, where });
}

function compare(delivered, { tally, safe, isReported, quarantined, where }) {
  const seen = new Set();
  const last = new Map();
  for (const { id, payload, entity } of delivered) {
    const n = Number(id.slice('change-'.length));
    const original = operation(n);
    if (original.id !== id || original.payload !== payload || original.entity !== entity) {
      tally.doubled.push(`altered: ${id} (${where})`);
    }
    if (seen.has(n)) tally.doubled.push(`${id} twice (${where})`);
    seen.add(n);
    if (n < (last.get(entity) ?? 0)) tally.outOfOrder.push(`${id} (${where})`);
    last.set(entity, n);
  }
  if (isReported) return;
  const missing = Array.from({ length: safe }, (_, at) => at + 1).filter((n) => !seen.has(n));
  if (missing.length > quarantined) tally.lost.push(`${missing.length - quarantined} of ${safe} (${where})`);
}

function flipped(bytes, at, bit) {
  const copy = Buffer.from(bytes);
  copy[at] ^= 1 << bit;
  return copy;
}

/** Nothing is killed here: the first figure counts the damaged copies. An altered change counts as doubled. */
function newTally() {
  return { kills: 0, operations: 0, reported: 0, lost: [], doubled: [], outOfOrder: [] };
}

async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'cpc-damage-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
