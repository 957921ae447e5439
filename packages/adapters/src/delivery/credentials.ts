import type { DeliveryOutcome } from '@cpc/sync-core';

/**
 * Gives the headers that sign a principal in, asked anew before every request and kept nowhere.
 *
 * `undefined` says that this principal is not signed in: nothing is sent, and the operations come back as
 * `unauthenticated`. What it throws, for example because a token could not be fetched, comes back as
 * `unreachable`, so that sending goes on by itself.
 *
 * @param principal - whose operations are about to be sent; `undefined` for operations of nobody
 */
export type RequestCredentials = (
  principal: string | undefined,
  context: { readonly signal: AbortSignal },
) => Readonly<Record<string, string>> | undefined | Promise<Readonly<Record<string, string>> | undefined>;

/** The outcome of operations whose principal is not signed in. */
export const NOT_SIGNED_IN: Extract<DeliveryOutcome, { kind: 'unauthenticated' }> = {
  kind: 'unauthenticated',
  reason: {
    code: 'UNAUTHENTICATED',
    message: 'Nobody is signed in for these operations; nothing was sent.',
  },
};
