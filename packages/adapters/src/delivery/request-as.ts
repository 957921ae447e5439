import { SyncError, type DeliveryOutcome, type SendContext } from '@cpc/sync-core';
import { NOT_SIGNED_IN, UNFIT_CREDENTIALS, areHeaders, type RequestCredentials } from './credentials.js';
import { defectOf } from './defect.js';
import { Secrets } from './secrets.js';
import type { RunResult } from './send-runs.js';
import { withinTime, type TimeLimit } from './within-time.js';

/** What a request has to go out with. */
export interface Departure {
  /** The headers that sign the principal in. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Aborted when the send is, and when the request's time is over. */
  readonly signal: AbortSignal;
  /**
   * To be called right before the bytes leave, behind all that was waited for. A process may have been frozen while
   * it waited, and its lease be somebody else's.
   *
   * @throws the signal's reason, where nothing may leave any more
   */
  readonly leave: () => void;
}

export interface RequestParts extends TimeLimit {
  readonly credentials: RequestCredentials;
}

/**
 * One request in a principal's name: asks for credentials, lets it go out within its time, and says what its answer
 * means. What `exchange` throws is the network's, unless it is a defect; what anything else throws is one. In what comes
 * out of it, no text of the credentials is left.
 *
 * @throws SyncError `TRANSPORT_FAILED` for a defect
 */
export async function requestAs<Answer extends object>(
  principal: string | undefined,
  context: SendContext,
  { credentials, ...time }: RequestParts,
  exchange: (departure: Departure) => Promise<Answer>,
  resultOf: (answer: Answer) => RunResult,
): Promise<RunResult> {
  let secrets = new Secrets({});
  const work = async (signal: AbortSignal): Promise<{ answer: Answer } | DeliveryOutcome> => {
    const given = await credentials(principal, { signal });
    if (given === undefined) return NOT_SIGNED_IN;
    secrets = new Secrets(given);
    if (!areHeaders(given)) return UNFIT_CREDENTIALS;
    const leave = (): void => mustStillHold(context, signal);
    try {
      signal.throwIfAborted();
      return { answer: await exchange({ credentials: given, signal, leave }) };
    } catch (error) {
      throw secrets.hideInError(error);
    }
  };
  const met = await withinTime(work, context.signal, time);
  if (!('answer' in met)) return secrets.hideInOutcome(met);
  try {
    return hideInResult(resultOf(met.answer), secrets);
  } catch (error) {
    throw defectOf(secrets.hideInError(error));
  }
}

function mustStillHold({ mayLeave }: SendContext, signal: AbortSignal): void {
  const isHeld = mayLeave?.() ?? true;
  signal.throwIfAborted();
  if (!isHeld) throw new SyncError('LEASE_LOST', 'The lease ended before anything was sent.');
}

function hideInResult(result: RunResult, secrets: Secrets): RunResult {
  if (result === 'halve') return result;
  return 'kind' in result
    ? secrets.hideInOutcome(result)
    : result.map((outcome) => secrets.hideInOutcome(outcome));
}
