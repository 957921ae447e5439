import type { Refusal } from '../faults/carry.js';
import type { Forgery } from '../faults/fault.js';
import type { CarriedOperation } from '../faults/fault-history.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';

/** Refusals that a server gives; the others come from somebody between. */
export type ServerRefusal = Exclude<Refusal, { readonly kind: 'captivePortal' | 'badGateway' | 'redirect' }>;

/** Forgeries that take a protocol to make. */
export type ForgedItems = Extract<Forgery, 'otherKey' | 'tooMany' | 'tooFew'>;

/** What the fault kit must know of a protocol on top of HTTP. */
export interface WireProtocol {
  /** The operations that a request carries, each with its own bytes; none where it is no request of this protocol. */
  read(request: HttpRequest): readonly CarriedOperation[];
  /** The server's refusal. `Date` and `Retry-After` are added to it. */
  refuse(refusal: ServerRefusal, request: HttpRequest): HttpAnswer;
  /**
   * The body of an answer that names another operation, or answers too many or too few. An answer that this
   * protocol cannot read, such as that of somebody between, keeps its body.
   */
  forge(how: ForgedItems, answer: HttpAnswer, request: HttpRequest): HttpAnswer['body'];
}

/** What each refusal means in HTTP. */
export const STATUS_OF: Readonly<Record<ServerRefusal['kind'], number>> = {
  busy: 429,
  serverError: 500,
  keyInUse: 409,
  versionConflict: 412,
  signedOut: 401,
};
