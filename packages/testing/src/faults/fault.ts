/** What one request meets on its way, and from whom. Times are in milliseconds. */
export type Fault = FaultKind & FaultCircumstances;

/** Circumstances that any fault may have; a plan adds them with `withLatency` and `withClockSkew`. */
export interface FaultCircumstances {
  /** How long the exchange takes beyond its real time; half of it passes on the way there, half on the way back. */
  readonly latencyMs?: number;
  /** How far the server's clock is ahead (or, below 0, behind), as its `Date` and dates derived from it show. */
  readonly clockSkewMs?: number;
}

export type FaultKind =
  | { readonly kind: 'ok' }
  /** The request never reaches the server. */
  | { readonly kind: 'requestLost' }
  /** The server has the effect; its answer never comes back. */
  | { readonly kind: 'answerLost' }
  /** The server gets the request twice; the second answer comes back. */
  | { readonly kind: 'duplicate' }
  /** The answer breaks off in the middle. */
  | { readonly kind: 'halfAnswer' }
  /** Nothing comes back, and nothing breaks either: only a time limit ends it. */
  | { readonly kind: 'hang'; readonly afterEffect: boolean }
  /** 429. Nothing happened. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number; readonly retryAfterAs: 'seconds' | 'date' }
  /** 500. Nothing happened. */
  | { readonly kind: 'serverError' }
  /** 409: the first request with this key is still running. */
  | { readonly kind: 'keyInUse' }
  /** 412: the server holds another version, this one. */
  | { readonly kind: 'versionConflict'; readonly remote: FaultRemote }
  /** 401. Nothing happened. */
  | { readonly kind: 'signedOut' }
  /** Somebody between answers 200 with a page of HTML. */
  | { readonly kind: 'captivePortal' }
  /** Somebody between answers 502 with a page of HTML. */
  | { readonly kind: 'badGateway' }
  /** The server has the effect; what comes back is not its answer, but looks like one. */
  | { readonly kind: 'forged'; readonly how: Forgery }
  /** Somebody between sends the request elsewhere. */
  | { readonly kind: 'redirect'; readonly to: string; readonly status: 301 | 302 | 303 | 307 | 308 };

/**
 * What is wrong with a forged answer, status and media type of which are the server's:
 *
 * - `truncated`: its second half is missing, and its length says so
 * - `otherKey`: it names another operation
 * - `tooMany`, `tooFew`: it answers one operation more, or fewer, than were asked about
 * - `empty`: it has no body
 * - `notJson`: its body is of another kind
 * - `huge`: its body is 16 MB of zeros
 */
export type Forgery = 'truncated' | 'otherKey' | 'tooMany' | 'tooFew' | 'empty' | 'notJson' | 'huge';

/** The server's record, as a version conflict shows it. */
export interface FaultRemote {
  readonly value: unknown;
  readonly version: string;
}

/** Shorthands for plans. */
export const ok: Fault = { kind: 'ok' };
export const requestLost: Fault = { kind: 'requestLost' };
export const answerLost: Fault = { kind: 'answerLost' };
export const duplicate: Fault = { kind: 'duplicate' };
export const halfAnswer: Fault = { kind: 'halfAnswer' };
export const serverError: Fault = { kind: 'serverError' };
export const keyInUse: Fault = { kind: 'keyInUse' };
export const signedOut: Fault = { kind: 'signedOut' };
export const captivePortal: Fault = { kind: 'captivePortal' };
export const badGateway: Fault = { kind: 'badGateway' };
/** The request never reaches the server, and the connection stays open. */
export const hang: Fault = { kind: 'hang', afterEffect: false };
/** The server has the effect, its answer never comes, and the connection stays open. */
export const hangAfterEffect: Fault = { kind: 'hang', afterEffect: true };

/**
 * The answer 429 with `Retry-After`, in seconds (rounded up) or as a date of HTTP.
 *
 * @throws RangeError where the time is no number of at least 0
 */
export function busy(retryAfterMs: number, retryAfterAs: 'seconds' | 'date' = 'seconds'): Fault {
  if (!(retryAfterMs >= 0 && retryAfterMs < Infinity)) {
    throw new RangeError(`busy() takes milliseconds of at least 0; got ${retryAfterMs}`);
  }
  return { kind: 'busy', retryAfterMs, retryAfterAs };
}

/** The answer 412, with the record that the server is said to hold. */
export function versionConflict(remote: FaultRemote): Fault {
  return { kind: 'versionConflict', remote };
}

/**
 * Sends the request to another address.
 *
 * @param status - 307 and 308 ask for the same request there; 301 to 303 turn a POST into a GET
 */
export function redirect(to: string | URL, status: 301 | 302 | 303 | 307 | 308 = 307): Fault {
  return { kind: 'redirect', to: String(to), status };
}

/** An answer that is not what the server said. */
export function forged(how: Forgery): Fault {
  return { kind: 'forged', how };
}
