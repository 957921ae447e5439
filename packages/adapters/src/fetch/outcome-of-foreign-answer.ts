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
 * | 408, 425 | `retry` of the request | asks to come later, whoever it is |
 * | 429 | `retry` of the server | asks everybody to come later |
 * | any other, 2xx too | `unreachable`, code `NETWORK_CAPTIVE` | the receiver did not answer |
 */
export function outcomeOfForeignAnswer(status: number, retryAfter?: number): DeliveryOutcome {
  if (status === 401) {
    return { kind: 'unauthenticated', reason: failure('UNAUTHENTICATED', status, 'Sign in again.') };
  }
  if (asksAnybodyAgain(status)) {
    const reason = failure('SERVER_RETRY', status, 'Something in front of the server asked to come later.');
    const scope = status === 429 ? 'server' : 'request';
    return { kind: 'retry', reason, scope, ...(retryAfter !== undefined && { afterMs: retryAfter }) };
  }
  const hint =
    'The answer does not carry the operation’s key, so the receiver did not give it: ' +
    'look for a captive portal, a gateway, or a wrong endpoint.';
  return { kind: 'unreachable', reason: failure('NETWORK_CAPTIVE', status, hint) };
}

function failure(code: string, status: number, hint: string): SyncFailure {
  return { code, status, message: `Status ${status}. ${hint}` };
}

/** What a redirect means: the receiver gives none, so it is nobody's word about the operations. */
export const REDIRECTED: DeliveryOutcome = {
  kind: 'unreachable',
  reason: {
    code: 'NETWORK_CAPTIVE',
    message:
      'The answer is a redirect, or comes from where one led, so the receiver did not give it: look for a captive ' +
      'portal, a sign-in in front of the server (signInWhen), or a wrong endpoint.',
  },
};

/** What an answer means of which the app said that it asks for a sign-in. */
export const ASKED_TO_SIGN_IN: DeliveryOutcome = {
  kind: 'unauthenticated',
  reason: { code: 'UNAUTHENTICATED', message: 'Something in front of the server asks for a sign-in.' },
};
