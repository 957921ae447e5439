import type { NewOperation } from '../operation/operation-record.js';
import type { NewOutcome } from '../ports/outcome-record.js';
import type { StorageReceipt } from '../ports/queue-storage.js';
import type { Fate } from './known-ids.js';

/** What becomes of others and of ids where an operation enters the queue, or does not since it meets another. */
export type Meeting<Tail> = {
  /** They leave the queue undelivered. */
  readonly gone: readonly Tail[];
  readonly fates: readonly (readonly [id: string, fate: Fate])[];
  /** The outcomes to keep. */
  readonly told: readonly (readonly [id: string, outcome: NewOutcome])[];
  /** Those of `gone` whose meaning the operation takes, for the receipt. */
  readonly superseded: readonly string[];
} & (
  | { readonly kind: 'append' }
  | { readonly kind: 'merged'; readonly tail: Tail; readonly operation: NewOperation }
  | { readonly kind: 'cancelled'; readonly receipt: StorageReceipt }
);
