import { Code } from '@connectrpc/connect';
import type { DeliveryOutcome, RetryScope, SyncErrorCode } from '@cpc/sync-core';

/** What an error says besides its code. */
export interface CodeContext {
  /** Whether the receiver gave it, and nobody between: see `ConnectTransportOptions.recognise`. */
  readonly recognised: boolean;
  /** What a `google.rpc.RetryInfo` asked for, in milliseconds. */
  readonly afterMs?: number | undefined;
  /** For people. */
  readonly message: string;
}

/**
 * What an error without a `cpc.sync.v1.Problem` means, by its code alone. With one, the problem's status decides,
 * as over HTTP.
 *
 * | code | from anybody | recognised as the receiver's |
 * | --- | --- | --- |
 * | CANCELED (1) | `unreachable` | `unreachable` |
 * | UNKNOWN (2) | `unreachable` | `retry` |
 * | INVALID_ARGUMENT (3) | `unreachable` | `rejected` |
 * | DEADLINE_EXCEEDED (4) | `unreachable` | `unreachable` |
 * | NOT_FOUND (5) | `unreachable` | `rejected` |
 * | ALREADY_EXISTS (6) | `unreachable` | `rejected` |
 * | PERMISSION_DENIED (7) | `unreachable` | `rejected` |
 * | RESOURCE_EXHAUSTED (8) | `retry` of the server | the same |
 * | FAILED_PRECONDITION (9) | `unreachable` | `rejected` |
 * | ABORTED (10) | `unreachable` | `retry` of the request |
 * | OUT_OF_RANGE (11) | `unreachable` | `rejected` |
 * | UNIMPLEMENTED (12) | `unreachable` | `retry` of the request: the server does not know the kind yet |
 * | INTERNAL (13) | `unreachable` | `retry` |
 * | UNAVAILABLE (14) | `unreachable`; `retry` of the server with RetryInfo | the same |
 * | DATA_LOSS (15) | `unreachable` | `retry` |
 * | UNAUTHENTICATED (16) | `unauthenticated` | `unauthenticated` |
 *
 * `unreachable` says that the operation may have been applied: after CANCELED, DEADLINE_EXCEEDED and UNAVAILABLE
 * nobody knows, and the others may be a client's own reading of a proxy's 403 (PERMISSION_DENIED), a portal's
 * page (UNKNOWN) or an answer that was torn off half-way (INVALID_ARGUMENT).
 */
export function outcomeOfCode(code: Code, context: CodeContext): DeliveryOutcome {
  switch (code) {
    case Code.Unauthenticated:
      return { kind: 'unauthenticated', reason: failure('UNAUTHENTICATED', code, context) };
    case Code.ResourceExhausted:
      return retry('server', code, context);
    case Code.Unavailable:
      return context.afterMs === undefined
        ? unreachable('NETWORK_UNREACHABLE', code, context)
        : retry('server', code, context);
    case Code.Canceled:
      return unreachable('NETWORK_UNREACHABLE', code, context);
    case Code.DeadlineExceeded:
      return unreachable('ATTEMPT_TIMEOUT', code, context);
    case Code.Aborted:
    case Code.Unimplemented:
      return context.recognised
        ? retry('request', code, context)
        : unreachable('NETWORK_CAPTIVE', code, context);
    case Code.Unknown:
    case Code.Internal:
    case Code.DataLoss:
      return context.recognised
        ? retry('operation', code, context)
        : unreachable('NETWORK_CAPTIVE', code, context);
    case Code.InvalidArgument:
    case Code.NotFound:
    case Code.AlreadyExists:
    case Code.PermissionDenied:
    case Code.FailedPrecondition:
    case Code.OutOfRange:
      return context.recognised
        ? { kind: 'rejected', reason: failure('REJECTED', code, context) }
        : unreachable('NETWORK_CAPTIVE', code, context);
  }
}

function retry(scope: RetryScope, code: Code, context: CodeContext): DeliveryOutcome {
  const { afterMs } = context;
  const reason = failure('SERVER_RETRY', code, context);
  return { kind: 'retry', reason, scope, ...(afterMs !== undefined && { afterMs }) };
}

function unreachable(failed: SyncErrorCode, code: Code, context: CodeContext): DeliveryOutcome {
  return { kind: 'unreachable', reason: failure(failed, code, context) };
}

function failure(failed: SyncErrorCode, code: Code, { message }: CodeContext) {
  return { code: failed, message, details: { rpcCode: Code[code] } };
}
