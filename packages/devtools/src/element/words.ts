import type { OperationState } from '@cpc/sync-core';

/** The states in the order in which they are shown, with words for a person. */
export const STATES: Readonly<Record<OperationState, string>> = {
  waiting: 'Waiting',
  leased: 'Being sent',
  scheduled: 'Scheduled',
  blocked: 'Blocked',
  parked: 'Parked',
  deadLetter: 'Dead letter',
};

export const STATE_NAMES = Object.keys(STATES) as readonly OperationState[];

/** The word for a priority, where it has one, and its number. */
export function priorityText(priority: number): string {
  const name = PRIORITIES[priority];
  return name === undefined ? String(priority) : `${name} ${priority}`;
}

const PRIORITIES: Readonly<Record<number, string>> = { 100: 'Critical', 75: 'High', 50: 'Medium', 25: 'Low' };
