import type { Clock } from '@cpc/sync-core';
import type { Fault, Forgery } from './fault.js';

/** How a request is carried: what reaches the server, and who else may answer. */
export interface Carriage<Answer> {
  /** Gives the request to the server, once for each call. */
  readonly forward: () => Promise<Answer>;
  /** The answer of a server, or of somebody between, that had no effect. */
  readonly refuse: (fault: Refusal) => Answer;
  /** What an answer is turned into. */
  readonly forge: (how: Forgery, answer: Answer) => Answer;
  readonly clock: Clock;
  /** Ends every wait: the sender has given up. */
  readonly signal: AbortSignal;
}

/** Faults that are an answer. */
export type Refusal = Exclude<
  Fault,
  { readonly kind: 'ok' | 'requestLost' | 'answerLost' | 'duplicate' | 'halfAnswer' | 'forged' | 'hang' }
>;

/** What comes back: an answer, the first half of one, or none because the connection broke. */
export type Carried<Answer> =
  { readonly kind: 'whole' | 'half'; readonly answer: Answer } | { readonly kind: 'broken' };

/** Lets one request meet its fault. Rejects only where `forward` does. */
export async function carry<Answer>(fault: Fault, carriage: Carriage<Answer>): Promise<Carried<Answer>> {
  const wayMs = (fault.latencyMs ?? 0) / 2;
  await pause(wayMs, carriage);
  const carried = carriage.signal.aborted ? BROKEN : await meet(fault, carriage);
  await pause(wayMs, carriage);
  return carriage.signal.aborted ? BROKEN : carried;
}

const BROKEN: Carried<never> = { kind: 'broken' };

async function meet<Answer>(fault: Fault, carriage: Carriage<Answer>): Promise<Carried<Answer>> {
  const { forward, refuse, forge, signal } = carriage;
  switch (fault.kind) {
    case 'ok':
      return { kind: 'whole', answer: await forward() };
    case 'requestLost':
      return BROKEN;
    case 'answerLost':
      await forward();
      return BROKEN;
    case 'duplicate':
      await forward();
      return { kind: 'whole', answer: await forward() };
    case 'halfAnswer':
      return { kind: 'half', answer: await forward() };
    case 'forged':
      return { kind: 'whole', answer: forge(fault.how, await forward()) };
    case 'hang':
      if (fault.afterEffect) await forward();
      await aborted(signal);
      return BROKEN;
    case 'busy':
    case 'serverError':
    case 'keyInUse':
    case 'versionConflict':
    case 'signedOut':
    case 'captivePortal':
    case 'badGateway':
    case 'redirect':
      return { kind: 'whole', answer: refuse(fault) };
  }
}

/** Waits; the sender's giving up ends it, and leaves no timer. */
function pause(ms: number, { clock, signal }: Pick<Carriage<unknown>, 'clock' | 'signal'>): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clock.clearTimer(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(end, ms);
    signal.addEventListener('abort', end);
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
