/** A record as a server holds it, for whoever met a conflict. */
export interface RemoteRecord {
  /** JSON; absent where the record is deleted. */
  readonly value?: unknown;
  readonly version?: string;
  /** When it was written: a hybrid logical timestamp, or milliseconds since the epoch. */
  readonly timestamp?: string | number;
  readonly deleted?: boolean;
}

/** The codes of the receiver's own problems, with their status and title. Handlers add codes of theirs. */
export const PROBLEMS = {
  KEY_MISSING: [400, 'The request carries no Idempotency-Key'],
  KEY_MALFORMED: [400, 'The Idempotency-Key is not a quoted string of 1 to 255 characters'],
  HEADER_MALFORMED: [400, 'A header does not have the form that the protocol asks for'],
  BODY_MALFORMED: [400, 'The body is not JSON in UTF-8'],
  BATCH_MALFORMED: [400, 'The batch is not an array of operations'],
  QUERY_MALFORMED: [400, 'A parameter of the address is not what it should be'],
  UNAUTHENTICATED: [401, 'Sign in first'],
  PRINCIPAL_MISMATCH: [401, 'The operations are those of somebody else than the credentials'],
  FORBIDDEN: [403, 'Not allowed'],
  KIND_UNKNOWN: [404, 'No handler for this kind of operation on this server yet'],
  METHOD_NOT_ALLOWED: [405, 'This address does not take this method'],
  KEY_IN_USE: [409, 'The first request with this key is still running'],
  KEY_EXPIRED: [410, 'The key is older than what this server remembers, so it may have been used'],
  CHECKPOINT_EXPIRED: [410, 'The changes since this checkpoint are no longer known; pull everything anew'],
  VERSION_CONFLICT: [412, 'The record has another version'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  BATCH_TOO_LARGE: [413, 'The batch holds too many operations'],
  CONTENT_TYPE_UNSUPPORTED: [415, 'The body must be application/json, as it is or with gzip or deflate'],
  OPERATION_MALFORMED: [422, 'The operation lacks a field, or one is not what it should be'],
  PAYLOAD_UNSAFE: [422, 'The payload holds what cannot be stored or merged safely'],
  KEY_REUSED: [422, 'The key was used for another content'],
  PRECONDITION_UNSUPPORTED: [422, 'This kind of operation has no versions'],
  SKIPPED: [424, 'An operation of the same entity before it failed'],
  LISTENERS_EXCEEDED: [429, 'You listen too often at once'],
  BODY_CONSUMED: [500, 'The body was read before the receiver got it'],
  HANDLER_FAILED: [500, 'The server failed on this operation'],
  LATER: [503, 'Not now'],
  OVERLOADED: [503, 'Too many operations at once'],
  STORE_UNAVAILABLE: [503, 'The server cannot write now'],
} as const satisfies Record<string, readonly [number, string]>;

/** A code of the receiver's own. */
export type ProblemCode = keyof typeof PROBLEMS;

/** An RFC 9457 problem document with the members that this protocol adds. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** For people. */
  readonly detail?: string;
  /** For programs. */
  readonly code: string;
  /** With 412. */
  readonly remote?: RemoteRecord;
  /** Seconds to wait, the same as in the header `Retry-After`, which a browser may hide. */
  readonly retryAfter?: number;
}

/** What every type of this protocol begins with; a sender knows the receiver's problems by it. */
const TYPE = 'urn:problem-type:cpc-sync:';

/** What a problem may say beyond its code. */
export type ProblemExtras = Pick<Partial<Problem>, 'detail' | 'remote' | 'retryAfter'>;

/** A problem of the receiver's own. */
export function problem(code: ProblemCode, extras: ProblemExtras = {}): Problem {
  const [status, title] = PROBLEMS[code];
  return { type: TYPE + slug(code), title, status, code, ...extras };
}

/** A handler's own refusal. */
export function refusal(status: number, code: string, detail: string): Problem {
  return { type: TYPE + 'refused', title: 'The operation was refused', status, code, detail };
}

/** Whether a text is the type of a problem of this protocol, which no gateway and no portal gives. */
export function isProblemType(type: unknown): boolean {
  return typeof type === 'string' && type.startsWith(TYPE);
}

function slug(code: string): string {
  return code.toLowerCase().replaceAll('_', '-');
}
