/** What happens to one request. Times are in milliseconds. */
export type Fault =
  | { readonly kind: 'ok' }
  /** The request never reaches the server. */
  | { readonly kind: 'requestLost' }
  /** The server has the effect; its answer never comes back. */
  | { readonly kind: 'answerLost' }
  /** The server gets the request twice. */
  | { readonly kind: 'duplicate' }
  /** The answer is cut in the middle. */
  | { readonly kind: 'halfAnswer' }
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  | { readonly kind: 'serverError' }
  | { readonly kind: 'signedOut' };

/** Shorthands for plans. */
export const ok: Fault = { kind: 'ok' };
export const requestLost: Fault = { kind: 'requestLost' };
export const answerLost: Fault = { kind: 'answerLost' };
export const duplicate: Fault = { kind: 'duplicate' };
export const halfAnswer: Fault = { kind: 'halfAnswer' };
export const serverError: Fault = { kind: 'serverError' };
export const signedOut: Fault = { kind: 'signedOut' };

/** The answer 429 with `Retry-After`. */
export function busy(retryAfterMs: number): Fault {
  return { kind: 'busy', retryAfterMs };
}
