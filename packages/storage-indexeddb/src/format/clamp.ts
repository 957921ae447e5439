import type { NewOperation, Settlement } from '@cpc/sync-core';

/** The latest time that JavaScript's dates know; larger numbers mean nothing that a queue could act on. */
const LARGEST = 8.64e15;

/** Holds a number to what JSON and dates can say; NaN counts as 0. */
export function clampNumber(value: number): number {
  if (value >= -LARGEST && value <= LARGEST) return value;
  return Number.isNaN(value) ? 0 : Math.sign(value) * LARGEST;
}

/** The operation with absurd times and numbers held to sense; itself where there are none. */
export function clampOperation<T extends NewOperation>(operation: T): T {
  const { priority, rank, version, createdAt, scheduledAt, conflictRounds, expiresAt = 0 } = operation;
  const numbers = [priority, rank, version, createdAt, scheduledAt, conflictRounds, expiresAt];
  if (numbers.every((value) => value >= -LARGEST && value <= LARGEST)) return operation;
  return {
    ...operation,
    priority: clampNumber(priority),
    rank: clampNumber(rank),
    version: clampNumber(version),
    createdAt: clampNumber(createdAt),
    scheduledAt: clampNumber(scheduledAt),
    conflictRounds: clampNumber(conflictRounds),
    ...(operation.expiresAt !== undefined && { expiresAt: clampNumber(operation.expiresAt) }),
  };
}

/** The settlement with absurd times and numbers held to sense. */
export function clampSettlement(settlement: Settlement): Settlement {
  switch (settlement.kind) {
    case 'reschedule':
      return {
        ...settlement,
        dueAt: clampNumber(settlement.dueAt),
        delayMs: clampNumber(settlement.delayMs),
      };
    case 'replace':
      return { ...settlement, operation: clampOperation(settlement.operation) };
    case 'remove':
    case 'release':
    case 'hold':
      return settlement;
  }
}
