import type { Clock } from '@cpc/sync-core';

export interface MessagePortTransportOptions {
  /** As that of the transport behind the port. @defaultValue 1 */
  readonly maxBatchSize?: number;
  /** As that of the transport behind the port. @defaultValue false */
  readonly keepsOrder?: boolean;
  /** How often the serving side is asked for a sign of life while it sends, in milliseconds. @defaultValue 2_000 */
  readonly heartbeatMs?: number;
  /** After so long without one it is taken for dead, in milliseconds. @defaultValue 10_000 */
  readonly silenceMs?: number;
  /** Whether the transport behind the port has a `whoami`, which the queue then asks. @defaultValue false */
  readonly whoami?: boolean;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}
