import type { Clock } from '../ports/clock.js';
import type { Conflict, ConflictResolver, Resolution } from '../ports/conflict-resolver.js';
import { compareTimestamps, type HybridTimestamp, parseTimestamp } from './hybrid-logical-clock.js';

export interface TimestampConflictResolverOptions {
  readonly clock: Clock;
  /** A timestamp further ahead of the present than this is not believed. @defaultValue 60_000 */
  readonly maxSkewMs?: number;
}

/**
 * Last writer wins, on hybrid logical timestamps, by the server's clock where its answers told it. A timestamp from the
 * future says nothing, and does not win: neither that of a device whose clock ran ahead, nor that of a record which such
 * a device wrote. A remote record without a readable timestamp wins: it is there, and nothing says that it is
 * older. A tie goes to the server, so that every device decides alike.
 */
export class TimestampConflictResolver implements ConflictResolver {
  readonly #clock: Clock;
  readonly #maxSkewMs: number;

  constructor(options: TimestampConflictResolverOptions) {
    this.#clock = options.clock;
    this.#maxSkewMs = options.maxSkewMs ?? 60_000;
  }

  resolve({ operation, remote, now = this.#clock.now() }: Conflict): Resolution {
    const local = parseTimestamp(operation.timestamp);
    const other = parseTimestamp(remote.timestamp);
    if (local === undefined || other === undefined) return { kind: 'use-remote' };
    const isCredible = ({ ms }: HybridTimestamp): boolean => ms <= now + this.#maxSkewMs;
    if (!isCredible(local)) return { kind: 'use-remote' };
    if (!isCredible(other)) return { kind: 'use-local' };
    return { kind: compareTimestamps(local, other) > 0 ? 'use-local' : 'use-remote' };
  }
}

/** What the server holds stands; the local change is given up. */
export const serverWins: ConflictResolver = { resolve: () => ({ kind: 'use-remote' }) };

/** The local change goes out again, against the server's version. */
export const clientWins: ConflictResolver = { resolve: () => ({ kind: 'use-local' }) };

/** A person decides: the operation is parked, see `SyncQueue.resolve`. */
export const defer: ConflictResolver = { resolve: () => ({ kind: 'defer' }) };
