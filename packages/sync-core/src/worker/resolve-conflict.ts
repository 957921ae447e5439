import type { HybridLogicalClock } from '../conflict/hybrid-logical-clock.js';
import { SyncError } from '../errors/sync-error.js';
import { toFailure } from '../errors/to-failure.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { toOperation } from '../operation/to-operation.js';
import type { Content, FinalOutcome, ResolvedConflict } from '../outcome/decide.js';
import type { Clock } from '../ports/clock.js';
import type { ConflictResolver, RemoteRecord, Resolution } from '../ports/conflict-resolver.js';
import { withTimeout } from './with-timeout.js';

export interface ResolveOptions {
  readonly clock: Clock;
  /** Puts the operation's timestamp right, by what is known of the server's clock now. */
  readonly timestamps: Pick<HybridLogicalClock, 'corrected' | 'now'>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A merged value as the operation's payload. */
  readonly content: (value: unknown) => Content;
}

/**
 * Asks a resolver. It gets copies and a time limit; one that throws, hangs or answers with something else costs
 * the operation an attempt and nothing more.
 */
export async function resolveConflict(
  resolver: ConflictResolver,
  operation: StoredOperation,
  remote: RemoteRecord,
  options: ResolveOptions,
): Promise<FinalOutcome> {
  try {
    const timestamp = options.timestamps.corrected(operation.timestamp);
    const queued = toOperation({ ...operation, timestamp });
    const resolution = await withTimeout(
      options.clock,
      options.timeoutMs,
      'RESOLVER_FAILED',
      options.signal,
      (signal) =>
        resolver.resolve(
          {
            operation: queued,
            local: JSON.parse(operation.payload),
            remote: structuredClone(remote),
            base: queued.base,
            round: operation.conflictRounds,
            now: options.timestamps.now(),
          },
          { signal },
        ),
    );
    return { kind: 'conflict', remote, resolved: read(resolution, options.content) };
  } catch (error) {
    return { kind: 'retry', reason: { ...toFailure(error, 'RESOLVER_FAILED'), code: 'RESOLVER_FAILED' } };
  }
}

function read(resolution: Resolution, content: (value: unknown) => Content): ResolvedConflict {
  const { kind } = (resolution as Resolution | undefined) ?? { kind: undefined };
  switch (kind) {
    case 'merge':
      return { kind, ...content((resolution as Extract<Resolution, { kind: 'merge' }>).value) };
    case 'use-local':
    case 'use-remote':
    case 'defer':
      return { kind };
    default:
      throw new SyncError(
        'RESOLVER_FAILED',
        `The resolver answered with '${String(kind)}', which is no resolution.`,
      );
  }
}
