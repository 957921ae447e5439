import { SyncError } from '@cpc/sync-core';

export interface ServiceFailureOptions {
  /** The service's method that was called. */
  readonly method: string;
  /** Whether the same call may succeed later without anybody doing anything. */
  readonly recoverable: boolean;
  readonly cause: unknown;
  /** The operation that was enqueued and will still be delivered, where there is one. */
  readonly operationId?: string;
}

/** A call failed online and was not made offline instead. Code `ONLINE_FAILED`; the cause is the online failure. */
export class OnlineFailureError extends SyncError {
  readonly method: string;
  readonly recoverable: boolean;

  constructor(message: string, { method, recoverable, cause, operationId }: ServiceFailureOptions) {
    super('ONLINE_FAILED', message, { cause, details: { method, recoverable, operationId } });
    this.method = method;
    this.recoverable = recoverable;
  }
}

/** A call failed on the offline copy. Code `OFFLINE_FAILED`; the cause is the offline failure. */
export class OfflineFailureError extends SyncError {
  readonly method: string;
  readonly recoverable: boolean;
  /** Set where the change is queued though the offline copy does not show it: do not make it again. */
  readonly operationId: string | undefined;

  constructor(message: string, { method, recoverable, cause, operationId }: ServiceFailureOptions) {
    super('OFFLINE_FAILED', message, { cause, details: { method, recoverable, operationId } });
    this.method = method;
    this.recoverable = recoverable;
    this.operationId = operationId;
  }
}

/**
 * A call failed online and then on the offline copy. Code `DUAL_FAILED`; the cause is the online failure, which
 * came first.
 */
export class DualFailureError extends SyncError {
  readonly method: string;
  readonly recoverable: boolean;
  readonly onlineCause: unknown;
  readonly offlineCause: unknown;

  constructor(
    message: string,
    options: Omit<ServiceFailureOptions, 'cause'> & {
      readonly onlineCause: unknown;
      readonly offlineCause: unknown;
    },
  ) {
    const { method, recoverable, onlineCause, offlineCause } = options;
    super('DUAL_FAILED', message, { cause: onlineCause, details: { method, recoverable } });
    this.method = method;
    this.recoverable = recoverable;
    this.onlineCause = onlineCause;
    this.offlineCause = offlineCause;
  }
}

/** The text of anything that was thrown, for messages. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
