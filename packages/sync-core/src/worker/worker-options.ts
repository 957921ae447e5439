import { ExponentialBackoff } from '../backoff/backoff.js';
import { checkInteger } from '../operation/check.js';
import type { BackoffStrategy } from '../ports/backoff-strategy.js';
import type { Principals } from '../ports/sign-in.js';

export interface SyncWorkerOptions {
  /**
   * Whose operations are sent, whoever is signed in: for tools that deliver what others left. Their sends are not given
   * up when somebody signs in. `undefined` in the list stands for what is nobody's.
   *
   * @defaultValue who is signed in, or nobody's while nobody is
   */
  readonly principals?: Principals;
  /** How many sends may be under way at once. @defaultValue 4 */
  readonly concurrency?: number;
  /** How many operations one send carries at most; the transport may set a lower bound. @defaultValue 50 */
  readonly batchSize?: number;
  /** An attempt that takes longer counts as unanswered, in milliseconds. @defaultValue 30_000 */
  readonly attemptTimeoutMs?: number;
  /** How long a claim holds without renewal, in milliseconds. @defaultValue 60_000 */
  readonly leaseMs?: number;
  /** How often the worker looks even though nothing woke it, in milliseconds. @defaultValue 30_000 */
  readonly pollMs?: number;
  /**
   * Answers that speak against an operation before it becomes a dead letter. Only those count that ask for another
   * attempt of this operation while the server takes others.
   *
   * @defaultValue 10
   */
  readonly maxAttempts?: number;
  /** @defaultValue 86_400_000, a day */
  readonly maxRetryAfterMs?: number;
  /** @defaultValue 100 */
  readonly minRetryMs?: number;
  /** @defaultValue 5 */
  readonly maxConflictRounds?: number;
  /** A resolver that takes longer has failed, in milliseconds. @defaultValue 10_000 */
  readonly resolveTimeoutMs?: number;
  /**
   * A credential provider that takes longer to answer has failed, in milliseconds. It is asked again.
   *
   * @defaultValue 30_000
   */
  readonly refreshTimeoutMs?: number;
  /**
   * Upper bound of the random wait after the network came back, in milliseconds. It is a tenth of the outage's length at
   * the most.
   *
   * @defaultValue 2_000
   */
  readonly reconnectJitterMs?: number;
  /**
   * How often a send is tried while the monitor says that there is no network, in milliseconds. One more goes out at each
   * start and each drain; one that is answered ends this, until the monitor says something else.
   *
   * @defaultValue 300_000
   */
  readonly offlineProbeMs?: number;
  /** How long the circuit stays open, and an operation waits that met no answer, or a server that takes nothing. @defaultValue 1 s doubling to 1 min, equal jitter */
  readonly outageBackoff?: BackoffStrategy;
  /** `stalled` is told when the oldest operation is older than this though the network is there. @defaultValue 900_000 */
  readonly stallAfterMs?: number;
  /** How long `stop` waits for what is being sent, in milliseconds. @defaultValue 5_000 */
  readonly stopTimeoutMs?: number;
}

/** The options with all defaults, checked. */
export type WorkerSettings = Required<Omit<SyncWorkerOptions, 'principals'>> &
  Pick<SyncWorkerOptions, 'principals'>;

/** @throws RangeError that names the option */
export function workerSettings(options: SyncWorkerOptions): WorkerSettings {
  const numbers = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    numbers[name] = options[name] ?? DEFAULTS[name];
    checkInteger(name, numbers[name], MAY_BE_ZERO.has(name) ? 0 : 1);
  }
  const outageBackoff = new ExponentialBackoff({ baseMs: 1000, maxMs: 60_000, jitter: 'equal' });
  const { principals } = options;
  return {
    ...numbers,
    outageBackoff: options.outageBackoff ?? outageBackoff,
    ...(principals !== undefined && { principals }),
  };
}

const DEFAULTS = {
  concurrency: 4,
  batchSize: 50,
  attemptTimeoutMs: 30_000,
  leaseMs: 60_000,
  pollMs: 30_000,
  maxAttempts: 10,
  maxRetryAfterMs: 86_400_000,
  minRetryMs: 100,
  maxConflictRounds: 5,
  resolveTimeoutMs: 10_000,
  refreshTimeoutMs: 30_000,
  reconnectJitterMs: 2000,
  offlineProbeMs: 300_000,
  stallAfterMs: 900_000,
  stopTimeoutMs: 5000,
};

const MAY_BE_ZERO: ReadonlySet<string> = new Set([
  'maxConflictRounds',
  'minRetryMs',
  'reconnectJitterMs',
  'stopTimeoutMs',
]);
