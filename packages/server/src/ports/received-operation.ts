/** One operation as it came over the wire, checked and bounded. */
export interface ReceivedOperation {
  /** The idempotency key: unique among the principal's operations. */
  readonly key: string;
  readonly kind: string;
  /** Whose it is, as `authenticate` said; `''` where the receiver authenticates nobody. */
  readonly principal: string;
  readonly entity?: string;
  /** Parsed JSON: no `__proto__`, no lone surrogates, no deeper than `maxDepth`. Its shape is the handler's to check. */
  readonly payload: unknown;
  /** Version of the payload's shape, as the app counts it. */
  readonly version: number;
  /**
   * When the change was made: a hybrid logical timestamp, sortable as text. It is the device's word, but for what lies
   * in the receiver's future: that is cut back to its present.
   */
  readonly timestamp?: string;
  /** The version of the entity that the person saw (`If-Match`). */
  readonly baseVersion?: string;
}
