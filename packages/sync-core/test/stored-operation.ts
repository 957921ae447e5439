import type { StoredOperation } from '../src/operation/operation-record.js';

/** A leased operation as a claim hands it out. */
export function storedOperation(change: Partial<StoredOperation> = {}): StoredOperation {
  return {
    id: 'op',
    kind: 'note',
    payload: '{"text":"mine"}',
    priority: 50,
    rank: 50,
    version: 1,
    dependsOn: [],
    references: [],
    coalesces: false,
    createdAt: 1000,
    scheduledAt: 1000,
    timestamp: '000001700000000-0000-device',
    conflictRounds: 0,
    sequence: 1,
    state: 'leased',
    attempts: 0,
    attempted: false,
    history: [],
    dueAt: 61_000,
    delayMs: 60_000,
    ...change,
  };
}
