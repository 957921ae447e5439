import type { RandomSource } from '@cpc/sync-core';
import { type Fault, ok, requestLost } from './fault.js';
import type { Latency } from './latency.js';

/** What a plan is told about the request that it decides. */
export interface FaultMoment {
  /** Milliseconds since the first request. */
  readonly elapsedMs: number;
  /** Ids of the operations that the request carries, as far as they can be read from it. */
  readonly ids: readonly string[];
  readonly random: RandomSource;
}

/** Decides what each request meets, one after the other. Make a new one for each test: some of them count. */
export type FaultPlan = (moment: FaultMoment) => Fault;

/** Every request meets the same. */
export function always(fault: Fault): FaultPlan {
  return () => fault;
}

/** One fault after the other; `then` from there on. */
export function sequence(faults: readonly Fault[], then: FaultPlan = always(ok)): FaultPlan {
  let at = 0;
  return (moment) => faults[at++] ?? then(moment);
}

/**
 * Each request fails with the given probability, in one of the given ways, all equally likely.
 *
 * @throws RangeError where the rate is not from 0 to 1, or there is no fault
 */
export function randomFailures(rate: number, faults: readonly Fault[] = [requestLost]): FaultPlan {
  if (!(rate >= 0 && rate <= 1))
    throw new RangeError(`randomFailures() takes a rate from 0 to 1; got ${rate}`);
  if (faults.length === 0) throw new RangeError('randomFailures() takes at least one fault');
  return ({ random }) => {
    if (random.next() >= rate) return ok;
    return faults[Math.floor(random.next() * faults.length)] ?? ok;
  };
}

export interface OutageOptions {
  /** When it begins, in milliseconds after the first request. @defaultValue 0 */
  readonly afterMs?: number;
  /** What requests meet meanwhile. @defaultValue `requestLost` */
  readonly fault?: Fault;
}

/** Nothing gets through for a time, then everything. @throws RangeError where a time is below 0 */
export function outage(durationMs: number, options: OutageOptions = {}): FaultPlan {
  const { afterMs = 0, fault = requestLost } = options;
  if (!(durationMs >= 0 && afterMs >= 0)) {
    throw new RangeError(`outage() takes times of at least 0; got ${durationMs} after ${afterMs}`);
  }
  return ({ elapsedMs }) => (elapsedMs >= afterMs && elapsedMs < afterMs + durationMs ? fault : ok);
}

/** The network is there for a period and away for a period, in turns. @throws RangeError where it is not above 0 */
export function flapping(periodMs: number, fault: Fault = requestLost): FaultPlan {
  if (!(periodMs > 0)) throw new RangeError(`flapping() takes a period above 0; got ${periodMs}`);
  return ({ elapsedMs }) => (Math.floor(elapsedMs / periodMs) % 2 === 0 ? ok : fault);
}

/** The plan holds for requests that carry an operation of which `isMeant` says so; the others meet nothing. */
export function onlyFor(isMeant: (id: string) => boolean, plan: FaultPlan): FaultPlan {
  return (moment) => (moment.ids.some(isMeant) ? plan(moment) : ok);
}

/**
 * Several plans at once: the first that does not let a request pass decides what it meets; latencies and skews of
 * all of them add up. Every plan is asked about every request, so that those that count count them all.
 */
export function combined(...plans: readonly FaultPlan[]): FaultPlan {
  return (moment) => {
    const faults = plans.map((plan) => plan(moment));
    const decisive = faults.find(({ kind }) => kind !== 'ok') ?? ok;
    const sum = (of: (fault: Fault) => number | undefined): number =>
      faults.reduce((total, fault) => total + (of(fault) ?? 0), 0);
    return {
      ...decisive,
      latencyMs: sum(({ latencyMs }) => latencyMs),
      clockSkewMs: sum(({ clockSkewMs }) => clockSkewMs),
    };
  };
}

/** Everything takes its time, whatever else it meets. */
export function withLatency(latency: Latency, plan: FaultPlan = always(ok)): FaultPlan {
  return combined(plan, ({ random }) => ({ ...ok, latencyMs: latency(random) }));
}

/** The server's clock is ahead, or behind where the number is below 0. */
export function withClockSkew(clockSkewMs: number, plan: FaultPlan = always(ok)): FaultPlan {
  return combined(plan, always({ ...ok, clockSkewMs }));
}
