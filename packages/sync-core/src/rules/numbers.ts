import type { NewOperation, StoredOperation } from '../operation/operation-record.js';
import type { Settlement } from '../ports/queue-storage.js';
import { LARGEST_NUMBER } from './bounds.js';

/** Holds a number to what dates, JSON and every database say back unchanged; NaN counts as 0. */
export function clampNumber(value: number): number {
  if (isSensible(value)) return value;
  return Number.isNaN(value) ? 0 : Math.sign(value) * LARGEST_NUMBER;
}

/** The list with each item held to sense; itself where all are sensible, as nearly always. */
export function clampList<T>(items: readonly T[], clamp: (item: T) => T): readonly T[] {
  for (const item of items) if (clamp(item) !== item) return items.map(clamp);
  return items;
}

/** The operation with absurd times and numbers held to sense; itself where there are none. */
export function clampOperation<T extends NewOperation>(operation: T): T {
  const { priority, rank, version, createdAt, scheduledAt, conflictRounds, expiresAt } = operation;
  // One by one, since nearly all are sensible and a list would cost each of them an allocation.
  if (
    isSensible(priority) &&
    isSensible(rank) &&
    isSensible(version) &&
    isSensible(createdAt) &&
    isSensible(scheduledAt) &&
    isSensible(conflictRounds) &&
    (expiresAt === undefined || isSensible(expiresAt))
  )
    return operation;
  return {
    ...operation,
    priority: clampNumber(priority),
    rank: clampNumber(rank),
    version: clampNumber(version),
    createdAt: clampNumber(createdAt),
    scheduledAt: clampNumber(scheduledAt),
    conflictRounds: clampNumber(conflictRounds),
    ...(expiresAt !== undefined && { expiresAt: clampNumber(expiresAt) }),
  };
}

/** The same for an operation that comes back, with what was kept about it. */
export function clampStored(stored: StoredOperation): StoredOperation {
  const { attempts, dueAt, delayMs } = stored;
  if (isSensible(attempts) && isSensible(dueAt) && isSensible(delayMs)) return clampOperation(stored);
  return {
    ...clampOperation(stored),
    attempts: clampNumber(attempts),
    dueAt: clampNumber(dueAt),
    delayMs: clampNumber(delayMs),
  };
}

/** The settlement with absurd times and numbers held to sense; itself where there are none. */
export function clampSettlement(settlement: Settlement): Settlement {
  switch (settlement.kind) {
    case 'reschedule':
      if (isSensible(settlement.dueAt) && isSensible(settlement.delayMs)) return settlement;
      return {
        ...settlement,
        dueAt: clampNumber(settlement.dueAt),
        delayMs: clampNumber(settlement.delayMs),
      };
    case 'replace': {
      const operation = clampOperation(settlement.operation);
      return operation === settlement.operation ? settlement : { ...settlement, operation };
    }
    case 'remove':
    case 'release':
    case 'hold':
      return settlement;
  }
}

function isSensible(value: number): boolean {
  return value >= -LARGEST_NUMBER && value <= LARGEST_NUMBER;
}
