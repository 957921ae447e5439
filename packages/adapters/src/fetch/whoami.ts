import { SyncError, type DeliveryOutcome, type SendContext } from '@cpc/sync-core';
import { requestAs, type RequestParts } from '../delivery/request-as.js';
import { isRecord } from '../wire/wire-answer.js';
import { whoamiRequest } from '../wire/wire-request.js';
import { exchange, type Exchanged, type ExchangeOptions } from './exchange.js';
import { ASKED_TO_SIGN_IN } from './outcome-of-foreign-answer.js';

/** Says whom the server takes this device for; `undefined` for nobody. */
export type Whoami = (principal: string | undefined, context: SendContext) => Promise<string | undefined>;

/**
 * Asks an address whom the server takes this device for. It answers a GET with `{ "principal": "ann" }`, and with
 * `null` or status 401 for nobody; the receiver of `@cpc/server` does so at `<path>/whoami`.
 *
 * @returns what rejects with `NETWORK_UNREACHABLE`, `NETWORK_CAPTIVE` or `ATTEMPT_TIMEOUT` where nobody says
 */
export function whoamiAt(address: URL, parts: RequestParts, options: ExchangeOptions): Whoami {
  return async (principal, context) => {
    const met = await requestAs(
      principal,
      context,
      parts,
      (departure) => exchange(whoamiRequest(address, principal), departure, options),
      outcomeOfWhoami,
    );
    const outcome = met as DeliveryOutcome;
    if (outcome.kind === 'acknowledged') return outcome.result as string;
    if (outcome.kind === 'unauthenticated') return undefined;
    const { reason } = outcome as Extract<DeliveryOutcome, { kind: 'unreachable' }>;
    throw new SyncError(codeOf(reason.code), reason.message);
  };
}

/** The answer in the words of a delivery, so that no text of the credentials is left in what is said of it. */
function outcomeOfWhoami({ status, json, isRedirect }: Exchanged): DeliveryOutcome {
  const principal = isRecord(json) && !isRedirect && status === 200 ? json['principal'] : undefined;
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
