import type { RequestParts } from '../delivery/request-as.js';
import { outcomeOfWhoami, whoamiBy, type Whoami } from '../delivery/whoami.js';
import { whoamiRequest } from '../wire/wire-request.js';
import { exchange, type ExchangeOptions } from './exchange.js';

/**
 * Asks an address whom the server takes this device for. It answers a GET with `{ "principal": "ann" }`, and with
 * `null` or status 401 for nobody; the receiver of `@cpc/server` does so at `<path>/whoami`.
 */
export function whoamiAt(address: URL, parts: RequestParts, options: ExchangeOptions): Whoami {
  return whoamiBy(parts, {
    exchange: (principal, departure) => exchange(whoamiRequest(address, principal), departure, options),
    // Where a redirect leads, nobody knows this device.
    outcomeOf: ({ status, json, isRedirect }) =>
      outcomeOfWhoami({ status, json: isRedirect ? undefined : json }),
  });
}
