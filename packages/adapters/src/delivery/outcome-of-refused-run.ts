import { outcomeOfAnswer } from '../wire/outcome-of-answer.js';
import type { AnswerItem } from '../wire/wire-answer.js';
import type { Run } from './runs.js';
import type { RunResult } from './send-runs.js';

/**
 * What the receiver's refusal of a whole request means: a batch that is malformed (400) or too large (413) is
 * halved until the culprit is alone; anything else holds for each of its operations.
 *
 * @param retryAfter - as in `outcomeOfAnswer`
 */
export function outcomeOfRefusedRun(run: Run, refusal: AnswerItem, retryAfter?: number): RunResult {
  const divisible = run.operations.length > 1 && (refusal.status === 400 || refusal.status === 413);
  return divisible ? 'halve' : outcomeOfAnswer(refusal, retryAfter);
}
