// One copy of a file whose pages may lead to wrong places: read, checked and exported as a person would, then claimed.
import { existsSync, statSync } from 'node:fs';
import { run } from '@cpc/cli';
import { SqliteQueueReader, SqliteQueueStorage } from '@cpc/storage-sqlite';
import { systemClock } from '@cpc/sync-core';
import { NOW } from '../pages/written-pages.mjs';
import { Attempts } from './attempts.mjs';
import { countedBinding } from './counted-binding.mjs';

/** Behind the latest time in the file. */
const LATER = NOW + 1000;

/** Fewer than there are, so that lists go on from page to page. */
const LIMIT = 50;

/**
 * @param {import('@cpc/storage-sqlite').SqliteBinding} binding
 * @param {{ file: string, most: { steps: number, characters: number } }} job what an intact file takes, many times over
 */
export async function look(binding, { file, most }) {
  const attempts = new Attempts();
  const counted = countedBinding(binding, most.steps);
  await readAll(file, counted, attempts);
  const doctor = await command(['doctor', file, '--json'], most.characters);
  const exported = await command(['export', file], most.characters);
  const delivered = await claimAll(file, counted, attempts);
  const { told, bare } = attempts;
  const bytes = [file, `${file}-wal`].reduce(
    (sum, one) => sum + (existsSync(one) ? statSync(one).size : 0),
    0,
  );
  return { told, bare, doctor, exported, ...delivered, steps: counted.steps, isOver: counted.isOver, bytes };
}

async function readAll(file, binding, attempts) {
  const reader = new SqliteQueueReader({ file, binding, busyTimeoutMs: 0 });
  if (await attempts.succeeds('open to read', () => reader.open())) {
    await attempts.try('list', () => everyPage((from) => reader.list(from)));
    await attempts.try('filtered list', () =>
      everyPage((from) => reader.list({ ...from, principals: ['nobody'] })),
    );
    await attempts.try('list of a kind', () =>
      everyPage((from) => reader.list({ ...from, kind: 'ledger.third' })),
    );
    await attempts.try('list of an entity', () =>
      everyPage((from) => reader.list({ ...from, entity: 'lane-3' })),
    );
    await attempts.try('checkRows', () => everyPage(({ after, limit }) => reader.checkRows(after, limit)));
    await attempts.try('overview', () => reader.overview());
    await attempts.try('checkOrder', () => reader.checkOrder());
    await attempts.try('leases', () => reader.leases());
    await attempts.try('quarantined', () => reader.quarantined());
  }
  await attempts.try('close of the reader', () => reader.close());
}

async function everyPage(read) {
  for (let after; ;) {
    const { next } = await read({ limit: LIMIT, ...(after !== undefined && { after }) });
    if (next === undefined) return;
    after = next;
  }
}

/** A command line, whose output is cut off where it is longer than it may be. */
async function command(argv, most) {
  const controller = new AbortController();
  let characters = 0;
  const sink = {
    write: (text, written) => {
      characters += text.length;
      if (characters > most) controller.abort(new Error('it would fill the disk'));
      written();
      return true;
    },
  };
  const code = await run(argv, {
    stdout: sink,
    stderr: sink,
    stdin: (async function* () {})(),
    env: {},
    clock: systemClock,
    signal: controller.signal,
  });
  return { code, characters, isOver: controller.signal.aborted };
}

async function claimAll(file, binding, attempts) {
  const storage = new SqliteQueueStorage({ file, binding, durability: 'normal', busyTimeoutMs: 0 });
  const effects = [];
  const aside = [];
  storage.notices.subscribe((notice) => {
    if (notice.kind === 'quarantined') aside.push(notice.record.id ?? '');
    else if (notice.kind === 'failed') attempts.told.push(`notice: ${notice.failure.code}`);
  });
  let stats;
  if (!(await attempts.succeeds('open', () => storage.open()))) return { effects, aside };
  await attempts.try('claim', async () => {
    await storage.nextDue({ now: LATER });
    for (;;) {
      const { token, operations } = await storage.claim({ now: LATER, limit: 20, leaseMs: 1000 });
      if (operations.length === 0) break;
      for (const { id, payload, entity, principal } of operations)
        effects.push({ id, payload, entity, principal });
      await storage.settle(
        token,
        operations.map(({ id }) => ({ id, kind: 'remove' })),
      );
    }
  });
  await attempts.try('list to write', () => everyPage((from) => storage.list(from)));
  await attempts.try('stats', async () => (stats = await storage.stats()));
  await attempts.try('close', () => storage.close());
  return { effects, aside, left: stats?.total };
}
