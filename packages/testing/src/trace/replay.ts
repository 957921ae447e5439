import { decide, type DeliveryRules, type Settlement } from '@cpc/sync-core';
import { redacted, type RedactableField, type TraceDecision } from '@cpc/sync-core/trace';
import { readTrace } from './read-trace.js';
import { RecordedPolicy, type ReplayStrategies, UnrecordedQuestion } from './recorded-policy.js';

export interface ReplayOptions extends ReplayStrategies {
  /** Rules to compare with those of the trace. @defaultValue those of the installed `@cpc/sync-core` */
  readonly rules?: DeliveryRules;
}

/** A decision that comes out otherwise than in the trace. */
export interface Parting {
  /** The line of the trace, from 1. */
  readonly line: number;
  /** The operation. */
  readonly id: string;
  /** The settlement as the trace has it, as JSON. */
  readonly recorded: string;
  /** The settlement as it is now, as JSON; `undefined` where the rules asked for what the trace does not hold. */
  readonly replayed: string | undefined;
  /** What is different, in words. */
  readonly message: string;
}

export interface Replay {
  readonly decisions: number;
  readonly events: number;
  /** Lines that the bounded trace had lost when it was sent. */
  readonly dropped: number;
  /** In the order of the trace; empty where all decisions are the same, byte for byte. */
  readonly partings: readonly Parting[];
}

/**
 * Makes the decisions of a trace again: the same operations, outcomes, policy and clock, and the same answers to what
 * the rules asked on the way. Compares each settlement with the recorded one, byte for byte.
 *
 * @param trace - the NDJSON of a `TraceRecorder`
 * @throws SyncError `STORAGE_FORMAT_NEWER` for a trace of a newer version, `STORAGE_DAMAGED` for what is none; the
 * error names the line
 */
export function replay(trace: string, options: ReplayOptions = {}): Replay {
  const { header, lines } = readTrace(trace);
  const partings: Parting[] = [];
  let decisions = 0;
  for (const { number, line } of lines) {
    if (line.type !== 'decision') continue;
    decisions++;
    const parting = partingOf(number, line, header.redacts, options);
    if (parting !== undefined) partings.push(parting);
  }
  return { decisions, events: lines.length - decisions, dropped: header.dropped, partings };
}

function partingOf(
  number: number,
  decision: TraceDecision,
  redacts: readonly RedactableField[],
  { rules = decide, ...strategies }: ReplayOptions,
): Parting | undefined {
  const { operation, outcome, now } = decision;
  const recordedText = JSON.stringify(decision.settlement);
  const part = (message: string, replayed?: string): Parting => ({
    line: number,
    id: operation.id,
    recorded: recordedText,
    replayed,
    message,
  });
  const policy = new RecordedPolicy(decision, strategies);
  let settlement: Settlement;
  try {
    settlement = rules(operation, outcome, policy.policy, now);
  } catch (error) {
    if (error instanceof UnrecordedQuestion) return part(error.message);
    throw error;
  }
  const replayed = redacted(settlement, redacts);
  if (replayed !== recordedText) return part('The settlement is another one.', replayed);
  const [unasked] = policy.left;
  return unasked && part(`The rules do not ask for ${unasked.of} any more.`, replayed);
}
