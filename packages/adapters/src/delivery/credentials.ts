import type { DeliveryOutcome } from '@cpc/sync-core';

/**
 * Gives the headers that sign a principal in, asked anew before every request and kept nowhere.
 *
 * `undefined` says that this principal is not signed in: nothing is sent, and the operations come back as
 * `unauthenticated`; so they do where a value cannot be a header, as a token with a line break. What it throws, for
 * example because a token could not be fetched, comes back as `unreachable`, so that sending goes on by itself; what is a
 * defect, as reading a property of `undefined`, as `TRANSPORT_FAILED`.
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

/** The outcome of operations whose credentials no header can hold. It names no part of them, since it is stored. */
export const UNFIT_CREDENTIALS: typeof NOT_SIGNED_IN = {
  kind: 'unauthenticated',
  reason: {
    code: 'UNAUTHENTICATED',
    message:
      'The credentials hold what cannot stand in a header, for example a line break; nothing was sent. ' +
      'Give others, and sign in again.',
  },
};

/** Whether all of it can stand in headers. Looked at here, since platforms quote what cannot in their errors. */
export function areHeaders(credentials: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(credentials).every(
    ([name, value]) => TOKEN.test(name) && typeof value === 'string' && VALUE.test(value.replace(AROUND, '')),
  );
}

/** RFC 9110, sections 5.6.2 and 5.5; space around a value is not part of it. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const AROUND = /^[\t\n\r ]+|[\t\n\r ]+$/g;
