import type { DeliveryOutcome, SyncFailure } from '@cpc/sync-core';
import { asksAnybodyAgain } from '../wire/outcome-of-answer.js';

/**
 * What an answer means that does not come from the receiver: a captive portal's page, a gateway's error, a
 * wrong address. It says nothing about the operation, so it neither acknowledges nor refuses it, and an outage
 * behind a gateway that answers 502 for a week uses up no attempt.
 *
 * | status | outcome | why |
 * | --- | --- | --- |
 * | 401 | `unauthenticated` | sign-in is often checked in front of the receiver |
 * | 408, 425, 429 | `retry` | asks to come later, whoever it is |
 * | any other, 2xx too | `unreachable`, code `NETWORK_CAPTIVE` | the receiver did not answer |
 */
export function outcomeOfForeignAnswer(status: number, retryAfter?: number): DeliveryOutcome {
  if (status === 401) {
    return { kind: 'unauthenticated', reason: failure('UNAUTHENTICATED', status, 'Sign in again.') };
  }
  if (asksAnybodyAgain(status)) {
    const reason = failure('SERVER_RETRY', status, 'Something in front of the server asked to come later.');
    return { kind: 'retry', reason, ...(retryAfter !== undefined && { afterMs: retryAfter }) };
  }
  const hint =
    'The answer does not carry the operation’s key, so the receiver did not give it: ' +
    'look for a captive portal, a gateway, or a wrong endpoint.';
  return { kind: 'unreachable', reason: failure('NETWORK_CAPTIVE', status, hint) };
}

function failure(code: string, status: number, hint: string): SyncFailure {
  return { code, status, message: `Status ${status}. ${hint}` };
}
