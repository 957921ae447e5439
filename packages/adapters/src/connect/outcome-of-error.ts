import type { ConnectError } from '@connectrpc/connect';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { outcomeOfRefusedRun } from '../delivery/outcome-of-refused-run.js';
import type { Run } from '../delivery/runs.js';
import type { RunResult } from '../delivery/send-runs.js';
import { ASKED_TO_SIGN_IN } from '../fetch/outcome-of-foreign-answer.js';
import { boundedMs } from '../wire/bounded-ms.js';
import { itemOfProblem } from './answer-items.js';
import { ProblemSchema, RetryInfoSchema } from '@cpc/protocol/protobuf';
import { outcomeOfCode } from './outcome-of-code.js';

/**
 * What an error means for the operations of a call: a problem among its details is the receiver's word, as long
 * as it names the operation or a whole batch; else its code decides, see {@link outcomeOfCode}.
 *
 * An error with a cause was made on this side, of whatever the platform threw: nobody answered, whatever its code.
 */
export function outcomeOfError(
  error: ConnectError,
  run: Run,
  { recognise, signInWhen }: ErrorJudge,
): RunResult {
  const afterMs = retryDelayMs(error);
  const [problem] = error.findDetails(ProblemSchema);
  const refusal = problem !== undefined && concerns(problem.idempotencyKey, run) && itemOfProblem(problem);
  if (refusal) return outcomeOfRefusedRun(run, refusal, afterMs);
  if (signInWhen(error)) return ASKED_TO_SIGN_IN;
  if (error.cause !== undefined) {
    return { kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE', message: error.message } };
  }
  return outcomeOfCode(error.code, { recognised: recognise(error), afterMs, message: error.message });
}

/** What an app says of errors that carry no problem. */
export interface ErrorJudge {
  readonly recognise: (error: ConnectError) => boolean;
  readonly signInWhen: (error: ConnectError) => boolean;
}

function concerns(key: string, { operations }: Run): boolean {
  return key === '' || (operations.length === 1 && operations[0]?.id === key);
}

/** The wait that a `google.rpc.RetryInfo` asks for; a batch of hints counts by its first. */
function retryDelayMs(error: ConnectError): number | undefined {
  const [info] = error.findDetails(RetryInfoSchema);
  return info?.retryDelay && positiveMs(info.retryDelay);
}

function positiveMs({ seconds, nanos }: Duration): number | undefined {
  return boundedMs(Number(seconds) * 1000 + Math.ceil(nanos / 1e6));
}
