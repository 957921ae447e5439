import type { Clock } from '../ports/clock.js';
import type { Conflict, ConflictResolver, Resolution } from '../ports/conflict-resolver.js';
import { compareTimestamps, type HybridTimestamp, parseTimestamp } from './hybrid-logical-clock.js';

export interface TimestampConflictResolverOptions {
  readonly clock: Clock;
  /** A timestamp further ahead of this device's clock than this counts as just that far ahead. @defaultValue 60_000 */
  readonly maxSkewMs?: number;
}

/**
 * Last writer wins, on hybrid logical timestamps. The bound on skew keeps a device whose clock runs ahead from
 * winning for ever. A remote record without a readable timestamp wins: it is there, and nothing says that it is
 * older. A tie goes to the server, so that every device decides alike.
 */
export class TimestampConflictResolver implements ConflictResolver {
  readonly #clock: Clock;
  readonly #maxSkewMs: number;

  constructor(options: TimestampConflictResolverOptions) {
    this.#clock = options.clock;
    this.#maxSkewMs = options.maxSkewMs ?? 60_000;
  }

  resolve({ operation, remote }: Conflict): Resolution {
    const local = parseTimestamp(operation.timestamp);
    const other = parseTimestamp(remote.timestamp);
    if (local === undefined || other === undefined) return { kind: 'use-remote' };
    const latest = this.#clock.now() + this.#maxSkewMs;
    const bounded = (stamp: HybridTimestamp): HybridTimestamp => ({
      ...stamp,
      ms: Math.min(stamp.ms, latest),
    });
    return { kind: compareTimestamps(bounded(local), bounded(other)) > 0 ? 'use-local' : 'use-remote' };
  }
}

/** What the server holds stands; the local change is given up. */
export const serverWins: ConflictResolver = { resolve: () => ({ kind: 'use-remote' }) };

/** The local change goes out again, against the server's version. */
export const clientWins: ConflictResolver = { resolve: () => ({ kind: 'use-local' }) };

/** A person decides: the operation is parked, see `SyncQueue.resolve`. */
export const defer: ConflictResolver = { resolve: () => ({ kind: 'defer' }) };
