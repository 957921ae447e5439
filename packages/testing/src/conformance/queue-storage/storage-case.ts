import type {
  Claim,
  ClaimRequest,
  NewOperation,
  QueueStorage,
  StorageReceipt,
  StoredOperation,
} from '@cpc/sync-core';
import { assert, show } from '../assert.js';
import type { QueueStorageHarness } from './queue-storage-harness.js';

/** What a case gets: the opened storage, and the harness for more. */
export interface StorageCaseContext {
  readonly storage: QueueStorage;
  readonly harness: QueueStorageHarness;
}

/** A case before it is bound to a harness. */
export interface StorageCase {
  readonly name: string;
  readonly body: (context: StorageCaseContext) => Promise<void>;
}

/** The time at which every case begins. */
export const T0 = 1_700_000_000_000;
export const LEASE_MS = 30_000;

/** An operation with the fields that matter to a case, and plain values for the rest. */
export function operation(id: string, fields: Partial<NewOperation> = {}): NewOperation {
  const priority = fields.priority ?? 50;
  return {
    id,
    kind: 'test.kind',
    payload: JSON.stringify({ of: id }),
    priority,
    rank: priority,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: T0,
    scheduledAt: T0,
    timestamp: `${T0}:0:conformance`,
    conflictRounds: 0,
    ...fields,
  };
}

/** Enqueues each operation as a batch of its own and expects all to be taken. */
export async function add(
  storage: QueueStorage,
  ...operations: readonly NewOperation[]
): Promise<readonly StorageReceipt[]> {
  const results = await storage.enqueue(operations.map((one) => [one]));
  return results.flatMap((result, index) => {
    assert(result.ok, `enqueue of ${operations[index]?.id ?? '?'} must be taken, got ${show(result)}`);
    return result.receipts;
  });
}

export function claim(storage: QueueStorage, request: Partial<ClaimRequest> = {}): Promise<Claim> {
  return storage.claim({ now: T0, limit: 100, leaseMs: LEASE_MS, ...request });
}

export function idsOf(items: readonly { readonly id: string }[]): readonly string[] {
  return items.map(({ id }) => id);
}

/** Claims one operation and expects that there is one. */
export async function claimOne(
  storage: QueueStorage,
  request: Partial<ClaimRequest> = {},
): Promise<{ readonly token: number; readonly id: string; readonly operation: StoredOperation }> {
  const { token, operations } = await claim(storage, { limit: 1, ...request });
  const [first] = operations;
  assert(first !== undefined, 'a claim must receive the operation that may go, but it was empty');
  return { token, id: first.id, operation: first };
}

/** Claims and removes one operation after the other: the order of delivery on a perfect day. */
export async function drain(
  storage: QueueStorage,
  request: Partial<ClaimRequest> = {},
): Promise<readonly string[]> {
  const order: string[] = [];
  for (let rounds = 0; rounds < 10_000; rounds++) {
    const { token, operations } = await claim(storage, { ...request, limit: 1 });
    const [first] = operations;
    if (first === undefined) return order;
    order.push(first.id);
    await storage.settle(token, [{ id: first.id, kind: 'remove' }]);
  }
  throw new Error('the queue never ran empty: removed operations come back');
}

export async function mustGet(storage: QueueStorage, id: string): Promise<StoredOperation> {
  const found = await storage.get(id);
  assert(found !== undefined, `get(${show(id)}) must find the operation`);
  return found;
}

/** Every operation, page by page. */
export async function listAll(
  storage: QueueStorage,
  query: Omit<NonNullable<Parameters<QueueStorage['list']>[0]>, 'after'> = {},
): Promise<readonly StoredOperation[]> {
  const all: StoredOperation[] = [];
  let after: number | undefined;
  for (;;) {
    const page = await storage.list(after === undefined ? query : { ...query, after });
    all.push(...page.items);
    if (page.next === undefined) return all;
    assert(after === undefined || page.next > after, 'the next page must begin further on');
    after = page.next;
  }
}
