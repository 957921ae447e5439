import { Code, ConnectError } from '@connectrpc/connect';
import { SYNC_ERROR_CODES, SyncError, type DeliveryOutcome, type SyncErrorCode } from '@cpc/sync-core';
import { outcomeOfError } from './outcome-of-error.js';

/** No operation is meant, so a problem counts as one about the whole call. */
const NO_RUN = { address: '', principal: undefined, operations: [] };

const NOBODY = { recognise: () => false, signInWhen: () => false };

/**
 * What a call of a service of one's own met, in the words of this library, for a service beside the
 * `DeliveryService`: `REJECTED` and `UNAUTHENTICATED` where the server says so, `NETWORK_UNREACHABLE`,
 * `NETWORK_CAPTIVE`, `ATTEMPT_TIMEOUT` or `SERVER_RETRY` where it may be worth another try.
 *
 * @param cause - what the client threw, which is kept as the error's cause
 */
export function errorOfCall(cause: unknown): SyncError {
  const error = ConnectError.from(cause, Code.Unavailable);
  const outcome = outcomeOfError(error, NO_RUN, NOBODY) as DeliveryOutcome;
  const options = { cause: error };
  if (outcome.kind === 'rejected') return new SyncError('REJECTED', outcome.reason.message, options);
  if (!('reason' in outcome)) return new SyncError('REJECTED', error.rawMessage, options);
  const { code, message } = outcome.reason;
  return new SyncError(isSyncErrorCode(code) ? code : 'SERVER_RETRY', message, options);
}

function isSyncErrorCode(code: string): code is SyncErrorCode {
  return (SYNC_ERROR_CODES as readonly string[]).includes(code);
}
