// One copy of a file: opened by the library's own queue and worker, drained against the judge, and looked through.
import { setImmediate as turn } from 'node:timers/promises';
import { SqliteQueueStorage } from '@cpc/storage-sqlite';
import { ConstantBackoff, defineOperation, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { bodyOf } from '../altered/body.mjs';
import { LATER, LONGEST_WAIT_MS, NOW, PERSON, SENT_FOR } from '../altered/written-queue.mjs';
import { Attempts } from './attempts.mjs';
import { countedBinding } from './counted-binding.mjs';

const STEP_MS = 1000;
/** So often time goes on by a step: beyond the longest wait, and twice what the storage needs between two looks. */
const ROUNDS = Math.ceil(LONGEST_WAIT_MS / STEP_MS) + 3;
const ROUNDS_BEHIND = 2;
/** So many turns of the event loop without work mean that there is none. */
const QUIET_TURNS = 3;

const DEFINITIONS = [
  defineOperation('ledger.change'),
  defineOperation('ledger.create', { assignedId: ({ id }) => id }),
  defineOperation('ledger.mention', { references: ['/of'] }),
];

/**
 * @param {import('@cpc/storage-sqlite').SqliteBinding} binding
 * @param {{ file: string, server: string, bound: number }} job
 */
export async function drain(binding, { file, server, bound }) {
  const clock = new ManualClock({ now: NOW });
  const counted = countedBinding(binding, bound);
  const storage = new SqliteQueueStorage({
    file,
    binding: counted,
    clock,
    durability: 'normal',
    busyTimeoutMs: 0,
  });
  const attempts = new Attempts();
  const put = new PutAside(storage);
  const claims = counting(storage);
  const wire = new Wire(server);
  const queue = new SyncQueue({ storage, clock }, { operations: DEFINITIONS, unowned: 'ask' });
  const worker = new SyncWorker(
    { queue, transport: wire },
    {
      principals: SENT_FOR,
      concurrency: 2,
      batchSize: 4,
      pollMs: 1000,
      leaseMs: 30_000,
      reconnectJitterMs: 0,
      outageBackoff: new ConstantBackoff(1000),
    },
  );
  const report = { left: [], parked: [], later: undefined };
  if (await attempts.succeeds('open', () => queue.open())) {
    await attempts.try('signIn', () => queue.signIn(PERSON));
    await worker.start();
    await pass(ROUNDS);
    report.later = await attempts.try('enqueue', () =>
      storage.enqueue(Object.values(LATER).map((operation) => [operation])),
    );
    await pass(ROUNDS_BEHIND);
    await worker.stop();
    await lookThrough();
  }
  await attempts.try('close', () => queue.close());
  const { told, bare } = attempts;
  const { steps, isOver } = counted;
  return { ...report, told, bare, steps, isOver, claims: claims.count, sends: wire.sends, ...put.seen };

  /** Time passes, a step whenever nothing is under way. */
  async function pass(rounds) {
    for (let round = 0; round < rounds && !counted.isOver; round++) {
      await quiet();
      await clock.advance(STEP_MS);
    }
    await quiet();
  }

  async function quiet() {
    for (let turns = 0, before = -1; turns < QUIET_TURNS && !counted.isOver;) {
      await turn();
      turns = wire.underWay === 0 && before === counted.steps ? turns + 1 : 0;
      before = counted.steps;
    }
  }

  async function lookThrough() {
    for (let after; ;) {
      const page = await attempts.try('list', () =>
        storage.list({ limit: 20, ...(after !== undefined && { after }) }),
      );
      for (const { id, state } of page?.items ?? []) report.left.push([id, state]);
      after = page?.next;
      if (after === undefined) break;
    }
    await attempts.try('held list', () => storage.list({ states: ['parked', 'deadLetter'] }));
    await attempts.try('list of an entity', () => storage.list({ entity: 'north' }));
    report.stats = await attempts.try('stats', () => storage.stats());
    report.quarantined = (await attempts.try('quarantined', () => storage.quarantined()))?.items.length;
    const outcomes = await attempts.try('outcomes', () => storage.outcomes());
    report.parked = outcomes?.items.filter(({ outcome }) => outcome === 'parked').map(({ id }) => id) ?? [];
    await attempts.try('explain', () => queue.explain('parked-2'));
    await attempts.try('nextDue', () => storage.nextDue({ now: clock.now() }));
  }
}

/** What the storage told that it put aside, and other failures that it told. */
class PutAside {
  seen = { aside: [], failures: [] };

  constructor(storage) {
    storage.notices.subscribe((notice) => {
      if (notice.kind === 'quarantined') this.seen.aside.push(notice.record.id ?? '');
      if (notice.kind === 'failed') this.seen.failures.push(notice.failure.code);
    });
  }
}

function counting(storage) {
  const claim = storage.claim.bind(storage);
  const counted = { count: 0 };
  storage.claim = (request) => {
    counted.count++;
    return claim(request);
  };
  return counted;
}

/** Carries operations to the judge. */
class Wire {
  maxBatchSize = 4;
  keepsOrder = true;
  sends = 0;
  underWay = 0;
  #server;

  constructor(server) {
    this.#server = server;
  }

  async send(operations) {
    this.sends++;
    this.underWay++;
    try {
      const body = JSON.stringify(
        operations.map((one) => ({ id: one.id, body: bodyOf(one, one.payloadJson) })),
      );
      await (await fetch(this.#server, { method: 'POST', body })).text();
      return operations.map(({ kind }) => ({
        kind: 'acknowledged',
        ...(kind === 'ledger.create' && { result: { id: 'thing-1' } }),
      }));
    } finally {
      this.underWay--;
    }
  }
}
