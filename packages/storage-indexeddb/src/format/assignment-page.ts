import { checksumOf } from './checksum.js';
import type { AssignmentPage } from './store-layout.js';

/** A temporary id and the permanent one that it became. */
export type Assigned = readonly [from: string, to: string];

export function makeAssignmentPage(assigned: readonly Assigned[]): AssignmentPage {
  const text = JSON.stringify(assigned);
  return { text, checksum: checksumOf(text) };
}

/** A damaged page reads as an empty one: what it assigned is in the queue already, only late comers miss it. */
export function readAssignmentPage(value: unknown): readonly Assigned[] {
  const { text, checksum } = (value ?? {}) as Partial<AssignmentPage>;
  if (typeof text !== 'string' || checksum !== checksumOf(text)) return [];
  return JSON.parse(text) as Assigned[];
}
