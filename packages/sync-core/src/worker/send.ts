import type { SyncErrorCode } from '../errors/sync-error.js';
import type { SyncFailure } from '../errors/sync-failure.js';
import { toFailure } from '../errors/to-failure.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { toOperation } from '../operation/to-operation.js';
import type { DeliveryOutcome, RetryScope } from '../outcome/delivery-outcome.js';
import type { Clock } from '../ports/clock.js';
import type { Transport } from '../ports/transport.js';
import { withTimeout } from './with-timeout.js';

export interface SendOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly attemptTimeoutMs: number;
  /** Aborts the send: the worker stops, the lease is lost, the principal changes. */
  readonly signal: AbortSignal;
  /** The ids that this side still holds: asked before anything is sent again. */
  readonly held: () => Promise<ReadonlySet<string>>;
  /** Whether they are held at this very moment, without asking anybody: for the transport, before its bytes leave. */
  readonly mayLeave: () => boolean;
  /** Told what the server's clock says. */
  readonly heardTime: (serverMs: number) => void;
}

/** `aborted`: the send was given up by this side, so nothing is known of its effect. */
export type SendOutcome = DeliveryOutcome | { readonly kind: 'aborted' };

const KINDS: ReadonlySet<unknown> = new Set<DeliveryOutcome['kind']>([
  'acknowledged',
  'conflict',
  'retry',
  'unreachable',
  'unauthenticated',
  'rejected',
  'skipped',
]);

const SCOPES: ReadonlySet<unknown> = new Set<RetryScope | undefined>([
  undefined,
  'operation',
  'request',
  'server',
]);

/**
 * Sends a batch and returns one outcome for each operation, whatever the transport does.
 *
 * What a transport throws is a defect that some operation of the batch provokes. To find it without making the
 * others pay, the batch is sent again in halves: repeats are harmless, since each carries its idempotency key.
 * No half begins before the other is over, so the order of each entity stands; and none without a look at the lease,
 * since a whole send lies between the claim and it.
 */
export async function send(
  operations: readonly StoredOperation[],
  options: SendOptions,
): Promise<readonly SendOutcome[]> {
  const { transport, clock, attemptTimeoutMs, signal, mayLeave, heardTime } = options;
  let attempt: AbortSignal | undefined;
  try {
    const answer: unknown = await withTimeout(
      clock,
      attemptTimeoutMs,
      'ATTEMPT_TIMEOUT',
      signal,
      (attemptSignal) => {
        attempt = attemptSignal;
        return transport.send(operations.map(toOperation), {
          signal: attemptSignal,
          mayLeave: () => mayLeave() && !attemptSignal.aborted,
          heardTime,
        });
      },
    );
    if (isAnswer(answer, operations)) return answer;
    return await isolate(
      operations,
      options,
      new TypeError('The transport did not return one outcome per operation.'),
    );
  } catch (error) {
    if (signal.aborted) return operations.map(() => ({ kind: 'aborted' }));
    // By identity: a transport may throw an error of the same code.
    if (attempt?.aborted === true && error === attempt.reason) {
      return all(operations, { kind: 'unreachable', reason: toFailure(error, 'ATTEMPT_TIMEOUT') });
    }
    return isolate(operations, options, error);
  }
}

async function isolate(
  operations: readonly StoredOperation[],
  options: SendOptions,
  error: unknown,
): Promise<readonly SendOutcome[]> {
  if (operations.length === 1) {
    return all(operations, { kind: 'retry', reason: failure(error, 'TRANSPORT_FAILED') });
  }
  const middle = operations.length >> 1;
  const first = operations.slice(0, middle);
  const outcomes = [...(await sendAgain(first, options))];
  const held = new Set(
    first.filter((_, at) => outcomes[at]?.kind !== 'acknowledged').map(({ entity }) => entity),
  );
  held.delete(undefined);
  const second = operations.slice(middle);
  const free = second.filter(({ entity }) => !held.has(entity));
  const rest = free.length === 0 ? [] : [...(await sendAgain(free, options))];
  for (const { entity } of second) {
    outcomes.push(held.has(entity) ? { kind: 'skipped' } : (rest.shift() as SendOutcome));
  }
  return outcomes;
}

/** Sends what is still held; somebody else may be sending the rest. */
async function sendAgain(
  operations: readonly StoredOperation[],
  options: SendOptions,
): Promise<readonly SendOutcome[]> {
  const held = await options.held();
  const mine = operations.filter(({ id }) => held.has(id));
  const outcomes = mine.length === 0 ? [] : [...(await send(mine, options))];
  return operations.map(({ id }) => (held.has(id) ? (outcomes.shift() as SendOutcome) : { kind: 'aborted' }));
}

/** Whether the transport kept its contract: only what decides, or is stored, is looked at. */
function isAnswer(
  answer: unknown,
  operations: readonly StoredOperation[],
): answer is readonly DeliveryOutcome[] {
  if (!Array.isArray(answer) || answer.length !== operations.length || !answer.every(isOutcome)) return false;
  const held = new Set<string>();
  return operations.every(({ entity }, at) => {
    const { kind } = answer[at] as DeliveryOutcome;
    // Skipped behind nothing that failed, it would be sent again at once, for ever.
    if (kind === 'skipped') return entity !== undefined && held.has(entity);
    if (kind !== 'acknowledged' && entity !== undefined) held.add(entity);
    return true;
  });
}

function isOutcome(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, reason, remote, afterMs, scope } = value as Record<string, unknown>;
  if (!KINDS.has(kind)) return false;
  if (kind === 'acknowledged' || kind === 'skipped') return true;
  if (kind === 'conflict') return typeof remote === 'object' && remote !== null && isJson(remote);
  const { code, message, details } = (reason ?? {}) as Record<string, unknown>;
  return (
    typeof code === 'string' &&
    typeof message === 'string' &&
    (afterMs === undefined || Number.isFinite(afterMs)) &&
    SCOPES.has(scope) &&
    isJson(details)
  );
}

/** Whether a value can be stored: one that cannot would fail the settlement of the whole batch, again and again. */
function isJson(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

function all(operations: readonly StoredOperation[], outcome: DeliveryOutcome): readonly SendOutcome[] {
  return operations.map(() => outcome);
}

/** The code of a thrown value never decides what happens, so even a `SyncError` becomes the given code. */
function failure(error: unknown, code: SyncErrorCode): SyncFailure {
  return { ...toFailure(error, code), code };
}
