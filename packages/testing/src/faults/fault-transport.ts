import type { DeliveryOutcome, Operation, SendContext, SyncFailure, Transport } from '@cpc/sync-core';
import { carry, type Refusal } from './carry.js';
import type { CarriedOperation, FaultHistory } from './fault-history.js';
import { FaultLine, type FaultLineOptions } from './fault-line.js';
import type { FaultPlan } from './fault-plan.js';

/**
 * A transport that passes operations on to another one, and loses, doubles, delays or refuses them as planned. It
 * keeps the contract of `Transport`: what gets lost comes back as `unreachable`, and of half an answer the
 * operations of the first half hear their outcome. A server's clock is not seen at this level, so skew does nothing.
 */
export class FaultTransport implements Transport {
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  readonly #inner: Transport;
  readonly #line: FaultLine;

  constructor(inner: Transport, plan: FaultPlan, options: FaultLineOptions) {
    this.#inner = inner;
    this.#line = new FaultLine(plan, options);
    this.maxBatchSize = inner.maxBatchSize ?? 1;
    this.keepsOrder = inner.keepsOrder ?? false;
  }

  /** Every send so far. */
  get history(): FaultHistory {
    return this.#line.history;
  }

  async send(operations: readonly Operation[], context: SendContext): Promise<readonly DeliveryOutcome[]> {
    const fault = this.#line.next(operations.map(carriedOf));
    const carried = await carry(fault, {
      forward: () => this.#inner.send(operations, context),
      refuse: (refusal) => operations.map(() => outcomeOf(refusal)),
      // No transport may believe a forged answer.
      forge: () => operations.map(() => FORGED),
      clock: this.#line.clock,
      signal: context.signal,
    });
    if (carried.kind === 'broken') return operations.map(() => LOST);
    const { answer } = carried;
    if (carried.kind === 'whole') return answer;
    return answer.map((outcome, index) => (index < answer.length >> 1 ? outcome : LOST));
  }
}

/** What a server may see of an operation. Attempts and local times are not among it. */
function carriedOf(operation: Operation): CarriedOperation {
  const { id, kind, entity, principal, version, timestamp, baseVersion, payloadJson } = operation;
  const envelope = { id, kind, entity, principal, version, timestamp, baseVersion };
  return { id, bytes: `${JSON.stringify(envelope)}\n${payloadJson}` };
}

const LOST: DeliveryOutcome = {
  kind: 'unreachable',
  reason: { code: 'NETWORK_UNREACHABLE', message: 'The connection broke, as the plan of faults says.' },
};

const FORGED: DeliveryOutcome = { kind: 'unreachable', reason: answered(200, 'NETWORK_CAPTIVE') };

function outcomeOf(fault: Refusal): DeliveryOutcome {
  switch (fault.kind) {
    case 'busy':
      return { kind: 'retry', afterMs: fault.retryAfterMs, reason: answered(429, 'SERVER_RETRY') };
    case 'serverError':
      return { kind: 'retry', reason: answered(500, 'SERVER_RETRY') };
    case 'keyInUse':
      return { kind: 'retry', reason: answered(409, 'KEY_IN_USE') };
    case 'versionConflict':
      return { kind: 'conflict', remote: fault.remote };
    case 'signedOut':
      return { kind: 'unauthenticated', reason: answered(401, 'UNAUTHENTICATED') };
    case 'captivePortal':
      return { kind: 'unreachable', reason: answered(200, 'NETWORK_CAPTIVE') };
    case 'badGateway':
      return { kind: 'unreachable', reason: answered(502, 'NETWORK_CAPTIVE') };
    case 'redirect':
      return { kind: 'unreachable', reason: answered(fault.status, 'NETWORK_UNREACHABLE') };
  }
}

function answered(status: number, code: string): SyncFailure {
  return { code, status, message: `Answered with ${status}, as the plan of faults says.` };
}
