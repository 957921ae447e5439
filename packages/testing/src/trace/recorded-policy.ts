import type { BackoffStrategy, DeliveryPolicy, RandomSource } from '@cpc/sync-core';
import type { Asked, TraceDecision } from '@cpc/sync-core/trace';

/** Strategies that answer anew, from the random numbers of the trace, instead of as the trace says. */
export interface ReplayStrategies {
  readonly backoff?: BackoffStrategy;
  readonly outageBackoff?: BackoffStrategy;
}

/** The rules asked for something that the trace has no answer to. */
export class UnrecordedQuestion extends Error {
  override readonly name = 'UnrecordedQuestion';
}

/** A policy that answers the rules as they were answered when the decision was made. */
export class RecordedPolicy {
  readonly policy: DeliveryPolicy;
  readonly #left: Asked[];

  constructor({ policy, asked }: TraceDecision, { backoff, outageBackoff }: ReplayStrategies) {
    this.#left = [...asked];
    this.policy = {
      ...policy,
      backoff: this.#answering('backoff', backoff),
      unreachableBackoff: this.#answering('outage', outageBackoff),
      random: drawing([]),
      newId: () => this.#next('id').id,
    };
  }

  /** What was asked then, and is not asked now. */
  get left(): readonly Asked[] {
    return this.#left;
  }

  #answering(of: 'backoff' | 'outage', strategy: BackoffStrategy | undefined): BackoffStrategy {
    return {
      delayMs: (attempt, previousDelayMs) => {
        const found = this.#next(of);
        if (found.attempt !== attempt || found.previousDelayMs !== previousDelayMs)
          throw new UnrecordedQuestion(
            `The rules ask for attempt ${attempt} after ${previousDelayMs} ms; ` +
              `they asked for attempt ${found.attempt} after ${found.previousDelayMs} ms.`,
          );
        return strategy?.delayMs(attempt, previousDelayMs, drawing(found.draws)) ?? found.delayMs;
      },
    };
  }

  #next<Of extends Asked['of']>(of: Of): Extract<Asked, { of: Of }> {
    const found = this.#left.shift();
    if (found?.of !== of)
      throw new UnrecordedQuestion(`The rules ask for ${of}; they asked for ${found?.of ?? 'nothing'} then.`);
    return found as Extract<Asked, { of: Of }>;
  }
}

/** Random numbers in the order of the trace. */
function drawing(draws: readonly number[]): RandomSource {
  let at = 0;
  return {
    next: () => {
      const draw = draws[at++];
      if (draw === undefined)
        throw new UnrecordedQuestion(
          `The strategy draws ${at} random numbers; ${draws.length} were drawn then.`,
        );
      return draw;
    },
    fill: () => {
      throw new UnrecordedQuestion('The strategy asks for random bytes, which no trace holds.');
    },
  };
}
