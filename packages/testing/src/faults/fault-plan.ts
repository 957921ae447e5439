import type { RandomSource } from '@cpc/sync-core';
import { type Fault, ok, requestLost } from './fault.js';

/** What a plan is told about the request that it decides. */
export interface FaultMoment {
  /** Milliseconds since the first request. */
  readonly elapsedMs: number;
  readonly random: RandomSource;
}

/** Decides what each request meets, one after the other. Make a new one for each test: some of them count. */
export type FaultPlan = (moment: FaultMoment) => Fault;

/** One fault after the other; `then` from there on. */
export function sequence(faults: readonly Fault[], then: FaultPlan = () => ok): FaultPlan {
  let at = 0;
  return (moment) => faults[at++] ?? then(moment);
}

/** Each request fails with the given probability, from 0 to 1, in one of the given ways. */
export function randomFailures(rate: number, faults: readonly Fault[] = [requestLost]): FaultPlan {
  return ({ random }) => {
    if (random.next() >= rate) return ok;
    return faults[Math.floor(random.next() * faults.length)] ?? ok;
  };
}

/** Nothing gets through for a time, then everything. */
export function outage(durationMs: number): FaultPlan {
  return ({ elapsedMs }) => (elapsedMs < durationMs ? requestLost : ok);
}

/** The network is there for a period and away for a period, in turns. */
export function flapping(periodMs: number): FaultPlan {
  return ({ elapsedMs }) => (Math.floor(elapsedMs / periodMs) % 2 === 0 ? ok : requestLost);
}
