import { SyncError, type DeliveryOutcome, type SendContext } from '@cpc/sync-core';
import { ASKED_TO_SIGN_IN } from '../fetch/outcome-of-foreign-answer.js';
import { isRecord, type WireAnswer } from '../wire/wire-answer.js';
import { requestAs, type Departure, type RequestParts } from './request-as.js';

/** Says whom the server takes this device for; `undefined` for nobody. */
export type Whoami = (principal: string | undefined, context: SendContext) => Promise<string | undefined>;

/** How the question goes out, and what an answer to it means, in the words of a delivery. */
export interface WhoamiQuestion<Answer extends object> {
  readonly exchange: (principal: string | undefined, departure: Departure) => Promise<Answer>;
  readonly outcomeOf: (answer: Answer) => DeliveryOutcome;
}

/**
 * Asks whom the server takes this device for, with the credentials that a send would carry.
 *
 * @returns what rejects with `NETWORK_UNREACHABLE`, `NETWORK_CAPTIVE` or `ATTEMPT_TIMEOUT` where nobody says
 */
export function whoamiBy<Answer extends object>(
  parts: RequestParts,
  { exchange, outcomeOf }: WhoamiQuestion<Answer>,
): Whoami {
  return async (principal, context) => {
    const ask = (departure: Departure): Promise<Answer> => exchange(principal, departure);
    const outcome = (await requestAs(principal, context, parts, ask, outcomeOf)) as DeliveryOutcome;
    if (outcome.kind === 'acknowledged') return outcome.result as string;
    if (outcome.kind === 'unauthenticated') return undefined;
    const { reason } = outcome as Extract<DeliveryOutcome, { kind: 'unreachable' }>;
    throw new SyncError(codeOf(reason.code), reason.message);
  };
}

/** The answer in the words of a delivery, so that no text of the credentials is left in what is said of it. */
export function outcomeOfWhoami({ status, json }: Pick<WireAnswer, 'status' | 'json'>): DeliveryOutcome {
  const principal = isRecord(json) && status === 200 ? json['principal'] : undefined;
  if (typeof principal === 'string' && principal !== '') return { kind: 'acknowledged', result: principal };
  if (principal === null || principal === '' || status === 401) return ASKED_TO_SIGN_IN;
  const message = `Status ${status} does not say who is signed in: it takes { "principal": … } for an answer.`;
  return { kind: 'unreachable', reason: { code: 'NETWORK_CAPTIVE', message } };
}

function codeOf(code: string): 'ATTEMPT_TIMEOUT' | 'LEASE_LOST' | 'NETWORK_CAPTIVE' | 'NETWORK_UNREACHABLE' {
  return code === 'ATTEMPT_TIMEOUT' || code === 'LEASE_LOST' || code === 'NETWORK_CAPTIVE'
    ? code
    : 'NETWORK_UNREACHABLE';
}
